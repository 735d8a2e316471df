"""A service with keys and a ledger of its own, asked without a network."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parents[1]))

from postgresql import postgresql  # noqa: F401
from served import Client

from api.app import create_app
from api.keeper import Keeper
from api.keys import KeyFile, Role, new_key
from api.settings import Settings
from screening.rulebook.layers import rulebook_folder


@pytest.fixture(scope="session")
def keeper() -> Keeper:
    """The rulebook, loaded once for all tests; its examples are run by tests of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.keeper.run_examples", lambda *given: [])
        return Keeper(rulebook_folder(None))


@pytest.fixture
def client(tmp_path: Path, keeper: Keeper) -> Iterator[Client]:
    """A client with a key of the role asked for, or with none. All see one ledger."""
    with ExitStack() as running:

        def make(role: Role | None = Role.SCREENER, **settings: object) -> TestClient:
            keys = KeyFile(tmp_path / "keys.json")
            given = {"keys": keys.path, "ledger": f"sqlite:///{tmp_path}/ledger.sqlite",
                     "second_opinion": "off", **settings}  # fmt: skip
            app = create_app(Settings.model_validate(given), keeper)
            caller = running.enter_context(TestClient(app, raise_server_exceptions=False))
            if role is not None:
                text, key = new_key(role, date(2026, 1, 1))
                keys.add(key)
                caller.headers["Authorization"] = f"Bearer {text}"
            return caller

        yield make
