"""Which party tests can be met together: any number of parties, none of them counted.

Parties are independent of each other, so a set of tests can be met, and another set not, exactly if
each test of the first set has one party that meets it and nothing of the second. What cannot be is
told to the solver: that one test implies another at once, the rest as it comes up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from screening.conditions.formula import NO, Formula
from screening.conditions.models import Booleans
from screening.conditions.party_tests import Party, PartyTests


class Parties:
    """The party tests that were asked on some days, of those that are known."""

    def __init__(self, known: PartyTests) -> None:
        self.known = known
        self._numbers: list[int] = []
        self._heads = Booleans()
        self._laws: list[Any] = []
        self._told: dict[int, int] = {}
        self._lemmas: set[int] = set()
        self._looked = self._read = 0

    @property
    def asked(self) -> list[Any]:
        """The propositions asked so far: that some party meets a test."""
        return [self.known.tests[n].asked for n in self._numbers]

    def some(self, roles: tuple[str, ...], body: Formula) -> Formula:
        """Whether a party in one of the roles meets the body."""
        n = self.known.number(roles, body)
        if n is None:
            return NO
        if n not in self._numbers:
            self._numbers.append(n)
            self._heads.add([self.known.tests[n].asked])
        return Formula(self.known.tests[n].asked)

    @property
    def laws(self) -> list[Any]:
        """What is known of the tests that were asked; more comes with more tests, and with
        contradictions."""
        self.known.look()
        asked = _bits(self._numbers)
        if self._looked != len(self._numbers):
            self._looked, self._read = len(self._numbers), 0
            for n in self._numbers:
                more = self.known.implied[n] & asked & ~self._told.get(n, 0)
                if more:
                    self._told[n] = self._told.get(n, 0) | more
                    self._laws.append(self.known.law(n, more))
        for i, (of, lemma) in enumerate(self.known.lemmas[self._read :], self._read):
            if not of & ~asked and i not in self._lemmas:
                self._lemmas.add(i)
                self._laws.append(lemma)
        self._read = len(self.known.lemmas)
        return self._laws

    def contradicted(self, model: Any, only_asked: bool = False) -> bool:
        """Whether the model's party tests cannot be met together: then there are more laws.

        With `only_asked` the tests that the model says nothing of are left open.
        """
        met, missed = self._said(model, only_asked)
        goods = self.known.beside(model, self._numbers) if met else {}
        without = _bits(missed)
        before = len(self.known.lemmas)
        for n in met:
            # A party that was seen beside the same goods will do.
            if not any(party.meets >> n & 1 for party in self.known.seen(goods, without)):
                self.known.find(n, missed, goods)
        return len(self.known.lemmas) > before

    def likely(self, model: Any) -> Iterator[Party]:
        """Parties much like those of the model, whether these can be or not: good for a guess."""
        met, missed = self._said(model, False)
        wanted, without = _bits(met), _bits(missed)
        while wanted:
            n = (wanted & -wanted).bit_length() - 1
            party = self.known.sample(n, without)
            wanted &= ~(party.meets if party is not None else 1 << n)
            if party is not None:
                yield party

    def witnesses(self, model: Any) -> Iterator[Party]:
        """Parties that meet the tests that are met and none that is not: few of them, since one
        meets many."""
        met, missed = self._said(model, False)
        goods = self.known.beside(model, self._numbers) if met else {}
        wanted, without = _bits(met), _bits(missed)
        while wanted:
            party = max(self.known.seen(goods, without),
                        key=lambda p: (p.meets & wanted).bit_count(), default=None)  # fmt: skip
            if party is None or not party.meets & wanted:
                n = (wanted & -wanted).bit_length() - 1
                party = self.known.find(n, missed, goods)
                assert party is not None  # the model's tests can be met together
            wanted &= ~party.meets
            yield party

    def _said(self, model: Any, only_asked: bool) -> tuple[list[int], list[int]]:
        """The tests that a model says are met, and those that are not."""
        self.known.look()
        said = list(zip(self._numbers, self._heads.said(model), strict=True))
        met = [n for n, value in said if value]
        missed = [n for n, value in said if value is False or (value is None and not only_asked)]
        return met, missed


def _bits(numbers: list[int]) -> int:
    return sum(1 << n for n in numbers)
