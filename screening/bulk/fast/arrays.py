"""Verdict and finding of many rows at once: the tables of the index and the program, on arrays.

Which conditions hold is read as words (`levels`), and rows of which the same is known are ruled on
once: the decision program then runs with a bit for each of them. What rows are told apart by, and
which of them have to be decided by themselves, is said by `lots`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from screening.bulk.batches import Batch
from screening.bulk.fast.coding import together
from screening.bulk.fast.levels import Level, merged
from screening.bulk.fast.lots import Lots, Sorter
from screening.bulk.fast.numbers import Codes, Column, Numbered, Words
from screening.decide.compile import Compiled
from screening.decide.gate import Gate
from screening.decide.indexed import tables
from screening.decide.met import special_truth
from screening.decide.program import Kleene
from screening.decide.view import View
from screening.decision import LADDER, Authority, Finding, Verdict
from screening.facts import Facts
from screening.truth import Truth

Bits = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

FINDINGS = tuple(Finding)
VERDICTS = tuple(Verdict)
_OF_DECISION = ("license", "license_exception_claimed", "law_date")
"""What the decision reads of a shipment itself, besides the conditions that hold."""


MOST_COMBINED = 400_000
"""Combinations of cells that are remembered; beyond them all is forgotten."""

MOST_MATCHED = 2_000_000
"""Sets of conditions that are remembered."""


@dataclass(frozen=True)
class Ruled:
    """For each row the position of its verdict and finding, where `by_arrays` could tell."""

    verdicts: npt.NDArray[np.int8]
    findings: npt.NDArray[np.int8]
    by_arrays: Flags


@dataclass(frozen=True)
class Span:
    """Rows within one span of dates, and what their cells come to."""

    view: View
    rows: Codes
    lots: Lots
    level: Level | None
    """Nothing where a test needs more than arrays."""

    def combined(self, names: Sequence[str]) -> tuple[list[Facts], Codes]:
        """The facts of several factors together, each combination once, and which a row has."""
        here = [n for n in names if n in self.lots.by_factor]
        parts = [(lot.codes.all[of_row[self.rows]], int(lot.codes.all.max(initial=0)) + 1)
                 for n in here for lot, of_row in [self.lots.by_factor[n]]]  # fmt: skip
        rows, of_row = together([(np.zeros(len(self.rows), np.int64), 1), *parts])
        return [merged(here, int(self.rows[i]), self.lots) for i in rows.tolist()], of_row


@dataclass(frozen=True)
class Matched:
    """Of rows that differ in it: the conditions that surely, and that possibly, hold, as bits of
    words, a row of them for each row of the table."""

    rows: Codes
    sure: Words
    may: Words
    bits: int


class Arrays:
    """Rules on batches of one table as far as arrays can, on facts without assumptions."""

    def __init__(self, sorter: Sorter, authority: Authority | None = None) -> None:
        self.sorter = sorter
        self.rulebook = sorter.rulebook
        self.compiled = sorter.rulebook.compiled(authority)
        self.units = sorter.rulebook.units
        self._mixed = Mixed()
        self.forget()

    def forget(self) -> None:
        """Read everything anew from now on."""
        self._levels: dict[int, Level | None] = {}
        self._ruled: dict[int, _Known] = {}

    def __len__(self) -> int:
        """How much is remembered."""
        return sum(known.numbers.count for known in self._ruled.values())

    def rule(self, batch: Batch) -> Ruled:
        """Verdicts and findings of the rows that nothing keeps from being ruled on by arrays."""
        if len(self.sorter) > MOST_COMBINED or len(self) > MOST_MATCHED:
            self.sorter.forget()
            self.forget()
        verdicts = np.zeros(len(batch), np.int8)
        findings = np.zeros(len(batch), np.int8)
        told = np.zeros(len(batch), bool)
        for span in self.spans_of(batch):
            if span.level is not None:
                verdicts[span.rows], findings[span.rows] = self._rule(span, span.level)
                told[span.rows] = True
        return Ruled(verdicts, findings, told)

    def _rule(self, span: Span, level: Level) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
        words = level.match(span.rows, span.lots)
        more = [span.lots.any(lambda lot: lot.problems)[span.rows].astype(np.uint64)]
        for name in _OF_DECISION[:2]:
            if name in span.lots.by_factor:
                lot, of_row = span.lots.by_factor[name]
                more.append(lot.codes.all[of_row[span.rows]].astype(np.uint64))
        known = self._ruled.setdefault(level.span, _Known())
        numbers, new = known.numbers.of_both(*self._mixed.of([*words, *more]))
        if len(new):
            sub = Span(span.view, span.rows[new], span.lots, level)
            verdicts, findings = _Program(self, sub, _matched(sub.rows, words[:, new], level)).run()
            known.verdicts.add(verdicts.tolist())
            known.findings.add(findings.tolist())
        return known.verdicts.all[numbers], known.findings.all[numbers]

    def spans_of(self, batch: Batch) -> list[Span]:
        """The rows of each span of dates that can be read by arrays."""
        lots = self.sorter.lots(batch)
        return list(self.spans(np.flatnonzero(lots.fit(batch)), lots))

    def spans(self, rows: Codes, lots: Lots) -> Iterator[Span]:
        """Rows of a batch by spans of dates."""
        spans = lots.spans[rows]
        for n in np.unique(spans).tolist():
            here = rows[spans == n]
            view = self.sorter.view(self.sorter.day(int(lots.days[here[0]])))
            yield Span(view, here, lots, self._level(n, view))

    def _level(self, span: int, view: View) -> Level | None:
        if span not in self._levels:
            index, _ = tables(self.units, self.compiled, view)
            self._levels[span] = None if index.shipment.opaque else Level(self.sorter, index, view)
        return self._levels[span]

    def match(self, span: Span) -> Matched | None:
        """Which conditions hold of the rows; `None` where a test needs more than arrays."""
        level = span.level
        if level is None:
            return None
        return _matched(span.rows, level.match(span.rows, span.lots), level)


def _matched(rows: Codes, words: Words, level: Level) -> Matched:
    return Matched(rows, np.ascontiguousarray(words[: level.wide].T),
                   np.ascontiguousarray(words[level.wide :].T), level.bits)  # fmt: skip


class _Known:
    """What was ruled of rows of which the same is known."""

    def __init__(self) -> None:
        self.numbers = Numbered()
        self.verdicts, self.findings = Column(np.int8), Column(np.int8)


class Mixed:
    """Keys of 128 bits for rows of numbers: a secret of this process keeps them apart."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(int.from_bytes(os.urandom(16), "little"))
        self._secrets: Words = np.empty(0, np.uint64)

    def of(self, columns: Sequence[Words]) -> tuple[Words, Words]:
        """The keys of rows whose numbers stand in columns; always as many of them."""
        if len(self._secrets) < len(columns):
            more = self._rng.integers(0, 1 << 64, len(columns), np.uint64, endpoint=False)
            self._secrets = np.concatenate([self._secrets, more])
        one, other = np.zeros((2, len(columns[0])), np.uint64)
        for secret, column in zip(self._secrets, columns, strict=False):
            part = column ^ secret
            for shift, factor in _ROUNDS:
                part ^= part >> shift
                part *= factor
            one += part
            part ^= part >> _ROUNDS[0][0]
            part *= _LAST
            other ^= part
            other *= _LAST
        return one, other


_ROUNDS = tuple((np.uint64(shift), np.uint64(factor)) for shift, factor in (
    (32, 0xBF58476D1CE4E5B9), (29, 0x94D049BB133111EB)))  # fmt: skip
_LAST = np.uint64(0xD6E8FEB86659FD93)


class _Program:
    """One run of the decision program, with a bit for each row of a span."""

    def __init__(self, arrays: Arrays, span: Span, matched: Matched) -> None:
        self.span = span
        self.content = arrays.rulebook.content
        self.units = arrays.units
        _, self.gate = tables(arrays.units, arrays.compiled, span.view)
        self.general = arrays.compiled
        self.count = len(span.rows)
        self.sure = _by_condition(matched.sure, matched.bits)
        self.may = _by_condition(matched.may, matched.bits)
        self.no = np.zeros(self.sure.shape[1], np.uint8)
        self.yes = ~self.no

    def run(self) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
        """The verdicts and findings of the span's rows."""
        gate = self.gate
        compiled = self.units.program(self.general, gate.live | gate.all_special)
        claims = self._claims(compiled)
        met, possible = self._met(gate, compiled, claims)
        inputs: list[Bits] = []
        for i in compiled.inputs:
            unit = gate.of_column[i]
            inputs += [met[unit], possible[unit]]
        for symbol in compiled.exceptions:
            inputs += [claims[symbol], claims[symbol]]
        registers = compiled.program.run(inputs, self.no, self.yes)
        certain = self._top(compiled, registers, sure=True)
        likely = self._top(compiled, registers, sure=False)
        return self._verdicts(compiled, registers, possible, certain, likely)

    def _met(
        self, gate: Gate, compiled: Compiled, claims: dict[str, Bits]
    ) -> tuple[list[Bits], list[Bits]]:
        """Which units are met, as `decide.indexed` says of one shipment."""
        count, no = self.units.count, self.no
        met, possible = [no] * count, [no] * count
        of_exception = {
            unit: symbol for symbol, bits in gate.exceptions.items()
            for unit in range(count) if bits >> unit & 1
        }  # fmt: skip
        for unit in range(count):
            if not gate.live >> unit & 1:
                continue
            surely, maybe = self.sure[unit], self.may[unit]
            if unit < self.units.conditioned:
                surely = surely & self.sure[count + unit]
                maybe = maybe & self.may[count + unit]
            if (gate.not_sure | gate.doubtful) >> unit & 1:
                surely = no
            if gate.all_exceptions >> unit & 1:
                claimed = claims.get(of_exception.get(unit, ""), no)
                maybe = maybe & (claimed | self.sure[unit])
            met[unit], possible[unit] = surely, maybe
        for id, bit in gate.special.items():
            unit = bit.bit_length() - 1
            truths = self._of_facts(
                _OF_DECISION,
                lambda facts, id=id: special_truth(id, compiled.exceptions, facts),  # type: ignore[misc]  # a default argument binds the id
            )
            met[unit] = _packed(truths == Truth.TRUE.value)
            possible[unit] = _packed(truths != Truth.FALSE.value)
        return met, possible

    def _claims(self, compiled: Compiled) -> dict[str, Bits]:
        """By license exception the rows that claim it."""
        facts, of_row = self.span.combined(["license_exception_claimed"])
        symbols = np.array([f.exception_claimed or "" for f in facts], object)[of_row]
        return {symbol: _packed(symbols == symbol) for symbol in compiled.exceptions}

    def _of_facts(
        self, names: Sequence[str], of: Callable[[Facts], Truth]
    ) -> npt.NDArray[np.int64]:
        facts, of_row = self.span.combined(names)
        return np.array([of(f).value for f in facts], np.int64)[of_row]

    def _top(
        self, compiled: Compiled, registers: Sequence[Bits], *, sure: bool
    ) -> npt.NDArray[np.int8]:
        """The most restrictive finding that holds, as `decide.verdict` names it."""
        found = np.full(self.count, FINDINGS.index(Finding.NO_LICENSE_REQUIRED), np.int8)
        left = self.yes
        levels = compiled.certain_at if sure else compiled.possible_at

        def register(value: Kleene, kind: bool) -> Bits:
            return registers[value.sure if kind else value.possible]

        for step in reversed(LADDER[1:]):
            here = left & registers[levels[step]]
            if not here.any():
                continue
            left = left & ~here
            named = compiled.by_step[step.rank]
            if len({finding for _, finding in named}) <= 1:
                finding = named[0][1] if named else step
                found[_unpacked(here, self.count)] = FINDINGS.index(finding)
                continue
            for values in (compiled.active, compiled.met):
                for kind in (sure, False):
                    for i, finding in named:
                        now = here & register(values[i], kind)
                        here = here & ~now
                        found[_unpacked(now, self.count)] = FINDINGS.index(finding)
            found[_unpacked(here, self.count)] = FINDINGS.index(step)
        return found

    def _verdicts(
        self, compiled: Compiled, registers: Sequence[Bits], possible: Sequence[Bits],
        certain: npt.NDArray[np.int8], likely: npt.NDArray[np.int8],
    ) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:  # fmt: skip
        """The verdict, as `decide.verdict` reads it off for one shipment."""
        table = self.content.header.verdicts
        of = [table.get(f) for f in FINDINGS]
        denied = np.array([v is Verdict.DENY for v in of])[certain]
        allowed = np.array([v is Verdict.ALLOW for v in of])[likely]

        def flags(bits: Bits) -> Flags:
            return _unpacked(bits, self.count)

        deny = compiled.company[Verdict.DENY]
        review = compiled.company[Verdict.REVIEW]
        company = flags(registers[deny.possible] | registers[review.possible])
        wrong = self.span.lots.any(lambda lot: lot.problems)[self.span.rows]
        other = ~self._required() | wrong | ~allowed
        if not self.span.view.is_covered:
            other[:] = True
        for unit in range(self.units.count):
            if self.gate.stale_grounds >> unit & 1:
                other |= flags(possible[unit])
        verdict = np.where(other | company, 1, 0)
        verdict[denied | flags(registers[deny.sure])] = 2
        nothing = FINDINGS.index(Finding.NO_LICENSE_REQUIRED)
        finding = certain.copy()
        open_ = (verdict > 0) & (finding == nothing)
        by_firm = flags(registers[deny.sure] | registers[review.sure]) & ~other
        finding[open_ & ~by_firm] = FINDINGS.index(Finding.UNDETERMINED)
        return verdict.astype(np.int8), finding

    def _required(self) -> Flags:
        """The rows of which all that an allow needs is sure."""
        if not self.units.requires or self.span.view.law_date is None:
            return np.zeros(self.count, bool)
        needed = self.sure[self.units.count + self.units.conditioned :]
        return _unpacked(np.bitwise_and.reduce(needed, axis=0), self.count)


def of_conditions(words: Words, bits: int) -> Flags:
    """From a row of words for each shipment to a column of flags for each condition."""
    return np.unpackbits(words.view(np.uint8), axis=1, bitorder="little",
                         count=bits).view(np.bool_)  # fmt: skip


def _by_condition(words: Words, bits: int) -> npt.NDArray[np.uint8]:
    """From a row of words for each shipment to a row of bits for each condition."""
    apart = np.unpackbits(words.view(np.uint8), axis=1, bitorder="little", count=bits)
    return np.packbits(apart.T, axis=1)


def _packed(flags: npt.NDArray[np.bool_]) -> Bits:
    return np.packbits(flags)


def _unpacked(bits: Bits, count: int) -> Flags:
    return np.unpackbits(bits, count=count).view(np.bool_)
