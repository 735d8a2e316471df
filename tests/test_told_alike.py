"""What is told of one shipment is told of another only if its rules see the same of both.

Each history below differs in one thing that conditions see of parties. An engine that has decided
the first shipment must say of the second what a new engine says; and if it forgot to look at that
one thing, the history notices.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import pytest

from screening.conditions import footprint
from screening.engine import Rulebook
from screening.facts import Facts
from screening.workbench.generate import loaded

RECEIVERS = ["end_user", "ultimate_consignee"]
RULES: dict[str, Any] = {
    "rulebook": {
        "language": "1", "id": "parties", "title": "Parties",
        "covers": {"from": "2020-01-01", "verified_through": "2030-01-01"},
        "allow_requires": "always",
    },
    "rules": [
        {"id": "receivers", "title": "Receivers in China or on a list", "cites": ["made up"],
         "authority": "regulation", "in_force": {"from": "2020-01-01"},
         "when": {"any": [{"any_party": {"roles": RECEIVERS, "country": "CN"}},
                             {"any_party": {"roles": RECEIVERS, "listing": {"list": "EL"}}}]},
         "finding": "license_required"},
    ],
}  # fmt: skip
LINE = {"law_date": "2025-01-01", "destination": "DE"}
ADLER = {"name": "Adler", "country": "CN", "headquarters": "DE"}
BUSSARD = {**ADLER, "name": "Bussard"}


def _listed(symbol: str) -> dict[str, Any]:
    return {**ADLER, "listings": [{"list": symbol}]}


HISTORIES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "which of two firms is meant": (
        {"end_user": [ADLER, ADLER]}, {"end_user": [ADLER, BUSSARD]},
    ),
    "in which role it stands": ({"end_user": ADLER}, {"purchaser": ADLER}),
    "whether anything is known of it": (
        {"parties": [{"roles": ["end_user"]}]}, {"parties": [{"roles": ["end_user"], "name": "A"}]},
    ),
    "its listings": ({"end_user": _listed("EL")}, {"end_user": _listed("SDN")}),
    "its fields": ({"end_user": ADLER}, {"end_user": {**ADLER, "country": "FR"}}),
    "that nobody stands in a role": (
        {"end_user": ADLER}, {"end_user": ADLER, "ultimate_consignee": "none"},
    ),
    "that nobody else takes part": (
        {"end_user": ADLER}, {"end_user": ADLER, "parties_complete": "true"},
    ),
}  # fmt: skip


def notices(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether an engine that has decided one shipment says otherwise of the next than a new one."""
    used, fresh = (Rulebook(BOOK.content) for _ in range(2))
    used.decide({**LINE, **before}).to_bytes()
    decided, anew = (book.decide({**LINE, **after}) for book in (used, fresh))
    return decided.to_bytes() != anew.to_bytes() or decided.as_dict() != anew.as_dict()


BOOK = loaded(RULES)


@pytest.mark.parametrize("history", HISTORIES)
def test_what_was_told_before_changes_nothing_that_is_told(history: str) -> None:
    assert not notices(*HISTORIES[history])


Looked = Callable[[Facts, tuple[str, ...], bool], Hashable]

FAULTS: dict[str, Callable[[Any], Any]] = {
    "which of two firms is meant": lambda seen: (tuple(p[1:] for p in seen[0]), *seen[1:]),
    "in which role it stands": lambda seen: (tuple((p[0], *p[2:]) for p in seen[0]), *seen[1:]),
    "whether anything is known of it":
        lambda seen: (tuple((*p[:2], *p[3:]) for p in seen[0]), *seen[1:]),
    "its listings": lambda seen: (tuple((*p[:4], *p[5:]) for p in seen[0]), *seen[1:]),
    "its fields": lambda seen: (tuple(p[:5] for p in seen[0]), *seen[1:]),
    "that nobody stands in a role": lambda seen: (seen[0], seen[2]),
    "that nobody else takes part": lambda seen: seen[:2],
}  # fmt: skip


@pytest.mark.parametrize("history", HISTORIES)
def test_to_look_past_one_thing_would_be_noticed(
    history: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: Looked = footprint._of_parties
    monkeypatch.setattr(footprint, "_of_parties", lambda *asked: FAULTS[history](whole(*asked)))
    assert notices(*HISTORIES[history])
