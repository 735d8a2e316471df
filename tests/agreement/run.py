"""`make agree N=1000`: hold the readings to the same answer for as long as one likes."""

from __future__ import annotations

import sys
from time import perf_counter

from pairs import generated
from readings import answers, disagreement
from shrink import smallest
from tally import Tally


def main(books: int, shipments: int, seed: int) -> int:
    """Print what was compared, or the smallest pair that shows a difference. 0 if there is none."""
    tally, begin = Tally(), perf_counter()
    for pair in generated(seed, books, shipments):
        said = answers(pair)
        if disagreement(pair, said) is not None:
            found = disagreement(smallest(pair, lambda p: disagreement(p) is not None))
            print(found.report() if found else "a difference that went away when asked again")
            return 1
        ruling = said["explain"].ruling
        assert ruling is not None
        tally.add(ruling, unanswered=len(said) < 2)
        if tally.pairs % (10 * shipments) == 0:
            print(f"{tally}; {perf_counter() - begin:.0f} s", flush=True)
    print(f"all readings agree: {tally}; {perf_counter() - begin:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(*(int(a) for a in sys.argv[1:4])))
