"""What a generated rulebook speaks of: its groups, classes, products, parties and own fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from screening.vocabulary import BASE, Field, FieldType, Scope, Vocabulary

Document = dict[str, Any]
"""A part of a rulebook as its files have it: mappings, lists and texts."""

KEY_DATES = (date(2024, 3, 1), date(2024, 6, 15), date(2024, 9, 1))
"""The days on which the law of generated rulebooks changes."""

DAY = timedelta(days=1)
PLACES = ("CN", "HK", "MO", "FR", "DE", "RU", "IR", "KP", "US", "JP", "TW", "AE", "NA", "NO")
CODES = (
    "3A090", "3A090.a", "3A090.b", "4A090.a", "3A001.a.1", "3A001.a.1.b", "3A001.a.10", "3A001",
    "EAR99", "5A992.c", "3E001", "0A501",
)  # fmt: skip
HS_CODES = ("85", "8542", "854231", "8471", "847150", "0101", "010121")
TEXTS = ("AI cluster", "Lab use", "ÅNGSTRÖM", "rows of 'racks'", "100%", "a crate [ab]")
PATTERNS = ("*cluster*", "lab ?se", "*racks*", "*[ab]*", "ångström")
NUMBERS = ("0", "1", "600", "1600", "2400.5", "4800", "5.92", "1e12")
AMOUNTS = ("5000 USD", "2500.5 EUR", "0 USD", "100000 JPY")
PERCENTS = ("0", "25", "49.5", "50", "100")
DAYS = ("0", "25", "365")
SYMBOLS = ("NAC", "TMP", "LVS")
POLICY_WORDS = {
    "Presumption of denial": "presumption_of_denial",
    "Case by case": "case_by_case",
    "Policy of denial": "policy_of_denial",
}
OWN_FIELDS: tuple[tuple[str, FieldType], ...] = (
    ("attributes.sealed", FieldType.FLAG),
    ("attributes.depth", FieldType.NUMBER),
    ("attributes.route", FieldType.PLACE),
    ("attributes.scheme", FieldType.CHOICE),
    ("attributes.note", FieldType.TEXT),
    ("attributes.tested_on", FieldType.DATE),
    ("attributes.deposit", FieldType.MONEY),
    ("attributes.part_code", FieldType.CODE),
    ("certifications.end_use_signed", FieldType.FLAG),
    ("certifications.notice_on", FieldType.DATE),
    ("certifications.units", FieldType.NUMBER),
)
OWN_CHOICES = ("red", "green", "none")
EVERYWHERE: Document = {"from": "2020-01-01"}


@dataclass(frozen=True)
class Palette:
    """Everything that a condition may name."""

    vocabulary: Vocabulary
    groups: Mapping[str, Sequence[str]]
    classes: Sequence[str]
    products: Sequence[str]
    parties: Sequence[str]
    favorites: Sequence[Field]
    """A few fields that many rules of one book turn on, so that rules meet."""

    def fields(self, scope: Scope) -> tuple[Field, ...]:
        """All fields of a scope."""
        return tuple(self.vocabulary.of(scope).values())


def own_fields() -> list[Document]:
    """The fields that the layer adds: one of nearly every type."""
    return [
        {"id": id, "type": type.value, "title": f"Own {id.partition('.')[2].replace('_', ' ')}",
         **({"choices": list(OWN_CHOICES)} if type is FieldType.CHOICE else {})}
        for id, type in OWN_FIELDS
    ]  # fmt: skip


def vocabulary() -> Vocabulary:
    """The vocabulary of generated rulebooks."""
    own = [
        Field(id, type, id, choices=OWN_CHOICES if type is FieldType.CHOICE else ())
        for id, type in OWN_FIELDS
    ]
    return BASE.extended(own)


def some(rng: Random, items: Sequence[str], most: int) -> list[str]:
    """One to `most` of the items, none twice."""
    return rng.sample(list(items), min(len(items), rng.randint(1, most)))


def interval(rng: Random) -> Document:
    """One interval of a rule, a definition or a membership."""
    day = rng.choice(KEY_DATES)
    roll = rng.random()
    if roll < 0.5:
        return dict(EVERYWHERE)
    if roll < 0.65:
        return {"from": str(day)}
    if roll < 0.8:
        return {"from": "2020-01-01", "until": str(day)}
    if roll < 0.9:
        return {"from": str(KEY_DATES[0]), "until": str(KEY_DATES[2])}
    return {"from": str(day), "published": str(day + 30 * DAY)}


def groups(rng: Random) -> list[Document]:
    """Groups of all four kinds, some dated, some made of others, some holding for a time only."""
    pools = (("places", PLACES), ("codes", CODES), ("parties", PARTIES), ("products", PRODUCTS))
    found: list[Document] = []
    for kind, pool in pools:
        for n in range(3 if kind in ("places", "codes") else 1):
            members: Any
            roll = rng.random()
            if n == 2:
                first, second = f"{kind}-0", f"{kind}-1"
                members = {"any_of": [first, *some(rng, pool, 2)], "none_of": [second]}
            elif roll < 0.4:
                members = some(rng, pool, 5)
            else:
                dated = {"any_of": some(rng, pool, 3), **interval(rng)}
                if rng.random() < 0.3:
                    dated["status"] = "unverified"
                members = [*some(rng, pool, 3), dated]
            group: Document = {
                "id": f"{kind}-{n}", "of": kind, "title": f"Group {n} of {kind}",
                "members": members,
            }  # fmt: skip
            if rng.random() < 0.15:
                group["holds"] = {
                    "from": "2020-01-01",
                    "verified_through": str(rng.choice(KEY_DATES)),
                }
            found.append(group)
    return found


PARTIES = ("acme", "lotus-cloud", "north-lab")
PRODUCTS = ("gpu-a", "board-a", "pump")


def parties(rng: Random) -> list[Document]:
    """Named parties: one plain, one with listings on record, one with a parent."""
    listed: Document = {
        "id": "lotus-cloud", "title": "Lotus Cloud Ltd.", "aliases": ["Lotus Cloud"],
        "country": rng.choice(PLACES), "headquarters": rng.choice(PLACES), "source": "generated",
        "listings": [{"list": rng.choice(("EL", "MEU", "UVL")), "policy": "Policy of denial",
                      "items": rng.choice(("all", ["3A090", "4A090.a"]))}],
        "holds": {"from": "2020-01-01", "verified_through": "2026-01-01"},
    }  # fmt: skip
    return [
        {"id": "acme", "title": "Acme Inc.", "aliases": ["ACME"], "country": "US",
         "headquarters": "US", "source": "generated"},
        listed,
        {"id": "north-lab", "title": "North Lab", "country": rng.choice(PLACES),
         "parent": "lotus-cloud", "source": "generated", "kinds": ["university"]},
    ]  # fmt: skip


def products(rng: Random) -> list[Document]:
    """A circuit with disputed figures, a board that contains several, and something harmless."""
    tpp = rng.choice(("600", "1600", "4800"))
    figures: list[Document] = [
        {"rate": tpp, "bits": "1", "source": "generated"},
        {"field": "die_area_mm2", "value": "800", "source": "generated"},
        {"field": "memory_bandwidth_gbs", "value": "2400.5", "source": "generated"},
        {"field": "datacenter_marketed", "value": rng.choice(("true", "false")),
         "source": "generated"},
    ]  # fmt: skip
    if rng.random() < 0.5:
        figures.append({"field": "memory_bandwidth_gbs", "value": "2600", "source": "another page"})
    code = {"field": "eccn", "value": rng.choice(CODES), "source": "generated"}
    return [
        {"id": "gpu-a", "title": "GPU A", "manufacturer": "acme", "aliases": ["Accelerator GPU-A"],
         "figures": [*figures, code]},
        {"id": "board-a", "title": "Board A", "manufacturer": "acme",
         "contains": {"product": "gpu-a", "count": "8"}},
        {"id": "pump", "title": "Pump", "figures": [
            {"field": "eccn", "value": "EAR99", "source": "generated"}]},
    ]  # fmt: skip


def palette(rng: Random, classes: Sequence[str] = ()) -> Palette:
    """What the conditions of one rulebook may name."""
    words = vocabulary()
    groups = {
        "places": ["places-0", "places-1", "places-2"], "codes": ["codes-0", "codes-1", "codes-2"],
        "parties": ["parties-0"], "products": ["products-0"],
    }  # fmt: skip
    favorites = rng.sample(tuple(words.of(Scope.SHIPMENT).values()), 6)
    usual = [words.of(Scope.SHIPMENT)[id] for id in ("destination", "eccn", "tpp", "end_use")]
    return Palette(words, groups, classes, PRODUCTS, PARTIES, (*favorites, *usual))
