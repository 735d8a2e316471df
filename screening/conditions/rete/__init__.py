"""The *rete* reading: a condition as a pattern over one flat fact, for durable_rules.

Every condition is read twice, as what surely holds and as what possibly holds. The engine behind
has no negation and no notion of what is unknown, so negation is pushed down to the tests
(`surely not` is `not possibly`), and what is unknown is a property of the fact. `Asked` notes
which properties the patterns read; `screening/referee/rows.py` writes them.

This reading does its own comparisons: it shares nothing with *explain* but the tree.
"""
