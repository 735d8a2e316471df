"""One shipment line enriched: every value cast, resolved, derived, and said where it comes from."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from operator import attrgetter

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
from screening.facts import Fact, Facts, LicenseFacts, PartyFacts, Provenance, Values
from screening.field_names import meant
from screening.problems import Place, Problem, nearest
from screening.rulebook.model import Content
from screening.shipment import License, Party, Raw, Shipment
from screening.vocabulary import ROLES, Field, FieldType, Scope

_SPLIT = ";"
RECEIVERS = frozenset(("end_user", "ultimate_consignee"))
"""The roles of those with whom goods end up."""
_NO_LICENSE = frozenset(("nlr", "no license required", "no license", "ear99"))
_SAID = attrgetter(*Party.model_fields)
"""All that is said of a party: pydantic's own comparison takes ten times as long."""
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
        key = (id, tuple(raw) if isinstance(raw, list) else raw)
        known = remembered.given.get(key)
        if known is None:
            known = remembered.given.put(key, _given(field, raw, remembered))
        fact, problem = known
        if fact is not None:
            ledger.facts.setdefault(id, []).append(fact)
        if problem is not None:
            problems.append(problem)
    _currency(ledger, remembered)
    law_date = _single_date(ledger)
    _resolve(ledger, content, law_date, notes, remembered)
    line = ledger.part(READ_OF_LINE)
    ledger.take(remembered.lines.of(line.key(), lambda: remembered.same(_of_line(line))))
    values = ledger.merged()
    conflicts = tuple(_contradicted(values))
    eccn = values.get("eccn", ())
    parties = tuple(
        _party(p, content, law_date, known_as_of, eccn, problems, remembered)
        for p in shipment.parties
    )
    _add_elsewhere(values, parties, remembered)
    conflicts += tuple(
        f"{'/'.join(sorted(p.roles))}.{id}" for p in parties for id in _contradicted(p.values)
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
    said = _SAID(party)
    plain = remembered.plain.get(said)
    if plain is None:
        # The dates say which records hold, and the classification what a list entry reaches.
        plain = not party.listings and not party.owners and record_of(party, content) is None
        remembered.plain.put(said, plain)
    key = (said, None, None, ()) if plain else (said, law_date, known_as_of, eccn)

    def find() -> tuple[PartyFacts, tuple[Problem, ...]]:
        found: list[Problem] = []
        facts = party_facts(party, content, law_date, known_as_of, eccn, found)
        found += _role_problems(party)
        return remembered.same_party(facts), tuple(found)

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


def _add_elsewhere(
    values: dict[str, tuple[Fact, ...]], parties: tuple[PartyFacts, ...], remembered: Remembered
) -> None:
    """Where goods are received or used in another country than their destination, say so."""
    goes = {fact.value for fact in values.get("destination", ())}
    if not goes:
        return
    for party in parties:
        if party.roles.isdisjoint(RECEIVERS):
            continue
        found = {fact.value for fact in party.values.get("country", ())}
        if found and goes.isdisjoint(found):
            note = f"{party.label} is in {', '.join(sorted(map(str, found)))}"
            fact = remembered.same_fact(Fact(True, Provenance.DERIVED, note))
            values["received_elsewhere"] = (fact,)


def _contradicted(values: Values) -> list[str]:
    """The fields in which what is given stands against another source.

    Two published figures of the catalogue that differ are both kept, and a test on them is unknown
    where it matters, but nothing about the shipment is suspicious.
    """
    return [
        id for id, facts in values.items()
        if len(facts) > 1 and any(f.provenance is Provenance.GIVEN for f in facts)
    ]  # fmt: skip


def _given(
    field: Field, raw: Raw, remembered: Remembered
) -> tuple[Fact | None, Problem | None]:  # fmt: skip
    """What a person wrote for a field, as a fact or as a problem; neither if it is missing."""
    try:
        fact = _fact(field, raw)
        return None if fact is None else remembered.same_fact(fact), None
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


def _currency(ledger: Ledger, remembered: Remembered) -> None:
    """Amounts without a currency are in that of the line."""
    named = [str(f.value).upper() for f in ledger.facts.get("currency", ())]
    if len(named) != 1:
        return
    for facts in ledger.facts.values():
        for i, fact in enumerate(facts):
            if isinstance(fact.value, Money) and fact.value.currency is None:
                money = Money(fact.value.amount, named[0])
                priced = Fact(money, fact.provenance, fact.note, fact.unit)
                facts[i] = remembered.same_fact(priced)


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
    found, product, note = remembered.products.of(
        (text, description), lambda: _product(text, description, content)
    )
    ledger.take(product)
    if note is not None:
        notes.append(note)
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


def _product(
    text: str | None, description: str | None, content: Content
) -> tuple[str | None, Added, str | None]:  # fmt: skip
    """The id of the catalogue's product that is meant, the fact of it, or a note that none is."""
    for source, words, provenance in (
        ("product", text, Provenance.GIVEN), ("description", description, Provenance.DERIVED)
    ):  # fmt: skip
        found = content.product_index.find(words) if words else None
        if found is not None:
            return found, (("product", Fact(found, provenance, f"{source} `{words}`")),), None
    if not text:
        return None, (), None
    near = content.product_index.suggest(text, n=1)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    return None, (), f"`{text}` is not a product of the catalogue{hint}"


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
