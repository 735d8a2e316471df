"""A file that is too large, empty or in two parts is called what it is: a shipment, not a rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening import Problem, ProblemsFound
from screening.bulk.given import read_given
from screening.reading.documents import read_yaml
from screening.rulebook.source import read_file
from screening.rulebook.yaml_text import MAX_BYTES
from screening.vocabulary import BASE

TOO_LARGE = f"description: {'x' * MAX_BYTES}\n"


def problem_of_shipment(path: Path) -> Problem:
    with pytest.raises(ProblemsFound) as found:
        read_yaml(path)
    (problem,) = found.value.problems
    return problem


def test_a_shipment_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "shipment.yaml"
    path.write_text(TOO_LARGE)
    problem = problem_of_shipment(path)
    assert problem.code == "yaml-too-large"
    assert problem.message.endswith(f"bytes, and a shipment file may hold {MAX_BYTES:,}")
    assert problem.help == "put its lines into a CSV table, one row each"
    assert problem.place is not None and problem.place.file == str(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# nothing\n", "a shipment file is a mapping of fields, such as `destination: DE`"),
        ("eccn: EAR99\n---\neccn: EAR99\n", "a shipment file is one document"),
    ],
)
def test_a_shipment_is_not_called_a_rule_file(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "shipment.yaml"
    path.write_text(text)
    problem = problem_of_shipment(path)
    assert said in f"{problem.message}; {problem.help}"
    assert "rule file" not in str(problem)


def test_given_facts_and_rules_are_called_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "given.yaml"
    path.write_text(TOO_LARGE)
    with pytest.raises(ProblemsFound) as found:
        read_given(path, BASE)
    assert "a file of given facts may hold" in found.value.problems[0].message
    _, (problem,) = read_file(path)
    assert "a rule file may hold" in problem.message
