"""Which missing facts could settle a review: asked for only as far as none can be spared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from screening.attainable import FALSE, TRUE, Attainable
from screening.conditions.reasons import Explained
from screening.conditions.told import Told
from screening.decide.verdict import Ruling
from screening.decision import Verdict
from screening.rulebook.model import Content
from screening.trace import Reasons
from screening.truth import Truth
from screening.vocabulary import ROLES, Scope, Vocabulary


def what_to_ask(
    ruling: Ruling, content: Content, reasons: Reasons, requires: tuple[Told, ...]
) -> tuple[str, ...]:
    """The facts to supply, in vocabulary order; nothing where no fact could change the verdict.

    `requires` is what an allow needs, explained for these facts.
    """
    if ruling.verdict is not Verdict.REVIEW:
        return ()
    case = ruling.case
    if case is None or case.registers is not ruling.registers:
        opened = {i: reasons.of(i) for i in _undetermined(ruling)}
        return _asked(ruling, content, opened, requires)
    if not case.opened:
        case.opened.append(tuple(_undetermined(ruling)))
    opened = {i: reasons.of(i) for i in case.opened[0]}
    # Of the facts only this enters: which tests are unknown for want of what.
    key = (tuple(t.shape for t in opened.values()), tuple(t.shape for t in requires))
    return case.asked.of(key, lambda: _asked(ruling, content, opened, requires))


def _asked(
    ruling: Ruling, content: Content, opened: Mapping[int, Told], requires: tuple[Told, ...]
) -> tuple[str, ...]:
    asker = _Asker(
        ruling, content, {i: told.trees for i, told in opened.items()},
        tuple(tree for told in requires for tree in told.trees),
    )  # fmt: skip
    every = (1 << len(asker.missing)) - 1
    for goal in (Verdict.ALLOW, Verdict.DENY):
        if asker.reaches(goal, every) and not asker.reaches(goal, 0):
            kept = asker.fewest(goal, every)
            return tuple(ref for n, ref in enumerate(asker.missing) if kept >> n & 1)
    return ()


class _Asker:
    def __init__(
        self, ruling: Ruling, content: Content, opened: Mapping[int, tuple[Explained, ...]],
        requires: tuple[Explained, ...],
    ) -> None:  # fmt: skip
        self.ruling = ruling
        self.table = content.header.verdicts
        refs = _missing((t for trees in opened.values() for t in trees), requires)
        self.missing = sorted(refs, key=lambda ref: order(ref, content.vocabulary))
        """Every fact that an undetermined test reads."""
        place = {ref: n for n, ref in enumerate(self.missing)}
        self.conditions = {
            i: tuple(Attainable(t, place) for t in trees) for i, trees in opened.items()
        }
        self.requires = tuple(Attainable(t, place) for t in requires)
        self.reading: list[list[int]] = [[] for _ in self.missing]
        """For each of these facts the columns whose conditions hang on it."""
        for i, conditions in self.conditions.items():
            for n in {n for c in conditions for n in c.reads()}:
                self.reading[n].append(i)

    def reaches(self, goal: Verdict, supplied: int) -> bool:
        """Whether some answers to the facts supplied could bring the verdict to `goal`."""
        if goal is Verdict.ALLOW and not all(c.values(supplied) & TRUE for c in self.requires):
            return False
        return self._settles(goal, self._changed(goal, supplied, self.conditions))

    def fewest(self, goal: Verdict, supplied: int) -> int:
        """The facts, of those that reach `goal`, that are left when none more can be spared."""
        changed = self._changed(goal, supplied, self.conditions)
        for n in reversed(range(len(self.missing))):
            trial = supplied & ~(1 << n)
            if goal is Verdict.ALLOW and not all(c.values(trial) & TRUE for c in self.requires):
                continue
            hanging = self.reading[n]  # nothing else can come out otherwise
            tried = dict(changed)
            for i in hanging:
                tried.pop(i, None)
            tried |= self._changed(goal, trial, hanging)
            if tried == changed or self._settles(goal, tried):
                supplied, changed = trial, tried
        return supplied

    def _changed(self, goal: Verdict, supplied: int, among: Iterable[int]) -> dict[int, Truth]:
        """The columns that facts supplied could change in favor of the goal."""
        relaxing, changed = self.ruling.compiled.relaxing, {}
        for i in among:
            conditions = self.conditions[i]
            # Grounds tighten, what defeats them relaxes.
            if (i in relaxing) == (goal is Verdict.ALLOW):
                if all(c.values(supplied) & TRUE for c in conditions):
                    unverified = self.ruling.met[i].unverified
                    changed[i] = Truth.UNKNOWN if unverified else Truth.TRUE
            elif any(c.values(supplied) & FALSE for c in conditions):
                changed[i] = Truth.FALSE
        return changed

    def _settles(self, goal: Verdict, changed: Mapping[int, Truth]) -> bool:
        """Whether the rules come to the goal if these columns were met so."""
        compiled, registers = self.ruling.compiled, self.ruling.with_met(changed)
        if goal is Verdict.DENY:
            sure = any(registers[r] for f, r in compiled.certain_at.items()
                       if self.table[f] is Verdict.DENY)  # fmt: skip
            return sure or bool(registers[compiled.company[Verdict.DENY].sure])
        blocked = any(registers[r] for f, r in compiled.possible_at.items()
                      if self.table[f] is not Verdict.ALLOW)  # fmt: skip
        return not blocked and not any(registers[k.possible] for k in compiled.company.values())


def _undetermined(ruling: Ruling) -> Iterator[int]:
    """A column of each rule that facts could still decide; its other columns are met alike."""
    for i in ruling.undecided():
        met = ruling.met[i]
        if not met.outside and not met.error and not ruling.compiled.columns[i].rule.built_in:
            yield i


def _missing(trees: Iterable[Explained], requires: tuple[Explained, ...]) -> set[str]:
    found: set[str] = set()
    for tree in (*trees, *requires):
        if tree.truth is Truth.UNKNOWN:
            found |= tree.unknown
    for tree in requires:
        if tree.truth is Truth.FALSE:
            found.update(tree.lacks)
    return found


def order(ref: str, vocabulary: Vocabulary) -> tuple[int, int, int]:
    """Where a fact stands: shipment fields in vocabulary order, then parties by role."""
    head, _, rest = ref.partition(".")
    if head in ROLES:
        place = vocabulary.position(Scope.PARTY, rest) if rest else -1
        return (1, ROLES.index(head), place)
    return (0, vocabulary.position(Scope.SHIPMENT, ref), 0)
