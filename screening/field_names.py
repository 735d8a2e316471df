"""What fields are called: ids, roles and the usual names of order systems, however punctuated.

A name is taken only if it is one; a near one is offered, never taken.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from screening.problems import near
from screening.vocabulary import BASE, ROLE_WORDS, ROLES, Scope, Vocabulary

PARTY_CELLS = ("name", "country", "headquarters", "parent_headquarters", "kinds", "listings")
"""What of a party fits into a cell."""

LICENSE_CELLS = ("license.number", "license.valid_from", "license.until", "license.covers")


def known_refs(vocabulary: Vocabulary) -> tuple[str, ...]:
    """Everything that a column may hold: fields, roles, `role.field`, parts of a license."""
    fields = [f.id for f in vocabulary.of(Scope.SHIPMENT).values() if not f.derived]
    parties = [f"{role}.{part}" for role in ROLES for part in PARTY_CELLS]
    return (*fields, *ROLES, *parties, *LICENSE_CELLS)


_MARKS = str.maketrans({
    **dict.fromkeys("-_./:()", " "), "#": " no ", "ä": "ae", "ö": "oe", "ü": "ue",
})  # fmt: skip


def fold(text: str) -> str:
    """A name as it is compared: `Ship-to Party`, `SHIP_TO PARTY` and `Ship To Party` are one, and
    so are `Empfänger` and `EMPFAENGER`, `Quantité` and `QUANTITE`."""
    spelled = unicodedata.normalize("NFC", text).casefold().translate(_MARKS)
    bare = (c for c in unicodedata.normalize("NFD", spelled) if not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFC", "".join(bare)).split())


def names(vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """Every name, folded, with what it may mean; an id goes before another field's synonym."""
    ids = {fold(ref): (ref,) for ref in known_refs(vocabulary)}
    synonyms: dict[str, tuple[str, ...]] = {}
    for field in vocabulary.of(Scope.SHIPMENT).values():
        for word in () if field.derived else field.synonyms:
            known = synonyms.get(fold(word), ())
            if field.id not in known:
                synonyms[fold(word)] = (*known, field.id)
    return {**_role_names(), **synonyms, **ids}


def _role_names() -> dict[str, tuple[str, ...]]:
    """`Ult. Consignee Name` is the ultimate consignee, `Buyer Country` the purchaser's country."""
    found: dict[str, tuple[str, ...]] = {}
    for role in ROLES:
        for word in map(fold, (role, *ROLE_WORDS[role])):
            found[word] = found[f"{word} name"] = (role,)
            # In `Ship-to Party` the first word alone says whose name or country it is.
            short = word.removesuffix(" party")
            found[f"{short} name"] = (role,)
            found |= {f"{short} {fold(part)}": (f"{role}.{part}",) for part in PARTY_CELLS[1:]}
            found |= {f"{short}{land}": (f"{role}.country",) for land in ("land", " land")}
    return found


def meant(word: str, vocabulary: Vocabulary = BASE) -> str:
    """`; did you mean `law_date`?` for `ship date` or a slip of it, or nothing."""
    return offered(word, names(vocabulary))


def offered(word: str, called: Mapping[str, tuple[str, ...]]) -> str:
    """The same by names that are at hand."""
    found = fold(word) if fold(word) in called else near(fold(word), called)
    return f"; did you mean {' or '.join(f'`{r}`' for r in called[found])}?" if found else ""
