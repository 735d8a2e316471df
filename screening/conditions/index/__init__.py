"""The *index* reading: for every field a table from what it may hold to the conditions it fits.

A condition is brought into *clauses* (`clauses`): an OR of ANDs whose parts each read one thing: a
field, or a *signal*, which is a truth value settled before (a class, a party test, a list entry).
Kleene's algebra is distributive and De Morgan's laws hold in it, so the clauses have the very truth
value of the condition. Every clause is one bit.

What a field may hold falls into *cells* (`cells`), within which no test tells two values apart:
the mentioned values and the gaps between them, or the value itself. A *table* (`table`) gives for
a cell two masks: the clauses whose part surely holds, and those whose part may hold. It is made by
asking *explain* once about a representative of the cell, so there is no second meaning of a test.

A *level* (`level`) is all conditions read in one scope: to read a shipment is one look-up and two
ANDs for each field. Levels are settled one after the other (`dated`): classes, the list entries
of each party, each party, the shipment.

    index = Index(conditions, class_definitions)    # once for a rulebook
    dated = index.at(world)                         # once for dates between which nothing changes
    sure, may = dated.read(facts, world)            # one bit for each condition

A test that fails raises `TestFailed`; then *explain* has to be asked, rule by rule.
"""

from screening.conditions.index.clauses import MOST_CLAUSES
from screening.conditions.index.dated import DatedIndex
from screening.conditions.index.index import Index
from screening.conditions.index.table import Masks, TestFailed

__all__ = ["MOST_CLAUSES", "DatedIndex", "Index", "Masks", "TestFailed"]
