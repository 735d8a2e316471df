"""Tables made at random, and each of their rows decided both ways: by batches, and one by one."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from screening.bulk.answers import Prepared, RowAnswer, answer_row, prepare
from screening.bulk.batches import batched
from screening.bulk.decimals import DecimalForm
from screening.bulk.fast.alike import Alike
from screening.bulk.given import GivenFile
from screening.bulk.headers import recognize
from screening.bulk.json_lines import flat_object
from screening.bulk.remembered import decided
from screening.bulk.sources import read_table
from screening.engine import Rulebook
from screening.field_names import known_refs
from screening.shipment import Shipment
from screening.vocabulary import ROLES
from screening.workbench.generate import Points, random_shipment

HOSTILE = (
    "", " ", "N/A", "none", "unknown", "-", "TBD", "nan", "NULL", "0", "00", "-1", "1.200", "1e5",
    "0.25", "0.5", "25", "#N/A", " #REF! ", "Entity List", "Denied Persons;SDN",
    "1,000", "12:30", "NO", "NA", "3E001", "3.00E+01", "2025-02-30", "2025-07-15", "15/07/2025",
    "=1+1", "@x", "\t", "a\x00b", "x" * 4001, "Syrian Arab Rep", "LIBYAN ARAB REPUBLIC", "yes",
    "true", "EAR99", "3A090.a", "5000 USD", "5000 usd", "0.00", "999999999999.99", "SDN", "EL;SDN",
    "NVIDIA Corporation", "nvidia corporation\u200b", "H100", "a hose for H20", "çédille", "中国",
    "CN;HK", "proved", "LIC-1", "\u00a0", "1000000000000000000000000000", "٣", "²",
)  # fmt: skip


def rows_of(
    rng: Random, points: Points, days: Sequence[date | None], count: int
) -> list[dict[str, str]]:  # fmt: skip
    """Shipments, as far as they fit into cells; some again, so that rows repeat in part."""
    found: list[dict[str, str]] = []
    while len(found) < count:
        if found and rng.random() < 0.3:
            found.append({**rng.choice(found), **_claimed(rng)})
            continue
        row: dict[str, str] = {}
        for key, value in random_shipment(rng, points, days).items():
            if key == "parties" and isinstance(value, list):
                for party in value:
                    for role in party.get("roles", ()):
                        row |= _cells(role, {k: v for k, v in party.items() if k != "roles"})
            else:
                row |= _cells(key, value)
        found.append(row)
    return found


def _claimed(rng: Random) -> dict[str, str]:
    claim = rng.choice(("", "NAC", "nac", "LVS", "STA", "XYZ"))
    return {"license_exception_claimed": claim} if rng.random() < 0.3 else {}


def _cells(key: str, value: Any) -> dict[str, str]:
    """What cells can say of it: of several parties the first, of listings their lists."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        value = value[0] if key in ROLES else [v.get("list", "") for v in value]
    if isinstance(value, dict):
        inner: dict[str, str] = {}
        for k, v in value.items():
            inner |= _cells(f"{key}.{k}", v)
        return inner
    flat = flat_object(json.dumps({key: value}).encode())
    return flat if isinstance(flat, dict) else {}


def spoiled(rng: Random, rows: list[dict[str, str]], share: float) -> list[dict[str, str]]:
    """The rows with cells mixed among them and hostile ones put in."""
    for row in rows:
        for name in list(row):
            if rng.random() < share:
                row[name] = rng.choice((rng.choice(HOSTILE), rng.choice(rows).get(name, "")))
    return rows


def write(
    path: Path, rows: Iterable[dict[str, str]], rulebook: Rulebook, lines: Random
) -> Path:  # fmt: skip
    """The rows as CSV, those columns that a table may have; some lines have a cell too many."""
    known = {*known_refs(rulebook.content.vocabulary), "remark"}
    kept = [{k.removesuffix(".name"): v for k, v in row.items()} for row in rows]
    names = list(dict.fromkeys(k for row in kept for k in row if k in known))
    if "destination" not in names:
        names.append("destination")
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(names)
        for row in kept:
            more = ["surplus"] if lines.random() < 0.01 else []
            writer.writerow([*(row.get(name, "") for name in names), *more])
    return path


def prepared(path: Path, rulebook: Rulebook, given: GivenFile | None = None) -> Prepared:
    """The table, understood."""
    said = given or GivenFile()
    table = read_table(path)
    columns = recognize(table.header, rulebook.content.vocabulary, said.columns, said.facts,
                        table.file)  # fmt: skip
    return prepare(table, columns, said, rulebook.content, one_date=False,
                   decimal=DecimalForm.POINT)  # fmt: skip


def differences(
    rulebook: Rulebook, found: Prepared, *, size: int = 97, **footing: Any
) -> Iterator[tuple[RowAnswer, RowAnswer]]:
    """The rows that come out differently, as decided by batches and one by one."""

    def decide(shipment: Shipment) -> Any:
        return decided(rulebook.decide(shipment, **footing))

    reading = replace(found.reading, law_date=footing.get("law_date"),
                      known_as_of=footing.get("known_as_of"))  # fmt: skip
    alike = Alike(rulebook, reading, decide)
    fast = (a for b in batched(found.table.rows(), len(found.table.header), size)
            for a in alike.answer(b))  # fmt: skip
    slow = (answer_row(row, shipment, problems, found.columns, found.table.file, decide)
            for row, shipment, problems in found.shipments())  # fmt: skip
    for one, other in zip(fast, slow, strict=True):
        if one != other:
            yield one, other


def told(one: RowAnswer, other: RowAnswer) -> str:
    """Where two answers differ."""
    if one.decision is None or other.decision is None:
        return f"{one}\n{other}"
    apart = [
        (name, getattr(one.decision, name), getattr(other.decision, name))
        for name in one.decision.__dataclass_fields__
        if getattr(one.decision, name) != getattr(other.decision, name)
    ]
    return f"{replace(one, decision=None)}\n{replace(other, decision=None)}\n{apart}"
