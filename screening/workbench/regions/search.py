"""One region after another, until the solver finds no shipment that is answered differently."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from screening.conditions.prove import Unreadable
from screening.decide.compile import Compiled
from screening.engine import Rulebook
from screening.facts import Facts
from screening.workbench.proofs.epochs import Epoch
from screening.workbench.proofs.solving import Frame
from screening.workbench.proofs.verdicts import Free, Key
from screening.workbench.regions.beside import changed, everything, touched
from screening.workbench.regions.grow import Cube
from screening.workbench.regions.literals import STATED, Tier
from screening.workbench.regions.moves import moves, regions_of
from screening.workbench.regions.pair import Pair
from screening.workbench.regions.same import is_open
from screening.workbench.regions.shown import NotConfirmed, confirmed, on_day, shown
from screening.workbench.regions.span import Span
from screening.workbench.regions.standing import Days, Standing
from screening.workbench.regions.told import Answer, Region, Where
from screening.workbench.regions.values import Groups, where

_FEW = 0.4
"""Where a change touches a greater share of the rules, all are told to the solver at once: one by
one, as they come up, they would come up all the same."""

Keep = Callable[[Sequence[Compiled], Sequence[Days]], frozenset[Key]]
"""Which rules are told by what they say, on some days."""


@dataclass(frozen=True)
class Found:
    """What was found for the days of one epoch, and what it hangs on."""

    days: tuple[Days, ...]
    read: frozenset[Key]
    """The rules whose words the solver was told; the others could be what they like."""
    cubes: tuple[Cube, ...]
    on_any_day: bool
    """Whether it holds whichever of the others are in force."""

    def holds_on(self, days: Sequence[Days], changed: frozenset[Key]) -> bool:
        """Whether nothing that it hangs on is otherwise on these days."""
        return changed <= self.read and all(
            here.settled == there.settled
            and all(here.of.get(key) == there.of.get(key) for key in self.read)
            and (self.on_any_day or all(
                key in self.read or _within(free, there.free.get(key))
                for key, free in here.free.items()))
            for here, there in zip(days, self.days, strict=True)
        )  # fmt: skip


def _within(free: Free, known: Free | None) -> bool:
    """Whether what a rule can be was looked at."""
    return known is not None and all(was or not is_ for is_, was in zip(free, known, strict=True))


class Comparer:
    """Two versions made ready for comparison."""

    def __init__(
        self, old: Rulebook, new: Rulebook, each: float, epochs: Sequence[Epoch] = ()
    ) -> None:
        """`each` limits one question to the solver, in seconds. `epochs` are those that will be
        asked for: what is learnt on one then serves the others."""
        self._books = old, new
        self._frame = Frame((old, new))
        self._standing = Standing((old, new), self._frame.compiled)
        self._each = each
        self._unlike, self._hangs_together = self._looked_over(epochs)
        self._pairs: dict[tuple[bool, bool], Pair] = {}
        self._read: Span | None = None
        self._before: list[Cube] = []
        self._found: Found | None = None
        self._groups: Groups
        self._told: dict[Hashable, Region] = {}

    def regions(self, epoch: Epoch) -> tuple[list[Region], list[str]]:
        """The regions of an epoch, and why these may not be all.

        Raises `Unreadable`, `TimedOut`.
        """
        days = self._standing.on(epoch)
        self._groups = Groups(self._books[1].view(epoch.first))
        regions = self._going_on(epoch, days)
        doubts: list[str] = []
        if regions is None:
            regions, doubts = self._sought(epoch, days)
        self._told = {_key(r.old, r.new, r.where): r for r in regions}
        return regions, doubts

    def _going_on(self, epoch: Epoch, days: Sequence[Days]) -> list[Region] | None:
        """What was found for other days, where it holds on these; the engine is asked again."""
        last = self._found
        if last is None or not last.holds_on(days, changed(self._frame.compiled, days)):
            return None
        try:
            return [self._region(epoch, cube, on_day(cube.facts, epoch.first))
                    for cube in last.cubes]  # fmt: skip
        except NotConfirmed:
            return None

    def _sought(self, epoch: Epoch, days: tuple[Days, ...]) -> tuple[list[Region], list[str]]:
        self._found = None
        # What moved on other days is the first thing to try on these.
        seen = [on_day(cube.facts, epoch.first) for cube in self._before]
        pair, cubes = self._cubes(epoch, seen)
        self._before = cubes
        regions = []
        doubts: list[str] = []
        for cube in self._before:
            try:
                regions.append(self._region(epoch, cube, cube.facts))
            except NotConfirmed as error:
                told = _told(cube, self._groups)
                words = ", ".join(w.words for w in told) or "every shipment"
                doubts.append(f"may change: {words}: {cube.old} -> {cube.new} ({error})")
        if not doubts:
            self._found = Found(
                days, frozenset(pair.beside.read), tuple(self._before), pair.beside.on_any_day
            )
        return regions, doubts

    def _cubes(self, epoch: Epoch, seen: Sequence[Facts]) -> tuple[Pair, list[Cube]]:
        """The regions, and what showed that they are all."""
        if not self._hangs_together:
            # Mostly it is enough to look at the rules that changed, and at few others as they come
            # up; for words that people use, at all on which the effect of these hangs.
            pair, n = self._pair(epoch, changed, True)
            if not any(pair.old.decides(f) != pair.new.decides(f) for f in seen):
                with pair.on(n):
                    if pair.differing() is None:
                        return pair, []
        pair, n = self._pair(epoch, everything if self._hangs_together else touched, False)
        with pair.on(n):
            return pair, regions_of(pair, moves(pair, seen), self._before)

    def _looked_over(self, epochs: Sequence[Epoch]) -> tuple[tuple[Epoch, ...], bool]:
        """Of the epochs those on which something is otherwise than just before that the change may
        have to do with; and whether that is so much that all of the rules are looked at at once."""
        compiled, found = self._frame.compiled, []
        most, last = 0, None
        for epoch in epochs:
            days = self._standing.on(epoch)
            near = touched(compiled, days)
            state = [(d.settled, {key: d.of.get(key) for key in near}) for d in days]
            if state != last:
                found.append(epoch)
            most, last = max(most, len(near)), state
        return tuple(found), most > len(everything(compiled, ())) * _FEW

    def _pair(self, epoch: Epoch, keep: Keep, on_any_day: bool) -> tuple[Pair, int]:
        """Both versions on the days of an epoch, and its number among those that the pair knows:
        all that will be asked for, if they can be read together."""
        together = self._unlike if epoch in self._unlike else (epoch,)
        place = on_any_day, together is self._unlike
        pair = self._pairs.get(place)
        if pair is None or epoch not in pair.span.epochs:
            try:
                span = self._span(together)
                kept = (keep(self._frame.compiled, days) for days in span.days)
                pair = Pair(span, frozenset().union(*kept), self._each, on_any_day)
            except Unreadable:
                if len(together) == 1:
                    raise
                self._unlike = ()
                return self._pair(epoch, keep, on_any_day)
            self._pairs[place] = pair
        return pair, pair.span.epochs.index(epoch)

    def _span(self, epochs: tuple[Epoch, ...]) -> Span:
        """The days, read once for whichever rules are told. Raises `Unreadable`."""
        if self._read is None or self._read.epochs != epochs:
            self._read = Span(self._frame, self._standing, epochs)
        return self._read

    def _region(self, epoch: Epoch, cube: Cube, facts: Facts) -> Region:
        """A region, its shipment decided by the engine before and now. Raises `NotConfirmed`."""
        told = _told(cube, self._groups)
        rulings = confirmed(self._books, cube, facts)
        same = self._told.get(_key(cube.old, cube.new, told))
        if same is not None and same.last is not None and same.last + _DAY == epoch.first:
            # It goes on, and the shipment that shows it stays.
            shipment, decisive = same.shipment, same.decisive
        else:
            shipment, decisive = shown(self._books, cube, facts, rulings)
        last = None if is_open(epoch) else epoch.last
        return Region(epoch.first, last, cube.old, cube.new, tuple(told), shipment, decisive)


def _told(cube: Cube, view: Groups) -> list[Where]:
    told = [where(choice, cells, view) for choice, cells in cube.choices]
    told += [Where(x.words) for x in sorted(cube.literals, key=lambda x: _ORDER.index(x.tier))]
    told = [w for w in told if not _goes_without_saying(w, told)]
    return list(dict.fromkeys(told))


def _key(old: Answer, new: Answer, told: Iterable[Where]) -> Hashable:
    return old, new, frozenset(w.words for w in told)


_DAY = timedelta(days=1)
_ORDER = (Tier.ALL, Tier.RULES, Tier.GOODS, Tier.FIGURES, Tier.TESTS, Tier.OTHERS)


def _goes_without_saying(one: Where, all_: list[Where]) -> bool:
    """That a field is stated, where something is said of its value."""
    name = one.words.removesuffix(STATED)
    return name != one.words and any(w.words.startswith(f"{name} ") for w in all_ if w is not one)
