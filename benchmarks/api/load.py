"""How many shipments a second, and how long one takes, beside a bare endpoint of the same size.

    python -m benchmarks.api.load --rounds 5 --requests 400

Five services run at once, one process each, and are asked in turn, so that whatever else the
machine does falls on all alike: `bare` validates the same body with FastAPI and returns a body of
the same size; `no trace` decides and answers without reasons, `no ledger` with the decisive trace,
and neither keeps it; `service` puts it on record; `referee` has every decision confirmed by the
second engine besides. Each is asked for the founding case under ever new order numbers, and for the
mix of `benchmarks/api/orders.py`: half sample shipments that come again, half never seen before. No
service sees an order twice.

Told are requests per second, and the processor time of the process for each, which other work on
the machine changes less. What the second engine takes in its own process counts as well, and what
came of asking it is told beside.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from api.app import create_app
from api.examples import SCREENING
from api.keeper import Keeper, settle
from api.keys import KeyFile, Role, new_key
from api.settings import Settings
from benchmarks.api.orders import order
from screening import load_rulebook
from screening.ledger.entry import Entry
from screening.ledger.record import Head, Record
from screening.rulebook.layers import rulebook_folder


class Party(BaseModel):
    """One of its parties."""

    model_config = ConfigDict(extra="forbid")

    name: str
    country: str | None = None
    headquarters: str | None = None
    parent_headquarters: str | None = None
    kinds: list[str] | str | None = None
    listings: list[str] | str | None = None
    owners: list[str] | None = None


class Body(BaseModel):
    """A shipment as the bare endpoint validates it."""

    model_config = ConfigDict(extra="forbid")

    law_date: date
    shipment_id: str | None = None
    line: int | None = None
    exported_from: str | None = None
    product: str | None = None
    description: str | None = None
    eccn: str | None = None
    destination: str
    quantity: int
    unit_value: float | None = None
    currency: str | None = None
    end_use: list[str] | str | None = None
    exporter: Party | None = None
    ultimate_consignee: Party | None = None
    end_user: Party | None = None
    parties_complete: bool | None = None
    license_exception_claimed: str | None = None
    attributes: dict[str, bool] | None = None


def bare() -> FastAPI:
    """The floor: a body in, a body out."""
    app = FastAPI()
    answers = {kind: b"x" * size for kind, size in json.loads(os.environ["BENCH_SIZES"]).items()}

    @app.post("/v1/screenings")
    async def screenings(body: Body, kind: str) -> Response:
        return Response(answers[kind], media_type="application/json")

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {}

    return app


class _Forgetful:
    """In the writer's place: makes the records and keeps none."""

    def __init__(self, *given: object) -> None: ...

    async def close(self) -> None:
        """Nothing waits."""

    async def record(self, entries: list[Entry]) -> list[Record]:
        return [Head().next(e) for e in entries]


def service(ledger: bool = True) -> FastAPI:
    """The real one; the examples of the rulebook are not run again for every start."""
    import api.app
    import api.keeper

    api.keeper.run_examples = lambda *given: []  # type: ignore[attr-defined]
    if not ledger:
        setattr(api.app, "Writer", _Forgetful)  # noqa: B010  # only here
    settings = Settings(requests_per_minute=10_000_000, max_waiting=1000)
    app = create_app(settings, Keeper(rulebook_folder(None)))
    settle()  # as `served` does
    return app


def without_ledger() -> FastAPI:
    """The service that forgets."""
    return service(ledger=False)


def confirmed() -> FastAPI:
    """The service with a second opinion on every decision."""
    os.environ["SCREENING_SECOND_OPINION"] = "always"
    return service()


class Asker:
    """Asks one service for orders of one kind, over connections that stay open."""

    def __init__(self, name: str, kind: str, service: Service, query: str = "") -> None:
        self.name, self.kind, self.service = name, kind, service
        self.address = f"/v1/screenings{query}"
        self.forget()

    def forget(self) -> None:
        """What came before was to warm up."""
        self.work = 0.0
        self.seconds: list[float] = []
        self.rates: list[float] = []
        self.opinions: Counter[str] = Counter()

    def round(self, requests: int, at_once: int) -> None:
        """So many requests, over so many connections."""
        found: list[float] = []
        bodies = [ORDERS[self.kind](next(self.service.numbers)) for _ in range(requests)]

        def ask() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.service.port)
            while True:
                try:
                    body = bodies.pop()
                except IndexError:
                    return
                began = time.perf_counter()
                connection.request("POST", self.address, body, self.service.headers)
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200, answer.status
                found.append(time.perf_counter() - began)

        threads = [threading.Thread(target=ask) for _ in range(at_once)]
        asked = self.service.opinions()
        began, before = time.perf_counter(), self.service.worked()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == requests
        self.rates.append(len(found) / (time.perf_counter() - began))
        self.work += self.service.worked() - before
        self.seconds += found
        self.opinions += self.service.opinions() - asked

    def line(self) -> str:
        """Requests per second (median of the rounds), processor time, and how long one takes."""
        cuts = statistics.quantiles(self.seconds, n=100)
        found = (
            f"{self.kind:<9} {self.name:<10} {statistics.median(self.rates):7.0f}/s",
            f"processor {self.work / len(self.seconds) * 1000:6.2f} ms",
            f"p50 {cuts[49] * 1000:7.1f} ms",
            f"p99 {cuts[98] * 1000:7.1f} ms",
            *(f"{n} {what}" for what, n in self.opinions.items()),
        )
        return "   ".join(found)


ORDERS: dict[str, Callable[[int], bytes]] = {
    "founding": lambda number: json.dumps({**SCREENING, "shipment_id": f"F-{number}"}).encode(),
    "mix": order,
}


@dataclass
class Service:
    """One of the services, listening."""

    process: subprocess.Popen[bytes]
    port: int
    headers: dict[str, str]
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def opinions(self) -> Counter[str]:
        """What came of asking the second engine so far."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", "/metrics", headers=self.headers)
        told = connection.getresponse().read().decode()
        found = re.findall(r'^screening_second_opinions_total{outcome="(\w+)"} (\S+)', told, re.M)
        return Counter({outcome: int(float(number)) for outcome, number in found})

    def worked(self) -> float:
        """Seconds of processor time of the process and of those it started."""
        pid = self.process.pid
        tasks = Path(f"/proc/{pid}/task").glob("*/children")
        children = {int(child) for task in tasks for child in task.read_text().split()}
        return sum(map(processor_seconds, (pid, *children)))


def processor_seconds(pid: int) -> float:
    """What a process has worked so far; waiting for others does not count."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def started(factory: str, folder: str, key: str, sizes: dict[str, int]) -> Service:
    """The service of this name."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "BENCH_SIZES": json.dumps(sizes), "SCREENING_SECOND_OPINION": "off",
           "SCREENING_KEYS": f"{folder}/keys.json",
           "SCREENING_LEDGER": f"sqlite:///{folder}/{factory}.sqlite"}  # fmt: skip
    words = [sys.executable, "-m", "uvicorn", f"benchmarks.api.load:{factory}", "--factory",
             "--port", str(port), "--log-level", "warning"]  # fmt: skip
    process = subprocess.Popen(words, env=env, cwd=Path(__file__).parents[2])
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    return Service(process, port, headers)


def answer_sizes() -> dict[str, int]:
    """How long the answer to an order of each kind is, on average."""
    rulebook = load_rulebook()
    return {
        kind: int(statistics.mean(
            len(rulebook.decide(json.loads(of(i))).to_bytes()) for i in range(176)))
        for kind, of in ORDERS.items()
    }  # fmt: skip


def main() -> None:
    """Start the services, ask them in turn, tell."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--requests", type=int, default=200)
    options.add_argument("--at-once", type=int, default=8)
    options.add_argument("--warm", type=int, default=400, help="requests before it counts")
    given = options.parse_args()
    sizes = answer_sizes()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        text, key = new_key(Role.ADMIN, date.today())
        KeyFile(Path(folder) / "keys.json").add(key)
        services: dict[str, Service] = {}
        for factory in ("bare", "without_ledger", "service", "confirmed"):
            services[factory] = started(factory, folder, text, sizes)
            running.callback(services[factory].process.wait)
            running.callback(services[factory].process.terminate)
        askers = [
            Asker(name, kind, services[factory], query)
            for kind in ORDERS
            for name, factory, query in (
                ("bare", "bare", f"?kind={kind}"),
                ("no trace", "without_ledger", "?trace=none"),
                ("no ledger", "without_ledger", ""),
                ("service", "service", ""),
                ("referee", "confirmed", ""),
            )
        ]
        for service in services.values():
            await_healthy(service.port)
        for asker in askers:
            asker.round(given.warm, given.at_once)
            asker.forget()
        for _ in range(given.rounds):
            for asker in askers:
                asker.round(given.requests, given.at_once)
        for asker in askers:
            print(asker.line())


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
