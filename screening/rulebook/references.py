"""What documents name of each other: every id and every field must exist."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping

from pydantic import ValidationError

from screening import shipment as given
from screening.casting import CastError, cast, cast_place
from screening.conditions.context import Names
from screening.conditions.identities import other_spelling
from screening.decision import Status
from screening.english import one
from screening.goods.aliases import normalize_alias
from screening.problems import Place, Problem, nearest
from screening.rulebook.documents import check_holds
from screening.rulebook.files import RuleFile
from screening.rulebook.model import NamedParty, Product, Rule
from screening.vocabulary import ROLES, FieldType, Scope

_HOLE = re.compile(r"\{([^}]*)\}")
_PARTS = ("parties", "license", "certifications", "attributes", "chip")


def check_references(
    files: Iterable[RuleFile], names: Names, rules: Mapping[str, Rule],
    products: Mapping[str, Product], parties: Mapping[str, NamedParty],
) -> list[Problem]:  # fmt: skip
    """Every reference of every file to something that is not there."""
    found: list[Problem] = []
    for file in files:
        found += _rules(file, names, rules)
        found += _products(file, names, products, parties)
        found += _parties(file, names, parties)
        found += _examples(file, names)
    return found


_WHERE = {
    "rule": "rules are named by their ids",
    "party": "parties are named by their ids, which stand under `parties:`",
    "field": "`screening vocabulary` lists the fields",
    "status": "one of " + ", ".join(Status),
}


def _unknown(what: str, id: str, known: Iterable[str], place: Place | None) -> Problem:
    message = f"`{id}` is not {one(what)}{nearest(id, known)}"
    return Problem(f"unknown-{what}", message, _WHERE[what], place)


def _rules(file: RuleFile, names: Names, rules: Mapping[str, Rule]) -> Iterable[Problem]:
    fields = names.vocabulary.of(Scope.SHIPMENT)
    for i, rule in enumerate(file.content.rules):
        if rule.succeeds is not None and rule.succeeds not in rules:
            yield _unknown("rule", rule.succeeds, rules, file.place("rules", i, "succeeds"))
        for hole in _HOLE.findall(rule.because or ""):
            if hole == "words":  # a table's own words for the code it decided on
                continue
            if hole not in fields and hole.removesuffix(".name") not in fields:
                yield _unknown("field", hole, fields, file.place("rules", i, "because"))


def _products(
    file: RuleFile, names: Names, products: Mapping[str, Product], parties: Container[str]
) -> Iterable[Problem]:
    for i, product in enumerate(file.content.products):
        inner = product.contains.product if product.contains else None
        if inner is not None and (inner not in products or products[inner].contains is not None):
            circuits = [p.id for p in products.values() if p.contains is None]
            said = (f"the product `{inner}` contains itself" if inner == product.id
                    else f"`{inner}` is not a product that is one integrated circuit"
                    f"{nearest(inner, circuits)}")  # fmt: skip
            yield Problem("unknown-product", said,
                          other_spelling(FieldType.PRODUCT, inner, names)
                          or "name the product that is one of the circuits it is made of",
                          file.place("products", i, "contains", "product"))  # fmt: skip
        maker = product.manufacturer
        if maker is not None and maker not in parties:
            yield _unknown("party", maker, names.parties, file.place("products", i, "manufacturer"))
        for n, alias in enumerate(product.aliases):
            if not normalize_alias(alias):
                yield Problem("empty-alias", f"nothing of the alias `{alias}` is left to compare",
                              place=file.place("products", i, "aliases", n))  # fmt: skip


def _parties(file: RuleFile, names: Names, parties: Mapping[str, NamedParty]) -> Iterable[Problem]:
    kinds = names.vocabulary.of(Scope.PARTY)["kinds"]
    for i, party in enumerate(file.content.parties):
        if party.parent is not None and party.parent not in parties:
            yield _unknown("party", party.parent, parties, file.place("parties", i, "parent"))
        for key in ("country", "headquarters", "parent_headquarters"):
            text = getattr(party, key)
            try:
                if text is not None:
                    cast_place(text)
            except CastError as error:
                yield error.problem.at(file.place("parties", i, key))
        for kind in party.kinds or ():
            try:
                cast(kind, kinds)
            except CastError as error:
                yield error.problem.at(file.word(kind, "parties", i, "kinds"))
        if party.holds is not None:
            yield from check_holds(
                party.holds, file.place("parties", i, "holds", "verified_through")
            )
        record = {"listings": party.listings, "owners": party.owners}
        try:
            given.Party.model_validate({k: v for k, v in record.items() if v is not None})
        except ValidationError as error:
            where = error.errors()[0]["loc"]
            yield Problem("party-record", "this is not a record of listings or owners",
                          "a listing is `{list: EL, basis: named, items: all, policy: ...}`",
                          file.place("parties", i, *where))  # fmt: skip


def _examples(file: RuleFile, names: Names) -> Iterable[Problem]:
    fields = names.vocabulary.of(Scope.SHIPMENT)
    known = {*fields, *ROLES, *_PARTS}
    statuses = [s.value for s in Status]
    for i, example in enumerate(file.content.examples):
        for key in example.given:
            if key not in known:
                yield _unknown("field", key, known, file.key_place("examples", i, "given", key))
        for n, row in enumerate(example.expect):
            path = ("examples", i, "expect", n)
            told = row.get("statuses")
            for status in told.values() if isinstance(told, dict) else ():
                if status not in statuses:
                    place = file.word(str(status), *path, "statuses")
                    yield _unknown("status", str(status), statuses, place)
            asked = row.get("ask")
            for ref in asked if isinstance(asked, list) else ():
                if ref not in known and str(ref).partition(".")[0] not in ROLES:
                    place = file.word(str(ref), *path, "ask")
                    yield _unknown("field", str(ref), known, place)
