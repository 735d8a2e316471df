"""Answers through time as a picture: a bar for each shipment, drawn to scale, without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from markupsafe import escape

from screening.alternatives import Span
from screening.decision import Verdict

_LEFT, _WIDTH, _ROW, _TOP = 220, 780, 30, 34
_COLOR = {Verdict.ALLOW: "#2e7d32", Verdict.REVIEW: "#d69e2e", Verdict.DENY: "#c0392b"}
# Told apart without color too.
_SIGN = {Verdict.ALLOW: "A", Verdict.REVIEW: "R", Verdict.DENY: "D"}
_DAY = timedelta(days=1)
_OPEN = timedelta(days=183)

Rows = Sequence[tuple[str, Sequence[Span]]]


def svg(rows: Rows, rulebook: str) -> str:
    """One bar for each row; each span says its days, answer and rules when pointed at."""
    spans = [s for _, row in rows for s in row]
    first = min((s.start for s in spans), default=date(2022, 1, 1))
    # The last answer is open; it is drawn as long as half a year.
    last = max((s.end or s.start + _OPEN for s in spans), default=first + _OPEN)
    days = max(1, (last - first).days)

    def x(day: date) -> float:
        return _LEFT + _WIDTH * (day - first).days / days

    height = _TOP + _ROW * len(rows) + 34
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 20} {height}" '
        f'role="img" font-family="system-ui, sans-serif" font-size="12">',
        f"<title>Answers of {escape(rulebook)} through time</title>",
        f'<rect width="100%" height="{height}" fill="#fff"/>',
    ]
    for year in range(first.year + 1, last.year + 1):
        at = x(date(year, 1, 1))
        out.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP - 8}" y2="{height - 30}" '
                   f'stroke="#ccc"/><text x="{at:.1f}" y="{_TOP - 12}" fill="#444" '
                   f'text-anchor="middle">{year}</text>')  # fmt: skip
    for n, (name, row) in enumerate(rows):
        y = _TOP + n * _ROW
        out.append(f'<text x="{_LEFT - 10}" y="{y + 16}" fill="#111" text-anchor="end">'
                   f"{escape(name)}</text>")  # fmt: skip
        out += [_bar(s, x(s.start), x(s.end or last), y) for s in row]
    out += [
        f'<rect x="{_LEFT + 110 * i}" y="{height - 20}" width="12" height="12" '
        f'fill="{_COLOR[v]}"/><text x="{_LEFT + 110 * i + 18}" y="{height - 10}" fill="#111">'
        f"{_SIGN[v]} {v}</text>"
        for i, v in enumerate(Verdict)
    ]
    return "\n".join([*out, "</svg>"]) + "\n"


def _bar(span: Span, left: float, right: float, y: int) -> str:
    through = span.end - _DAY if span.end else "open"
    by = f", decided by {', '.join(span.decisive)}" if span.decisive else ""
    told = escape(f"{span.start} to {through}: {span.verdict}, {span.finding}{by}")
    sign = (f'<text x="{(left + right) / 2:.1f}" y="{y + 16}" fill="#fff" text-anchor="middle">'
            f"{_SIGN[span.verdict]}</text>") if right - left > 14 else ""  # fmt: skip
    return (f'<g><title>{told}</title><rect x="{left:.1f}" y="{y}" '
            f'width="{max(right - left, 1):.1f}" height="{_ROW - 8}" '
            f'fill="{_COLOR[span.verdict]}"/>{sign}</g>')  # fmt: skip


def html(rows: Rows, rulebook: str) -> str:
    """The picture as a page, with every span in words below it."""
    body = []
    for name, row in rows:
        body.append(f"<h2>{escape(name)}</h2><table><tr><th>from</th><th>through</th>"
                    "<th>verdict</th><th>finding</th><th>decided by</th></tr>")  # fmt: skip
        body += [
            f"<tr><td>{s.start}</td><td>{s.end - _DAY if s.end else 'open'}</td><td>{s.verdict}"
            f"</td><td>{s.finding}</td><td>{escape(', '.join(s.decisive))}</td></tr>"
            for s in row
        ]
        body.append("</table>")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta '
        'http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src '
        f"'unsafe-inline'\"><title>Answers of {escape(rulebook)} through time</title><style>"
        "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto}td,th{padding:"
        ".2rem .8rem;text-align:left}</style></head><body>\n"
        f"<h1>Answers of {escape(rulebook)} through time</h1>\n{svg(rows, rulebook)}"
        + "\n".join(body) + "\n</body></html>\n"
    )  # fmt: skip
