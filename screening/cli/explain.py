"""`screening explain`: everything that led to the answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from screening.alternatives import Alternative, alternatives
from screening.bulk.given import GivenFile
from screening.bulk.written import PLAIN, Written
from screening.cli.inputs import read_lines
from screening.cli.options import TextFormat
from screening.cli.tree import decision_tree
from screening.cli.writing import console
from screening.decision import Verdict
from screening.engine import Confirms, Rulebook
from screening.footing import Footing
from screening.reading.lines import Line


@dataclass(frozen=True)
class Question:
    """A shipment file and the footing on which it is asked about."""

    file: Path
    rulebook: Rulebook
    footing: Footing
    given: Path | GivenFile | None = None
    line: int | None = None
    confirms: Confirms | None = None
    written: Written = PLAIN

    def lines(self) -> list[Line]:
        """The lines asked about."""
        return read_lines(self.file, self.rulebook, self.given, self.line, self.written)

    def otherwise(self, line: Line) -> list[Alternative]:
        """What one other fact would change."""
        return alternatives(self.rulebook, line.shipment, self.footing)


def run(question: Question, *, every_rule: bool, what_if: bool, format: TextFormat) -> None:
    """Explain each line."""
    told = []
    for line in question.lines():
        decision = question.footing.decide(question.rulebook, line.shipment, full=every_rule,
                                           confirms=question.confirms)  # fmt: skip
        decision = line.placed(decision)
        others = question.otherwise(line) if what_if else []
        if format is TextFormat.JSON:
            told.append({**decision.as_dict(every_rule=every_rule),
                         "alternatives": [a.as_dict() for a in others]})  # fmt: skip
        else:
            tree = decision_tree(decision, every_rule=every_rule, otherwise=_sentences(others))
            console(sys.stdout).print(tree)
    if format is TextFormat.JSON:
        write_json(told[0] if len(told) == 1 else {"version": 1, "lines": told})


def _sentences(others: list[Alternative]) -> Iterator[str]:
    for verdict in Verdict:
        yield from (str(a) for a in others if a.verdict is verdict)


def write_json(found: object) -> None:
    """Results as JSON on stdout."""
    print(json.dumps(found, ensure_ascii=False, indent=2))
