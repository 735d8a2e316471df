"""The days on which the law changes, and what becomes of some shipments that everybody knows.

The golden text is read like prose when it changes; UPDATE_GOLDEN=1 writes it anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from textwrap import fill

import pytest
from lawcases import HERE, Given, shipment, shipped

from screening import Shipment
from screening.rulebook.period import Period

GOLDEN = HERE.parent / "golden" / "boundaries.txt"
DAY = timedelta(days=1)

NVIDIA, CLOUD = {"exporter": "NVIDIA Corporation"}, {"end_use": ["datacenter"]}
NOTICE = {
    "nac_confirmed": "true",
    "nac_within_notified_amounts": "true",
    "written_purchase_order": "true",
}
BOLT = {"eccn": "EAR99", "attributes": {"food_or_medicine": "false"}}
CHINESE = {"name": "Example Cloud", "headquarters": "SG", "parent_headquarters": "CN"}
OWNER = {
    "party": "Example Listed Owner",
    "percent": "60",
    "listings": [{"list": "EL", "items": "all", "policy": "Presumption of denial"}],
}

SHIPMENTS: dict[str, Given] = {
    "H20 to China by NVIDIA": {**NVIDIA, **CLOUD, "product": "nvidia-h20", "destination": "CN"},
    "H100 to China by NVIDIA": {**NVIDIA, **CLOUD, "product": "nvidia-h100", "destination": "CN"},
    "H100 to Hong Kong by NVIDIA":
        {**NVIDIA, **CLOUD, "product": "nvidia-h100", "destination": "HK"},
    "H100 to Saudi Arabia by NVIDIA":
        {**NVIDIA, **CLOUD, "product": "nvidia-h100", "destination": "SA"},
    "H100 to a firm in Singapore with a Chinese parent by NVIDIA":
        {**NVIDIA, **CLOUD, "product": "nvidia-h100", "destination": "SG", "buyer": CHINESE},
    "H100 to Germany by NVIDIA": {**NVIDIA, **CLOUD, "product": "nvidia-h100", "destination": "DE"},
    "RTX 4090 to China by NVIDIA, nothing notified":
        {**NVIDIA, "product": "nvidia-rtx-4090", "destination": "CN", "end_use": ["consumer"],
         "certifications": {"nac_confirmed": "false"}},
    "RTX 4090 to China by NVIDIA, notified 25 days before":
        {**NVIDIA, "product": "nvidia-rtx-4090", "destination": "CN", "end_use": ["consumer"],
         "certifications": NOTICE},
    "A100 to China by NVIDIA": {**NVIDIA, **CLOUD, "product": "nvidia-a100", "destination": "CN"},
    "A100 to Macau by NVIDIA": {**NVIDIA, **CLOUD, "product": "nvidia-a100", "destination": "MO"},
    "High bandwidth memory of 3.5 GB/s per mm2 to China":
        {"exporter": "Micron", "product": "micron-hbm3e", "memory_bandwidth_density": "3.5",
         "chip": {"tpp": "0"},
         "destination": "CN"},
    "GB300 to Microsoft in the UAE by NVIDIA":
        {**NVIDIA, **CLOUD, "product": "nvidia-gb300", "destination": "AE",
         "buyer": {"name": "Microsoft", "country": "AE"}},
    "EAR99 bolt to Germany": {**BOLT, "destination": "DE"},
    "EAR99 bolt to China": {**BOLT, "destination": "CN"},
    "EAR99 bolt to Syria": {**BOLT, "destination": "SY"},
    "EAR99 bolt to Russia": {**BOLT, "destination": "RU", "destination_region": "other"},
    "EAR99 bolt to Iran": {**BOLT, "destination": "IR"},
    "EAR99 bolt to a firm in China that a listed party owns by 60 percent":
        {**BOLT, "destination": "CN", "buyer": {"owners": [OWNER]}},
}  # fmt: skip

HEADING = """\
What becomes of some shipments on the days on which the law changes.

Under each day stands what ends and begins with it, then every shipment whose answer is another
than the day before. It holds from that day on until it is listed again. Chips that have no entry
of their own yet are given as 3A991. On days before the rulebook is verified nothing is allowed, and
no answers are listed. Written by tests/law/test_boundaries.py.
"""


@cache
def lines() -> dict[str, Shipment]:
    return {title: Shipment.model_validate(shipment(said)) for title, said in SHIPMENTS.items()}


@cache
def answer(title: str, day: date) -> str:
    line = lines()[title].with_field("law_date", day.isoformat())
    if "notified" in title and "nothing" not in title:
        notice = (day - 25 * DAY).isoformat()
        line = line.with_field("certifications.nac_notice_date", notice)
    book = shipped()
    facts = book.facts(line)
    if "eccn" not in facts.values:
        facts = book.facts(line.with_field("eccn", "3A991"))
    ruling = book.ruling(facts, book.view(day))
    said = f"{ruling.verdict}, {ruling.finding}"
    if ruling.possible is not ruling.finding:
        said += f" (may be {ruling.possible})"
    return said.replace("_", " ")


def limits(period: Period, what: str) -> Iterator[tuple[date, str, str]]:
    if period.start is not None:
        yield period.start, "begins", what
    if period.end is not None:
        yield period.end, "ends", what


def changes() -> Iterator[tuple[date, str, str]]:
    """Every day on which the rulebook says something else than the day before: what and who."""
    content = shipped().content
    for rule in content.rules.values():
        for window in rule.windows:
            yield from limits(window, rule.id)
    for goods in content.classes.values():
        for definition in goods.definitions:
            for window in definition.windows:
                yield from limits(window, f"class {goods.id}")
    for group in content.groups.values():
        for dated in group.dated:
            members = ", ".join(sorted(dated.members))
            yield from limits(dated.period, f"{members} in {group.id}")
    for product in content.products.values():
        for figure in product.figures:
            yield from limits(figure.period, "figures of the catalog")
    header = content.header
    if header.covers_from is not None:
        yield header.covers_from, "begins", "what is verified"
    if header.verified_through is not None:
        yield header.verified_through + header.grace + DAY, "ends", "the grace of what is verified"


@cache
def boundaries() -> dict[date, dict[str, list[str]]]:
    found: dict[date, dict[str, list[str]]] = {}
    for day, what, who in changes():
        names = found.setdefault(day, {}).setdefault(what, [])
        if who not in names:
            names.append(who)
    return dict(sorted(found.items()))


def verified_from() -> date:
    return shipped().content.header.covers_from or date.min


def paragraph(day: date, named: dict[str, list[str]]) -> Iterator[str]:
    yield f"{day:%d %B %Y} ({day})".lstrip("0")
    for what in ("ends", "begins"):
        if what in named:
            yield fill(f"{what}: {'; '.join(named[what])}", 100, initial_indent="  ",
                       subsequent_indent="    ", break_on_hyphens=False)  # fmt: skip
    if day < verified_from():
        yield ""
        return
    changed = False
    for title in SHIPMENTS:
        before, on = answer(title, day - DAY), answer(title, day)
        if on != before or day == verified_from():
            changed = True
            yield f"  * {title}: {on}; the day before {before}."
    if not changed:
        yield "  No answer changes."
    yield ""


def told() -> str:
    days = boundaries()
    text = [HEADING]
    for day, named in days.items():
        text += paragraph(day, named)
    return "\n".join(text)


def test_the_boundary_days_read_as_reviewed() -> None:
    text = told()
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert GOLDEN.read_text(encoding="utf-8") == text, "see UPDATE_GOLDEN above, then read the diff"


def test_nothing_is_allowed_before_the_rulebook_is_verified() -> None:
    for day in [*(d for d in boundaries() if d < verified_from()), verified_from() - DAY]:
        assert not [title for title in SHIPMENTS if answer(title, day).startswith("allow")], day


def test_no_answer_changes_between_the_boundary_days() -> None:
    days = [day for day in boundaries() if day >= verified_from()]
    for title in SHIPMENTS:
        for day, following in pairwise(days):
            assert answer(title, day) == answer(title, following - DAY), (title, day, following)


@pytest.mark.slow
def test_the_day_after_is_as_the_day_itself() -> None:
    days = boundaries()
    for day in days:
        if day + DAY in days:
            continue
        for title in SHIPMENTS:
            assert answer(title, day + DAY) == answer(title, day), (title, day)


def test_every_rule_and_class_with_a_date_is_named() -> None:
    named = {who for day in boundaries().values() for names in day.values() for who in names}
    content = shipped().content
    dated = {r.id for r in content.rules.values() if any(w.start or w.end for w in r.windows)}
    dated |= {f"class {c}" for c in content.classes}
    assert dated <= named
