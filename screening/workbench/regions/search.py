"""One region after another, until the solver finds no shipment that is answered differently."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from screening.engine import Rulebook
from screening.facts import Facts
from screening.workbench.proofs.epochs import Epoch
from screening.workbench.proofs.solving import Frame
from screening.workbench.proofs.verdicts import Free, Key
from screening.workbench.regions.beside import changed, touched
from screening.workbench.regions.grow import Cube
from screening.workbench.regions.literals import STATED, Tier
from screening.workbench.regions.moves import moves, regions_of
from screening.workbench.regions.pair import Pair
from screening.workbench.regions.same import is_open
from screening.workbench.regions.shown import NotConfirmed, confirmed, on_day, shown
from screening.workbench.regions.standing import Days, Standing
from screening.workbench.regions.told import Answer, Region, Where
from screening.workbench.regions.values import Groups, where


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

    def __init__(self, old: Rulebook, new: Rulebook, each: float) -> None:
        """`each` limits one question to the solver, in seconds."""
        self._books = old, new
        self._frame = Frame((old, new))
        self._standing = Standing((old, new), self._frame.compiled)
        self._each = each
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
        compiled, readings = self._frame.compiled, self._frame.readings(epoch)
        # What moved on other days is the first thing to try on these.
        seen = [on_day(cube.facts, epoch.first) for cube in self._before]
        # Mostly it is enough to look at the rules that changed, and at few others as they come up.
        pair = Pair(self._frame, epoch, readings, changed(compiled, days), self._each, True)
        found = any(pair.old.decides(f) != pair.new.decides(f) for f in seen) or (
            pair.differing() is not None)  # fmt: skip
        cubes: list[Cube] = []
        if found:
            # For words that people use, all is looked at on which the effect of these hangs.
            pair = Pair(self._frame, epoch, readings, touched(compiled, days), self._each)
            cubes = regions_of(pair, moves(pair, seen), self._before)
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
            self._found = Found(days, frozenset(pair.beside.read), tuple(self._before), not found)
        return regions, doubts

    def _region(self, epoch: Epoch, cube: Cube, facts: Facts) -> Region:
        """A region, its shipment decided by the engine before and now. Raises `NotConfirmed`."""
        told = _told(cube, self._groups)
        decisive = confirmed(self._books, cube, facts)
        same = self._told.get(_key(cube.old, cube.new, told))
        if same is not None and same.last is not None and same.last + _DAY == epoch.first:
            shipment = same.shipment  # it goes on, and the shipment that shows it stays
        else:
            shipment, decisive = shown(self._books, cube, facts, decisive)
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
