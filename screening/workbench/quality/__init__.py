"""How well the examples of a rulebook show what its rules say: coverage and mutation."""
