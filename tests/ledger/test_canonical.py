"""The canonical text of a record does not hang on which library writes it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from screening.ledger.record import canonical

ODD = st.text("\ud800\udfff\x00\x1f\x7f\u2028")
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | ODD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(st.dictionaries(st.text(), DATA, max_size=5))
@settings(max_examples=300, deadline=None)
def test_it_is_what_the_standard_library_writes(data: dict[str, Any]) -> None:
    """Sorted by code point, nothing escaped that need not be, numbers of any size."""
    slow = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical(data) == slow
