"""What else the answer could have been: on other dates, and with one fact other than it is.

Every answer here is a decision taken again by the engine; none is written by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from screening.casting import number_text, unmistakable
from screening.conditions.tree import Compare, Expr, Member, walk
from screening.decide.status import decisive_ids
from screening.decision import Authority, Finding, Verdict
from screening.engine import Rulebook
from screening.footing import Footing
from screening.places import CODES
from screening.rulebook.boundaries import boundaries
from screening.rulebook.model import Content
from screening.rulebook.period import in_force
from screening.shipment import Party, Raw, Shipment
from screening.truth import Truth
from screening.vocabulary import Field, FieldType, Scope

ANOTHER_FIRM = "Another Firm (not named in the rulebook)"


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to, not including, `end` the answer is the same."""

    start: date
    end: date | None
    verdict: Verdict
    finding: Finding
    decisive: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """JSON form."""
        return {
            "from": self.start.isoformat(),
            "until": self.end.isoformat() if self.end else None,
            "verdict": self.verdict.value,
            "finding": self.finding.value,
            "decisive": list(self.decisive),
        }


@dataclass(frozen=True, slots=True)
class Alternative:
    """With `field` at any of `values`, the rest as it is, the verdict would be another."""

    field: str
    values: tuple[str, ...]
    verdict: Verdict
    finding: Finding

    def __str__(self) -> str:
        shown = ", ".join(self.values[:6])
        more = f" and {len(self.values) - 6} more" if len(self.values) > 6 else ""
        return f"{self.verdict} if {self.field} were {shown}{more} ({self.finding})"

    def as_dict(self) -> dict[str, object]:
        """JSON form."""
        return {"field": self.field, "values": list(self.values), "verdict": self.verdict.value,
                "finding": self.finding.value}  # fmt: skip


def answer(
    rulebook: Rulebook, shipment: Shipment, footing: Footing
) -> tuple[Verdict, Finding, tuple[str, ...]]:
    """Verdict, finding and deciding rules, without the telling."""
    facts = rulebook.facts(footing.dated(shipment), footing.known_as_of)
    view = rulebook.view(facts.law_date, footing.known_as_of)
    if footing.assumptions:
        facts = rulebook.assumed(facts, view)
    ruling = rulebook.ruling(facts, view, footing.authority)
    return ruling.verdict, ruling.finding, decisive_ids(ruling)


def timeline(rulebook: Rulebook, shipment: Shipment, footing: Footing | None = None) -> list[Span]:
    """The answer through time: one span for each run of days with the same answer."""
    footing = (footing or Footing()).undated()
    spans: list[Span] = []
    for day in covered_boundaries(rulebook.content):
        verdict, finding, decisive = answer(
            rulebook, shipment.with_field("law_date", day.isoformat()), footing
        )
        if spans and (spans[-1].verdict, spans[-1].finding, spans[-1].decisive) == (
            verdict, finding, decisive,
        ):  # fmt: skip
            continue
        if spans:
            last = spans[-1]
            spans[-1] = Span(last.start, day, last.verdict, last.finding, last.decisive)
        spans.append(Span(day, None, verdict, finding, decisive))
    return spans


def covered_boundaries(content: Content) -> list[date]:
    """Every day on which anything in the rulebook begins or ends, within what it covers."""
    days = boundaries(content)
    start = content.header.covers_from or min(days, default=date.min)
    return sorted({start, *(d for d in days if d > start)})


def alternatives(
    rulebook: Rulebook, shipment: Shipment, footing: Footing | None = None
) -> list[Alternative]:
    """Other verdicts that one other fact would bring, each fact tried at every value that counts.

    Tried are the fields that rules in force read, at each value or gap that their tests tell
    apart, every place, the products of the catalogue, and each exporter that a letter names.
    """
    footing = footing or Footing()
    shipment = footing.dated(shipment)
    verdict, _, _ = answer(rulebook, shipment, footing)
    found: list[Alternative] = []
    for field, tries in _tries(rulebook, shipment):
        by_answer: dict[tuple[Verdict, Finding], list[str]] = {}
        for label, changed in tries:
            other, finding, _ = answer(rulebook, changed, footing)
            if other is not verdict:
                by_answer.setdefault((other, finding), []).append(label)
        found += [Alternative(field, tuple(v), *key) for key, v in by_answer.items()]
    return sorted(found, key=lambda a: (a.verdict.rank, a.finding.rank))


def _tries(
    rulebook: Rulebook, shipment: Shipment
) -> Iterator[tuple[str, Iterable[tuple[str, Shipment]]]]:
    fields = rulebook.content.vocabulary.of(Scope.SHIPMENT)
    tests = _tests_in_force(rulebook, shipment)
    for field in fields.values():
        if field.derived or field.id in ("law_date", "product") or field.id not in tests:
            continue
        values = _values(field, tests[field.id])
        now = shipment.fields.get(field.id)
        yield (
            field.id,
            [(v, shipment.with_field(field.id, _raw(field, v))) for v in values if v != now],
        )
    if "product" in tests and "product" in shipment.fields:
        known = {str(v) for node in tests["product"] if isinstance(node, Member)
                 for v in node.values}  # fmt: skip
        yield "product", [(id, shipment.with_field("product", id)) for id in sorted(known)]
    yield "exporter", [(name, _exported_by(shipment, name)) for name in _exporters(rulebook)]


def _tests_in_force(rulebook: Rulebook, shipment: Shipment) -> dict[str, list[Expr]]:
    """The tests of shipment fields by rules and classes in force on the shipment's date."""
    day = rulebook.facts(shipment).law_date
    trees: list[Expr] = []
    for rule in rulebook.rules.values():
        if any(in_force(w, day) is not Truth.FALSE for w in rule.windows):
            trees += [rule.when, *([rule.conditions] if rule.conditions else [])]
    for goods in rulebook.content.classes.values():
        trees += [d.when for d in goods.definitions
                  if any(in_force(w, day) is not Truth.FALSE for w in d.windows)]  # fmt: skip
    found: dict[str, list[Expr]] = {}
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, Member | Compare) and node.field.scope is Scope.SHIPMENT:
                # The circuit's figures are given by those of the commodity.
                found.setdefault(node.field.id.removeprefix("chip."), []).append(node)
    return found


def _values(field: Field, tests: list[Expr]) -> list[str]:
    match field.type:
        case FieldType.PLACE:
            return sorted(CODES)
        case FieldType.FLAG:
            return ["true", "false"]
        case FieldType.CHOICE:
            return list(field.choices)
        case FieldType.NUMBER:
            edges = {n.operand for n in tests
                     if isinstance(n, Compare) and isinstance(n.operand, Fraction)}  # fmt: skip
            around = {max(Fraction(0), e + step * (1 if e >= 100 else Fraction(1, 100)))
                      for e in edges for step in (-1, 0, 1)}  # fmt: skip
            return [number_text(v) for v in sorted(around)]
        case FieldType.CODE:
            named = {str(v) for n in tests if isinstance(n, Member) for v in n.values}
            return sorted({"EAR99", *named})
        case _:
            return []


def _raw(field: Field, value: str) -> Raw:
    return [value] if field.many else unmistakable(value)


def _exporters(rulebook: Rulebook) -> list[str]:
    """The parties that letters are addressed to, and a firm that none names."""
    field = rulebook.content.vocabulary.of(Scope.PARTY)["party"]
    named = {
        str(v)
        for rule in rulebook.rules.values()
        if rule.authority is Authority.LETTER
        for node in walk(rule.when)
        if isinstance(node, Member) and node.field == field
        for v in node.values
    }
    titles = [rulebook.content.parties[id].title for id in sorted(named)]
    return [*titles, ANOTHER_FIRM]


def _exported_by(shipment: Shipment, name: str) -> Shipment:
    others = tuple(p for p in shipment.parties if "exporter" not in p.roles)
    known = next((p for p in shipment.parties if "exporter" in p.roles), Party(roles=("exporter",)))
    exporter = known.model_copy(update={"name": name})
    return shipment.model_copy(update={"parties": (exporter, *others)})
