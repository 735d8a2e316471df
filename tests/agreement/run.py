"""`make agree N=1000`: hold all readings to the same answer for as long as one likes."""

from __future__ import annotations

import sys
from time import perf_counter

from pairs import generated
from readings import ENGINE, ByReferee, answers, smallest_disagreement
from tally import Tally

from screening.referee.referee import NOT_INSTALLED, Referee, installed


def main(books: int, shipments: int, seed: int) -> int:
    """Print what was compared, or the smallest pair that shows a difference. 0 if there is none."""
    begin = perf_counter()
    tallies = {"index": Tally(), "rete": Tally()}
    with Referee() as referee:
        readings = {**ENGINE, "rete": ByReferee(referee)}
        if not installed():
            print(NOT_INSTALLED)
            del readings["rete"], tallies["rete"]
        for n, pair in enumerate(generated(seed, books, shipments), 1):
            said = answers(pair, readings)
            found = smallest_disagreement(pair, said, readings)
            if found is not None:
                print(found.report())
                return 1
            ruling = said["explain"].ruling
            assert ruling is not None
            for name, tally in tallies.items():
                tally.add(ruling, unanswered=name not in said)
            if n % (10 * shipments) == 0 or n == books * shipments:
                for name, tally in tallies.items():
                    print(f"{name} agrees with explain on {tally}; {perf_counter() - begin:.0f} s",
                          flush=True)  # fmt: skip
        for why, times in readings["rete"].why_not.most_common() if "rete" in readings else ():
            print(f"rete, {times} times: {why}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*(int(a) for a in sys.argv[1:4])))
