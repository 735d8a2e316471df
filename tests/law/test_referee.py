"""The general determination against a second reading of the list and the chart (referee.py).

Codes of the list, with clean and complete facts, to destinations of the chart: where the referee
finds a license, the rulebook must; where it finds none, the rulebook must allow; where only words
tell, it must not allow. What differs on purpose is listed with its reason.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import date

import pytest
from lawcases import HERE, ruled, shipped
from referee import EMBARGOED, SHARED, Answer, answer, destinations, rows

from screening import Finding, Verdict
from screening.decide.verdict import Ruling

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"reference data not present: {SHARED}")

DAY = date(2026, 8, 1)
TABLE = HERE.parents[1] / "rules" / "us-ear" / "ccl_requirements.csv"
# No advanced chip, and no region of Ukraine that is embargoed.
CLEAN = {"chip.tpp": "100", "chip.memory_bandwidth_gbs": "10", "datacenter_marketed": "false",
         "destination_region": "other"}  # fmt: skip
NOT_SETTLED = {"ET", "PS"}  # membership of Country Groups in doubt

FIREARMS = "firearms: 742.17, part 744 and note 10 of the chart are not encoded, so no allow"
RUN_TOGETHER = "the reference table runs it together with the next entry, whose rows it gives"
AS_THE_WORDS_SAY = "a person has read these words: tools/ccl_by_hand.csv"
DIFFERS = {
    **dict.fromkeys(
        ["0A501", "0A502", "0A504", "0A505", "0A506", "0A507", "0A508", "0A509", "0B501", "0B505",
         "0D501", "0D505", "0E501", "0E502", "0E504", "0E505"], FIREARMS),
    **dict.fromkeys(("0D606", "2B351", "3E001"), RUN_TOGETHER),
    **dict.fromkeys(("1B001", "9A610"), AS_THE_WORDS_SAY),
    "0E982": "one sentence: all destinations except Canada",
    "1A231": "two rows in one: NP column 1 and AT column 1",
    "0A982": "742.7(a)(5): all destinations except Canada",
    "1C355": "742.18(a)(2): destinations outside the Chemical Weapons Convention",
    "1C395": "742.2(a)(4), 742.18(a)(2): destinations outside the Chemical Weapons Convention",
    "1C351": "742.18(a)(1): CW concerns d.15 and d.16, to all destinations",
    "1C350": "CW concerns destinations outside the convention, and CB 2 marks all of these",
    "1E355": "one sentence: destinations outside the Chemical Weapons Convention",
    "6A992": "RS without a row is Iraq, 746.3(a)(3)",
}  # fmt: skip


MILITARY = re.compile(r"\d[A-E]6\d\d|9[A-E]515")  # the 600 series and 9x515


def compared(lines: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """What differs: code, destination for the referee, destination for the rulebook."""
    for code, place, sent_to in lines:
        wanted = answer(code, place)
        got = ruled(shipped(), {"eccn": code, "destination": sent_to, **CLEAN}, DAY)
        agree = {
            Answer.LICENSE: needs_license(got),
            Answer.WORDS: got.verdict is not Verdict.ALLOW,
            Answer.NONE: got.verdict is Verdict.ALLOW,
        }[wanted]
        # 742.4(b)(1)(ii) and 742.6(b)(1) deny military items to D:5; that rule is unverified.
        in_doubt = MILITARY.match(code) is not None and got.verdict is Verdict.REVIEW
        if not agree and not in_doubt and code.partition(".")[0] not in DIFFERS:
            yield f"{code} to {place}: {wanted}, but {got.verdict} {got.finding}"


def needs_license(got: Ruling) -> bool:
    return got.verdict is not Verdict.ALLOW and (
        Finding.PRESUMPTION_OF_APPROVAL.rank <= got.finding.rank <= Finding.PROHIBITED.rank
    )


def codes() -> list[str]:
    """Every entry, every paragraph that the requirements tell apart, but for the .z paragraphs."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        found = [row["code"] for row in csv.DictReader(file)]
    return [c for c in found if c.partition(".")[0] in rows() and ".z" not in c]


def spread(each: int, step: int) -> list[tuple[str, str, str]]:
    """Every `each`th code to `step` destinations, spread over the chart; the same at every run."""
    places = [p for p in destinations() if p not in EMBARGOED | NOT_SETTLED]
    picked = codes()[::each]
    lines = [(code, places[(i * 37 + k * 71) % len(places)])
             for i, code in enumerate(picked) for k in range(step)]  # fmt: skip
    return [(code, place, place) for code, place in lines]


def test_the_rulebook_determines_what_the_referee_reads() -> None:
    lines = spread(each=3, step=1)
    assert len(lines) > 250
    assert list(compared(lines)) == []


@pytest.mark.slow
def test_the_rulebook_determines_what_the_referee_reads_in_full() -> None:
    assert list(compared(spread(each=1, step=12))) == []


def test_the_referee_finds_all_three_answers() -> None:
    found = {answer(code, place) for code, place, _ in spread(each=7, step=1)}
    assert found == set(Answer)


def test_a_wrong_determination_is_noticed() -> None:
    """Sent to Canada, while the referee is asked about India: the columns are not the same."""
    lines = [(code, "IN", "CA") for code, _, _ in spread(each=12, step=1)]
    assert len(list(compared(lines))) > len(lines) / 4


# What the two tables of the regulation say, read by a person.
ARGUED = [
    ("3A001.a.1", "DE", Answer.WORDS, "MT covers a.1.a when usable in missiles; MT 1 is marked"),
    ("3A001.a.2", "DE", Answer.NONE, "NS 2 alone, which is blank for Germany"),
    ("3A001.a.2", "IN", Answer.NONE, "NS 2 is blank for India"),
    ("3A001.a.2", "CN", Answer.LICENSE, "NS 2 is marked for China"),
    ("3A001.b.2", "CN", Answer.LICENSE, "NS 2, whatever becomes of NS 1"),
    ("3A991", "CN", Answer.NONE, "AT alone"),
    ("3B001.c.1.a", "DE", Answer.LICENSE, "worldwide control, 742.4(a)(5)"),
    ("3B001.d", "TW", Answer.NONE, "Macau and D:5 alone"),
    ("3B001.d", "CN", Answer.LICENSE, "Macau and D:5"),
    ("3D001", "DE", Answer.WORDS, "NS 1 for software for some commodities"),
    ("3E003", "DE", Answer.LICENSE, "NS 1 covers the entry and is marked for Germany"),
    ("4A003.b", "DE", Answer.LICENSE, "NS 1"),
    ("4A003.g", "DE", Answer.NONE, "NS 2; CC 1 is blank for Germany"),
    ("4A994", "CN", Answer.NONE, "AT alone"),
    ("5A002.a", "DE", Answer.LICENSE, "NS 1, and EI but to Canada"),
    ("5A002.a", "CA", Answer.NONE, "NS 1 is blank, EI leaves Canada out"),
    ("5A991", "CN", Answer.NONE, "AT alone"),
    ("1C350.b", "IN", Answer.WORDS, "CB 2 is blank for India; CW in words"),
    ("1C350.b", "CN", Answer.LICENSE, "CB 2"),
    ("2B350.a", "CN", Answer.LICENSE, "CB 2"),
    ("2B350.a", "DE", Answer.NONE, "CB 2 is blank for Germany"),
    ("6A003.b.3", "DE", Answer.WORDS, "RS 1, in a sentence with frame rates and exemptions"),
    ("6A003.b.1", "IN", Answer.NONE, "NS 2, which is blank for India"),
    ("9A610.y", "VE", Answer.LICENSE, "RS to China, Russia or Venezuela"),
    ("9A610.a", "DE", Answer.WORDS, "NS 1 but for what words say of .x"),
    ("9A610.t", "DE", Answer.LICENSE, "MT 1"),
    ("0A501.a", "BR", Answer.LICENSE, "NS 1, RS 1 and FC 1"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "place", "wanted", "why"), ARGUED)
def test_referee_and_rulebook_read_as_a_person_does(
    code: str, place: str, wanted: Answer, why: str
) -> None:
    assert answer(code, place) is wanted, why
    assert list(compared([(code, place, place)])) == []
