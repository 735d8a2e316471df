"""The decision program on arrays: verdict and finding of many rows, each a bit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from screening.bulk.fast.lots import Flags
from screening.bulk.fast.spans import Matched, Span, by_condition
from screening.decide.compile import Compiled
from screening.decide.gate import Gate
from screening.decide.indexed import tables
from screening.decide.met import special_truth
from screening.decide.program import Kleene
from screening.decision import LADDER, Finding, Verdict
from screening.engine import Rulebook
from screening.facts import Facts
from screening.truth import Truth

Bits = npt.NDArray[np.uint8]

FINDINGS = tuple(Finding)
VERDICTS = tuple(Verdict)
OF_DECISION = ("license", "license_exception_claimed", "law_date")
"""What the decision reads of a shipment itself, besides the conditions that hold."""


class Program:
    """One run of the decision program, with a bit for each row of a span."""

    def __init__(
        self, rulebook: Rulebook, compiled: Compiled, span: Span, matched: Matched
    ) -> None:  # fmt: skip
        self.span = span
        self.content = rulebook.content
        self.units = rulebook.units
        _, self.gate = tables(self.units, compiled, span.view)
        self.general = compiled
        self.count = len(span.rows)
        self.sure = by_condition(matched.sure, matched.bits)
        self.may = by_condition(matched.may, matched.bits)
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
                OF_DECISION,
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


def _packed(flags: npt.NDArray[np.bool_]) -> Bits:
    return np.packbits(flags)


def _unpacked(bits: Bits, count: int) -> Flags:
    return np.unpackbits(bits, count=count).view(np.bool_)
