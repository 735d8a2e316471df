"""What the words of an order line name besides the product that its number stands for.

An item number that the catalogue knows as a pump, described as an accelerator, is one or the other.
The words never decide what the goods are; what they name is a fact for red flags.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from screening.enrich.goods import Ledger, add_catalogue
from screening.facts import Provenance
from screening.goods.aliases import normalize_alias
from screening.rulebook.model import Content, Product


def add_described(
    ledger: Ledger, texts: Iterable[str | None], product: str | None, content: Content,
    law_date: date | None,
) -> None:  # fmt: skip
    """Add `described_tpp`: the highest TPP among the products that the texts name."""
    named: dict[str, Fraction] = {}
    said = [text for text in texts if text]
    # A number, not a sentence, and neither the catalogue nor a description tells what it is.
    alone = product is None and len(said) == 1 and len(said[0].split()) == 1
    for text in said:
        for id, words in content.product_index.mentioned(text):
            one = content.products[id]
            if id != product and _names(text, words, one, content, alone):
                named[one.title] = _tpp(one, content, law_date)
    if named:
        title = max(named, key=lambda title: named[title])
        ledger.add("described_tpp", named[title], Provenance.DERIVED, f"the words name {title}")


def _names(text: str, words: str, product: Product, content: Content, alone: bool) -> bool:
    """Whether the words cannot well mean anything else: `H20` beside a hose is water to a plumber.

    A single short word names a product only beside the maker's own name, or in an item number that
    is all there is: of `H100-8821X` without a description somebody has to say what it is.
    """
    if " " in words or len(words) > 5 or (alone and len(words) > 2):
        return True
    maker = content.parties.get(product.manufacturer or "")
    said = f" {normalize_alias(text)} "
    return maker is not None and any(
        f" {normalize_alias(name)} " in said for name in (maker.title, *maker.aliases)
    )


def _tpp(product: Product, content: Content, law_date: date | None) -> Fraction:
    figures = Ledger()
    add_catalogue(figures, product, content.products, law_date)
    values = [f.value for f in figures.known("tpp") if isinstance(f.value, Fraction)]
    return max(values, default=Fraction(0))
