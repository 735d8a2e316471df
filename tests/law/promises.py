"""What the law promises of every shipment, as searches for one that breaks it.

Each search takes a rulebook and lines to try, and yields what it found against the promise. On the
shipped rulebook it finds nothing; on a rulebook that is wrong on purpose it finds something.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import product

from lawcases import HERE, Given, in_no_force, ruled, shipped

from screening import Finding, Rulebook, Verdict
from screening.conditions.tree import Member, SomeParty, walk
from screening.decide.verdict import Ruling
from screening.decision import LADDER, Authority, OverrideKind
from screening.rulebook.groups import Group
from screening.rulebook.model import Rule
from screening.truth import Truth
from screening.vocabulary import FieldType, Scope

Line = tuple[Given, date]

TABLE = HERE.parents[1] / "rules" / "us-ear" / "ccl_requirements.csv"
DAYS = [date(2022, 9, 1), date(2023, 3, 1), date(2023, 12, 1), date(2025, 6, 1), date(2025, 8, 20),
        date(2025, 10, 15), date(2026, 2, 1), date(2026, 8, 1), date(2026, 11, 15)]  # fmt: skip
EMBARGOED = ["IR", "KP", "SY", "CU"]
EXCEPTIONS = [None, "NAC", "ACA", "HBM", "SPP", "ENC", "STA", "LVS", "GBS"]


def codes() -> list[str]:
    """EAR99, every entry of the list and every paragraph that its requirements tell apart."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return ["EAR99", *(row["code"] for row in csv.DictReader(file))]


def certified(book: Rulebook) -> Given:
    """Every certification there is, made."""
    fields = book.content.vocabulary.of(Scope.SHIPMENT).values()
    said = {FieldType.FLAG: "true", FieldType.NUMBER: "1", FieldType.PERCENT_RANGE: "1",
            FieldType.DATE: "2022-01-01"}  # fmt: skip
    return {f.id: said.get(f.type, "X1") for f in fields if f.id.startswith("certifications.")}


def thinned(lines: Sequence[Line], keep: int) -> Sequence[Line]:
    """About `keep` of them, spread evenly; the same at every run."""
    step = max(1, len(lines) // keep)
    while step > 2 and any(step % p == 0 for p in (2, 3, 5, 7)):
        step += 1  # not in step with what the lines were made of
    return lines[::step]


# ---- To an embargoed destination nothing goes but under a named exception ----


def embargoed_lines() -> list[Line]:
    """Every item of the list to every embargoed destination on every day, all certified."""
    given = certified(shipped()) | {"chip.tpp": "100", "datacenter_marketed": "false"}
    return [({"eccn": code, "destination": place, **given}, day)
            for code in codes()[1:] for place, day in product(EMBARGOED, DAYS)]  # fmt: skip


def allowed_to_embargoed(book: Rulebook, lines: Sequence[Line]) -> Iterator[str]:
    """Lines that are allowed and name no license exception."""
    for said, day in lines:
        found = ruled(book, said, day)
        if found.verdict is Verdict.ALLOW and found.finding is not Finding.LICENSE_EXCEPTION:
            yield f"{said['eccn']} to {said['destination']} on {day}: {found.finding}"


# ---- A party listed with all items is never allowed ----

LISTINGS: list[Given] = [
    {"list": "EL", "items": "all", "policy": "Presumption of denial"},
    {"list": "EL", "items": "all", "policy": "Case-by-case"},
    {"list": "EL", "items": "all", "policy": "Presumption of approval"},
    {"list": "EL", "items": "all", "footnotes": ["4"]},
    {"list": "EL", "items": "all"},
    {"list": "DPL", "items": "all"},
    {"list": "SDN", "items": "all"},
    {"list": "MEU", "items": "all"},
]
LISTED_ROLES = ["end_user", "ultimate_consignee", "intermediate_consignee", "purchaser",
                "forwarder", "exporter"]  # fmt: skip


def listed_lines() -> list[Line]:
    """Items, destinations, roles, days, listings and claims, all crossed and drawn in turn."""
    items: list[Given] = [{"eccn": c} for c in codes()[::9]]
    items += [{"product": p} for p in list(shipped().content.products)[::12]]
    places = ["DE", "CN", "AE", "CA", "TW", "IN", "US", "JP", "SG", "VN"]
    crossed = list(product(LISTED_ROLES, LISTINGS, EXCEPTIONS, DAYS))
    lines: list[Line] = []
    for i, item in enumerate(items):
        for k, (role, listing, claimed, day) in enumerate(crossed[i % 31 :: 31]):
            said = {**item, "destination": places[(i + k) % len(places)],
                    role: {"name": "Example Listed", "listings": [listing]}}  # fmt: skip
            if claimed:
                said |= {"license_exception_claimed": claimed, **certified(shipped())}
            lines.append((said, day))
    return lines


def allowed_though_listed(book: Rulebook, lines: Sequence[Line]) -> Iterator[str]:
    """Lines that are allowed."""
    for said, day in lines:
        if ruled(book, said, day).verdict is Verdict.ALLOW:
            yield f"{said} on {day}"


# ---- A letter binds its addressees and nobody else ----


def letters(book: Rulebook) -> list[Rule]:
    """The letters themselves, without what they mean for others."""
    return [r for r in book.rules.values()
            if r.authority is Authority.LETTER and not r.id.endswith("/others")]  # fmt: skip


def addressees(book: Rulebook, letter: Rule) -> set[str]:
    """The parties that the letter in the shipped rulebook was sent to."""
    found: set[str] = set()
    for node in walk(shipped().rules[letter.id].when):
        if isinstance(node, SomeParty) and node.roles == ("exporter",):
            for test in walk(node.body):
                if isinstance(test, Member) and test.field.id == "party":
                    found |= {str(v) for v in test.values}
                    found |= {m for g in test.groups for m in _members(book.content.groups[g])}
    return found


def _members(group: Group) -> set[str]:
    groups = shipped().content.groups
    own = {m for d in group.dated for m in d.members}
    return own | {m for id in group.include
                  for m in (_members(groups[id]) if id in groups else {id})}  # fmt: skip


def letter_lines(book: Rulebook) -> list[Line]:
    """Products that letters speak of, on the days on which letters hold, by every known exporter
    and by firms that nobody knows."""
    named = ["nvidia-a100-sxm4-80gb", "nvidia-h100-sxm5-80gb", "nvidia-a800-pcie-80gb",
             "nvidia-h20", "amd-mi250", "amd-mi308x", "intel-gaudi3"]  # fmt: skip
    goods: list[Given] = [{"product": p} for p in named]
    goods.append({"eccn": "3D991"})
    goods.append({"eccn": "4A994", "chip.memory_bandwidth_gbs": "1500", "chip.tpp": "2000",
                  "datacenter_marketed": "true"})  # fmt: skip
    days = [date(2022, 9, 1), date(2023, 9, 15), date(2023, 10, 30), date(2025, 4, 20),
            date(2025, 6, 1), date(2025, 8, 20), date(2026, 8, 1)]  # fmt: skip
    firms = [book.content.parties[id].title for id in sorted(book.content.parties)]
    firms += ["Example Reseller", "Nvidea Corp", "NVIDIA Reseller GmbH", "Advanced Micro Systems"]
    buyers: list[Given] = [{}, {"buyer": {"headquarters": "DE", "parent_headquarters": "CN"}}]
    return [({**item, **buyer, "destination": place, "exporter": firm}, day)
            for item, place, day, buyer, firm
            in product(goods, ("CN", "SA", "DE"), days, buyers, firms)]  # fmt: skip


def bound_without_a_letter(book: Rulebook, lines: Sequence[Line]) -> Iterator[str]:
    """Letters that hold for an exporter to whom they were not sent, and verdicts that change for
    such an exporter when the letters, but not what they mean for others, are gone.

    A name that nobody knows may be an addressee's; then the letter is in doubt and never surely
    holds, and never makes a denial.
    """
    sent = {letter.id: addressees(book, letter) for letter in letters(book)}
    without = in_no_force(book, *sent)
    for said, day in lines:
        known = book.content.party_index.find(said["exporter"])
        found = ruled(book, said, day)
        least = Truth.UNKNOWN if known is None else Truth.FALSE
        wrong = [id for id, to in sent.items()
                 if known not in to and active(found, id) not in (least, Truth.FALSE)]  # fmt: skip
        if wrong:
            yield f"{wrong} for {said['exporter']}: {said} on {day}"
        elif not any(known in to for to in sent.values()):
            other = ruled(without, said, day)
            denied = found.verdict is Verdict.DENY and other.verdict is not Verdict.DENY
            if denied or (known and found.finding is not other.finding):
                yield f"{said['exporter']}: {found.finding}, without letters {other.finding}"


def active(found: Ruling, id: str) -> Truth:
    """Whether a rule is met, by any of its columns."""
    met = [m.value for c, m in zip(found.compiled.columns, found.met, strict=True)
           if c.rule.id == id]  # fmt: skip
    assert met
    return max(met, key=[Truth.FALSE, Truth.UNKNOWN, Truth.TRUE].index)


# ---- Nothing below regulation loosens but as the language says who may relax ----


def unlawful_relaxations(book: Rulebook, opened: frozenset[str] = frozenset()) -> Iterator[str]:
    """Overrides of an authority that may not relax so. `opened`: tags that a layer opens."""
    approval = Finding.PRESUMPTION_OF_APPROVAL.rank
    for rule in book.rules.values():
        if rule.is_ground or rule.authority in (Authority.STATUTE, Authority.REGULATION):
            continue
        replacing = rule.kind is OverrideKind.REPLACING
        may = {
            Authority.GUIDANCE: replacing and rule.finding is Finding.NOT_ENFORCED,
            Authority.PRACTICE: replacing
            and rule.finding is not None
            and rule.finding.rank >= approval,
            Authority.COMPANY: bool(rule.targets)
            and all(book.rules[t].tags & opened for t in rule.targets),
        }.get(rule.authority, False)
        if not may:
            yield f"{rule.id}: {rule.authority} by {rule.kind} with {rule.finding}"


def relaxing_lines() -> list[Line]:
    """The products of the catalogue and some entries, by firms that letters know and others."""
    items: list[Given] = [{"product": p} for p in list(shipped().content.products)[::3]]
    items += [{"product": "nvidia-h20"}, {"product": "amd-mi308x"}]
    items += [{"eccn": c} for c in ("3A090.a", "4A090.b", "5A992.z.1", "4E091", "4D090", "5E992",
                                    "3A090.c", "4A994", "3A001.z.1.a")]  # fmt: skip
    places = ["CN", "MO", "DE", "AE", "VN", "SA", "IN", "JP"]
    firms = ["NVIDIA Corporation", "Advanced Micro Devices", "Example Exporter"]
    days = [*DAYS, date(2025, 7, 15), date(2025, 5, 14)]
    return [({**item, "destination": place, "exporter": firm}, day)
            for item, place, firm, day in product(items, places, firms, days)]  # fmt: skip


def allowed_by_lesser_word(book: Rulebook, lines: Sequence[Line]) -> Iterator[str]:
    """Lines that only practice or the law's guidance lets through, and not as `not_enforced`."""
    overrides = [r for r in book.rules.values() if not r.is_ground]
    practice = in_no_force(book, *(r.id for r in overrides if r.authority is Authority.PRACTICE))
    for said, day in lines:
        found = ruled(book, said, day)
        if found.verdict is not Verdict.ALLOW:
            continue
        if ruled(practice, said, day).verdict is not Verdict.ALLOW:
            yield f"{said} on {day}: allowed by practice"
        text = ruled(book, said, day, Authority.REGULATION)
        enforced = Finding.NOT_ENFORCED not in (found.finding, found.possible)
        if text.verdict is not Verdict.ALLOW and enforced:
            yield f"{said} on {day}: allowed, and the text asks {text.finding}"


def with_finding(book: Rulebook, id: str, finding: Finding) -> Rulebook:
    """The rulebook with another finding for one rule: a way to be wrong."""
    assert finding in LADDER
    rules = {**book.rules, id: replace(book.rules[id], finding=finding)}
    return Rulebook(replace(book.content, rules=rules))
