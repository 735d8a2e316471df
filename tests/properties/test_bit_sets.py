"""One program, two machines: on bit sets of many shipments it says what it says one by one."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from generate import Case, authority_of, facts_of, random_case, random_compiled, view_of
from laws import show

from screening.decide.calendar import on_date
from screening.decide.met import met_columns


def test_the_program_on_bit_sets_is_the_program_one_by_one() -> None:
    rng = Random(31)
    for _ in range(150):
        book, rulebook = random_compiled(rng)
        first = random_case(rng)
        shipments = [
            replace(random_case(rng), law_date=first.law_date, known_as_of=first.known_as_of,
                    authority=first.authority)
            for _ in range(rng.choice((1, 7, 64, 130)))
        ]  # fmt: skip
        compiled = rulebook.compiled(authority_of(first))
        singles = [_inputs(rulebook, compiled, case) for case in shipments]
        packed = [
            sum(row[k] << place for place, row in enumerate(singles))
            for k in range(2 * compiled.program.inputs)
        ]
        mask = (1 << len(shipments)) - 1
        together = compiled.program.run(packed, 0, mask)
        for place, (case, row) in enumerate(zip(shipments, singles, strict=True)):
            alone = compiled.program.run(row, 0, 1)
            assert [r >> place & 1 for r in together] == list(alone), show(book, case)
        assert all(r <= mask for r in together)  # no bit for a shipment that is not there


def _inputs(rulebook, compiled, case: Case) -> list[int]:  # type: ignore[no-untyped-def]
    view, facts = view_of(rulebook, case), facts_of(case)
    dates = on_date(compiled.columns, view.clocks)
    met = met_columns(compiled.columns, dates, compiled.exceptions, facts, view)
    row = [int(b) for m in met for b in (m.value.sure, m.value.possible)]
    for symbol in compiled.exceptions:
        row += [int(case.claim == symbol)] * 2
    return row


def test_sure_implies_possible_in_every_register_pair() -> None:
    rng = Random(32)
    for _ in range(300):
        book, rulebook = random_compiled(rng)
        case = random_case(rng)
        ruling = rulebook.ruling(facts_of(case), view_of(rulebook, case), authority_of(case))
        compiled = ruling.compiled
        for pair in (*compiled.met, *compiled.active, *compiled.defeats.values()):
            assert ruling.registers[pair.sure] <= ruling.registers[pair.possible], show(book, case)
