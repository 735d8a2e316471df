"""Conditions read straight off the document, as the language page says: no tree, no parser.

A witness to the parser and to *explain* both. It shares with them the enriched facts and the
membership of groups, and nothing else. False, unknown and true are 0, 1 and 2: `min` is and,
`max` is or, `2 - x` is not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from screening.casting import Money, PercentRange
from screening.decide.view import View
from screening.facts import Facts, Values
from screening.truth import Truth
from screening.vocabulary import DEFAULT_ROLES, ROLES, FieldType, Scope

F, U, T = 0, 1, 2
_NUMBER = {Truth.FALSE: F, Truth.UNKNOWN: U, Truth.TRUE: T}
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "at_least": lambda a, b: a >= b, "on_or_after": lambda a, b: a >= b,
    "at_most": lambda a, b: a <= b, "more_than": lambda a, b: a > b,
    "less_than": lambda a, b: a < b, "before": lambda a, b: a < b,
}  # fmt: skip


def _agreed(answers: Iterable[int]) -> int:
    """Of values that contradict each other: what is the same for all of them."""
    seen = set(answers)
    return seen.pop() if len(seen) == 1 else U


@dataclass(frozen=True)
class Plain:
    """One document read for one shipment; `values` and `scope` change inside party tests."""

    document: Mapping[str, Any]
    facts: Facts
    view: View
    values: Values
    scope: Scope = Scope.SHIPMENT
    listings: Sequence[Values] | None = None

    @classmethod
    def of(cls, document: Mapping[str, Any], facts: Facts, view: View) -> Plain:
        """The reading of the shipment as a whole."""
        return cls(document, facts, view, facts.values)

    def rule(self, rule: Mapping[str, Any]) -> dict[str, tuple[int, int | None]]:
        """`when` and `conditions` of the rule; of a letter also for those it was not sent to."""
        when = self.holds(rule["when"])
        conditions = self.holds(rule["conditions"]) if "conditions" in rule else None
        if "addressee" not in rule:
            return {rule["id"]: (when, conditions)}
        sent = self.holds({"any_party": {"roles": ["exporter"], "party": rule["addressee"]}})
        found = {rule["id"]: (min(when, sent), conditions)}
        if "others" in rule:
            found[f"{rule['id']}/others"] = (min(when, 2 - sent), None)
        return found

    def holds(self, condition: Any) -> int:
        """Whether a condition holds."""
        if condition == "always":
            return T
        return min(self._entry(key, value) for key, value in condition.items())

    def _entry(self, key: str, value: Any) -> int:
        match key:
            case "all":
                return min(self.holds(c) for c in value)
            case "any":
                return max(self.holds(c) for c in value)
            case "none":
                return 2 - max(self.holds(c) for c in value)
            case "not_all":
                return 2 - min(self.holds(c) for c in value)
            case "unless":
                return 2 - self.holds(value)
            case "class":
                return max(self._class(id) for id in _listed(value))
            case "listing":
                return self._listing(value)
        head, _, rest = key.partition(".")
        if head in ("any_party", "every_party", "no_party"):
            tests = {rest: value} if rest else {k: v for k, v in value.items() if k != "roles"}
            roles = DEFAULT_ROLES if rest else value.get("roles", DEFAULT_ROLES)
            return self._parties(head, roles, tests)
        if head in ROLES and rest:
            return self._parties("any_party", (head,), {rest: value})
        if key == "any_headquarters":
            return max(self._test("headquarters", value), self._test("parent_headquarters", value))
        return self._test(key, value)

    def _class(self, id: str) -> int:
        shipment = Plain.of(self.document, self.facts, self.view)
        spec = next(c for c in self.document["classes"] if c["id"] == id)
        day = self.view.law_date
        doubtful = False
        for definition in spec["definitions"]:
            start = date.fromisoformat(definition["in_force"]["from"])
            until = definition["in_force"].get("until")
            if self.view.known_as_of is not None and start > self.view.known_as_of:
                continue  # not public by then
            if day is None:
                doubtful = True
            elif start <= day and (until is None or day < date.fromisoformat(until)):
                return shipment.holds(definition["when"])
        return U if doubtful else F

    def _parties(self, head: str, roles: Sequence[str], tests: Any) -> int:
        answers = [
            self._of_party(p.values, p.listings and [r.values for r in p.listings], p.listings
                           is not None).holds(tests)
            for p in self.facts.parties
            if p.roles & set(roles)
        ]  # fmt: skip
        held = {role for p in self.facts.parties for role in p.roles}
        for role in roles:
            said = self.facts.parties_complete or role in self.facts.roles_absent or role in held
            if not said:
                answers.append(self._of_party({}, None, False).holds(tests))
        if head == "every_party":
            return min(answers) if answers else F
        some = max(answers, default=F)
        return 2 - some if head == "no_party" else some

    def _of_party(self, values: Values, listings: Sequence[Values] | None, screened: bool) -> Plain:
        found = list(listings or ()) if screened else None
        return replace(self, values=values, scope=Scope.PARTY, listings=found)

    def _listing(self, condition: Any) -> int:
        if self.listings is None:
            return U
        return max(
            (replace(self, values=v, scope=Scope.LISTING).holds(condition) for v in self.listings),
            default=F,
        )

    # --- tests of one field ---------------------------------------------------------------------

    def _test(self, field: str, test: Any) -> int:
        if not isinstance(test, Mapping):
            return self._member(field, _listed(test))
        return min(self._operator(field, word, value) for word, value in test.items())

    def _operator(self, field: str, word: str, value: Any) -> int:
        match word:
            case "any_of":
                return self._member(field, _listed(value))
            case "none_of":
                return 2 - self._member(field, _listed(value))
            case "known":
                return T if bool(self._said(field)) is (value == "true") else F
            case "same_as":
                return self._related(field, value, _same)
            case "differs_from":
                return 2 - self._related(field, value, _same)
            case "at_most_field":
                return self._related(field, value, lambda a, b: _ordered("at_most", a, b))
            case "like":
                return self._each(field, lambda v: T if _like(str(v), value) else F)
            case "contains":
                return self._each(field, lambda v: T if _folded(value) in _folded(str(v)) else F)
            case "days_before_law_date":
                ((ordering, days),) = value.items()
                return self._each(field, lambda v: self._elapsed(v, ordering, int(days)))
            case _:
                operand = _operand(value, self._type(field))
                return self._each(field, lambda v: _ordered(word, v, operand))

    def _said(self, field: str) -> list[Any]:
        return [fact.value for fact in self.values.get(field, ())]

    def _type(self, field: str) -> FieldType:
        return self.view.content.vocabulary.of(self.scope)[field].type

    def _each(self, field: str, test: Callable[[Any], int]) -> int:
        said = self._said(field)
        return _agreed(test(v) for v in said) if said else U

    def _related(self, field: str, other: str, test: Callable[[Any, Any], int]) -> int:
        pairs = [(a, b) for a in self._said(field) for b in self._said(other)]
        return _agreed(test(a, b) for a, b in pairs) if pairs else U

    def _elapsed(self, day: date, ordering: str, days: int) -> int:
        if self.view.law_date is None:
            return U
        return T if _ORDER[ordering]((self.view.law_date - day).days, days) else F

    def _member(self, field: str, wanted: Sequence[str]) -> int:
        type = self._type(field)
        kinds = {g["id"]: g["of"] for g in self.document["groups"]}
        of = {"place": "places", "code": "codes", "party": "parties", "product": "products"}

        def fits(value: Any, name: str) -> int:
            if kinds.get(name) == of.get(type.value, ""):
                return _NUMBER[self.view.in_group(name, str(value))]
            return _is(type, value, name)

        def any_fits(value: Any) -> int:
            items = value if isinstance(value, frozenset) else (value,)
            return max((fits(i, name) for i in items for name in wanted), default=F)

        return self._each(field, any_fits)


def _listed(value: Any) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()


def _like(text: str, pattern: str) -> bool:
    """Patterns of whole texts: `*` for anything, `?` for one letter."""
    signs = {"*": ".*", "?": "."}
    source = "".join(signs.get(p, re.escape(p)) for p in _folded(pattern))
    return re.fullmatch(source, _folded(text), re.DOTALL) is not None


def _operand(text: str, type: FieldType) -> Any:
    match type:
        case FieldType.MONEY:
            amount, currency = text.split()
            return Money(Fraction(amount), currency)
        case FieldType.DATE:
            return date.fromisoformat(text)
        case _:
            return Fraction(text)


def _is(type: FieldType, value: Any, wanted: str) -> int:
    """Whether a value is what a test names."""
    match type:
        case FieldType.CODE:
            given, named = value.split("."), wanted.split(".")
            if given[: len(named)] == named:
                return T
            return U if named[: len(given)] == given else F
        case FieldType.HS_CODE:
            if value[: len(wanted)] == wanted:
                return T
            return U if wanted[: len(value)] == value else F
        case FieldType.TEXT:
            return T if _folded(str(value)) == _folded(wanted) else F
        case FieldType.MONEY:
            return _same(value, _operand(wanted, type))
        case FieldType.FLAG:
            return T if value is (wanted == "true") else F
        case FieldType.NUMBER | FieldType.DATE:
            return T if value == _operand(wanted, type) else F
        case FieldType.PERCENT_RANGE:
            return T if value == PercentRange(Fraction(wanted), Fraction(wanted)) else F
        case _:
            return T if value == wanted else F


def _same(a: Any, b: Any) -> int:
    if isinstance(a, Money):
        return (T if a.amount == b.amount else F) if a.currency == b.currency and a.currency else U
    if isinstance(a, str):
        return T if _folded(a) == _folded(b) else F
    return T if a == b else F


def _ordered(word: str, value: Any, operand: Any) -> int:
    compare = _ORDER[word]
    if isinstance(value, Money):
        if value.currency is None or value.currency != operand.currency:
            return U
        return T if compare(value.amount, operand.amount) else F
    if isinstance(value, PercentRange):
        limit = operand.low if isinstance(operand, PercentRange) else operand
        return _agreed(T if compare(end, limit) else F for end in (value.low, value.high))
    return T if compare(value, operand) else F
