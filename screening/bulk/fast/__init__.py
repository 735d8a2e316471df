"""The fast path: rows that no test tells apart are decided once, and counted by arrays.

Nothing here knows what a rule means. Cells are read by the reading of single shipments, values are
told apart by the tests that the rulebook makes of them, and what is decided is decided by the
engine, once for all rows alike (`alike`). Where only verdicts and findings are wanted, the tables
of the index and the decision program run on arrays (`arrays`).
"""
