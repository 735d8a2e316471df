"""How many shipments a second, and how long one takes, beside a bare endpoint of the same size.

    python benchmarks/api/load.py --rounds 3 --requests 200

Four services run at once, one process each, and are asked in turn, so that whatever else the
machine does falls on all alike: `bare` validates the same body with FastAPI and returns a body of
the same size; `no ledger` decides and tells the decisive trace; `service` also puts it on record;
`referee` has every decision confirmed by the second engine besides.
The last lines split one decision without HTTP: its verdict, its trace, its record.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import date
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import Response
from pydantic import BaseModel

from api.app import create_app
from api.examples import SCREENING
from api.keeper import Keeper
from api.keys import KeyFile, Role, new_key
from api.settings import Settings
from screening import Shipment, load_rulebook
from screening.ledger.asked import Asked
from screening.ledger.entry import Entry, Request, decision_entry
from screening.ledger.record import Head, Record
from screening.ledger.store import Ledger
from screening.rulebook.layers import rulebook_folder


class Body(BaseModel):
    """A shipment as the bare endpoint validates it."""

    law_date: date
    exported_from: str
    product: str
    destination: str
    quantity: int
    end_use: list[str]
    exporter: dict[str, Any]
    ultimate_consignee: dict[str, Any]
    end_user: dict[str, Any]
    parties_complete: bool


def bare() -> FastAPI:
    """The floor: a body in, a body out."""
    app = FastAPI()
    answer = b"x" * int(os.environ["BENCH_SIZE"])

    @app.post("/v1/screenings")
    async def screenings(body: Body) -> Response:
        return Response(answer, media_type="application/json")

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {}

    return app


class _Forgetful:
    """In the writer's place: makes the records and keeps none."""

    def __init__(self, *given: object) -> None: ...

    def close(self) -> None:
        """Nothing waits."""

    def submit(self, entries: list[Entry], done: Future[list[Record]]) -> Future[list[Record]]:
        done.set_result([Head().next(e) for e in entries])
        return done


def service(ledger: bool = True) -> FastAPI:
    """The real one; the examples of the rulebook are not run again for every start."""
    import api.app
    import api.keeper

    api.keeper.run_examples = lambda *given: []  # type: ignore[attr-defined]
    if not ledger:
        setattr(api.app, "Writer", _Forgetful)  # noqa: B010  # only here
    settings = Settings(requests_per_minute=10_000_000, max_waiting=1000)
    return create_app(settings, Keeper(rulebook_folder(None)))


def without_ledger() -> FastAPI:
    """The service that forgets."""
    return service(ledger=False)


def confirmed() -> FastAPI:
    """The service with a second opinion on every decision."""
    os.environ["SCREENING_SECOND_OPINION"] = "always"
    return service()


class Asker:
    """Asks one service over connections that stay open."""

    def __init__(self, name: str, port: int, key: str, pid: int) -> None:
        self.name, self.port, self.pid = name, port, pid
        self.work = 0.0
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self.body = json.dumps(SCREENING).encode()
        self.seconds: list[float] = []
        self.rates: list[float] = []

    def round(self, requests: int, at_once: int) -> None:
        """So many requests, over so many connections."""
        found: list[float] = []

        def ask() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port)
            for _ in range(requests // at_once):
                began = time.perf_counter()
                connection.request("POST", "/v1/screenings", self.body, self.headers)
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200, answer.status
                found.append(time.perf_counter() - began)

        threads = [threading.Thread(target=ask) for _ in range(at_once)]
        began, before = time.perf_counter(), processor_seconds(self.pid)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.rates.append(len(found) / (time.perf_counter() - began))
        self.work += processor_seconds(self.pid) - before
        self.seconds += found

    def line(self) -> str:
        """Requests per second (median of the rounds), and how long one takes."""
        cuts = statistics.quantiles(self.seconds, n=100)
        return (f"{self.name:<12} {statistics.median(self.rates):8.0f}/s   "
                f"p50 {cuts[49] * 1000:7.1f} ms   p99 {cuts[98] * 1000:7.1f} ms   "
                f"processor {self.work / len(self.seconds) * 1000:5.2f} ms")  # fmt: skip


def processor_seconds(pid: int) -> float:
    """What a process has worked so far, without its children; waiting for others does not count."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def parts(folder: str) -> None:
    """One decision taken apart, without HTTP."""
    rulebook, asked = load_rulebook(), Asked()
    line = Shipment.model_validate(SCREENING)
    ledger = Ledger(f"sqlite:///{folder}/parts.sqlite")

    def verdict() -> None:
        given = rulebook.facts(line)
        view = rulebook.view(given.law_date)
        rulebook.ruling(rulebook.assumed(given, view), view)

    def entry() -> Entry:
        return decision_entry(asked.take(rulebook, line), line, asked, Request("bench"))

    entries = iter([entry() for _ in range(32)])
    work: dict[str, Callable[[], object]] = {
        "verdict": verdict,
        "told": lambda: asked.told(asked.take(rulebook, line)),
        "written": lambda: entry().content,
        "commit": lambda: ledger.append([next(entries)]),
    }
    found: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(30):
        for name, do in work.items():
            began = time.perf_counter()
            do()
            found[name].append((time.perf_counter() - began) * 1000)
    alone, told, written, alone_commit = (statistics.median(times) for times in found.values())
    size = len(entry().content)
    print(f"verdict alone {alone:.1f} ms; trace {told - alone:.1f} ms more; "
          f"record written out {written - told:.1f} ms more ({size:,} bytes); "
          f"a commit by itself {alone_commit:.1f} ms")  # fmt: skip


def main() -> None:
    """Start the services, ask them in turn, tell."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--requests", type=int, default=200)
    options.add_argument("--at-once", type=int, default=8)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text, key = new_key(Role.ADMIN, date.today())
        KeyFile(Path(folder) / "keys.json").add(key)
        answer = len(json.dumps(load_rulebook().decide(SCREENING).as_dict()))
        env = {**os.environ, "BENCH_SIZE": str(answer), "SCREENING_KEYS": f"{folder}/keys.json",
               "PYTHONPATH": str(Path(__file__).parent),
               "SCREENING_SECOND_OPINION": "off"}  # fmt: skip
        askers, processes = [], []
        for name, factory in (("bare", "bare"), ("no ledger", "without_ledger"),
                              ("service", "service"), ("referee", "confirmed")):  # fmt: skip
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            words = [sys.executable, "-m", "uvicorn", f"load:{factory}", "--factory", "--port",
                     str(port), "--log-level", "warning"]  # fmt: skip
            own = {"SCREENING_LEDGER": f"sqlite:///{folder}/{factory}.sqlite"}
            processes.append(subprocess.Popen(words, env={**env, **own}))
            askers.append(Asker(name, port, text, processes[-1].pid))
        try:
            for asker in askers:
                await_healthy(asker.port)
                asker.round(2 * given.at_once, given.at_once)
                asker.rates.clear()
                asker.seconds.clear()
                asker.work = 0.0
            for _ in range(given.rounds):
                for asker in askers:
                    asker.round(given.requests, given.at_once)
        finally:
            for process in processes:
                process.terminate()
        for asker in askers:
            print(asker.line())
        parts(folder)


def await_healthy(port: int) -> None:
    """Wait until the service there lives."""
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("a service did not start")


if __name__ == "__main__":
    main()
