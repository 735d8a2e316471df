"""Places, codes, products and parties as rules name them: by code or id, and by nothing else.

A shipment may say `Hongkong` or an alias from an order line; a rule is read aloud as law and names
the thing itself. What a rule writes otherwise is refused, and the help says what it should be.
"""

from __future__ import annotations

from screening import places
from screening.conditions.context import Names
from screening.vocabulary import FieldType

GROUP_KIND = {
    FieldType.PLACE: "places",
    FieldType.CODE: "codes",
    FieldType.PARTY: "parties",
    FieldType.PRODUCT: "products",
}
"""What a group is of whose members are values of a type."""

KIND_OF = {of: type for type, of in GROUP_KIND.items()}

_WANTED = {
    FieldType.PLACE: "ISO 3166 codes, such as CN or DE, or ids of groups of places",
    FieldType.CODE: "ECCNs, such as 3A001.b.2, or ids of groups of codes",
    FieldType.PARTY: "ids of parties, which stand under `parties:`, or of groups of parties",
    FieldType.PRODUCT: "ids of products, which stand under `products:`, or of groups of products",
}


def ids_wanted(type: FieldType) -> str:
    """What may be written where one of the type is named."""
    return _WANTED[type]


def known_ids(type: FieldType, names: Names) -> frozenset[str] | None:
    """What a rule may name of the type; `None` where the form of the value decides."""
    match type:
        case FieldType.PRODUCT:
            return names.products
        case FieldType.PARTY:
            return names.parties
        case FieldType.PLACE:
            return frozenset(places.CODES)
        case _:
            return None


def other_spelling(type: FieldType, text: str, names: Names) -> str:
    """What to write instead, if the text is an alias or a usual spelling; else nothing."""
    if type is FieldType.PLACE:
        found = places.resolve(text)
        if found.code is not None:
            return f"write its code, `{found.code}`"
        meant = [f"`{places.resolve(name).code}` ({name})" for name in found.suggestions]
        return f"if a place is meant, write {' or '.join(meant)}" if meant else ""
    aliases = names.product_aliases if type is FieldType.PRODUCT else names.party_aliases
    id = aliases.find(text) if type in (FieldType.PRODUCT, FieldType.PARTY) else None
    if id is None or id == text:
        return ""
    return f"`{text}` is an alias; write the id, `{id}`"
