"""Factors: the cells of a row in lots, each of which settles facts of its own.

The facts of a whole row are the facts of its factors, and what is wrong with it is what is wrong
with them. Each distinct combination of cells is read and enriched once, as a shipment that says
nothing else, by the same reading and enrichment that single shipments go through.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from screening.bulk.fast.asked import AskedOf
from screening.bulk.fast.drawn import of_goods
from screening.bulk.headers import Columns
from screening.bulk.rows import shipment_of
from screening.decide.met import special_truth
from screening.engine import Rulebook
from screening.enrich.shipment import RECEIVERS
from screening.facts import Facts
from screening.problems import Place, Problem
from screening.reading.forms import Path, read_shipment
from screening.rulebook.model import LICENSE_CLAIMED, LICENSE_PROVED, Content
from screening.shipment import Shipment
from screening.vocabulary import ROLES, FieldType, Scope

GOODS, KIND, MONEY = "goods", "kind", "money"
_KIND = ("kind", "exported_from", "destination")
LAW_DATE, LICENSE, CLAIM = "law_date", "license", "license_exception_claimed"
ELSEWHERE = "received_elsewhere"
"""The one fact that enrichment draws from several factors: a factor of its own, of a few of their
cells."""
_OF_ELSEWHERE = frozenset(
    ("destination", "parties", *RECEIVERS, *(f"{r}.country" for r in RECEIVERS))
)


@dataclass(frozen=True)
class Factor:
    """A lot of cells: the columns it reads and, for each, the facts that it takes from there."""

    name: str
    at: tuple[int, ...]
    columns: Columns
    given: Mapping[str, object]

    @property
    def role(self) -> bool:
        """Whether it speaks of a party."""
        return self.name in ROLES


_BEFORE_ROLES = -2


@dataclass(frozen=True)
class Read:
    """What one combination of cells comes to."""

    facts: Facts | None
    """`None` where no shipment can be made of it."""
    form: tuple[Problem, ...]
    """What is wrong with its form: told before what the decision finds wrong."""
    first: int
    """Of a party the first column that says anything, -1 where it is given for every row; less
    where it speaks of no role: parties that come as a list stand before all others."""
    opaque: bool = False
    """Whether its facts hang on other factors after all: such rows are decided one by one."""


def factors_of(
    columns: Columns, given: Mapping[str, object], content: Content, asked: AskedOf
) -> tuple[Factor, ...]:
    """The factors of a table. `columns` and `given` are those of all rows."""
    lot = _lots(columns, given, content, asked)
    names: dict[str, None] = dict.fromkeys(lot[key] for key in given)
    for refs in columns.holds:
        names |= dict.fromkeys(lot[ref] for ref in refs)
    found = [_factor(name, columns, given, lambda ref, name=name: lot[ref] == name)  # type: ignore[misc]  # a default argument binds the name
             for name in names]  # fmt: skip
    if ELSEWHERE in asked.shipment.tests:
        found.append(_factor(ELSEWHERE, columns, given, _OF_ELSEWHERE.__contains__))
    return tuple(found)


def _factor(
    name: str, columns: Columns, given: Mapping[str, object], holds: Callable[[str], bool]
) -> Factor:
    """The factor of what it holds of the columns and of what is given."""
    kept = [tuple(filter(holds, refs)) for refs in columns.holds]
    at = tuple(i for i, refs in enumerate(kept) if refs)
    part = Columns(tuple(columns.names[i] for i in at), tuple(kept[i] for i in at), ())
    return Factor(name, at, part, {k: v for k, v in given.items() if holds(k)})


def _lots(
    columns: Columns, given: Mapping[str, object], content: Content, asked: AskedOf
) -> dict[str, str]:
    """To which factor each fact belongs: together is what enrichment reads together."""
    fields = content.vocabulary.of(Scope.SHIPMENT)
    refs = {ref for refs in columns.holds for ref in refs} | set(given)
    asks = asked.shipment.tests
    goods = of_goods(refs, asks.keys(), content)
    money = {id for id, field in fields.items() if field.type is FieldType.MONEY} | {"currency"}
    if "line_value" in asks and "unit_value" in refs:
        money.add("quantity")
    together = goods & money

    def lot(ref: str) -> str:
        head = ref.partition(".")[0]
        if head in ROLES or head in ("parties", "license"):
            return head
        if ref in goods or (together and ref in money):
            return GOODS
        if ref in money:
            return MONEY
        return KIND if ref in _KIND else ref

    return {ref: lot(ref) for ref in refs}


class Reader:
    """Reads combinations of cells of one factor."""

    def __init__(self, rulebook: Rulebook, known_as_of: date | None) -> None:
        self.rulebook = rulebook
        self.known_as_of = known_as_of

    def read(self, factor: Factor, cells: Sequence[str], law_date: str | None) -> Read:
        """What these cells, and what is given with them, say at a law date."""
        data, found = shipment_of(cells, factor.columns, factor.given)
        shipment, wrong = read_shipment(data, _field_of)
        first = _first(factor, cells) if factor.role else _BEFORE_ROLES
        form = (*found, *wrong)
        if shipment is None:
            return Read(None, form, first)
        if law_date is not None and factor.name != LAW_DATE:
            shipment = shipment.with_field(LAW_DATE, law_date)
        facts = self.rulebook.facts(shipment, self.known_as_of)
        if factor.name == ELSEWHERE:  # all else, and what is wrong, is told by others
            return Read(Facts({k: v for k, v in facts.values.items() if k == ELSEWHERE}), (), first)
        return Read(facts, form, first, self._hangs_on_goods(shipment, facts))

    def _hangs_on_goods(self, shipment: Shipment, facts: Facts) -> bool:
        """Whether an entry on a list covers some items only: then the party hangs on the goods."""
        if _names_items(shipment.model_dump()["parties"]):
            return True
        for party in facts.parties:
            for fact in party.values.get("party", ()):
                record = self.rulebook.content.parties[str(fact.value)].record
                if _names_items(record):
                    return True
        return False


def _first(factor: Factor, cells: Sequence[str]) -> int:
    """The first column that says anything of a party: parties stand in this order."""
    if factor.given:
        return -1
    for k, i in enumerate(factor.at, 1):
        part = Columns(factor.columns.names[:k], factor.columns.holds[:k], ())
        if shipment_of(cells[:k], part, {})[0]:
            return i
    return max(factor.at) + 1


def _names_items(record: object) -> bool:
    match record:
        case Mapping():
            return isinstance(record.get("items"), list | tuple) or any(
                map(_names_items, record.values())
            )
        case list() | tuple():
            return any(map(_names_items, record))
        case _:
            return False


def hangs_on_date(factor: Factor, facts: Facts | None) -> bool:
    """Whether another law date could make other facts of the same cells: figures and records do."""
    if facts is None:
        return False
    if factor.role or factor.name == "parties":
        recorded = {"party", "listed_ownership_percent"}
        return any(not recorded.isdisjoint(party.values) for party in facts.parties)
    return not facts.values.keys().isdisjoint(("product", "described_tpp"))


def license_answers(facts: Facts, exceptions: tuple[str, ...]) -> Hashable:
    """All that a decision reads of a license in hand."""
    return (facts.license is not None,
            special_truth(LICENSE_PROVED, exceptions, facts),
            special_truth(LICENSE_CLAIMED, exceptions, facts))  # fmt: skip


def _field_of(path: Path, of_key: bool = False, /) -> Place:
    return Place(field=".".join(map(str, path)))
