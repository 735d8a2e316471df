"""Which missing facts could settle a review: asked for only as far as none can be spared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from screening.attainable import Conditions, Reach
from screening.conditions.reasons import Explained
from screening.conditions.told import Told
from screening.decide.verdict import Ruling
from screening.decision import Verdict
from screening.reasoning import Reasons
from screening.rulebook.model import Content
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
    opened = {i: reasons.of(i) for i in undetermined(ruling)}
    case = ruling.own_case
    if case is None:
        return _asked(ruling, content, opened, requires)
    # Of the facts only this enters: which tests are unknown for want of what.
    key = tuple(n for t in (*opened.values(), *requires) for n in t.shape)
    return case.asked.of(key, lambda: _asked(ruling, content, opened, requires))


def _asked(
    ruling: Ruling, content: Content, opened: Mapping[int, Told], requires: tuple[Told, ...]
) -> tuple[str, ...]:
    asker = _Asker(
        ruling, content, {i: told.trees for i, told in opened.items()},
        tuple(tree for told in requires for tree in told.trees),
    )  # fmt: skip
    kept = asker.fewest()
    return tuple(ref for n, ref in enumerate(asker.missing) if n in kept)


class _Asker:
    """Looks for the fewest facts that reach a goal, first an allow, then a deny.

    Facts are spared one by one from the last on. The worlds looked at together are those that keep
    the facts found to be needed and, of the others, only the first `j`: the last world that does
    not reach the goal shows the next fact that cannot be spared. Where one does not suffice, all
    that nothing else makes up for are looked for at once: the goal is missed where one of these
    alone is not supplied.
    """

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
        self._derive_kind(place)
        trees = [*(t for of_column in opened.values() for t in of_column), *requires]
        self.conditions = Conditions(trees, place)
        self.opened = {i: [self.conditions.of(t) for t in of] for i, of in opened.items()}
        self.requires = [self.conditions.of(t) for t in requires]

    def _derive_kind(self, place: dict[str, int]) -> None:
        """The kind of transaction follows from the places: who supplies them supplies it."""
        ends = [place[ref] for ref in ("exported_from", "destination") if ref in place]
        if ends and "kind" in place:
            place["kind"] = max(ends)

    def fewest(self) -> set[int]:
        """The numbers of the facts left when none more can be spared; none if no fact helps."""
        worlds = self._worlds(set())
        for goal in (Verdict.ALLOW, Verdict.DENY):
            reached = self._reached(goal, worlds, len(self.missing))
            if reached >> len(self.missing) & 1 and not reached & 1:
                return self._spared(goal, reached)
        return set()

    def _spared(self, goal: Verdict, reached: int) -> set[int]:
        kept: set[int] = set()
        first, at_once = len(self.missing), False
        while missed := ~reached & (1 << first) - 1:
            if kept and not at_once:
                kept |= self._alone_needed(goal, first)
                at_once = True
            else:
                first = missed.bit_length() - 1
                kept.add(first)
            reached = self._reached(goal, self._worlds(kept, first), first)
        return kept

    def _alone_needed(self, goal: Verdict, first: int) -> set[int]:
        """Of the first facts those without which all others do not reach the goal."""
        count = len(self.missing)
        every = (1 << count) - 1
        but_one = self.conditions.reaches([every & ~(1 << n) for n in range(count)], every)
        reached = self._reached(goal, but_one, count - 1)
        return {n for n in range(first) if not reached >> n & 1}

    def _worlds(self, kept: set[int], last: int | None = None) -> Sequence[Reach]:
        """What conditions can come to in the worlds 0 to `last`, of which `j` has the facts below
        `j`, and all have those that are `kept`."""
        count = len(self.missing) if last is None else last
        every = (2 << count) - 1
        supplied = [
            every if n in kept else every & ~((2 << n) - 1) for n in range(len(self.missing))
        ]
        return self.conditions.reaches(supplied, every)

    def _reached(self, goal: Verdict, reach: Sequence[Reach], last: int) -> int:
        """The worlds 0 to `last` in which some answers could bring the verdict to the goal."""
        every = (2 << last) - 1
        possible = every
        if goal is Verdict.ALLOW:
            for place in self.requires:
                possible &= reach[place].true
        return possible & self._settled(goal, self._changed(goal, reach, every), every)

    def _changed(
        self, goal: Verdict, reach: Sequence[Reach], every: int
    ) -> dict[int, tuple[Truth, int]]:
        """The columns that facts supplied could change in favor of the goal, to what, and where."""
        relaxing = self.ruling.compiled.relaxing
        changed: dict[int, tuple[Truth, int]] = {}
        for i, places in self.opened.items():
            # Grounds tighten, what defeats them relaxes.
            if (i in relaxing) == (goal is Verdict.ALLOW):
                where, to = every, Truth.TRUE
                for place in places:
                    where &= reach[place].true
                if where and self.ruling.met[i].unverified:
                    to = Truth.UNKNOWN
            else:
                where, to = 0, Truth.FALSE
                for place in places:
                    where |= reach[place].false
            if where:
                changed[i] = (to, where)
        return changed

    def _settled(self, goal: Verdict, changed: Mapping[int, tuple[Truth, int]], every: int) -> int:
        """The worlds in which the rules come to the goal if these columns were met so."""
        compiled, registers = self.ruling.compiled, self.ruling.with_met(changed, every)
        found = 0
        if goal is Verdict.DENY:
            for finding, register in compiled.certain_at.items():
                if self.table[finding] is Verdict.DENY:
                    found |= registers[register]
            return found | registers[compiled.company[Verdict.DENY].sure]
        for finding, register in compiled.possible_at.items():
            if self.table[finding] is not Verdict.ALLOW:
                found |= registers[register]
        for asked in compiled.company.values():
            found |= registers[asked.possible]
        return every & ~found


def undetermined(ruling: Ruling) -> tuple[int, ...]:
    """A column of each rule that facts could still decide; its other columns are met alike."""
    case = ruling.own_case
    if case is None:
        return tuple(_undetermined(ruling))
    if not case.opened:
        case.opened.append(tuple(_undetermined(ruling)))
    return case.opened[0]


def _undetermined(ruling: Ruling) -> Iterator[int]:
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
            found |= tree.unknown
    return found


def order(ref: str, vocabulary: Vocabulary) -> tuple[int, int, int, str]:
    """Where a fact stands: shipment fields in vocabulary order, then parties by role; what is no
    field, such as a party's listings, by its name, so that the order is the same in every process.
    """
    head, _, rest = ref.partition(".")
    if head in ROLES:
        place = vocabulary.position(Scope.PARTY, rest) if rest else -1
        return (1, ROLES.index(head), place, rest)
    return (0, vocabulary.position(Scope.SHIPMENT, ref), 0, ref)
