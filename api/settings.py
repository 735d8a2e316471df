"""What an operator sets, by environment variable (`SCREENING_…`) or by `.env` file."""

from __future__ import annotations

from pathlib import Path

from pydantic import PositiveFloat, PositiveInt
from pydantic_settings import BaseSettings, SettingsConfigDict

from screening.opinion import Policy


class Settings(BaseSettings):
    """Settings of the service; each is also an environment variable, such as `SCREENING_PORT`."""

    model_config = SettingsConfigDict(
        env_prefix="SCREENING_", env_file=".env", extra="ignore", use_attribute_docstrings=True
    )

    rulebook: str | None = None
    """Folder or id of the rulebook; default us-ear."""
    keys: Path = Path("screening-keys.json")
    """File with the hashes of API keys."""
    ledger: str = "sqlite:///screening-ledger.sqlite"
    """URL of the ledger's database: SQLite or PostgreSQL."""
    ledger_wait_seconds: PositiveFloat = 5.0
    """How long a writer of the ledger waits for another, before 503."""
    head_file: Path | None = None
    """File to append the chain's head to, on a place that only takes more."""
    head_seconds: PositiveFloat = 60.0
    """How often the head is appended, if it moved."""
    second_opinion: Policy = Policy.ALLOW
    """Which decisions another engine confirms: always, allow, sample or off."""
    second_opinion_required: bool = False
    """Whether an allow is held at review when that engine has no answer."""
    second_signature: bool = False
    """Whether a clearance takes two reviewers."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: PositiveInt = 8000
    """Port to listen on."""
    workers: PositiveInt = 1
    """Processes that answer."""
    max_body_bytes: PositiveInt = 1_000_000
    """Largest body of one request."""
    max_depth: PositiveInt = 32
    """Deepest nesting of a JSON body."""
    max_lines: PositiveInt = 1_000
    """Most lines of one request, those of all shipments of a batch together."""
    max_parties: PositiveInt = 200
    """Most parties of one line."""
    max_waiting: PositiveInt = 64
    """Requests of one process at once, before 503."""
    max_uploads: PositiveInt = 256
    """Bodies of one process on their way at once, before 503; one that comes at once is none."""
    requests_per_minute: PositiveInt = 6_000
    """Requests of one key to one process, before 429."""
    body_seconds: PositiveFloat = 30.0
    """How long a body may take to arrive, before 408."""
    body_bytes_per_second: PositiveInt = 20_000
    """Slowest pace of a body that takes longer than five seconds, before 408."""
    answer_seconds: PositiveFloat = 60.0
    """How long one shipment may take to be answered, before 503."""
    stop_seconds: PositiveInt = 30
    """How long a stop waits for what was accepted."""
    reload_seconds: PositiveFloat = 5.0
    """How often rule files are looked at."""
    session_hours: PositiveFloat = 8.0
    """How long a reviewer stays signed in at the desk."""
    insecure_cookie: bool = False
    """Let the desk's cookie travel without TLS, for a trial without a proxy."""
