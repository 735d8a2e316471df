"""What the words of an order line name besides the product that its number stands for.

An item number that the catalogue knows as a pump, described as an accelerator, is one or the other.
The words never decide what the goods are; what they name is a fact for red flags.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from screening.enrich.goods import Ledger, add_catalogue
from screening.facts import Provenance
from screening.goods.aliases import words_of
from screening.rulebook.model import Content, Product

# Words of order lines for accelerators and what holds them. None of them is the law's: they only
# say that `H800` beside them is hardly a hose.
_COMPUTING = frozenset((
    "accelerator", "accelerators", "baseboard", "cluster", "datacenter", "dgx", "gpu", "gpus",
    "graphics", "hbm", "hgx", "instinct", "node", "nodes", "nvlink", "pcie", "rack", "server",
    "servers", "sxm", "sxm4", "sxm5", "tensor", "workstation",
))  # fmt: skip
_PARTED = re.compile(r"\b([A-Za-z]{1,3}) (\d{2,4}[A-Za-z]?)\b")


def _joined(text: str) -> str:
    """`H 100` is `H100`."""
    return _PARTED.sub(r"\1\2", text)


def add_described(
    ledger: Ledger, texts: Iterable[str | None], product: str | None, content: Content,
    law_date: date | None,
) -> None:  # fmt: skip
    """Add `described_tpp`, the highest TPP among the products that the texts name.

    A product may be known by name while its figures are not, so that one of them is made for
    datacenters is said too.
    """
    named: dict[str, Fraction] = {}
    datacenter: list[str] = []
    said = list(dict.fromkeys(text for text in texts if text))
    # A number, not a sentence, and neither the catalogue nor a description tells what it is.
    alone = product is None and len(said) == 1 and len(said[0].split()) == 1
    for text in dict.fromkeys([*said, *map(_joined, said)]):
        for id, words in content.product_index.mentioned(text):
            one = content.products[id]
            if id != product and _names(text, words, one, content, alone):
                figures = Ledger()
                add_catalogue(figures, one, content.products, law_date)
                named[one.title] = _tpp(figures)
                if any(f.value is True for f in figures.known("datacenter_marketed")):
                    datacenter.append(one.title)
    if named:
        title = max(named, key=lambda title: named[title])
        ledger.add("described_tpp", named[title], Provenance.DERIVED, f"the words name {title}")
    if datacenter:
        note = f"the words name {datacenter[0]}"
        ledger.add("described_datacenter", True, Provenance.DERIVED, note)


def _names(text: str, words: str, product: Product, content: Content, alone: bool) -> bool:
    """Whether the words cannot well mean anything else: `H20` beside a hose is water to a plumber.

    A single short word names a product only beside the maker's own name or a word of computing,
    right before `module`, or in an item number that is all there is: of `H100-8821X` without a
    description somebody has to say what it is.
    """
    if " " in words or len(words) > 5 or (alone and len(words) > 2):
        return True
    said = f" {' '.join(words_of(text))} "
    if len(words) > 2 and not _COMPUTING.isdisjoint(said.split()):
        return True
    if len(words) > 2 and any(f" {words} {thing} " in said for thing in ("module", "modules")):
        return True
    maker = content.parties.get(product.manufacturer or "")
    return maker is not None and any(
        f" {' '.join(words_of(name))} " in said for name in (maker.title, *maker.aliases)
    )


def _tpp(figures: Ledger) -> Fraction:
    values = [f.value for f in figures.known("tpp") if isinstance(f.value, Fraction)]
    return max(values, default=Fraction(0))
