"""A client of the service, typed: `pip install export-screening[client]`.

::

    with Client("https://screening.example.com", key) as client:
        answer = client.screen({"destination": "CN", "product": "NVIDIA H20", ...})
        if answer.verdict == "allow":
            ...

Nothing but an answer that was read whole is an answer: everything else raises.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx2

from screening.decision import Finding, Verdict

Json = Mapping[str, Any]

_AGAIN = (429, 503)


class Refused(Exception):
    """The service did not answer: the HTTP status, the problem's code and every problem."""

    def __init__(self, status: int, code: str, message: str, problems: Iterable[Json] = ()) -> None:
        super().__init__(f"{message} [{code}]")
        self.status = status
        self.code = code
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Answer:
    """A shipment's answer: `lines` holds each line's decision with its `id`, `body` all of it.

    `problems` are what could not be read, such as a field that there is none of, with the lines
    that have it; with a problem the answer is never an allow.
    """

    id: str
    verdict: Verdict
    finding: Finding
    problems: tuple[Json, ...]
    lines: tuple[Json, ...]
    body: Json

    @classmethod
    def of(cls, body: Json) -> Answer:
        """From the JSON form. Raises `Refused` where there is no verdict in it."""
        if "verdict" not in body:
            raise Refused(200, "not-answered", "this shipment was not answered",
                          body.get("problems", ()))  # fmt: skip
        return cls(body["id"], Verdict(body["verdict"]), Finding(body["finding"]),
                   tuple(body.get("problems", ())), tuple(body["lines"]), body)  # fmt: skip


class Client:
    """Asks one service with one key.

    Busy answers and broken connections are asked again, up to `tries` times, with the same
    idempotency key: a shipment is never decided twice for one call. Every method raises `Refused`,
    or `httpx2.HTTPError` where the service cannot be reached.
    """

    def __init__(self, url: str, key: str, *, tries: int = 5, seconds: float = 60.0) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._http = httpx2.Client(base_url=url, headers=headers, timeout=seconds)
        self._tries = tries

    def screen(
        self, shipment: Json, *, trace: str = "decisive", idempotency_key: str | None = None,
        **footing: str,
    ) -> Answer:  # fmt: skip
        """Decide one shipment. `footing` takes `law_date`, `known_as_of`, `authority`."""
        key = {"Idempotency-Key": idempotency_key or uuid.uuid4().hex}
        params = {"trace": trace, **footing}
        return Answer.of(self._json("POST", "/v1/screenings", params=params, json=shipment,
                                    headers=key))  # fmt: skip

    def screen_many(
        self, shipments: Iterable[Json], *, trace: str = "none", idempotency_key: str | None = None
    ) -> Iterator[Answer]:
        """Decide many, in order; one that cannot be read is a review. Raises in the middle where
        the rest was not answered."""
        body = "\n".join(json.dumps(s) for s in shipments)
        headers = {"Idempotency-Key": idempotency_key or uuid.uuid4().hex,
                   "Content-Type": "application/x-ndjson"}  # fmt: skip
        told = self._ask("POST", "/v1/screenings/batch", params={"trace": trace}, content=body,
                         headers=headers)  # fmt: skip
        for line in told.text.splitlines():
            yield Answer.of(json.loads(line))

    def decision(self, id: str) -> Json:
        """A decision as it stands on record."""
        return self._json("GET", f"/v1/decisions/{id}")

    def decisions(self, **wanted: str | int | bool) -> Iterator[Json]:
        """Decisions on record, the newest first: `verdict`, `rule`, `party`, `since` and so on."""
        while True:
            page = self._json("GET", "/v1/decisions", params=wanted)
            yield from page["decisions"]
            if page["next"] is None:
                return
            wanted["cursor"] = page["next"]

    def replay(self, id: str) -> Json:
        """The decision taken again: `identical`, or what differs and `why`."""
        return self._json("POST", f"/v1/decisions/{id}/replay")

    def resolve(self, id: str, outcome: str, reason: str, through: str | None = None) -> Json:
        """Clear or confirm a review, with a reviewer's key."""
        body = {"outcome": outcome, "reason": reason, "through": through}
        return self._json("POST", f"/v1/decisions/{id}/resolution", json=body)

    def timeline(self, shipment: Json) -> Json:
        """The answer through time."""
        return self._json("POST", "/v1/timeline", json=shipment)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self.close()

    def _json(self, method: str, path: str, **asked: Any) -> Json:
        found: Json = self._ask(method, path, **asked).json()
        return found

    def _ask(self, method: str, path: str, **asked: Any) -> httpx2.Response:
        # A resolution has no idempotency key: it is asked again only where it was not taken up.
        repeatable = method == "GET" or "headers" in asked
        for left in reversed(range(self._tries)):
            try:
                response = self._http.request(method, path, **asked)
            except httpx2.TransportError:
                if not (left and repeatable):
                    raise
                time.sleep(0.5)
                continue
            if response.status_code in _AGAIN and left:
                time.sleep(min(30.0, float(response.headers.get("Retry-After", "1"))))
                continue
            break
        if response.is_success:
            return response
        try:
            told = response.json()
            raise Refused(response.status_code, told["code"], told["title"], told["problems"])
        except (ValueError, KeyError, TypeError):
            raise Refused(response.status_code, "no-problem-details",
                          f"the service answered {response.status_code}") from None  # fmt: skip
