"""A real service in processes of its own, with a small rulebook, to be asked and to be hurt."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from fastapi.testclient import TestClient

Client = Callable[..., TestClient]
"""Makes a client with a key of the role asked for; see the fixture `client`."""

BOOK = """\
rulebook:
  language: "1"
  id: small
  title: A small rulebook
  covers: {from: 2020-01-01, verified_through: 2026-12-31}
  allow_requires: {destination: {known: true}}
rules:
  - id: nothing-to-norway
    title: Nothing goes to Norway
    cites: ["Export policy of the firm, 1.1"]
    authority: regulation
    in_force: {from: 2020-01-01}
    when: {destination: "NO"}
    finding: prohibited
  - id: sweden-is-looked-at
    title: What goes to Sweden is looked at
    cites: ["Export policy of the firm, 1.2"]
    authority: regulation
    in_force: {from: 2020-01-01}
    when: {destination: SE}
    finding: case_by_case
"""
VERDICTS = {"NO": "deny", "SE": "review", "DE": "allow"}


def shipment(destination: str) -> dict[str, str]:
    return {"destination": destination, "law_date": "2026-01-05", "product": "bolt"}


@dataclass
class Service:
    """A running service: its process, where it listens, and its first key."""

    process: subprocess.Popen[bytes]
    url: str
    folder: Path

    @property
    def key(self) -> str:
        return (self.folder / "keys-first.txt").read_text().strip()

    def client(self) -> httpx2.Client:
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=30)

    def workers(self) -> list[int]:
        """The processes that answer, where there are several."""
        return self.children(b"spawn_main")

    def children(self, word: bytes) -> list[int]:
        """Its processes with this word in their command."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                words = (entry / "cmdline").read_bytes()
            except (OSError, IndexError):
                continue
            if parent == self.process.pid and word in words:
                found.append(int(entry.name))
        return found


@contextmanager
def serving(folder: Path, ledger: str, *, workers: int = 1, file_bytes: int | None = None,
            **settings: str) -> Iterator[Service]:  # fmt: skip
    """Start it, and stop it again. With `file_bytes` no file of its may grow larger."""
    book = folder / "book"
    if not book.exists():
        book.mkdir()
        (book / "book.yaml").write_text(BOOK)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"second_opinion": "off", **settings}
    env = {**os.environ, **{f"SCREENING_{k.upper()}": v for k, v in settings.items()},
           "SCREENING_RULEBOOK": str(book), "SCREENING_KEYS": str(folder / "keys.json"),
           "SCREENING_LEDGER": ledger, "SCREENING_WORKERS": str(workers),
           "SCREENING_PORT": str(port)}  # fmt: skip

    def limit() -> None:
        if file_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, resource.RLIM_INFINITY))

    with (folder / "log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", "screening", "serve"], cwd=folder,
                                   env=env, stdout=log, stderr=log, preexec_fn=limit)  # fmt: skip
    service = Service(process, f"http://127.0.0.1:{port}", folder)
    try:
        _await(service)
        yield service
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def _await(service: Service) -> None:
    for _ in range(600):
        try:
            if httpx2.get(f"{service.url}/readyz", timeout=5).status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        if service.process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError((service.folder / "log").read_text())
