"""Where the bars and ribbons of the pictures lie; the template only draws them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from screening.bulk.report.tally import UNKNOWN, Counts, largest
from screening.decision import Verdict

ORDER = (Verdict.ALLOW, Verdict.REVIEW, Verdict.DENY)


@dataclass(frozen=True)
class Part:
    """A piece of a bar: where it begins and how long it is, as shares of the longest bar."""

    verdict: Verdict
    start: float
    length: float
    count: int


@dataclass(frozen=True)
class Bar:
    """One bar with its pieces."""

    name: str
    total: int
    parts: tuple[Part, ...]


def bars(counts: Counts, names: Sequence[str]) -> tuple[Bar, ...]:
    """A bar for each name, all on one scale."""
    totals = {name: sum(counts[name, v] for v in ORDER) for name in names}
    longest = max(totals.values(), default=0) or 1

    def bar(name: str) -> Bar:
        parts, start = [], 0.0
        for verdict in ORDER:
            if n := counts[name, verdict]:
                parts.append(Part(verdict, start, n / longest, n))
                start += n / longest
        return Bar(name, totals[name], tuple(parts))

    return tuple(bar(name) for name in names)


def over_time(counts: Counts, most: int = 36) -> tuple[Bar, ...]:
    """Bars by month, by year where there are too many months; rows without a date last."""
    dated = {name for name, _ in counts if name != UNKNOWN}
    if len(dated) > most:
        by_year: Counts = Counter()
        for (name, verdict), n in counts.items():
            by_year[name if name == UNKNOWN else name[:4], verdict] += n
        counts, dated = by_year, {name for name, _ in by_year if name != UNKNOWN}
    unknown = [UNKNOWN] if any(name == UNKNOWN for name, _ in counts) else []
    return bars(counts, [*sorted(dated), *unknown])


def most_stopped(counts: Counts, most: int = 15) -> tuple[Bar, ...]:
    """Bars of the names with the most denials and reviews."""
    stopped: Counter[str] = Counter()
    for (name, verdict), n in counts.items():
        if verdict is not Verdict.ALLOW:
            stopped[name] += n
    return bars(counts, [name for name, _ in stopped.most_common(most)])


@dataclass(frozen=True)
class Node:
    """A block of the flow: its column (0 to 2), top and height as shares of the picture."""

    name: str
    column: int
    top: float
    height: float
    count: int


@dataclass(frozen=True)
class Ribbon:
    """Rows that go from a block to one of the next column: tops at both ends, and the height."""

    source: Node
    target: Node
    from_top: float
    to_top: float
    height: float
    count: int
    verdict: Verdict


@dataclass(frozen=True)
class Flow:
    """The picture of product class, destination and verdict."""

    nodes: tuple[Node, ...]
    ribbons: tuple[Ribbon, ...]


GAP = 0.02
"""Space between the blocks of a column, as a share of the picture."""
REST = "other"


def flow(
    counts: Mapping[tuple[str, str, Verdict], int], most_goods: int = 8, most_places: int = 10
) -> Flow:
    """The largest product classes and destinations, the rest as one block each."""
    goods: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for (good, place, _), n in counts.items():
        goods[good] += n
        places[place] += n
    good_names, place_names = largest(goods, most_goods, REST), largest(places, most_places, REST)
    first: Counter[tuple[str, str, Verdict]] = Counter()
    for (good, place, verdict), n in counts.items():
        first[good_names[good], place_names[place], verdict] += n
    heights = [_sums(first, 0), _sums(first, 1), _by_verdict(first)]
    # One scale for all columns, so that a ribbon is as high where it arrives as where it leaves.
    room = 1 - GAP * max(0, max(len(h) for h in heights) - 1)
    columns = [_column(i, h, room) for i, h in enumerate(heights)]
    onward: Counter[tuple[str, str, Verdict]] = Counter()
    for (_, place, verdict), n in first.items():
        onward[place, verdict.value, verdict] += n
    nodes = tuple(node for column in columns for node in column.values())
    return Flow(nodes, (*_ribbons(columns[0], columns[1], first),
                        *_ribbons(columns[1], columns[2], onward)))  # fmt: skip


def _sums(counts: Mapping[tuple[str, str, Verdict], int], at: int) -> dict[str, int]:
    """How many rows by name, the largest first and the rest last."""
    found: Counter[str] = Counter()
    for key, n in counts.items():
        found[str(key[at])] += n
    return dict(sorted(found.items(), key=lambda item: (item[0] == REST, -item[1], item[0])))


def _by_verdict(counts: Mapping[tuple[str, str, Verdict], int]) -> dict[str, int]:
    found: Counter[Verdict] = Counter()
    for (_, _, verdict), n in counts.items():
        found[verdict] += n
    return {v.value: found[v] for v in ORDER if found[v]}


def _column(at: int, counts: Mapping[str, int], room: float) -> dict[str, Node]:
    """The blocks below each other, in the middle of the picture."""
    total = sum(counts.values()) or 1
    nodes, top = {}, (1 - room - GAP * max(0, len(counts) - 1)) / 2
    for name, n in counts.items():
        nodes[name] = Node(name, at, top, room * n / total, n)
        top += nodes[name].height + GAP
    return nodes


def _ribbons(
    sources: Mapping[str, Node], targets: Mapping[str, Node],
    counts: Mapping[tuple[str, str, Verdict], int],
) -> list[Ribbon]:  # fmt: skip
    """Ribbons in the order of the blocks at both ends, so that few of them cross."""
    out_at = {name: node.top for name, node in sources.items()}
    in_at = {name: node.top for name, node in targets.items()}
    rank = {name: i for i, name in enumerate([*sources, *targets])}
    found = []
    for (a, b, verdict), n in sorted(
        counts.items(), key=lambda i: (rank[i[0][0]], rank[i[0][1]], i[0][2].rank)
    ):
        source, target = sources[a], targets[b]
        height = n / source.count * source.height
        found.append(Ribbon(source, target, out_at[a], in_at[b], height, n, verdict))
        out_at[a] += height
        in_at[b] += height
    return found
