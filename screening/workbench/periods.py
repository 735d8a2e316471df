"""Mistakes of dates that no single rule shows: a day uncovered, a year mistyped, a rule cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from screening.decision import Authority
from screening.problems import Problem
from screening.rulebook.model import Content, Rule
from screening.rulebook.period import Period

_DAY = timedelta(days=1)
_FR = re.compile(r"\b\d+ FR \d+\b")
_ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")

# A rule takes effect within a year of its publication; what is said to have begun long before it
# was public, or years from every day that its sources bear, is a slip of the pen.
_BEFORE_PUBLICATION = timedelta(days=60)
_AFTER_PUBLICATION = timedelta(days=300)
_FROM_CITED_DAYS = timedelta(days=180)
_YEARS_AHEAD = 20


def date_mistakes(content: Content) -> Iterator[Problem]:
    """What is wrong with the dates of the uppermost layer's rules."""
    own = [r for r in content.rules.values() if r.layer == content.layers[-1]]
    for rule in own:
        yield from _gaps(rule)
        yield from _succession(rule, content)
        yield from _outlived(rule, content)
        yield from _publication(rule)
        yield from _cited_days(rule)
        yield from _far_ahead(rule, content.header.verified_through)
    yield from _days_off(content, own)
    yield from _documents(own)


def _gaps(rule: Rule) -> Iterator[Problem]:
    """A rule's own intervals follow each other without a short hole between."""
    ordered = sorted(rule.windows, key=lambda w: w.start or date.min)
    for one, next_ in pairwise(ordered):
        if one.end and next_.start and _DAY <= next_.start - one.end <= 7 * _DAY:
            yield Problem(
                "period-gap",
                f"`{rule.id}` is not in force {_days(one.end, next_.start - _DAY)}, "
                "between two of its intervals",
                "`until` is the first day on which it no longer applies; write the day on which "
                "the next interval begins",
                rule.place,
            )


def _succession(rule: Rule, content: Content) -> Iterator[Problem]:
    """What succeeds a rule begins on the day on which that one ends."""
    before = content.rules.get(rule.succeeds or "")
    if before is None:
        return
    end = max((w.end or date.max for w in before.windows), default=date.max)
    start = min((w.start or date.min for w in rule.windows), default=date.min)
    if end < start:
        yield Problem(
            "succession-gap",
            f"neither `{before.id}` nor `{rule.id}`, which succeeds it, is in force "
            f"{_days(end, start - _DAY)}",
            f"let `{before.id}` be in force `until: {start}`, the first day on which it no longer "
            "applies",
            before.place,
        )
    elif end > start:
        until = "" if end == date.max else f" through {end - _DAY}"
        yield Problem(
            "succession-overlap",
            f"`{before.id}` and `{rule.id}`, which succeeds it, are both in force from {start}"
            f"{until}",
            f"let `{before.id}` be in force `until: {start}`",
            before.place,
        )


def _outlived(rule: Rule, content: Content) -> Iterator[Problem]:
    """An override has something to override for as long as it is in force."""
    if rule.kind is None or rule.by_tag is not None:
        return
    targets = [content.rules[t] for t in rule.targets if t in content.rules]
    spans = [w for t in targets for w in t.windows]
    named = ", ".join(f"`{t.id}`" for t in targets[:3]) + (" ..." if len(targets) > 3 else "")
    if not any(w.overlaps(s) for w in rule.windows for s in spans):
        yield Problem(
            "override-without-target",
            f"`{rule.id}` is never in force on a day on which {named} is",
            "compare the dates; a rule that is relaxed goes on, and the override says for how long",
            rule.place,
        )
        return
    end = max((w.end or date.max for w in rule.windows), default=date.max)
    last = max((s.end or date.max for s in spans), default=date.max)
    if last < end:
        yield Problem(
            "override-outlives-target",
            f"`{rule.id}` goes on after {last - _DAY}, the last day of {named}",
            "do not end the rule that is relaxed: the override alone says what changes and when; "
            "if the law was amended, end both and let the new rule name the old under `succeeds`",
            rule.place,
        )


def _publication(rule: Rule) -> Iterator[Problem]:
    for window in rule.windows:
        if window.start is None or window.published is None:
            continue
        early = window.published - window.start > _BEFORE_PUBLICATION
        if early or window.start - window.published > _AFTER_PUBLICATION:
            yield Problem(
                "far-from-publication",
                f"`{rule.id}` begins on {window.start} and was published on {window.published}",
                "check the year of both",
                rule.place,
            )


def _cited_days(rule: Rule) -> Iterator[Problem]:
    """A letter or a practice begins about when the sources that it cites were written."""
    if rule.authority not in (Authority.LETTER, Authority.PRACTICE):
        return
    days = [day for text in rule.cites for word in _ISO.findall(text) if (day := _iso(word))]
    starts = [w.start for w in rule.windows if w.start is not None]
    if days and starts and min(abs(s - d) for s in starts for d in days) > _FROM_CITED_DAYS:
        yield Problem(
            "far-from-cited-date",
            f"`{rule.id}` begins on {starts[0]}, and its sources are of {min(days)}",
            "check the year of both",
            rule.place,
        )


def _far_ahead(rule: Rule, verified: date | None) -> Iterator[Problem]:
    """No rule begins or ends decades after the day through which the law was read."""
    days = {d for w in rule.windows for d in (w.start, w.end) if d is not None}
    for day in sorted(days):
        if verified is not None and day.year - verified.year > _YEARS_AHEAD:
            yield Problem(
                "far-ahead",
                f"`{rule.id}` names the day {day}, {day.year - verified.year} years after the law "
                "was last verified",
                "check the year: 2062 is easily written for 2026",
                rule.place,
            )


def _days_off(content: Content, own: list[Rule]) -> Iterator[Problem]:
    """Where other rules change on a day, a rule does not end the day before or after it."""
    spans = [w for r in content.rules.values() for w in r.windows]
    spans += [w for c in content.classes.values() for d in c.definitions for w in d.windows]
    starts = {w.start for w in spans if w.start is not None}
    for rule in own:
        for window in rule.windows:
            if window.end is None or window.end in starts:
                continue
            near = [d for d in (window.end + _DAY, window.end - _DAY) if d in starts]
            if near:
                yield Problem(
                    "ends-a-day-off",
                    f"`{rule.id}` is in force until {window.end}, and what follows begins on "
                    f"{near[0]}",
                    "`until` is the first day on which it no longer applies, `through` the last on "
                    f"which it does; write `until: {near[0]}` if nothing lies between",
                    rule.place,
                )


def _documents(own: list[Rule]) -> Iterator[Problem]:
    """Rules that one document made begin on one day, or on days that are no slip of each other."""
    by_document: dict[str, list[Rule]] = {}
    for rule in own:
        if rule.authority is Authority.REGULATION and rule.windows and rule.windows[0].start:
            for document in dict.fromkeys(m for c in rule.cites for m in _FR.findall(c)):
                by_document.setdefault(document, []).append(rule)
    told: set[str] = set()
    for document, rules in by_document.items():
        for rule in rules:
            others = [r for r in rules if r is not rule and _slip(r.windows[0], rule.windows[0])]
            same = [r for r in rules if r.windows[0].start == rule.windows[0].start]
            if others and len(same) <= len(others) and rule.id not in told:
                told.add(rule.id)
                yield Problem(
                    "document-dates-differ",
                    f"`{rule.id}` begins on {rule.windows[0].start} and `{others[0].id}` on "
                    f"{others[0].windows[0].start}, and both cite {document}",
                    "check the day in the document",
                    rule.place,
                )


def _slip(a: Period, b: Period) -> bool:
    """Whether two first days differ in the year alone or in the month alone."""
    if a.start is None or b.start is None or a.start == b.start or a.start.day != b.start.day:
        return False
    return a.start.month == b.start.month or a.start.year == b.start.year


def _days(first: date, last: date) -> str:
    return f"on {first}" if first == last else f"from {first} through {last}"


def _iso(word: str) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None
