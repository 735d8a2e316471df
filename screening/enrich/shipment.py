"""One shipment line enriched: every value cast, resolved, derived, and said where it comes from."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from screening.casting import (
    CastError,
    Money,
    Value,
    cast_date,
    cast_given,
    is_missing,
    printed_unit,
)
from screening.enrich.described import add_described
from screening.enrich.goods import Ledger, add_catalogue, add_derived
from screening.enrich.lookalike import as_it_looks, mixed_words
from screening.enrich.parties import party_facts
from screening.facts import Fact, Facts, LicenseFacts, Provenance
from screening.problems import Place, Problem, nearest
from screening.rulebook.model import Content
from screening.shipment import License, Raw, Shipment
from screening.vocabulary import Field, FieldType, Scope

_SPLIT = ";"


def enrich(shipment: Shipment, content: Content, known_as_of: date | None = None) -> Facts:
    """Everything known of the line. Values that cannot be read are problems, and so unknown."""
    problems: list[Problem] = []
    notes: list[str] = []
    ledger = Ledger()
    fields = content.vocabulary.of(Scope.SHIPMENT)
    for id, raw in shipment.fields.items():
        field = fields.get(id)
        if field is None or field.derived:
            problems.append(Problem(
                "unknown-field", f"`{id}` is not a field of a shipment{nearest(id, fields)}",
                place=Place(field=id)))  # fmt: skip
            continue
        _given(field, raw, ledger, problems)
    _currency(ledger)
    law_date = _single_date(ledger)
    _resolve(ledger, content, law_date, notes)
    add_derived(ledger)
    values = ledger.merged()
    conflicts = tuple(id for id, facts in values.items() if _contradicts(facts))
    eccn = values.get("eccn", ())
    parties = tuple(
        party_facts(p, content, law_date, known_as_of, eccn, problems) for p in shipment.parties
    )
    conflicts += tuple(
        f"{'/'.join(sorted(p.roles))}.{id}"
        for p in parties
        for id, facts in p.values.items()
        if _contradicts(facts)
    )
    values["conflicting_facts"] = (
        Fact(bool(conflicts), Provenance.DERIVED, ", ".join(conflicts) or "none"),
    )
    complete = values.get("parties_complete")
    return Facts(
        values=values,
        parties=parties,
        roles_absent=shipment.roles_absent,
        parties_complete=bool(complete) and all(f.value is True for f in complete or ()),
        license=_license(shipment.license, problems),
        problems=tuple(problems),
        notes=tuple(notes),
        conflicts=conflicts,
    )


def _contradicts(facts: tuple[Fact, ...]) -> bool:
    """Whether what is given stands against another source.

    Two published figures of the catalogue that differ are both kept, and a test on them is unknown
    where it matters, but nothing about the shipment is suspicious.
    """
    return len(facts) > 1 and any(f.provenance is Provenance.GIVEN for f in facts)


def _given(field: Field, raw: Raw, ledger: Ledger, problems: list[Problem]) -> None:
    try:
        if field.many:
            texts = raw if isinstance(raw, list) else _split(raw, field)
            if texts is not None:
                value: Value = frozenset(str(cast_given(text, field)) for text in texts)
                ledger.add(field.id, value, Provenance.GIVEN, "given")
            return
        if isinstance(raw, list):
            raise CastError("list-form", f"`{field.id}` takes one value, not a list")
        if is_missing(raw, field):
            return
        value = cast_given(raw, field)
        unit = printed_unit(raw) if field.type is FieldType.NUMBER else Fraction(0)
        if field.id == "quantity" and value == 0:
            raise CastError("quantity-zero", "`0` is not a quantity", "write one or more")
        ledger.add(field.id, value, Provenance.GIVEN, "given", unit)
    except CastError as error:
        problems.append(error.problem.at(Place(field=field.id)))


def _split(raw: str, field: Field) -> list[str] | None:
    if raw.strip().casefold() == "none" and "none" not in field.choices:
        return []
    return None if is_missing(raw, field) else [t for t in raw.split(_SPLIT) if t.strip()]


def _currency(ledger: Ledger) -> None:
    """Amounts without a currency are in that of the line."""
    named = [str(f.value).upper() for f in ledger.facts.get("currency", ())]
    if len(named) != 1:
        return
    for facts in ledger.facts.values():
        for i, fact in enumerate(facts):
            if isinstance(fact.value, Money) and fact.value.currency is None:
                money = Money(fact.value.amount, named[0])
                facts[i] = Fact(money, fact.provenance, fact.note, fact.unit)


def _single_date(ledger: Ledger) -> date | None:
    found = ledger.facts.get("law_date")
    value = found[0].value if found else None
    return value if isinstance(value, date) else None


def _resolve(ledger: Ledger, content: Content, law_date: date | None, notes: list[str]) -> None:
    """Find the product in the catalogue and the manufacturer among the named parties, exactly."""
    text = next((str(f.value) for f in ledger.facts.pop("product", ())), None)
    description = next((str(f.value) for f in ledger.facts.get("description", ())), None)
    found = None
    for source, words in (("product", text), ("description", description)):
        if words and found is None:
            found = content.product_index.find(words)
            if found is not None:
                ledger.add("product", found, Provenance.GIVEN if source == "product" else
                           Provenance.DERIVED, f"{source} `{words}`")  # fmt: skip
    if text and found is None:
        near = content.product_index.suggest(text, n=1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        notes.append(f"`{text}` is not a product of the catalogue{hint}")
    maker = ledger.facts.pop("manufacturer", None)
    for fact in maker or ():
        id = content.party_index.find(str(fact.value))
        if id is not None:
            ledger.add("manufacturer", id, fact.provenance, fact.note)
    if found is not None:
        add_catalogue(ledger, content.products[found], content.products, law_date)
    unknown = text if found is None else None
    said = "; ".join(words for words in (unknown, description) if words)
    if said:
        ledger.add("line_words", said, Provenance.DERIVED, "as given")
    looks = tuple(as_it_looks(words) for words in (text, description) if words)
    add_described(ledger, (text, description, *looks), found, content, law_date)
    named = content.product_index.mentioned
    odd = list(mixed_words(text or ""))
    for words in (text, description):
        if words and not words.isascii() and named(as_it_looks(words)) != named(words):
            odd.append(f"{words} (looks like {as_it_looks(words)})")
    if odd:
        ledger.add("look_alike_letters", "; ".join(odd), Provenance.DERIVED, "letters as given")


def _license(license: License | None, problems: list[Problem]) -> LicenseFacts | None:
    if license is None:
        return None

    def day(key: str, text: str | None) -> date | None:
        if text is None:
            return None
        try:
            return cast_date(text)
        except CastError as error:
            problems.append(error.problem.at(Place(field=f"license.{key}")))
            return None

    return LicenseFacts(
        license.number,
        day("valid_from", license.valid_from),
        day("until", license.until),
        license.covers == "proved",
    )
