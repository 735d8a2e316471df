"""Outcomes of examples as JUnit XML, which build servers show test by test."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree as Xml

from screening.workbench.examples import Outcome


def as_junit(suites: Iterable[tuple[str, Iterable[Outcome]]]) -> str:
    """One suite for each rulebook, one case for each expectation."""
    root = Xml.Element("testsuites")
    for name, outcomes in suites:
        found = list(outcomes)
        failed = sum(not o.ok for o in found)
        suite = Xml.SubElement(root, "testsuite", name=_clean(name), tests=str(len(found)),
                               failures=str(failed))  # fmt: skip
        for outcome in found:
            _case(suite, outcome)
    Xml.indent(root)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"
    )


def _case(suite: Xml.Element, outcome: Outcome) -> None:
    place = outcome.place
    day = outcome.decision.clocks.law_date
    case = Xml.SubElement(
        suite, "testcase", name=_clean(f"{outcome.example.title} ({day or 'no date'})"),
        classname=_clean(Path(place.file).stem if place and place.file else "examples"),
    )  # fmt: skip
    if place and place.file:
        case.set("file", _clean(place.file))
        case.set("line", str(place.line or 1))
    if not outcome.ok:
        said = "; ".join(str(d) for d in outcome.differences)
        failure = Xml.SubElement(case, "failure", message=_clean(said))
        failure.text = _clean("\n".join([*map(str, outcome.differences),
                                         outcome.decision.summary()]))  # fmt: skip


def _clean(text: str) -> str:
    """Without the control characters that XML 1.0 cannot hold."""
    return "".join(c if c in "\t\n\r" or c >= " " else "\ufffd" for c in text)
