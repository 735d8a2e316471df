"""The language page's formulas, written from its text: plain recursion, no program, no sharing.

Read it beside docs/semantics.md. It takes the books of `generate.py` as they are written and uses
nothing of the engine, so that an error in one of the two shows as a difference.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from generate import ALWAYS, COVERS, Book, Case, Cond, Spec, Window

F, U, T = 0, 1, 2
"""False, unknown, true: `min` is and, `max` is or, `2 - x` is not."""

STEPS = (
    "not_subject", "license_exception", "not_enforced", "red_flag", "presumption_of_approval",
    "case_by_case", "license_required", "presumption_of_denial", "policy_of_denial", "prohibited",
)  # fmt: skip
RANKS = ("statute", "regulation", "letter", "guidance", "practice", "company")
WANT_OF_LICENSE = STEPS[4:9]


def rank(finding: str | None) -> int:
    """Place on the ladder; -1 for nothing, and `licensed` beside the exceptions."""
    if finding is None:
        return -1
    return STEPS.index("license_exception" if finding == "licensed" else finding)


@dataclass(frozen=True)
class Answer:
    """What the page says of one case."""

    met: dict[str, int]
    standing: dict[str, int]
    defeats: dict[str, int]
    active: dict[str, int]
    certain: int
    possible: int
    verdict: str


class Reference:
    """One book read for one case."""

    def __init__(self, book: Book, case: Case) -> None:
        self.book, self.case = book, case
        rules = [self._stated(r) for r in book.rules if self._in_text(r)]
        self.written = {r.id: r for r in [*rules, *_unwritten(rules)]}
        self.origin: dict[str, str] = {}
        self.rules: dict[str, Spec] = {}
        for rule in self.written.values():
            self.places(rule)
        self.reaches = {r.id: self.reach(r) for r in self.rules.values() if r.kind}

    def places(self, rule: Spec) -> list[Spec]:
        """A replacement of two rules is two replacements: one for each place it stands in."""
        known = [self.rules[id] for id, origin in self.origin.items() if origin == rule.id]
        if known:
            return known
        targets = [p.id for t in rule.targets if t in self.written
                   for p in self.places(self.written[t])]  # fmt: skip
        if rule.kind == "replacing" and targets:
            found = [replace(rule, id=f"{rule.id}@{t}", targets=(t,)) for t in targets]
        else:
            found = [replace(rule, targets=tuple(targets))]
        for place in found:
            self.rules[place.id] = place
            self.origin[place.id] = rule.id
        return found

    def of_rules(self, values: dict[str, int]) -> dict[str, int]:
        """Of a rule in several places, what holds in one of them."""
        found: dict[str, int] = {}
        for id, value in values.items():
            origin = self.origin[id]
            found[origin] = max(found.get(origin, F), value)
        return found

    # -- what the page takes for granted --

    def _in_text(self, rule: Spec) -> bool:
        """Text alone: overrides below the named rank are off, and grounds of practice/company."""
        if self.case.authority is None:
            return True
        if rule.kind is not None:
            return RANKS.index(rule.authority) <= RANKS.index(self.case.authority)
        return rule.authority not in ("practice", "company")

    @staticmethod
    def _stated(rule: Spec) -> Spec:
        return replace(rule, finding="license_exception") if rule.exception else rule

    def verdict_of(self, step: int) -> str:
        """The verdict table; -1 is no license required."""
        named = self.book.verdicts.get(STEPS[step]) if step >= 0 else None
        if named is not None:
            return named
        return "allow" if step <= 2 else "review" if step <= 6 else "deny"

    def allows(self, rule: Spec) -> bool:
        return rule.finding is not None and self.verdict_of(rank(rule.finding)) == "allow"

    # -- conditions --

    def truth(self, cond: Cond) -> int:
        match cond:
            case ("always",):
                return T
            case ("all", parts):
                return min(self.truth(p) for p in parts)
            case ("any", parts):
                return max(self.truth(p) for p in parts)
            case ("not", part):
                return 2 - self.truth(part)
        operator, name, wanted = cond
        if name not in self.case.given:
            return U
        value = self.case.given[name]
        match operator:
            case "is":
                holds = value is wanted
            case "in":
                holds = value in wanted
            case "least":
                holds = value >= wanted
        return T if holds else F

    # -- dates --

    def known(self, window: Window) -> Window | None:
        """Cut down to what was published by `known_as_of`."""
        day = self.case.known_as_of
        if day is None:
            return window
        if (window.published or window.start) > day:
            return None
        if window.end_published is not None and window.end_published > day:
            return replace(window, end=None)
        return window

    def in_force(self, start: date, end: date | None) -> int:
        day = self.case.law_date
        if day is None:
            return U
        return T if start <= day and (end is None or day < end) else F

    def stale(self, rule: Spec) -> bool:
        day = self.case.law_date
        return day is not None and day > self._verified(rule.verified_through)

    def _verified(self, day: date) -> date:
        """Through when it may be used: nothing counts as verified past `known_as_of`."""
        if self.case.known_as_of is not None:
            day = min(day, self.case.known_as_of)
        return day + timedelta(days=self.book.grace_days)

    def lapsed(self, rule: Spec) -> bool:
        """Whether a stay of the rule ended unconfirmed and no interval of its own began since."""
        for stay in self.rules.values():
            if rule.id not in stay.targets:
                continue
            for window in (w for w in stay.windows if w.doubt_after):
                end = None if (known := self.known(window)) is None else known.end
                if end is None:
                    continue
                again = [w.start for w in rule.windows if w.start >= end]
                if self.in_force(end, min(again, default=None)) != F:
                    return True
        return False

    # -- the formulas --

    def met(self, rule: Spec) -> int:
        if rule.id.startswith("*"):
            return self._unwritten_met(rule)
        windows = [w for w in map(self.known, rule.windows) if w is not None]
        now = max((self.in_force(w.start, w.end) for w in windows), default=F)
        when = self.truth(rule.when)
        holds = min(now, when, T if rule.conditions is None else self.truth(rule.conditions))
        claimed = rule.exception is not None and self.case.claim == rule.exception
        shown = rule.exception or rule.finding == "not_subject"
        if shown and not claimed and when != T and holds == U:
            return F  # unclaimed and not known to apply: it counts as absent
        if holds == T:
            doubtful = any(w.unverified and self.in_force(w.start, w.end) == T for w in windows)
            if doubtful or self.lapsed(rule) or (rule.kind is not None and self.stale(rule)):
                return U
        return holds

    def _unwritten_met(self, rule: Spec) -> int:
        if rule.id.startswith("*claim"):  # claimed but surely not met: a red flag
            if self.case.claim is None:
                return F
            granted = [self.met(r) for r in self.rules.values() if r.exception == self.case.claim]
            return 2 - max(granted, default=F)
        if self.case.license is None:
            return F
        ends = (date(2019, 1, 1), date(2029, 1, 1))
        runs = self.in_force(*ends)
        if rule.id.startswith("*licensed"):
            return runs if self.case.license == "proved" else F
        return F if runs == F else T

    def replacements(self, id: str) -> list[Spec]:
        return [r for r in self.rules.values() if r.kind == "replacing" and id in r.targets]

    def reach(self, override: Spec) -> set[str]:
        found = set(override.targets)
        if override.kind == "replacing" and self.allows(override):
            pending = list(found)
            while pending:
                for r in self.replacements(pending.pop()):
                    if r.id not in found and not self.allows(r):
                        found.add(r.id)
                        pending.append(r.id)
        return {
            id
            for id in found & set(self.rules)
            if self.origin[id] != self.origin[override.id]
            and self.origin[override.id] not in self.written[self.origin[id]].targets
        }

    def reaching(self, rule: Spec, *kinds: str) -> list[Spec]:
        overrides = (self.rules[o] for o, reached in self.reaches.items() if rule.id in reached)
        return [o for o in overrides if o.kind in kinds]

    def not_put_out(self, rule: Spec) -> int:
        """Nothing that suspends or exempts the rule defeats it."""
        return min((2 - self.defeats(o) for o in self.reaching(rule, "suspending", "exempting")),
                   default=T)  # fmt: skip

    def has_target(self, rule: Spec) -> int:
        """If it is a replacement, some rule that it replaces is standing."""
        if rule.kind != "replacing":
            return T
        return max(
            (self.standing(self.rules[t]) for t in rule.targets if t in self.rules), default=F
        )

    def standing(self, rule: Spec) -> int:
        return min(self.met(rule), self.not_put_out(rule), self.has_target(rule))

    def barred(self, rule: Spec) -> int:
        barring = [
            r
            for r in self.rules.values()
            if set(r.tags) & set(rule.barred_tags) and self.origin[r.id] not in rule.barred_except
        ]
        return max((self.standing(r) for r in barring), default=F)

    def defeats(self, rule: Spec) -> int:
        return min(self.met(rule), 2 - self.barred(rule), self.not_put_out(rule))

    def active(self, rule: Spec) -> int:
        everything = self.reaching(rule, "replacing", "suspending", "exempting")
        undefeated = min((2 - self.defeats(o) for o in everything), default=T)
        return min(self.met(rule), undefeated, self.has_target(rule))

    # -- the verdict --

    def certain(self, active: dict[str, int]) -> int:
        sure = [rank(r.finding) for id, r in self.rules.items() if active[id] == T]
        for rule in self.rules.values():
            if rule.kind is not None or rule.finding is None or self.met(rule) != T:
                continue
            off = self.reaching(rule, "suspending", "exempting")
            if all(self.defeats(o) == F for o in off):
                sure.append(self.least(rule))
        return max(sure, default=-1)

    def least(self, rule: Spec) -> int:
        """The least restrictive of the rule and of what may take its place, and theirs."""
        on = [o for o in self.reaching(rule, "replacing") if self.defeats(o) != F]
        return min([rank(rule.finding), *(self.least(o) for o in on)])

    def answer(self) -> Answer:
        active = {id: self.active(r) for id, r in self.rules.items()}
        certain = self.certain(active)
        possible = max(
            (rank(r.finding) for id, r in self.rules.items() if active[id] != F), default=-1
        )
        asked = {r.verdict: active[id] for id, r in self.rules.items() if r.verdict and active[id]}
        denied = any(r.verdict == "deny" and active[id] == T for id, r in self.rules.items())
        if self.verdict_of(certain) == "deny" or denied:
            verdict = "deny"
        elif self._may_allow() and self.verdict_of(possible) == "allow" and not asked:
            verdict = "allow"
        else:
            verdict = "review"
        return Answer(
            self.of_rules({id: self.met(r) for id, r in self.rules.items()}),
            self.of_rules({id: self.standing(r) for id, r in self.rules.items()}),
            self.of_rules({id: self.defeats(r) for id, r in self.rules.items() if r.kind}),
            self.of_rules(active), certain, possible, verdict,
        )  # fmt: skip

    def _may_allow(self) -> bool:
        day = self.case.law_date
        if day is None or not self.book.rules:
            return False
        covered = COVERS[0] <= day <= self._verified(COVERS[1])
        grounds = [r for r in self.rules.values() if r.kind is None]
        stale = any(self.met(r) != F and self.stale(r) for r in grounds)
        return covered and self.truth(self.book.requires) == T and not stale


def _unwritten(rules: list[Spec]) -> list[Spec]:
    """The red flag of a claim that fails, and what a license in hand does."""
    wanting = [r for r in rules if r.finding in WANT_OF_LICENSE]
    denials = [r for r in wanting if rank(r.finding) > rank("license_required")]
    return [
        Spec("*claim", "statute", ALWAYS, "red_flag"),
        Spec("*licensed", "statute", ALWAYS, "licensed", kind="replacing",
             targets=tuple(r.id for r in wanting)),
        Spec("*license", "statute", ALWAYS, "license_required", kind="replacing",
             targets=tuple(r.id for r in denials)),
    ]  # fmt: skip


def decide(book: Book, case: Case) -> Answer:
    """The page's answer."""
    return Reference(book, case).answer()
