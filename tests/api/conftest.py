"""A service with a key file of its own, asked without a network."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.keys import KeyFile, Role, new_key
from api.settings import Settings

Client = Callable[..., TestClient]


@pytest.fixture
def client(tmp_path: Path) -> Client:
    """A client with a key of the role asked for, or with none."""

    def make(role: Role | None = Role.SCREENER, **settings: object) -> TestClient:
        keys = KeyFile(tmp_path / "keys.json")
        app = create_app(Settings.model_validate({"keys": keys.path, **settings}))
        caller = TestClient(app, raise_server_exceptions=False)
        if role is not None:
            text, key = new_key(role, date(2026, 1, 1))
            keys.add(key)
            caller.headers["Authorization"] = f"Bearer {text}"
        return caller

    return make
