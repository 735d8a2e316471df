"""Which column holds what: known names, however punctuated; a near one is never taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from screening.english import listed
from screening.field_names import fold, names, offered
from screening.problems import Place, Problem, ProblemsFound, nearest
from screening.vocabulary import ROLES, Vocabulary


@dataclass(frozen=True)
class Columns:
    """What each column holds; a column that holds nothing known is kept and carried through."""

    names: tuple[str, ...]
    holds: tuple[tuple[str, ...], ...]
    unknown: tuple[tuple[str, str], ...]
    forms: Mapping[str, str] = field(default_factory=dict, hash=False)
    """By column how its dates or numbers are written, in words, where the column settles it."""
    unread: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Columns that the mapping keeps from being read though their name is known, and why."""

    def column_of(self, ref: str) -> str | None:
        """The name of the column that holds a fact."""
        for name, refs in zip(self.names, self.holds, strict=True):
            if plain_ref(ref) in refs:
                return name
        return None

    def at(self, ref: str) -> int | None:
        """Where the column stands that holds a fact."""
        return next((i for i, refs in enumerate(self.holds) if plain_ref(ref) in refs), None)


def plain_ref(ref: str) -> str:
    """`exporter.name` is `exporter`."""
    role = ref.removesuffix(".name")
    return role if role in ROLES else ref


def recognize(
    header: Sequence[str], vocabulary: Vocabulary, named: Mapping[str, tuple[str, ...]],
    given: Mapping[str, object], file: str,
) -> Columns:  # fmt: skip
    """What the columns hold. `named` columns come first, then the vocabulary's names: a column
    that is not named is not read where a named one holds its fact.

    Raises `ProblemsFound` where two columns hold the same fact, where nothing is recognized, and
    where the destination is missing.
    """
    columns, problems = look_at(header, vocabulary, named, given, file)
    if problems:
        raise ProblemsFound(problems)
    return columns


def look_at(
    header: Sequence[str], vocabulary: Vocabulary, named: Mapping[str, tuple[str, ...]],
    given: Mapping[str, object], file: str, line: int = 1,
) -> tuple[Columns, list[Problem]]:  # fmt: skip
    """What the columns hold as far as it can be told, and what keeps the table from being read.

    `line` is that of the header.
    """
    place = Place(file, line)
    problems = _duplicates(header, place)
    called = names(vocabulary)
    own = {fold(name): refs for name, refs in named.items()}
    present = {fold(name) for name in header}
    problems += [
        Problem("no-such-column", f"the table has no column `{name}`{nearest(name, header)}",
                "columns: " + ", ".join(header), place)
        for name in named if fold(name) not in present
    ]  # fmt: skip
    holder = {plain_ref(ref): name for name in header for ref in own.get(fold(name), ())}
    holds: list[tuple[str, ...]] = []
    unknown: list[tuple[str, str]] = []
    unread: dict[str, str] = {}
    for name in header:
        refs = own.get(fold(name), called.get(fold(name), ()))
        if fold(name) in own and not refs:
            unread[name] = "the mapping says that it holds nothing"
        elif fold(name) not in own and len(refs) == 1 and plain_ref(refs[0]) in holder:
            ref = plain_ref(refs[0])
            unread[name] = f"the mapping says that `{holder[ref]}` holds {ref}"
            refs = ()
        if len(refs) > 1 and fold(name) not in own:
            problems.append(Problem(
                "ambiguous-column", f"the column `{name}` may be {' or '.join(refs)}",
                "name the column by the field's id, or say which under `columns:`",
                place))  # fmt: skip
        holds.append(tuple(map(plain_ref, refs)))
        if not refs and name not in unread:
            unknown.append((name, offered(name, called) if name.strip() else ""))
    columns = Columns(tuple(header), tuple(holds), tuple(unknown), unread=unread)
    problems += _lost(columns, place)
    problems += _same_fact(columns, given, place)
    if not problems:
        problems += _too_little(columns, given, place)
    return columns, problems


def _duplicates(header: Sequence[str], place: Place) -> list[Problem]:
    alike: dict[str, list[int]] = {}
    for i, name in enumerate(header, 1):
        if name.strip():
            alike.setdefault(" ".join(name.casefold().split()), []).append(i)
    return [
        Problem(
            "duplicate-column",
            f"columns {listed([str(i) for i in at])} have the same name: "
            f"{listed(list(dict.fromkeys(f'`{header[i - 1]}`' for i in at)))}",
            "give each column a name of its own, then say with `--map` what they hold", place,
        )
        for at in alike.values() if len(at) > 1
    ]  # fmt: skip


def _lost(columns: Columns, place: Place) -> list[Problem]:
    """Columns that speak of a shipment in words not read here: carried along, they were lost."""
    heads = {*ROLES, "parties", "certifications", "attributes", "license", "chip"}
    return [
        Problem("unknown-field", f"the column `{name}` is not a field that a table can hold{near}",
                "give such shipments as YAML or JSON, or rename the column if it is none", place)
        for name, near in columns.unknown
        if name == "parties" or ("." in name and name.partition(".")[0] in heads)
    ]  # fmt: skip


def _same_fact(columns: Columns, given: Mapping[str, object], place: Place) -> list[Problem]:
    found = []
    holder: dict[str, str] = {}
    for name, refs in zip(columns.names, columns.holds, strict=True):
        for ref in refs:
            other = holder.setdefault(ref, name)
            if other != name:
                found.append(Problem(
                    "same-field-twice", f"the columns `{other}` and `{name}` both hold `{ref}`",
                    "name only one of them under `columns:` of a `--map` file; the other is then "
                    "carried along unread", place))  # fmt: skip
            if _given_says(ref, given):
                found.append(Problem(
                    "same-field-twice",
                    f"the column `{name}` and the given facts both hold `{ref}`",
                    "take it out of `given:`, or rename the column", place))  # fmt: skip
    return found


def _given_says(ref: str, given: Mapping[str, object]) -> bool:
    head, _, part = ref.partition(".")
    if ref in given or f"{ref}.name" in given:
        return True
    value = given.get(head)
    if value is None:
        return False
    if isinstance(value, Mapping):
        return (part or "name") in value
    return isinstance(value, list) or value == "none"


def _too_little(columns: Columns, given: Mapping[str, object], place: Place) -> list[Problem]:
    if not any(columns.holds):
        hint = "say with `--map` what they hold; `screening columns FILE` writes a mapping to edit"
        near = next((f"; for `{n}`{s.removeprefix(';')}" for n, s in columns.unknown if s), "")
        return [Problem("no-known-column", f"no column of this table is recognized{near}", hint,
                        place)]  # fmt: skip
    if columns.column_of("destination") is None and "destination" not in given:
        near = next((f"; for `{n}`{s.removeprefix(';')}" for n, s in columns.unknown
                     if "destination" in s), "")  # fmt: skip
        return [Problem("no-destination", f"no column holds the destination{near}",
                        "name one `destination` or `Ship-to Country`, or say with `--map` which",
                        place)]  # fmt: skip
    return []
