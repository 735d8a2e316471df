"""Conditions at random, each test fitted to the declared type of its field."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from screening.vocabulary import DEFAULT_ROLES, ROLES, Field, FieldType, Scope
from screening.workbench.generate.world import (
    AMOUNTS,
    CODES,
    DAYS,
    HS_CODES,
    KEY_DATES,
    NUMBERS,
    PATTERNS,
    PERCENTS,
    PLACES,
    TEXTS,
    Document,
    Palette,
    some,
)

_ORDERED = ("at_least", "at_most", "more_than", "less_than")
_NUMERIC = {
    FieldType.NUMBER: NUMBERS,
    FieldType.MONEY: AMOUNTS,
    FieldType.PERCENT_RANGE: PERCENTS,
}
_DATES = tuple(str(day) for day in KEY_DATES)


@dataclass(frozen=True)
class Writer:
    """Writes conditions for one place: what may be named, and what the language allows there."""

    rng: Random
    palette: Palette
    words: bool = False
    negatives: bool = True
    parties: bool = True
    """Whether tests of parties may stand here."""
    scope: Scope = Scope.SHIPMENT

    def condition(self, tests: int, depth: int = 2) -> Document:
        """A mapping of entries that must all hold, with about `tests` tests in it."""
        found: Document = {}
        while tests > 0:
            spent, key, value = self._entry(tests, depth)
            short = key.startswith("any_party.") and any(k.startswith("any_party.") for k in found)
            if key not in found and not short:
                found[key] = value
            tests -= spent
        return found or {"destination": "CN"}

    def _entry(self, tests: int, depth: int) -> tuple[int, str, Any]:
        """What it spends of the tests, the key and the value of one entry."""
        roll = self.rng.random()
        if depth and tests >= 2 and roll < 0.2:
            return self._junction(tests, depth)
        if self.negatives and depth and roll < 0.27:
            spent, key, value = self._entry(1, 0)
            return spent, "unless", {key: value}
        if roll < 0.34 and self.palette.classes:
            return 1, "class", some(self.rng, self.palette.classes, 2)
        if self.scope is Scope.SHIPMENT and self.parties and roll < 0.5:
            return self._parties(tests)
        if self.scope is Scope.PARTY and roll < 0.55:
            listing = replace(self, scope=Scope.LISTING)
            return 2, "listing", listing.condition(self.rng.randint(1, 2), 0)
        field = self._field()
        return 1, field.id, self.test(field)

    def _field(self) -> Field:
        if self.scope is Scope.SHIPMENT and self.rng.random() < 0.55:
            return self.rng.choice(self.palette.favorites)
        return self.rng.choice(self.palette.fields(self.scope))

    def _junction(self, tests: int, depth: int) -> tuple[int, str, Any]:
        words = ("all", "any", "any", "none", "not_all") if self.negatives else ("all", "any")
        inner = self.rng.randint(1, max(1, tests // 2))
        parts = [self.condition(inner, depth - 1) for _ in range(self.rng.randint(2, 3))]
        return inner * len(parts), self.rng.choice(words), parts

    def _parties(self, tests: int) -> tuple[int, str, Any]:
        rng = self.rng
        head = rng.choice(("any_party", "any_party", "every_party", "no_party", *ROLES[:3]))
        if not self.negatives and head == "no_party":
            head = "any_party"
        mild = head in ("every_party", "no_party")
        inner = replace(self, scope=Scope.PARTY, words=self.words, negatives=mild)
        if head in ROLES or rng.random() < 0.3:
            spent, key, value = inner._entry(1, 0)
            if key in ("class", "unless"):
                key, value = "country", some(rng, PLACES, 2)
            return spent, f"{head}.{key}", value
        amount = rng.randint(1, max(1, min(tests, 3)))
        body = inner.condition(amount, 1)
        if rng.random() < 0.5:
            body = {"roles": some(rng, (*DEFAULT_ROLES, "exporter"), 3), **body}
        return amount, head, body

    def test(self, field: Field) -> Any:
        """A test of the field: a value, a list, or operators."""
        rng = self.rng
        roll = rng.random()
        if self.words and roll < 0.15:
            return {"known": rng.choice(("true", "false"))}
        if roll > 0.93:
            relation = self._relation(field)
            if relation is not None:
                return relation
        if field.type is FieldType.DATE and rng.random() < 0.9:
            return self._date()
        if field.type in _NUMERIC and rng.random() < 0.9:
            return self._range(field.type)
        if field.type is FieldType.TEXT and self.words and roll < 0.7:
            if roll < 0.4:
                return {"like": rng.choice(PATTERNS)}
            return {"contains": rng.choice(TEXTS)}
        if field.type is FieldType.FLAG:
            return rng.choice(("true", "true", "false"))
        values = self._values(field)
        chosen = some(rng, values, 4)
        if self.negatives and rng.random() < 0.25:
            return {"none_of": chosen}
        return {"any_of": chosen} if rng.random() < 0.1 else chosen

    def _values(self, field: Field) -> list[str]:
        palette = self.palette
        match field.type:
            case FieldType.PLACE:
                return [*PLACES[:7], *palette.groups["places"]]
            case FieldType.CODE:
                return [*CODES, *palette.groups["codes"]]
            case FieldType.PARTY:
                return [*palette.parties, *palette.groups["parties"]]
            case FieldType.PRODUCT:
                return [*palette.products, *palette.groups["products"]]
            case FieldType.HS_CODE:
                return list(HS_CODES)
            case FieldType.CHOICE:
                return list(field.choices)
            case FieldType.DATE:
                return list(_DATES)
            case FieldType.TEXT:
                return list(TEXTS)
            case _:
                return list(_NUMERIC[field.type])

    def _relation(self, field: Field) -> Document | None:
        others = [
            f.id
            for f in self.palette.fields(self.scope)
            if f.type is field.type
            and f.many is field.many
            and f.id not in (field.id, "any_headquarters")
        ]
        if not others:
            return None
        words = ["same_as"]
        if self.negatives:
            words.append("differs_from")
        if field.type in _NUMERIC or field.type is FieldType.DATE:
            words += ["at_most_field", "at_most_field"]
        return {self.rng.choice(words): self.rng.choice(others)}

    def _date(self) -> Document:
        rng = self.rng
        if rng.random() < 0.4:
            return {"days_before_law_date": {rng.choice(_ORDERED): rng.choice(DAYS)}}
        first, second = sorted(rng.sample(_DATES, 2))
        return rng.choice(
            ({"on_or_after": first}, {"before": second}, {"on_or_after": first, "before": second})
        )

    def _range(self, type: FieldType) -> Document:
        rng = self.rng
        operand = rng.choice(_NUMERIC[type])
        found = {rng.choice(_ORDERED): operand}
        if rng.random() < 0.25:
            found[rng.choice(_ORDERED)] = rng.choice(_NUMERIC[type])
        return found
