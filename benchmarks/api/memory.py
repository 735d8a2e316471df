"""Whether the memory of a service stays flat over many requests, all on record.

    python -m benchmarks.api.memory --requests 100000

One process of the service, asked by eight askers for the mix of `benchmarks/api/orders.py`.
Told are its resident memory and the size of its ledger, twenty times.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import os
import socket
import subprocess
import sys
import tempfile
import threading
from datetime import date
from pathlib import Path

from api.keys import KeyFile, Role, new_key
from benchmarks.api.load import await_healthy
from benchmarks.api.orders import order


def resident(pid: int) -> float:
    """Megabytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> None:
    """Start the service, ask it, tell."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--requests", type=int, default=100_000)
    options.add_argument("--at-once", type=int, default=8)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text, key = new_key(Role.ADMIN, date.today())
        KeyFile(Path(folder) / "keys.json").add(key)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        env = {**os.environ, "SCREENING_KEYS": f"{folder}/keys.json",
               "SCREENING_LEDGER": f"sqlite:///{folder}/ledger.sqlite",
               "SCREENING_SECOND_OPINION": "off", "SCREENING_REQUESTS_PER_MINUTE": "10000000",
               "SCREENING_PORT": str(port)}  # fmt: skip
        words = [sys.executable, "-m", "screening", "serve"]
        with subprocess.Popen(words, env=env, stderr=subprocess.DEVNULL) as process:
            try:
                await_healthy(port)
                ask_all(process.pid, port, text, given.requests, given.at_once, Path(folder))
            finally:
                process.terminate()


def ask_all(pid: int, port: int, key: str, requests: int, at_once: int, folder: Path) -> None:
    """So many requests, and what the memory is meanwhile."""
    numbers = itertools.count()
    done = itertools.count(1)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    lock = threading.Lock()

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while (number := next(numbers)) < requests:
            connection.request("POST", "/v1/screenings", order(number), headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            with lock:
                finished = next(done)
                if finished % max(1, requests // 20) == 0:
                    size = sum(f.stat().st_size for f in folder.glob("ledger*")) / 2**20
                    print(f"{finished:>8,} requests  {resident(pid):7.1f} MB resident  "
                          f"{size:8.1f} MB ledger", flush=True)  # fmt: skip

    threads = [threading.Thread(target=ask) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
