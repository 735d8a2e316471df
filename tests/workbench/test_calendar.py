"""`screening calendar`: what changes by itself, and when."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from typer.testing import CliRunner

from screening import load_rulebook
from screening.cli.app import app
from screening.workbench.calendar import as_ics, changes_ahead


def test_the_end_of_a_stay_of_an_authorization_and_of_the_grace_are_ahead() -> None:
    changes = changes_ahead(load_rulebook().content, date(2026, 9, 24))
    told = {(str(c.day), c.id, c.what) for c in changes}
    assert ("2026-11-10", "affiliates-stay", "stay ends") in told
    assert ("2027-04-06", "uae-approved-g42", "membership of core42, g42 ends") in told
    assert (
        "2026-11-24", "us-ear", "nothing is allowed any more unless the rulebook is verified anew",
    ) in told  # fmt: skip
    assert [c.day for c in changes] == sorted(c.day for c in changes)


def test_what_is_past_is_not_ahead_and_today_is_past() -> None:
    content = load_rulebook().content
    assert not [c for c in changes_ahead(content, date(2026, 11, 10)) if c.id == "affiliates-stay"]
    assert [c for c in changes_ahead(content, date(2026, 11, 9)) if c.id == "affiliates-stay"]


def test_a_calendar_file(tmp_path: Path) -> None:
    file = tmp_path / "rulebook.ics"
    options = ["calendar", "--after", "2026-09-24", "--ics", str(file), "--format", "json"]
    result = CliRunner().invoke(app, options)
    assert result.exit_code == 0, result.stderr
    changes = json.loads(result.stdout)["changes"]
    lines = file.read_bytes().decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-2:] == ["END:VCALENDAR", ""]
    assert lines.count("BEGIN:VEVENT") == len(changes)
    assert "DTSTART;VALUE=DATE:20261110" in lines
    assert all(len(line.encode()) <= 75 for line in lines)
    events = [line for line in lines if line.startswith("UID:")]
    assert len(set(events)) == len(events)


def test_text_of_an_event_is_escaped_and_folded() -> None:
    from screening.workbench.calendar import Change

    text = as_ics([Change(date(2026, 1, 2), "x ends", "x", "a, b; c \\ d " + "e" * 80)], "book",
                  date(2026, 1, 1))  # fmt: skip
    assert "DESCRIPTION:a\\, b\\; c \\\\ d " in text
    assert "\r\n eee" in text
