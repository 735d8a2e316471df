"""A comparison as Markdown, to paste into a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from screening.english import count
from screening.workbench.markdown_text import code, plain
from screening.workbench.regions.flips import Flips
from screening.workbench.regions.told import Comparison, Direction, Region

HEADS = {
    Direction.LOOSER: "Loosened: a second person has to approve",
    Direction.STRICTER: "Tightened",
    Direction.OTHER: "Other findings, the same verdict",
}


def markdown(found: Comparison, flips: Flips | None, approved: str, most: int) -> str:
    """The whole table; of each direction no more than `most` regions."""
    return "\n".join(_lines(found, flips, approved, most)).rstrip() + "\n"


def _lines(found: Comparison, flips: Flips | None, approved: str, most: int) -> Iterator[str]:
    yield f"# What changes in the answers of {plain(found.rulebook)}"
    yield ""
    table = f"change table `{found.digest[:12]}`"
    yield f"From digest `{found.old[:12]}` to `{found.new[:12]}`; {table}."
    yield ""
    yield plain(summary(found))
    if approved:
        yield f"\n{plain(approved)}"
    yield from (f"\n- **not known**: {plain(why)}" for why in found.unknown)
    for way, head in HEADS.items():
        regions = [r for r in found.regions if r.direction is way]
        if not regions:
            continue
        yield from ("", f"## {head}", "", "| days | which shipments | before | now | decided by |",
                    "|---|---|---|---|---|")  # fmt: skip
        yield from (_row(r) for r in regions[:most])
        if len(regions) > most:
            yield f"\nand {len(regions) - most:,} more"
    if found.beside:
        said = "These say what a shipment is; no region above speaks of them."
        yield from ("", "## Changed beside the rules", "", said, "")
        yield from (f"- {plain(b)}" for b in found.beside)
    if flips is not None:
        yield from _flips(flips)


def _row(region: Region) -> str:
    by = " ".join(code(id) for id in dict.fromkeys((*region.decisive[0], *region.decisive[1])))
    cells = (region.days, region.words, str(region.old), str(region.new))
    return f"| {' | '.join(plain(c) for c in cells)} | {by} |"


def summary(found: Comparison) -> str:
    """One sentence: how many regions, and whether these are all."""
    if not found.regions and found.proved:
        return "No shipment on any date is answered differently: proved."
    said = ", ".join(
        f"{sum(r.direction is d for r in found.regions):,} {d.value}" for d in Direction
    )
    whole = "proved to be all" if found.proved else "not known to be all"
    return f"{count(len(found.regions), 'region')} ({said}), {whole}."


def _flips(flips: Flips) -> Iterator[str]:
    yield from ("", f"## Shipments of {plain(flips.source)}", "")
    unread = f"; {count(flips.unread, 'row')} could not be read" if flips.unread else ""
    yield f"{count(len(flips.found), 'line')} of {flips.lines:,} answered differently{unread}."
    if not flips.found:
        return
    yield from ("", "| change | lines | value |", "|---|---|---|")
    yield from (f"| {plain(c)} | {n:,} | {plain(v)} |" for c, n, v in flips.counts())
    yield from ("", "| line | date | to | product | before | now |", "|---|---|---|---|---|---|")
    for flip in flips.shown:
        cells = (flip.line, flip.date, flip.destination, flip.product, str(flip.old), str(flip.new))
        yield f"| {' | '.join(plain(c) for c in cells)} |"
    if len(flips.found) > len(flips.shown):
        yield f"\nand {len(flips.found) - len(flips.shown):,} more"
