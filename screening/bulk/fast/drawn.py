"""Which facts of the goods are read together: those that enrichment draws another one from.

A figure and an item number are two things to be told apart by themselves where the catalogue holds
no product and no test asks what follows from several figures. What is read together costs a reading
for each combination of cells, what is read apart only one for each cell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from screening.enrich.goods import CHIP_FIELDS
from screening.rulebook.model import Content

_WORDS = ("product", "description")
_GOODS = (*_WORDS, "manufacturer", "chip_count", "datacenter_marketed", "chip", *CHIP_FIELDS,
          *(f"chip.{id}" for id in CHIP_FIELDS))  # fmt: skip
_OF_FIGURES = {
    "performance_density": ("tpp", "die_area_mm2"),
    "memory_bandwidth_density": ("memory_bandwidth_gbs", "package_area_mm2"),
    "memory_plus_interconnect_gbs": ("memory_bandwidth_gbs", "interconnect_bandwidth_gbs"),
}
_DRAWN = {
    **_OF_FIGURES,
    **{f"chip.{id}": tuple(f"chip.{source}" for source in sources)
       for id, sources in _OF_FIGURES.items()},
    "line_tpp": ("tpp", "quantity"),
    "line_words": _WORDS,
    "look_alike_letters": _WORDS,
}  # fmt: skip
"""What follows from several facts (`enrich.goods`, `enrich.shipment`), of whatever product."""


def of_goods(refs: Collection[str], asks: Collection[str], content: Content) -> set[str]:
    """Of the facts that a table says those that are read together, as facts of the goods.

    `asks` are the facts that some test reads. What follows counts where a test reads it, or where
    the table says it as well and may be contradicted.
    """
    if "chip" in refs or (content.products and not set(_WORDS).isdisjoint(refs)):
        # What the catalogue says of a product stands beside all that is said of it.
        catalogue = {figure.field for p in content.products.values() for figure in p.figures}
        more = {"quantity", "line_tpp"} if {"line_tpp"} & {*asks, *refs} else set()
        return {*_GOODS, *catalogue, *more}
    groups = ({ref for ref in _sources(id) if ref in refs} for id in {*asks, *refs})
    return {ref for group in groups if len(group) > 1 for ref in group}


def _sources(id: str) -> Iterator[str]:
    """The fact itself, and all that it may be drawn from."""
    yield id
    for source in _DRAWN.get(id, ()):
        yield from _sources(source)
    if id.startswith("chip."):
        yield from ("chip_count", *_sources(id.removeprefix("chip.")))
