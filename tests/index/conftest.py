"""The shipped law, loaded once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from screening import load_rulebook
from screening.engine import Rulebook

sys.path += [str(Path(__file__).parent), str(Path(__file__).parent.parent)]


@pytest.fixture(scope="session")
def shipped() -> Rulebook:
    return load_rulebook()
