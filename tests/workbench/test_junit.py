"""`screening test --junit`: one case for each expectation, with what was expected and what came."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as Xml

from typer.testing import CliRunner

from screening.cli.app import app

RULEBOOK = """\
rulebook:
  language: "1"
  id: small
  title: A small rulebook
  covers: {from: 2020-01-01, verified_through: 2026-12-31}
  allow_requires: {destination: {known: true}}
rules:
  - id: china
    title: Nothing goes to China
    cites: [test]
    authority: regulation
    in_force: {from: 2025-01-01}
    when: {destination: CN}
    finding: policy_of_denial
examples:
  - title: A line to <China> & "elsewhere"
    given: {destination: CN}
    expect:
      - {law_date: 2025-01-01, verdict: deny}
      - {law_date: 2024-12-31, verdict: deny}
"""


def test_one_case_for_each_expectation(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "small.yaml").write_text(RULEBOOK, encoding="utf-8")
    file = tmp_path / "examples.xml"
    result = CliRunner().invoke(app, ["test", str(folder), "--junit", str(file)])
    assert result.exit_code == 1
    [suite] = Xml.parse(file).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    right, wrong = suite
    assert right.get("name") == 'A line to <China> & "elsewhere" (2025-01-01)'
    assert list(right) == []
    [failure] = wrong
    assert failure.get("message") == "verdict: expected deny, got allow"
    assert (wrong.get("file"), wrong.get("line")) == (str(folder / "small.yaml"), "20")


def test_github_annotations_name_file_line_and_column(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "small.yaml").write_text(
        RULEBOOK.replace("destination: CN}\n    finding", "destnation: CN}\n    finding"),
        encoding="utf-8",
    )
    result = CliRunner().invoke(app, ["check", str(folder), "--format", "github"])
    assert result.exit_code == 1
    assert result.stdout.startswith(
        f"::error file={folder / 'small.yaml'},line=13,col=12,title=unknown-field::"
    )
