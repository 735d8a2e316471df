"""A PostgreSQL server of the tests' own: in a temporary folder, by a user that is not root."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

ABSENT = "PostgreSQL is not installed; on Debian: apt-get install -y postgresql"


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`, as Debian lays them, or wherever the path leads."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)


class Server:
    """A running server; `crash` and `start` stand for what happens to servers."""

    def __init__(self, bin: Path) -> None:
        memory = Path("/dev/shm")  # a new database for each test is a lot of files
        place = memory if os.access(memory, os.W_OK) else None
        self.folder = Path(tempfile.mkdtemp(prefix="ledger-pg-", dir=place))
        self._bin = bin
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._user: dict[str, str] = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._user = {"user": "postgres", "group": "postgres"}
        # Over the network with a password, as from one container to another.
        self._run("initdb", "--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256",
                  "-U", "ledger", "-D", str(self.folder / "data"))  # fmt: skip
        self.start()

    def _run(self, name: str, *words: str) -> None:
        subprocess.run([self._bin / name, *words], check=True, capture_output=True,
                       cwd=self.folder, **self._user)  # type: ignore[call-overload]  # user, group  # fmt: skip

    def start(self) -> None:
        log = (self.folder / "log").open("ab")
        self._server = subprocess.Popen(
            [self._bin / "postgres", "-D", self.folder / "data", "-k", self.folder,
             "-p", str(self.port), "-c", "listen_addresses=127.0.0.1",
             "-c", "max_connections=60"],
            stdout=log, stderr=log, cwd=self.folder, **self._user)  # type: ignore[call-overload]  # fmt: skip
        for _ in range(200):
            try:
                with create_engine(self.url("postgres")).connect():
                    return
            except Exception:
                time.sleep(0.05)
        raise RuntimeError((self.folder / "log").read_text())

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://ledger@/{database}?host={self.folder}&port={self.port}"

    def run(self, *statements: str) -> None:
        """What its administrator does, outside of any transaction."""
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as c:
            for statement in statements:
                c.execute(text(statement))
        engine.dispose()

    def new_database(self) -> str:
        name = f"t{uuid.uuid4().hex[:12]}"
        self.run(f"CREATE DATABASE {name}")
        return self.url(name)

    def crash(self) -> None:
        """The server and all its processes are gone at once, as without power."""
        self._server.send_signal(signal.SIGQUIT)  # immediate: nothing is written out
        self._server.wait()

    def stop(self) -> None:
        self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A server for all tests; they skip where there is no PostgreSQL."""
    bin = programs()
    if bin is None:
        pytest.skip(ABSENT)
    server = Server(bin)
    yield server
    server.stop()
