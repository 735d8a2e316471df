"""What is answered: findings on a ladder, verdicts, and how the two meet."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Verdict(StrEnum):
    """The operational answer; later is stricter."""

    __hash__ = str.__hash__

    ALLOW = "allow"
    REVIEW = "review"
    DENY = "deny"

    @property
    def rank(self) -> int:
        """0 for allow, 1 for review, 2 for deny."""
        return list(Verdict).index(self)


class Finding(StrEnum):
    """The legal finding, from least to most restrictive.

    `no_license_required` is never found by a rule: it is what remains. `not_subject` is less than a
    license exception: an exception takes a requirement away, here none was made. `undetermined` is
    not on the ladder: it says that nothing is certain.
    """

    __hash__ = str.__hash__

    NO_LICENSE_REQUIRED = "no_license_required"
    NOT_SUBJECT = "not_subject"
    LICENSE_EXCEPTION = "license_exception"
    LICENSED = "licensed"
    NOT_ENFORCED = "not_enforced"
    RED_FLAG = "red_flag"
    PRESUMPTION_OF_APPROVAL = "presumption_of_approval"
    CASE_BY_CASE = "case_by_case"
    LICENSE_REQUIRED = "license_required"
    PRESUMPTION_OF_DENIAL = "presumption_of_denial"
    POLICY_OF_DENIAL = "policy_of_denial"
    PROHIBITED = "prohibited"
    UNDETERMINED = "undetermined"

    @property
    def rank(self) -> int:
        """Place on the ladder. `license_exception` and `licensed` share one step."""
        return _RANK[self]


_RANK: dict[Finding, int] = {f: i for i, f in enumerate(Finding)}
_RANK[Finding.LICENSED] = _RANK[Finding.LICENSE_EXCEPTION]

LADDER: tuple[Finding, ...] = tuple(f for f in Finding if f is not Finding.UNDETERMINED)
"""All findings but `undetermined`, least restrictive first."""

FOUND_BY_RULES: tuple[Finding, ...] = LADDER[1:]
"""The findings a rule may state."""

LICENSE_STEPS: tuple[Finding, ...] = (
    Finding.PRESUMPTION_OF_APPROVAL,
    Finding.CASE_BY_CASE,
    Finding.LICENSE_REQUIRED,
    Finding.PRESUMPTION_OF_DENIAL,
    Finding.POLICY_OF_DENIAL,
)
"""The findings that a license in hand answers; a prohibition is not among them."""

DEFAULT_VERDICTS: Mapping[Finding, Verdict] = {
    f: Verdict.ALLOW
    if f.rank <= Finding.NOT_ENFORCED.rank
    else Verdict.REVIEW
    if f.rank <= Finding.LICENSE_REQUIRED.rank
    else Verdict.DENY
    for f in LADDER
}

FINDING_WORDS: Mapping[Finding, str] = {
    Finding.NO_LICENSE_REQUIRED: "no license is required",
    Finding.NOT_SUBJECT: "the item is not subject to the regulations",
    Finding.LICENSE_EXCEPTION: "a license exception applies",
    Finding.LICENSED: "a license covers this line",
    Finding.NOT_ENFORCED: "a license is required by the text, which is announced as not enforced",
    Finding.RED_FLAG: "there is a red flag to resolve",
    Finding.PRESUMPTION_OF_APPROVAL: "a license is required, with a presumption of approval",
    Finding.CASE_BY_CASE: "a license is required, reviewed case by case",
    Finding.LICENSE_REQUIRED: "a license is required",
    Finding.PRESUMPTION_OF_DENIAL: "a license is required, with a presumption of denial",
    Finding.POLICY_OF_DENIAL: "a license is required, with a policy of denial",
    Finding.PROHIBITED: "the transaction is prohibited",
    Finding.UNDETERMINED: "nothing is certain on the facts given",
}
"""Each finding as a clause of plain English."""


class Authority(StrEnum):
    """On whose word a rule stands, highest first."""

    __hash__ = str.__hash__

    STATUTE = "statute"
    REGULATION = "regulation"
    LETTER = "letter"
    GUIDANCE = "guidance"
    PRACTICE = "practice"
    COMPANY = "company"

    @property
    def rank(self) -> int:
        """0 is the highest."""
        return list(Authority).index(self)


class OverrideKind(StrEnum):
    """How an override takes effect on what it reaches."""

    __hash__ = str.__hash__

    REPLACING = "replacing"
    SUSPENDING = "suspending"
    EXEMPTING = "exempting"


SUPPRESSING: tuple[OverrideKind, ...] = (OverrideKind.SUSPENDING, OverrideKind.EXEMPTING)
"""The kinds that take a rule out of operation and find nothing themselves."""


class Status(StrEnum):
    """What became of one rule in one decision."""

    __hash__ = str.__hash__

    DECISIVE = "decisive"
    APPLIES = "applies"
    OVERRIDDEN = "overridden"
    SUSPENDED = "suspended"
    EXEMPTED = "exempted"
    NOT_IN_FORCE = "not_in_force"
    NOT_KNOWN = "not_known"
    NOT_MET = "not_met"
    UNDETERMINED = "undetermined"
    OFFERED = "offered"
    OVERRIDES = "overrides"
    IDLE = "idle"
    ERROR = "error"
