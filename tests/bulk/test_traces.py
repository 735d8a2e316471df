"""The side file: what many traces say alike stands there once, and each can be read whole."""

from __future__ import annotations

import json
from pathlib import Path

from screening import load_rulebook
from screening.bulk.traces import key_of, read_traces, trace_of

LINE = {"law_date": "2025-07-14", "exporter": "NVIDIA Corporation", "product": "nvidia-h20",
        "destination": "CN", "quantity": 8, "end_use": ["datacenter"]}  # fmt: skip


def test_a_trace_is_the_same_whatever_no_rule_reads_and_can_be_read_whole(tmp_path: Path) -> None:
    law = load_rulebook()
    one, other = (law.decide({**LINE, "quantity": n, "end_user": {"name": name}})
                  for n, name in ((8, "Adler"), (9, "Falke")))  # fmt: skip
    trace = trace_of(one)
    assert trace == trace_of(other), "a name and a quantity that no rule reads are the row's own"
    lines = [record.text for record in trace.records()]
    assert [key_of(line) for line in lines][-1] == trace.key
    assert len(set(lines)) == len(lines)
    path = tmp_path / "traces.jsonl"
    path.write_text("".join(lines), "utf-8")
    whole = read_traces(path, {trace.key})[trace.key]
    wanted = one.as_dict()
    for found, rule in zip(whole["rules"], wanted["rules"], strict=True):
        assert (found["rule"], found["status"], found["title"]) == (
            rule["rule"], rule["status"], rule["title"],
        )  # fmt: skip
        assert _truths(found.get("when")) == _truths(rule.get("when"))
    assert whole["verdict"] == "deny" and whole["digest"] == law.digest
    assert len(path.read_text("utf-8")) < len(json.dumps(wanted))


def _truths(node: dict[str, object] | None) -> object:
    if node is None:
        return None
    parts = node.get("parts", [])
    assert isinstance(parts, list)
    return (node["truth"], [_truths(part) for part in parts])
