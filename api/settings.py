"""What an operator sets, by environment variable (`SCREENING_…`) or by `.env` file."""

from __future__ import annotations

from pathlib import Path

from pydantic import PositiveFloat, PositiveInt
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of the service; each is also an environment variable, such as `SCREENING_PORT`."""

    model_config = SettingsConfigDict(
        env_prefix="SCREENING_", env_file=".env", extra="ignore", use_attribute_docstrings=True
    )

    rulebook: str | None = None
    """Folder or id of the rulebook; default us-ear."""
    keys: Path = Path("screening-keys.json")
    """File with the hashes of API keys."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: PositiveInt = 8000
    """Port to listen on."""
    workers: PositiveInt = 1
    """Processes that answer."""
    max_body_bytes: PositiveInt = 1_000_000
    """Largest body of one request."""
    max_lines: PositiveInt = 1_000
    """Most lines of one request."""
    max_waiting: PositiveInt = 64
    """Requests at once, before 503."""
    requests_per_minute: PositiveInt = 6_000
    """Requests of one key, before 429."""
    reload_seconds: PositiveFloat = 5.0
    """How often rule files are looked at."""
