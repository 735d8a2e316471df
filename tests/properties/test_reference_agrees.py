"""The compiled program says what the language page says: engine against plain recursion.

The 3,000 and 60,000 rulebooks of `test_soundness.py` are compared as well, and every small shape.
"""

from __future__ import annotations

import laws
import pytest


def test_engine_and_reference_agree() -> None:
    laws.agrees_with_the_reference(seed=21, books=700, cases=3)


@pytest.mark.slow
def test_engine_and_reference_agree_on_five_thousand_rulebooks() -> None:
    laws.agrees_with_the_reference(seed=22, books=5_000, cases=2)
