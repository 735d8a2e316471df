"""Whether everything on record is as it was written, and where it is not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, select, text
from sqlalchemy.engine import Connection

from screening.ledger.database import LedgerUnavailable
from screening.ledger.entry import Kind, mentions_of
from screening.ledger.record import GENESIS, Chain, Fault, Head
from screening.ledger.store import PAGE, Ledger, columns_of, record_of
from screening.ledger.tables import KEPT, SEARCHED, mentions, records, rulebooks


def verify(ledger: Ledger, known: Sequence[Head] = ()) -> list[Fault]:
    """Everything that is not as it was written.

    Whoever can write the database can write a whole other chain, or a shorter one; that is found
    only against heads that were `known` before and kept where he cannot write.
    """
    try:
        return list(_faults(ledger, known))
    except LedgerUnavailable as error:
        return [Fault(0, error.problems[0].message)]


def _faults(ledger: Ledger, known: Sequence[Head]) -> Iterator[Fault]:
    chain = Chain()
    wanted = {head.seq: head.hash for head in known}
    kept: dict[str, Mapping[str, Any]] = {}
    gone: set[int] = set()
    purged: set[int] = set()
    for rows, said in _pages(ledger):
        for row in rows:
            record = record_of(row)
            found = chain.faults(record)
            yield from found
            if wanted.pop(record.seq, record.hash) != record.hash:
                yield Fault(record.seq, "has another hash than the head that was kept")
            if record.content is None:
                gone.add(record.seq)
                yield from _of_purged(row, said.get(record.seq, set()))
                continue
            try:
                data = record.data
            except ValueError:
                yield Fault(record.seq, "cannot be read")
                continue
            if found and not _has_shape(data):
                continue
            yield from _of_columns(row, data, said.get(record.seq, set()))
            if data["kind"] == Kind.RULEBOOK:
                kept[data["rulebook"]] = data
            if data["kind"] == Kind.ACT and data["verdict"] == "purge":
                purged |= {n for a, b in data["purged"] for n in range(a, b + 1)}
    for seq in sorted(gone - purged):
        yield Fault(seq, "is empty, and no purge on record took its content away")
    noted = ledger.head()
    if noted.seq != chain.head.seq or noted.hash not in chain.ends:
        yield Fault(noted.seq, f"is noted as the last, and the last found is {chain.head.seq}")
    for seq, hash in wanted.items():
        if (seq, hash) != (0, GENESIS):
            yield Fault(seq, "was there when the head was kept, and is not")
    yield from _of_rulebooks(ledger, kept)
    yield from _of_strays(ledger)


def _pages(ledger: Ledger) -> Iterator[tuple[list[RowMapping], dict[int, set[tuple[str, str]]]]]:
    """Rows in order, with what each is said to mention."""
    at = -(2**62)
    while True:
        with ledger.database.read() as c:
            query = select(records).where(records.c.seq > at).order_by(records.c.seq).limit(PAGE)
            rows = list(c.execute(query).mappings())
            if not rows:
                return
            last = rows[-1]["seq"]
            said: dict[int, set[tuple[str, str]]] = {}
            for m in c.execute(select(mentions).where(mentions.c.seq > at,
                                                      mentions.c.seq <= last)):  # fmt: skip
                said.setdefault(m.seq, set()).add((m.kind, m.value))
        yield rows, said
        at = last


def _has_shape(data: Mapping[str, Any]) -> bool:
    try:
        mentions_of(data)
    except (KeyError, TypeError, AttributeError):
        return False
    return {"kind", "verdict"} <= set(columns_of(data)) and "kind" in data


def _of_columns(
    row: RowMapping, data: Mapping[str, Any], said: set[tuple[str, str]]
) -> Iterator[Fault]:
    of_content = columns_of(data)
    for name in SEARCHED:
        if row[name] != of_content[name]:
            yield Fault(row["seq"], f"`{name}` to search by is not what the record says")
    if said != mentions_of(data):
        yield Fault(row["seq"], "the rules and parties to search by are not those of the record")


def _of_purged(row: RowMapping, said: set[tuple[str, str]]) -> Iterator[Fault]:
    named = (row["id"], row["kind"]) == (purged_id(row["seq"]), "purged")
    if not named or said or any(row[name] is not None for name in SEARCHED if name not in KEPT):
        yield Fault(row["seq"], "is not as a purge leaves it")


def purged_id(seq: int) -> str:
    """The id that a record has when its content is taken away."""
    return f"purged-{seq}"


def _of_rulebooks(ledger: Ledger, kept: Mapping[str, Mapping[str, Any]]) -> Iterator[Fault]:
    with ledger.database.read() as c:
        rows = {r["digest"]: r for r in c.execute(select(rulebooks)).mappings()}
    for digest, said in kept.items():
        row = rows.pop(digest, None)
        if row is None:
            yield Fault(0, f"the files of rulebook `{digest[:12]}` are missing")
        elif (row["name"], _digest(row["files"])) != (said["name"], said["files"]):
            yield Fault(0, f"the kept files of rulebook `{digest[:12]}` are not its files")
    for digest in rows:
        yield Fault(0, f"rulebook `{digest[:12]}` is kept, and no record says so")


def _digest(stored: bytes | str) -> str:
    # SQLite gives text back where somebody has written text into a column of bytes.
    text = stored.encode("utf-8", "surrogateescape") if isinstance(stored, str) else stored
    return hashlib.sha256(text).hexdigest()


def _of_strays(ledger: Ledger) -> Iterator[Fault]:
    with ledger.database.read() as c:
        yield from _of_mentions(c)
        if ledger.database.is_sqlite:
            for (said,) in c.execute(text("PRAGMA integrity_check(5)")):
                if said != "ok":
                    yield Fault(0, f"the database file is damaged: {said}")


def _of_mentions(c: Connection) -> Iterator[Fault]:
    known = select(records.c.seq)
    stray = select(mentions.c.seq).where(mentions.c.seq.not_in(known)).distinct().limit(PAGE)
    for (seq,) in c.execute(stray):
        yield Fault(seq, "is missing, and something to search by belongs to it")
