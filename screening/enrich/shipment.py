"""One shipment line enriched: every value cast, resolved, derived, and said where it comes from."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import partial

from screening.casting import (
    MISSING_WORDS,
    CastError,
    Money,
    cast_date,
    cast_given,
    is_missing,
    normalize_text,
    printed_unit,
)
from screening.enrich.described import add_described
from screening.enrich.goods import (
    READ_OF_GOODS,
    READ_OF_LINE,
    Ledger,
    add_catalogue,
    add_figures,
    add_line,
)
from screening.enrich.lookalike import as_it_looks, mixed_words
from screening.enrich.parties import party_facts, record_of
from screening.enrich.remembered import Added, Remembered
from screening.facts import Fact, Facts, LicenseFacts, PartyFacts, Provenance
from screening.field_names import meant
from screening.problems import Place, Problem, nearest
from screening.rulebook.model import Content
from screening.shipment import License, Party, Raw, Shipment
from screening.vocabulary import ROLES, Field, FieldType, Scope

_SPLIT = ";"
RECEIVERS = frozenset(("end_user", "ultimate_consignee"))
"""The roles of those with whom goods end up."""
_NO_LICENSE = frozenset(("nlr", "no license required", "no license", "ear99"))
_NO_CONFLICT = (Fact(False, Provenance.DERIVED, "none"),)


def enrich(
    shipment: Shipment, content: Content, known_as_of: date | None = None,
    remembered: Remembered | None = None,
) -> Facts:  # fmt: skip
    """Everything known of the line. Values that cannot be read are problems, and so unknown.

    `remembered` is what was found before with the same content.
    """
    remembered = Remembered() if remembered is None else remembered
    problems: list[Problem] = []
    notes: list[str] = []
    ledger = Ledger()
    fields = content.vocabulary.of(Scope.SHIPMENT)
    for id, raw in shipment.fields.items():
        field = fields.get(id)
        if field is None or field.derived:
            problems.append(Problem(
                "unknown-field",
                f"`{id}` is not a field of a shipment{meant(id, content.vocabulary)}",
                place=Place(field=id)))  # fmt: skip
            continue
        said = tuple(raw) if isinstance(raw, list) else raw
        fact, problem = remembered.given.of((id, said), partial(_given, field, raw))
        if fact is not None:
            ledger.facts.setdefault(id, []).append(fact)
        if problem is not None:
            problems.append(problem)
    _currency(ledger)
    law_date = _single_date(ledger)
    _resolve(ledger, content, law_date, notes, remembered)
    line = ledger.part(READ_OF_LINE)
    ledger.take(remembered.lines.of(line.key(), lambda: remembered.same(_of_line(line))))
    values = ledger.merged()
    conflicts = tuple(id for id, facts in values.items() if _contradicts(facts))
    eccn = values.get("eccn", ())
    parties = tuple(
        _party(p, content, law_date, known_as_of, eccn, problems, remembered)
        for p in shipment.parties
    )
    _add_elsewhere(values, parties)
    conflicts += tuple(
        f"{'/'.join(sorted(p.roles))}.{id}"
        for p in parties
        for id, facts in p.values.items()
        if _contradicts(facts)
    )
    values["conflicting_facts"] = (
        (Fact(True, Provenance.DERIVED, ", ".join(conflicts)),) if conflicts else _NO_CONFLICT
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


def _of_line(before: Ledger) -> Added:
    line = before.part(READ_OF_LINE)
    add_line(line)
    return line.added_to(before)


def _party(
    party: Party, content: Content, law_date: date | None, known_as_of: date | None,
    eccn: tuple[Fact, ...], problems: list[Problem], remembered: Remembered,
) -> PartyFacts:  # fmt: skip
    """`party_facts`, remembered by the party and what else its facts can hang on."""
    # The dates say which records hold, and the classification what a list entry reaches.
    plain = not party.listings and not party.owners and record_of(party, content) is None
    key = (party, None, None, ()) if plain else (party, law_date, known_as_of, eccn)

    def find() -> tuple[PartyFacts, tuple[Problem, ...]]:
        found: list[Problem] = []
        facts = party_facts(party, content, law_date, known_as_of, eccn, found)
        found += _role_problems(party)
        return facts, tuple(found)

    facts, found = remembered.parties.of(key, find)
    problems += found
    return facts


def _role_problems(party: Party) -> list[Problem]:
    """A party in no role would be asked by no rule, whoever it is."""
    place = Place(field="parties")
    who = party.name or "a party"
    if not party.roles:
        return [Problem("party-without-role", f"`{who}` is given no role",
                        "write its roles: " + ", ".join(ROLES), place)]  # fmt: skip
    return [
        Problem("unknown-role", f"`{role}` of `{who}` is not a role{nearest(role, ROLES)}",
                "one of " + ", ".join(ROLES), place)
        for role in party.roles if role not in ROLES
    ]  # fmt: skip


def _add_elsewhere(values: dict[str, tuple[Fact, ...]], parties: tuple[PartyFacts, ...]) -> None:
    """Where goods are received or used in another country than their destination, say so."""
    goes = {fact.value for fact in values.get("destination", ())}
    for party in parties:
        found = {fact.value for fact in party.values.get("country", ())}
        if goes and found and party.roles & RECEIVERS and goes.isdisjoint(found):
            note = f"{party.label} is in {', '.join(sorted(map(str, found)))}"
            values["received_elsewhere"] = (Fact(True, Provenance.DERIVED, note),)


def _contradicts(facts: tuple[Fact, ...]) -> bool:
    """Whether what is given stands against another source.

    Two published figures of the catalogue that differ are both kept, and a test on them is unknown
    where it matters, but nothing about the shipment is suspicious.
    """
    return len(facts) > 1 and any(f.provenance is Provenance.GIVEN for f in facts)


def _given(field: Field, raw: Raw) -> tuple[Fact | None, Problem | None]:
    """What a person wrote for a field, as a fact or as a problem; neither if it is missing."""
    try:
        return _fact(field, raw), None
    except CastError as error:
        return None, error.problem.at(Place(field=field.id))


def _fact(field: Field, raw: Raw) -> Fact | None:
    if field.many:
        texts = raw if isinstance(raw, list) else _split(raw, field)
        if texts is None:
            return None
        values = frozenset(str(cast_given(text, field)) for text in texts)
        return Fact(values, Provenance.GIVEN, "given")
    if isinstance(raw, list):
        raise CastError("list-form", f"`{field.id}` takes one value, not a list")
    if is_missing(raw, field):
        return None
    value = cast_given(raw, field)
    unit = printed_unit(raw) if field.type is FieldType.NUMBER else Fraction(0)
    if field.id == "quantity" and value == 0:
        raise CastError("quantity-zero", "`0` is not a quantity", "write one or more")
    return Fact(value, Provenance.GIVEN, "given", unit)


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


def _resolve(
    ledger: Ledger, content: Content, law_date: date | None, notes: list[str],
    remembered: Remembered,
) -> None:  # fmt: skip
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
    before = ledger.part(READ_OF_GOODS)

    def goods() -> tuple[Added, Added]:
        part = before.part(READ_OF_GOODS)
        if found is not None:
            add_catalogue(part, content.products[found], content.products, law_date)
        of_catalogue = part.part(part.facts)
        add_figures(part)
        derived = part.added_to(of_catalogue)
        return remembered.same(of_catalogue.added_to(before)), remembered.same(derived)

    def said_of_it() -> Added:
        part = Ledger()
        unknown = text if found is None else None
        said = "; ".join(words for words in (unknown, description) if words)
        if said:
            part.add("line_words", said, Provenance.DERIVED, "as given")
        looks = tuple(as_it_looks(words) for words in (text, description) if words)
        add_described(part, (text, description, *looks), found, content, law_date)
        odd = _look_alikes(text, description, content)
        if odd:
            part.add("look_alike_letters", "; ".join(odd), Provenance.DERIVED, "letters as given")
        return remembered.same(part.added_to(Ledger()))

    of_catalogue, derived = remembered.goods.of((found, law_date, before.key()), goods)
    ledger.take(of_catalogue)
    ledger.take(remembered.words.of((text, description, found, law_date), said_of_it))
    ledger.take(derived)


def _look_alikes(text: str | None, description: str | None, content: Content) -> list[str]:
    """Words of an item number that do not read as they look, and what looks like a product."""
    named = content.product_index.mentioned
    odd = list(mixed_words(text or ""))
    for words in (text, description):
        if words and not words.isascii() and named(as_it_looks(words)) != named(words):
            odd.append(f"{words} (looks like {as_it_looks(words)})")
    return odd


def _license(license: License | None, problems: list[Problem]) -> LicenseFacts | None:
    if license is None:
        return None
    number = normalize_text(license.number)
    if number in MISSING_WORDS or number in _NO_LICENSE:
        problems.append(Problem(
            "license-number", f"`{license.number}` is not the number of a license",
            "write the number, or leave `license` out if there is none",
            Place(field="license.number")))  # fmt: skip
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
