"""The product catalogue: every figure has a source, every name one owner, every class a derivation.

The classes are derived here once more from the figures, and both are compared with the table of
classified chips in the reference data. Each difference from that table is listed with its reason.
"""

from __future__ import annotations

import csv
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from screening.goods.aliases import AliasIndex
from screening.goods.figures import performance_density, total_processing_performance

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "rules" / "us-ear" / "products").glob("*.yaml"))
CHIPS = ROOT.parent / "shared" / "data" / "chips" / "chips_classified.csv"
needs_chips = pytest.mark.skipif(not CHIPS.is_file(), reason=f"reference data not present: {CHIPS}")

NUMBERS = {"die_area_mm2", "memory_bandwidth_gbs", "interconnect_bandwidth_gbs"}
FIELDS = NUMBERS | {"datacenter_marketed", "eccn", "memory_bandwidth_density", "tpp"}
IN_2022, IN_2023 = date(2023, 1, 1), date(2024, 5, 1)

# Claims that the figures alone do not carry; their source lines say what does.
ARGUED = {
    "nvidia-a10g", "nvidia-a16", "nvidia-rubin-r200", "cerebras-wse-3",
    "google-tpu-v4", "google-tpu-v5p", "google-tpu-v6e", "amazon-trainium2", "amazon-trainium3",
    "huawei-ascend-910", "huawei-ascend-910a", "huawei-ascend-910a-pro", "huawei-ascend-910b",
    "huawei-ascend-910b4",
}  # fmt: skip
# The figures would carry a class for 2022, but TF32 at the rate of FP16 is not settled.
HELD_BACK = {"amazon-trainium1", "amazon-inferentia2"}
NO_IO = {
    "huawei-ascend-910b2", "huawei-ascend-910b3", "huawei-ascend-910c", "huawei-ascend-950dt",
    "google-tpu-v7", "groq-lpu-v1", "biren-br100", "t-head-hanguang-800",
}  # fmt: skip
GENERIC = {
    "nvidia-v100": ("nvidia-v100-sxm2-32gb", "nvidia-v100-sxm2-16gb", "nvidia-v100-pcie"),
    "nvidia-a100": ("nvidia-a100-sxm4-80gb", "nvidia-a100-sxm4-40gb", "nvidia-a100-pcie-80gb",
                    "nvidia-a100-pcie-40gb"),
    "nvidia-a800": ("nvidia-a800-sxm-80gb", "nvidia-a800-pcie-80gb", "nvidia-a800-pcie-40gb"),
    "nvidia-h100": ("nvidia-h100-sxm5-80gb", "nvidia-h100-pcie-80gb", "nvidia-h100-nvl-94gb"),
    "nvidia-h800": ("nvidia-h800-sxm-80gb", "nvidia-h800-pcie-80gb"),
    "nvidia-h200": ("nvidia-h200-sxm-141gb", "nvidia-h200-nvl-141gb"),
    "nvidia-rtx-pro-6000": ("nvidia-rtx-pro-6000-server", "nvidia-rtx-pro-6000-workstation",
                            "nvidia-rtx-pro-6000-max-q"),
    "amd-mi300": ("amd-mi300x", "amd-mi300a"),
}  # fmt: skip

TPP_DIFFERS = {
    "nvidia-a40": "149.7 at 16 bits makes 2,395.2; the table has 299.3 at 8 bits; 2,400 is above",
    "nvidia-h100-nvl-94gb": "835.5 at 16 bits makes 13,368; the table has 1,670.5 at 8 bits",
    "nvidia-h200-nvl-141gb": "835.5 at 16 bits makes 13,368; the table has 1,670.5 at 8 bits",
    "amd-mi350x": "2,309.6 at 16 bits makes 36,953.6; the table has 9,227.5 at 4 bits",
    "google-tpu-v5e": "197 at 16 bits makes 3,152; the table has 393 at 8 bits",
    "microsoft-maia-100": "3,000 at 6 bits (Hot Chips 2024) makes 18,000; the table has BF16 alone",
}
NO_RATE = {
    "nvidia-b30a": "estimate", "nvidia-rubin-r200": "estimate", "amd-mi308x": "estimate",
    "nvidia-rtx-pro-6000d": "placeholder", "intel-gaudi3-hl-328": "placeholder",
    "nvidia-jetson-agx-thor": "unsure", "intel-max-1550": "unsure", "intel-flex-170": "unsure",
    "cerebras-wse-3": "sparsity disputed",
}  # fmt: skip
CLASS_OF_2023_DIFFERS = {
    **dict.fromkeys(NO_RATE.keys() - ARGUED, "no class without a rate"),
    "huawei-ascend-910a": "1,228 mm2 counts memory stacks and dummies: .a or .b, so 3A090",
    "huawei-ascend-910b4": "the die area is not settled: .a or .b, so 3A090",
}
CLASS_OF_2022_DIFFERS = {
    **dict.fromkeys(NO_RATE.keys() - {"cerebras-wse-3"}, "no class without a rate"),
    **dict.fromkeys(HELD_BACK, "TF32 is not settled"),
    **dict.fromkeys(NO_IO, "no I/O figure with a source, and TPP is at least 4,800"),
    "google-tpu-v6e": "Google's documentation has 800 GB/s in both directions, the table 448",
}  # fmt: skip
NAMES_OF_SEVERAL = {"Intel Gaudi 2": "intel-gaudi2-24-port"}

Product = dict[str, Any]


def load() -> dict[str, Product]:
    products: dict[str, Product] = {}
    for file in FILES:
        document = yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader)
        assert list(document) == ["products"], file.name
        for product in document["products"]:
            assert product["id"] not in products, product["id"]
            product.setdefault("figures", [])
            products[product["id"]] = product
    return products


CATALOGUE = load()
ALIASES = AliasIndex((a, p["id"]) for p in CATALOGUE.values() for a in p["aliases"])
each_product = pytest.mark.parametrize("product", CATALOGUE.values(), ids=list(CATALOGUE))


def figures(product: Product, field: str) -> list[Fraction]:
    given = [f["value"] for f in product["figures"] if f.get("field") == field]
    return [Fraction(value) for value in given]


def tpp(product: Product) -> Fraction | None:
    rates = [(Fraction(f["rate"]), int(f["bits"])) for f in product["figures"] if "rate" in f]
    return total_processing_performance(rates) if rates else None


def flag(product: Product) -> list[bool]:
    fields = (f for f in product["figures"] if f.get("field") == "datacenter_marketed")
    return [f["value"] == "yes" for f in fields] or [True, False]


def eccn(product: Product, day: date) -> str | None:
    codes = [
        f["value"]
        for f in product["figures"]
        if f.get("field") == "eccn"
        and date.fromisoformat(f["from"]) <= day < date.fromisoformat(f.get("until", "9999-12-31"))
    ]
    assert len(codes) <= 1, (product["id"], codes)
    return codes[0] if codes else None


def paragraph(total: Fraction, density: Fraction | None, datacenter: bool) -> set[str]:
    """15 CFR part 774, ECCN 3A090.a, .b and Note 2, from 2023-11-17."""
    if total < 4800 and not datacenter:
        return {"3A991.p"}
    if total >= 4800:
        return {"3A090.a"}
    if density is None:
        lines = (Fraction(0), Fraction("1.6"), Fraction("3.2"), Fraction("5.92"))
        return set().union(*(paragraph(total, line, datacenter) for line in lines))
    if total >= 1600 and density >= Fraction("5.92"):
        return {"3A090.a"}
    if total >= 2400 and density >= Fraction("1.6"):
        return {"3A090.b"}
    if total >= 1600 and density >= Fraction("3.2"):
        return {"3A090.b"}
    return {"3A991.p"}


def possible_in_2023(product: Product) -> set[str]:
    total = tpp(product)
    if total is None:
        return set()
    areas = figures(product, "die_area_mm2")
    densities = [performance_density(total, area) for area in areas] or [None]
    return set().union(*(paragraph(total, d, dc) for d in densities for dc in flag(product)))


def possible_in_2022(product: Product) -> set[str]:
    """87 FR 62186: TPP of 4,800 and 600 GB/s of I/O, both."""
    total, io = tpp(product), figures(product, "interconnect_bandwidth_gbs")
    if total is None:
        return set()
    if total < 4800:
        return {"3A991.p"}
    return {"3A090" if rate >= 600 else "3A991.p" for rate in io} or {"3A090", "3A991.p"}


@pytest.mark.parametrize("file", FILES, ids=[f.name for f in FILES])
def test_the_yaml_is_plain(file: Path) -> None:
    text = file.read_text("utf-8")
    tokens = {type(token).__name__ for token in yaml.scan(text)}
    assert not tokens & {"AnchorToken", "AliasToken", "TagToken", "DirectiveToken"}
    assert "\t" not in text
    behind = [s for s in text.splitlines() if "#" in s and not s.lstrip().startswith("#")]
    assert behind == []


@each_product
def test_every_figure_is_one_figure_with_a_source(product: Product) -> None:
    assert set(product) <= {"id", "title", "manufacturer", "aliases", "figures", "contains", "todo"}
    assert product["title"] and product["manufacturer"] and product["aliases"]
    assert product["figures"] or product.get("todo"), "neither figures nor what is unknown"
    for figure in product["figures"]:
        assert figure["source"].strip(), figure
        kind = set(figure) - {"source", "from", "until"}
        if kind == {"rate", "bits"}:
            assert Fraction(figure["rate"]) > 0 and int(figure["bits"]) in {4, 6, 8, 9, 16, 32, 64}
            continue
        assert kind == {"field", "value"} and figure["field"] in FIELDS, figure
        if figure["field"] in NUMBERS:
            assert Fraction(figure["value"]) >= 0
        if figure["field"] == "datacenter_marketed":
            assert figure["value"] in {"yes", "no"}
        if figure["field"] == "eccn":
            assert figure["source"].startswith("derived: ")
            assert figure["from"] < figure.get("until", "9999-12-31")


def test_an_alias_belongs_to_one_product() -> None:
    assert ALIASES.clashes == ()
    for product in CATALOGUE.values():
        assert {ALIASES.find(a) for a in product["aliases"]} == {product["id"]}


@pytest.mark.parametrize(
    ("written", "product"),
    [
        ("NVIDIA H100", "nvidia-h100"),
        ("NVIDIA A100 SXM 80GB", "nvidia-a100-sxm4-80gb"),
        ("GeForce RTX™ 4090", "nvidia-rtx-4090"),
        ("NVIDIA® GeForce RTX™ 4090 D", "nvidia-rtx-4090-d"),
        ("RTX4090D", "nvidia-rtx-4090-d"),
        ("GeForce RTX 5090 D V2", "nvidia-rtx-5090-d-v2"),
        ("H20 141GB SXM", "nvidia-h20"),
        ("HGX H20 module", "nvidia-h20"),
        ("HGX H20", "nvidia-hgx-h20-8-gpu"),
        ("NVIDIA DGX H100 system", "nvidia-dgx-h100"),
        ("GB200-NVL72", "nvidia-gb200-nvl72"),
        ("AMD Instinct™ MI308X", "amd-mi308x"),
        ("Intel® Gaudi® 2", "intel-gaudi2"),
        ("RTX 4090 Ti", None),
        ("H100 96GB", None),
    ],
)
def test_names_on_order_lines(written: str, product: str | None) -> None:
    assert ALIASES.find(written) == product


@each_product
def test_the_class_follows_from_the_figures(product: Product) -> None:
    if "contains" in product or product["id"] in ARGUED:
        return
    for day, possible in (
        (IN_2022, possible_in_2022(product)),
        (IN_2023, possible_in_2023(product)),
    ):
        claimed = eccn(product, day)
        if claimed is None:
            assert len(possible) != 1 or product["id"] in HELD_BACK, (day, possible)
        elif claimed != "3A090.c":
            assert possible == {claimed}, day


@each_product
def test_a_system_is_classified_by_what_it_contains(product: Product) -> None:
    if "contains" not in product:
        return
    inner = CATALOGUE[product["contains"]["product"]]
    assert int(product["contains"]["count"]) >= 1 and "contains" not in inner
    system = {"3A090": "4A090", "3A090.a": "4A090.a", "3A090.b": "4A090.b", "3A991.p": "4A994.l"}
    for day in (IN_2022, IN_2023):
        circuit = eccn(inner, day)
        assert eccn(product, day) == (system[circuit] if circuit else None), day
    if eccn(product, IN_2023) == "4A090.b":
        assert eccn(product, date(2024, 4, 3)) is None, "4A090.b was filled on 2024-04-04"


@pytest.mark.parametrize("generic", GENERIC)
def test_an_unstated_variant_has_the_highest_figures_and_the_common_class(generic: str) -> None:
    high = CATALOGUE[generic]
    for variant in (CATALOGUE[v] for v in GENERIC[generic]):
        assert (tpp(high) or 0) >= (tpp(variant) or 0), variant["id"]
        for field in NUMBERS - {"die_area_mm2"}:
            assert max(figures(high, field)) >= max(figures(variant, field)), variant["id"]
        assert figures(high, "die_area_mm2") == figures(variant, "die_area_mm2"), variant["id"]
        for day in (IN_2022, IN_2023):
            assert eccn(high, day) == eccn(variant, day), variant["id"]


def chips() -> list[tuple[Product, dict[str, str]]]:
    with CHIPS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = [(NAMES_OF_SEVERAL.get(r["name"]) or ALIASES.find(r["name"]), r) for r in rows]
    assert [r["name"] for product, r in found if product is None] == []
    return [(CATALOGUE[product], r) for product, r in found if product is not None]


@needs_chips
def test_all_88_chips_are_in_the_catalogue() -> None:
    assert len({p["id"] for p, _ in chips()}) == 88


@needs_chips
def test_tpp_agrees_with_the_table() -> None:
    totals = [(p["id"], tpp(p), Fraction(r["tpp"])) for p, r in chips()]
    assert {i for i, total, _ in totals if total is None} == set(NO_RATE)
    apart = {i for i, total, listed in totals if total is not None and abs(total - listed) >= 1}
    assert apart == set(TPP_DIFFERS)


@needs_chips
def test_the_class_of_2023_agrees_with_the_table() -> None:
    apart = set()
    for product, row in chips():
        listed = row["r23"]
        expected: str | None = "3A991.p"
        if " or " in listed:
            expected = None
        elif listed.startswith((".a", ".b")):
            expected = "3A090" + listed[:2]
        if eccn(product, IN_2023) != expected:
            apart.add(product["id"])
    assert apart == set(CLASS_OF_2023_DIFFERS)


@needs_chips
def test_the_class_of_2022_agrees_with_the_table() -> None:
    listed = {"3A090": "3A090", "?": None}
    apart = {
        product["id"]
        for product, row in chips()
        if eccn(product, IN_2022) != listed.get(row["r22"], "3A991.p")
    }
    assert apart == set(CLASS_OF_2022_DIFFERS)


@needs_chips
def test_the_datacenter_flag_agrees_with_the_table_or_is_left_open() -> None:
    left_open = set()
    for product, row in chips():
        given = flag(product)
        if len(given) == 2:
            left_open.add(product["id"])
        else:
            assert given == [row["dc"] == "True"], product["id"]
    assert left_open == {"nvidia-rtx-6000-ada", "nvidia-jetson-agx-thor"}
