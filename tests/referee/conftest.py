"""One referee for all tests of a file; where durable-rules is not installed they are skipped."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from screening.engine import Rulebook, load_rulebook
from screening.referee.referee import NOT_INSTALLED, Referee, installed

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


@pytest.fixture(scope="session")
def law() -> Rulebook:
    """The shipped law."""
    return load_rulebook()


@pytest.fixture(scope="module")
def referee() -> Iterator[Referee]:
    """A referee with its worker; patient, for the machine may be busy."""
    if not installed():
        pytest.skip(NOT_INSTALLED)
    with Referee(time_limit=60.0, load_limit=120.0) as found:
        yield found
