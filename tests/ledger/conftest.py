"""What the tests of the ledger share."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from postgresql import postgresql  # noqa: F401
