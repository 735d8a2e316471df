"""Verdict and finding of many rows at once: the tables of the index and the program, on arrays.

A set of conditions is a row of 64-bit words while fields are read, one AND for each lot of cells;
the decision program then runs with a bit for each row. What rows are told apart by, and which of
them have to be decided by themselves, is said by `lots`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from screening.bulk.batches import Batch
from screening.bulk.fast.coding import Codes, together
from screening.bulk.fast.lots import Lots, Outcome, Sorter, own_values
from screening.conditions.explain import scope_of
from screening.conditions.index import DatedIndex, Masks
from screening.conditions.index.dated import DatedLevel, of_parties
from screening.decide.compile import Compiled
from screening.decide.gate import Gate
from screening.decide.indexed import tables
from screening.decide.met import special_truth
from screening.decide.program import Kleene
from screening.decide.verdict import is_covered
from screening.decide.view import View
from screening.decision import LADDER, Authority, Finding, Verdict
from screening.facts import UNKNOWN_PARTY, Fact, Facts, PartyFacts, Provenance
from screening.truth import Truth
from screening.vocabulary import ROLES

Words = npt.NDArray[np.uint64]
Bits = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

FINDINGS = tuple(Finding)
VERDICTS = tuple(Verdict)
_CONFLICT = "conflicting_facts"


@dataclass(frozen=True)
class Ruled:
    """For each row the position of its verdict and finding, where `by_arrays` could tell."""

    verdicts: npt.NDArray[np.int8]
    findings: npt.NDArray[np.int8]
    by_arrays: Flags


@dataclass(frozen=True)
class Matched:
    """The conditions that surely, and that possibly, hold of each row, as bits of words."""

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

    def rule(self, batch: Batch) -> Ruled:
        """Verdicts and findings of the rows that nothing keeps from being ruled on by arrays."""
        verdicts = np.zeros(len(batch), np.int8)
        findings = np.zeros(len(batch), np.int8)
        told = np.zeros(len(batch), bool)
        for span in self.spans_of(batch):
            matched = self.match(span)
            if matched is not None:
                _Program(self, span, matched).run(verdicts, findings)
                told[span.rows] = True
        return Ruled(verdicts, findings, told)

    def spans_of(self, batch: Batch) -> list[Span]:
        """The rows of each span of dates that can be read by arrays."""
        lots = self.sorter.lots(batch)
        days = self.sorter.days(batch, lots)
        return self.spans(np.flatnonzero(fit(batch, lots)), lots, (days.cells, days.codes))

    def spans(
        self, rows: Codes, lots: dict[str, Lots], days: tuple[list[str], Codes]
    ) -> list[Span]:  # fmt: skip
        """Rows of a batch by spans of dates."""
        views: dict[object, tuple[View, list[int]]] = {}
        cells, of_row = days
        for n, day in enumerate(cells):
            view = self.sorter.view(day)
            views.setdefault((view.epoch, day == ""), (view, []))[1].append(n)
        found = []
        for view, codes in views.values():
            here = rows[np.isin(of_row[rows], codes)] if len(views) > 1 else rows
            if len(here):
                found.append(Span(view, here, lots))
        return found

    def match(self, span: Span) -> Matched | None:
        """Which conditions hold of the rows; `None` where a test needs more than arrays."""
        index, _ = tables(self.units, self.compiled, span.view)
        level = index.shipment
        if level.opaque:
            return None
        wide = (level.tables.level.everything.bit_length() + 63) // 64
        sure = np.full((len(span.rows), wide), ~np.uint64(0))
        may = sure.copy()

        def narrow(masks: Sequence[Masks], of_row: Codes) -> None:
            nonlocal sure, may
            sure &= _words([m.sure for m in masks], wide)[of_row]
            may &= _words([m.may for m in masks], wide)[of_row]

        here = np.zeros(len(span.rows), np.int64)
        read: set[str] = set()
        for name, lot in span.lots.items():
            outcomes, of_row = span.outcomes(name)
            ids = {id for o in outcomes if o.facts for id in own_values(name, o.facts)}
            ids &= level.tables.fields.keys() | level.tables.days.keys()
            read |= ids
            if ids:
                narrow([_of_fields(level, ids, name, o, self.sorter) for o in outcomes], of_row)
            del lot
        absent = _everywhere(level)
        for id, table in level.tables.fields.items():
            if id not in read and id != _CONFLICT:
                absent = Masks(absent.sure & table.missing.sure, absent.may & table.missing.may)
        for id, days in level.tables.days.items():
            if id not in read:
                absent = Masks(absent.sure & days.missing.sure, absent.may & days.missing.may)
        narrow([absent], here)
        if _CONFLICT in level.tables.fields:
            table = level.tables.fields[_CONFLICT]
            both = [table.masks((Fact(v, Provenance.DERIVED),)) for v in (False, True)]
            narrow(both, span.any(lambda o: bool(o.facts and o.facts.conflicts)).astype(np.int64))
        narrow(*_signals(index, span))
        _fold(level, sure, may)
        return Matched(span.rows, sure, may, len(level.tables.level.conditions))


def fit(batch: Batch, lots: Mapping[str, Lots]) -> Flags:
    """The rows that do not have to be decided by themselves."""
    found = np.ones(len(batch), bool)
    found[list(batch.odd)] = False
    for lot in lots.values():
        found &= (lot.each(lambda outcome: outcome.code) >= 0)[lot.of_row]
    return found


class Span:
    """Rows within one span of dates, and what their cells come to."""

    def __init__(self, view: View, rows: Codes, lots: dict[str, Lots]) -> None:
        self.view = view
        self.rows = rows
        self.lots = lots
        self._kept: dict[str, tuple[list[Outcome], Codes]] = {}

    def outcomes(self, name: str) -> tuple[list[Outcome], Codes]:
        """What is told apart of one factor here, and which of it each row has."""
        if name not in self._kept:
            lot = self.lots[name]
            used, of_row = np.unique(lot.of_row[self.rows], return_inverse=True)
            place: dict[int, int] = {}
            outcomes: list[Outcome] = []
            which = np.empty(len(used), np.int64)
            for n, at in enumerate(used.tolist()):
                outcome = lot.outcomes[at]
                if outcome.code not in place:
                    place[outcome.code] = len(outcomes)
                    outcomes.append(outcome)
                which[n] = place[outcome.code]
            self._kept[name] = outcomes, which[of_row]
        return self._kept[name]

    def any(self, of: Callable[[Outcome], bool]) -> Flags:
        """The rows of which it is so of any factor."""
        found = np.zeros(len(self.rows), bool)
        for name in self.lots:
            lot = self.lots[name]
            found |= np.array([of(o) for o in lot.outcomes], bool)[lot.of_row[self.rows]]
        return found

    def combined(self, names: Sequence[str]) -> tuple[list[Facts], Codes]:
        """The facts of several factors together, each combination once, and which a row has."""
        if not names:
            return [Facts({})], np.zeros(len(self.rows), np.int64)
        parts = [self.outcomes(name) for name in names]
        rows, of_row = together([(codes, len(found)) for found, codes in parts])
        facts = [
            _merged([(name, found[codes[i]]) for name, (found, codes)
                     in zip(names, parts, strict=True)])
            for i in rows.tolist()
        ]  # fmt: skip
        return facts, of_row


def _merged(outcomes: Sequence[tuple[str, Outcome]]) -> Facts:
    """The facts of a row from those of some of its factors."""
    found = [(name, o.facts) for name, o in outcomes if o.facts is not None]
    conflicts = tuple(c for _, facts in found for c in facts.conflicts)
    values = {k: v for name, facts in found for k, v in own_values(name, facts).items()}
    values[_CONFLICT] = (Fact(bool(conflicts), Provenance.DERIVED),)
    return Facts(
        values, tuple(party for _, facts in found for party in facts.parties),
        frozenset(role for _, facts in found for role in facts.roles_absent),
        any(facts.parties_complete for _, facts in found),
        next((facts.license for _, facts in found if facts.license is not None), None),
    )  # fmt: skip


def _of_fields(
    level: DatedLevel, ids: set[str], name: str, outcome: Outcome, sorter: Sorter
) -> Masks:
    """The clauses that hold as far as some fields go."""
    found = _everywhere(level)
    values = {} if outcome.facts is None else own_values(name, outcome.facts)
    for id in ids:
        facts = values.get(id)
        table, days = level.tables.fields.get(id), level.tables.days.get(id)
        for one in (
            None if table is None else table.masks(facts) if facts else table.missing,
            None if days is None
            else days.masks(facts, sorter.view(outcome.day).law_date) if facts else days.missing,
        ):  # fmt: skip
            if one is not None:
                found = Masks(found.sure & one.sure, found.may & one.may)
    return found


def _everywhere(level: DatedLevel) -> Masks:
    every = level.tables.level.everything
    return Masks(every, every)


def _signals(index: DatedIndex, span: Span) -> tuple[list[Masks], Codes]:
    """What classes and parties leave of the clauses, each combination once."""
    read = {id for level in index.goods for id in (*level.tables.fields, *level.tables.days)}
    parties = [n for n in span.lots if n in ROLES or n in ("parties", "parties_complete")]
    wanted = [
        name for name in span.lots
        if any(o.facts and not read.isdisjoint(own_values(name, o.facts))
               for o in span.outcomes(name)[0])
        or (_CONFLICT in read) or (name in parties and any(g.opaque for g in index.goods))
    ]  # fmt: skip
    goods, class_of_row = span.combined(wanted)
    classes: dict[Masks, int] = {}
    numbers = np.array([
        classes.setdefault(index.read_goods(scope_of(f, span.view)), len(classes)) for f in goods
    ], np.int64)  # fmt: skip
    of_class = numbers[class_of_row]
    known = list(classes)
    if not index.shipment.parties:
        return [index.shipment.settled(c, Masks(0, 0)) for c in known], of_class
    found, party_of_row = span.combined(parties)
    rows, of_row = together([(of_class, len(known)), (party_of_row, len(found))])
    once: dict[tuple[Hashable, Masks], Masks] = {}
    masks = []
    for i in rows.tolist():
        which, facts = known[of_class[i]], found[party_of_row[i]]
        masks.append(index.shipment.settled(which, _of_parties(index, facts, which, span, once)))
    return masks, of_row


def _of_parties(
    index: DatedIndex, facts: Facts, classes: Masks, span: Span,
    once: dict[tuple[Hashable, Masks], Masks],
) -> Masks:  # fmt: skip
    scope = scope_of(facts, span.view)

    def of(party: PartyFacts) -> Masks:
        key = (id(party), classes)
        if key not in once:
            once[key] = index.read_party(party, scope, classes)
        return once[key]

    sure = may = 0
    for asked in index.shipment.parties:
        said = [of(p) for p in facts.parties if not p.roles.isdisjoint(asked.roles)]
        if not all(facts.role_known(role) for role in asked.roles):
            said.append(of(UNKNOWN_PARTY))
        some = of_parties(asked, said)
        sure |= some.sure
        may |= some.may
    return Masks(sure, may)


def _fold(level: DatedLevel, sure: Words, may: Words) -> None:
    """From clauses to conditions, as `LevelTables.folded` does."""
    wide = sure.shape[1]
    for bit, rest in level.tables.further:
        (one,), (others,) = _words([bit], wide), _words([rest], wide)
        for held in (sure, may):
            held[((held & others) != 0).any(axis=1)] |= one


def _words(bits: Sequence[int], wide: int) -> Words:
    """Sets of conditions as words."""
    mask = (1 << 64 * wide) - 1
    data = b"".join((b & mask).to_bytes(8 * wide, "little") for b in bits)
    return np.frombuffer(data, np.uint64).reshape(-1, wide)


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

    def run(self, verdicts: npt.NDArray[np.int8], findings: npt.NDArray[np.int8]) -> None:
        """Put the verdicts and findings of the span's rows in their places."""
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
        self._verdicts(compiled, registers, possible, certain, likely, verdicts, findings)

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
                ("license", "license_exception_claimed", "law_date"),
                lambda facts, id=id: special_truth(id, compiled.exceptions, facts),  # type: ignore[misc]  # a default argument binds the id
            )
            met[unit] = _packed(truths == Truth.TRUE.value)
            possible[unit] = _packed(truths != Truth.FALSE.value)
        return met, possible

    def _claims(self, compiled: Compiled) -> dict[str, Bits]:
        """By license exception the rows that claim it."""
        facts, of_row = self.span.combined([n for n in self.span.lots
                                            if n == "license_exception_claimed"])  # fmt: skip
        symbols = np.array([f.exception_claimed or "" for f in facts], object)[of_row]
        return {symbol: _packed(symbols == symbol) for symbol in compiled.exceptions}

    def _of_facts(
        self, names: Sequence[str], of: Callable[[Facts], Truth]
    ) -> npt.NDArray[np.int64]:
        facts, of_row = self.span.combined([n for n in names if n in self.span.lots])
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
        verdicts: npt.NDArray[np.int8], findings: npt.NDArray[np.int8],
    ) -> None:  # fmt: skip
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
        other = ~self._required() | self.span.any(lambda o: bool(o.problems)) | ~allowed
        if not is_covered(self.content, self.span.view):
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
        verdicts[self.span.rows] = verdict
        findings[self.span.rows] = finding

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
