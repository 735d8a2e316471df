"""Decisions by signature, as many as fit: what no row has asked for is forgotten first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from screening.bulk.answers import RowAnswer
from screening.bulk.fast.numbers import Codes, Numbered, Words

MOST = 64_000_000
"""The bytes, about, of the answers of a generation; there are two."""

_BESIDE = 2_000
"""The bytes, about, that an answer takes beside its texts: its objects, and its signature."""

Learn = Callable[[Words, Codes], Sequence[RowAnswer | None]]
"""From signatures, and where they were met, to what is decided of their rows."""


class Decisions:
    """What was decided, by signature: by a number that holds until the next batch.

    Answers are kept in two generations. The young one, once it is full, takes the place of the old
    one; what is asked for while it is in the old one alone is taken over.
    """

    def __init__(self) -> None:
        self._young, self._old = _Generation(), _Generation()

    def __len__(self) -> int:
        """Answers that are remembered."""
        return len(self._young.answers) + len(self._old.answers)

    def turn(self) -> bool:
        """Make room where the young generation is full: numbers mean something else then."""
        if self._young.weight < MOST:
            return False
        self._young, self._old = _Generation(), self._young
        return True

    def of(self, signatures: Words, learn: Learn) -> Codes:
        """The number of the answer to each row, by its signature."""
        numbers, new = self._young.numbers.of(*signatures)
        if len(new):
            at = self._old.numbers.find(*signatures[:, new])
            unknown = new[at < 0]
            learned = iter(learn(signatures[:, unknown], unknown))
            self._young.add(self._old.answers[n] if n >= 0 else next(learned)
                            for n in at.tolist())  # fmt: skip
        return numbers

    def answers(self, numbers: Codes) -> list[RowAnswer | None]:
        """The answers by their numbers; nothing where the engine fails at the rows."""
        return [self._young.answers[n] for n in numbers.tolist()]


class _Generation:
    def __init__(self) -> None:
        self.numbers = Numbered(words=2)
        self.answers: list[RowAnswer | None] = []
        self.weight = 0

    def add(self, answers: Iterable[RowAnswer | None]) -> None:
        for answer in answers:
            self.answers.append(answer)
            self.weight += _BESIDE + weight_of(answer)


def weight_of(answer: RowAnswer | None) -> int:
    """The bytes, about, of the texts that this answer alone holds."""
    decision = answer.decision if answer else None
    return len(decision.trace.text) + len(decision.summary) if decision else 0
