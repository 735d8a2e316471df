"""What the catalogue says of the goods, and the figures that follow from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from screening.casting import Money, Value
from screening.enrich.merge import merge
from screening.facts import Fact, Provenance
from screening.goods.figures import (
    memory_bandwidth_density,
    performance_density,
    total_processing_performance,
)
from screening.rulebook.model import Product
from screening.rulebook.period import in_force
from screening.truth import Truth

CHIP_FIELDS = (
    "tpp", "die_area_mm2", "performance_density", "memory_bandwidth_gbs",
    "interconnect_bandwidth_gbs", "memory_plus_interconnect_gbs", "memory_bandwidth_density",
    "package_area_mm2",
)  # fmt: skip
"""Figures that both a commodity and one integrated circuit of it have."""

READ_OF_GOODS = (
    *(f"{prefix}{id}" for id in CHIP_FIELDS for prefix in ("", "chip.")),
    "datacenter_marketed", "chip_count",
)  # fmt: skip
"""All that `add_catalogue` and `add_figures` read of what was found before."""

READ_OF_LINE = (
    "tpp", "quantity", "unit_value", "line_value", "kind", "exported_from", "destination",
)  # fmt: skip
"""All that `add_line` reads."""

# Of a commodity with several circuits only these figures are plain sums.
_SUMMED = ("tpp", "memory_bandwidth_gbs")


UNITED_STATES = frozenset(("US", "AS", "GU", "MP", "PR", "UM", "VI"))
"""The United States and its territories and possessions (15 CFR 772.1)."""

EXACT = Fraction(0)


@dataclass
class Ledger:
    """Facts being gathered: every source's value by field, until they are merged."""

    facts: dict[str, list[Fact]] = field(default_factory=dict)

    def add(
        self, id: str, value: Value, provenance: Provenance, note: str, unit: Fraction = EXACT
    ) -> None:
        """Note one source's value."""
        self.facts.setdefault(id, []).append(Fact(value, provenance, note, unit))

    def part(self, ids: Iterable[str]) -> Ledger:
        """A ledger of these fields alone, to be added to."""
        return Ledger({id: list(self.facts[id]) for id in ids if id in self.facts})

    def added_to(self, before: Ledger) -> tuple[tuple[str, Fact], ...]:
        """What this one has beyond the one it was made of."""
        return tuple(
            (id, fact)
            for id, found in self.facts.items()
            for fact in found[len(before.facts.get(id, ())) :]
        )

    def key(self) -> tuple[tuple[object, ...], ...]:
        """All that it holds, to remember by."""
        return tuple((id, *facts) for id, facts in self.facts.items())

    def take(self, added: Iterable[tuple[str, Fact]]) -> None:
        """Note facts found elsewhere."""
        for id, fact in added:
            self.facts.setdefault(id, []).append(fact)

    def merged(self) -> dict[str, tuple[Fact, ...]]:
        """All values by field, those that agree made one."""
        return {
            id: (found[0],) if len(found) == 1 else merge(found)
            for id, found in self.facts.items()
        }  # fmt: skip

    def known(self, id: str) -> tuple[Fact, ...]:
        """The values of a field so far."""
        return merge(self.facts.get(id, ()))


def add_catalogue(
    ledger: Ledger, product: Product, products: Mapping[str, Product], law_date: date | None
) -> None:
    """Add the product's figures: those of one circuit, and those of the commodity as sold."""
    count = 1
    circuit = product
    if product.contains is not None:
        inner, count = product.contains
        circuit = products.get(inner, product)
        _figures(ledger, product, law_date, ("",), skip=CHIP_FIELDS)
        _figures(ledger, circuit, law_date, ("chip.",), only=CHIP_FIELDS)
        if "datacenter_marketed" not in ledger.facts:
            _figures(ledger, circuit, law_date, ("",), only=("datacenter_marketed",))
        for id in _SUMMED:
            for fact in ledger.known(f"chip.{id}"):
                if isinstance(fact.value, Fraction):
                    note = f"{count} times that of {circuit.title}"
                    value, unit = fact.value * count, fact.unit * count
                    ledger.add(id, value, Provenance.DERIVED, note, unit)
    else:
        _figures(ledger, product, law_date, ("", "chip."))
    if product.manufacturer:
        ledger.add("manufacturer", product.manufacturer, Provenance.CATALOGUE, product.title)
    if "chip_count" not in ledger.facts:
        ledger.add("chip_count", Fraction(count), Provenance.CATALOGUE, product.title)


def _figures(
    ledger: Ledger, product: Product, law_date: date | None, prefixes: Iterable[str],
    only: Iterable[str] | None = None, skip: Iterable[str] = (),
) -> None:  # fmt: skip
    rates = [(f.value, f.bits) for f in product.figures if f.bits is not None]
    if rates and "tpp" not in skip and (only is None or "tpp" in only):
        tpp = total_processing_performance(
            (value, bits) for value, bits in rates if isinstance(value, Fraction)
        )
        for prefix in prefixes:
            ledger.add(f"{prefix}tpp", tpp, Provenance.DERIVED,
                       f"highest dense rate times bit length of {product.title}")  # fmt: skip
    for figure in product.figures:
        if figure.bits is not None or figure.field in skip:
            continue
        if only is not None and figure.field not in only:
            continue
        if in_force(figure.period, law_date) is not Truth.TRUE:
            continue
        for prefix in prefixes if figure.field in CHIP_FIELDS else ("",):
            ledger.add(f"{prefix}{figure.field}", figure.value, Provenance.CATALOGUE,
                       f"{product.title}: {figure.source}", figure.unit)  # fmt: skip


def add_figures(ledger: Ledger) -> None:
    """Add what follows from the figures of the goods, by the regulation's formulas, unrounded."""
    _one_circuit(ledger)
    for prefix in ("", "chip."):
        _pairs(ledger, f"{prefix}performance_density", f"{prefix}tpp", f"{prefix}die_area_mm2",
               performance_density, "TPP divided by applicable die area")  # fmt: skip
        _pairs(ledger, f"{prefix}memory_bandwidth_density", f"{prefix}memory_bandwidth_gbs",
               f"{prefix}package_area_mm2", memory_bandwidth_density,
               "memory bandwidth divided by area")  # fmt: skip
        _pairs(ledger, f"{prefix}memory_plus_interconnect_gbs", f"{prefix}memory_bandwidth_gbs",
               f"{prefix}interconnect_bandwidth_gbs", lambda a, b: a + b,
               "sum of the two bandwidths")  # fmt: skip


def add_line(ledger: Ledger) -> None:
    """Add what follows for the line as a whole."""
    _pairs(ledger, "line_tpp", "tpp", "quantity", lambda a, b: a * b, "TPP times quantity")
    for price in ledger.known("unit_value"):
        for count in ledger.known("quantity"):
            if isinstance(price.value, Money) and isinstance(count.value, Fraction):
                total = Money(price.value.amount * count.value, price.value.currency)
                if "line_value" not in ledger.facts:
                    ledger.add("line_value", total, Provenance.DERIVED, "unit value times quantity")
    _kind(ledger)


def _one_circuit(ledger: Ledger) -> None:
    """Figures given for the commodity are those of its circuit, if it has but one.

    Where nobody says how many it has, one is the stricter reading: no circuit in it can have more.
    """
    counts = [f.value for f in ledger.known("chip_count") if isinstance(f.value, Fraction)]
    count = counts[0] if len(counts) == 1 and counts[0] > 0 else Fraction(1)
    for id in CHIP_FIELDS:
        for fact in list(ledger.facts.get(id, ())):
            if fact.provenance is not Provenance.GIVEN or not isinstance(fact.value, Fraction):
                continue
            if count == 1:
                ledger.add(f"chip.{id}", fact.value, Provenance.DERIVED,
                           "one integrated circuit per unit", fact.unit)  # fmt: skip
            elif id in _SUMMED:
                ledger.add(f"chip.{id}", fact.value / count, Provenance.DERIVED,
                           f"one of {count} integrated circuits", fact.unit / count)  # fmt: skip


def _pairs(
    ledger: Ledger, into: str, first: str, second: str,
    formula: Callable[[Fraction, Fraction], Fraction | None], note: str,
) -> None:  # fmt: skip
    for a in ledger.known(first)[:4]:
        for b in ledger.known(second)[:4]:
            if isinstance(a.value, Fraction) and isinstance(b.value, Fraction):
                value = formula(a.value, b.value)
                if value is not None:
                    ledger.add(into, value, Provenance.DERIVED, note)


def _kind(ledger: Ledger) -> None:
    """What places make of it; what is said against them stands beside, and is a conflict."""
    said = {fact.value for fact in ledger.facts.get("kind", ())}
    left, goes = ledger.known("exported_from"), ledger.known("destination")
    if len(left) != 1 or len(goes) != 1 or "deemed_export" in said:
        return  # a deemed export crosses no border: its destination is a nationality
    start, end = left[0].value, goes[0].value
    if start == end and start in UNITED_STATES:
        return  # no export; the engine has nothing to say of domestic sales
    kind = "export" if start in UNITED_STATES else "reexport"
    kind = "in_country_transfer" if start == end else kind
    if said != {kind}:
        ledger.add("kind", kind, Provenance.DERIVED, "from where it leaves and where it goes")
