"""The places of this engine: ISO 3166-1 codes, and Kosovo (XK, user-assigned; the EAR lists it).

Hong Kong, Macau, Taiwan and Palestine are places of their own here; what the law makes of them is
said by the rulebook's groups and by `INHERITS`, never by the spelling of a destination.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from types import MappingProxyType

_ROWS = tuple(
    csv.DictReader(
        files("screening.places").joinpath("iso.csv").read_text(encoding="utf-8").splitlines()
    )
)

CODES: Mapping[str, str] = MappingProxyType({r["code"]: r["name"] for r in _ROWS})
"""ISO 3166-1 alpha-2 code to short English name; every name resolves to its own code."""

ALPHA3: Mapping[str, str] = MappingProxyType({r["alpha3"]: r["code"] for r in _ROWS})
"""ISO 3166-1 alpha-3 code to alpha-2 code; withdrawn codes (DDR, YMD, ANT) are not listed."""

# 85 FR 83765 (effective 2020-12-23) removed Hong Kong as a separate destination: it has no row in
# the Country Chart (15 CFR part 738 Supp. 1) and no entry in the Country Groups (15 CFR part 740
# Supp. 1), and is treated as China. Macau keeps its own row and entries and never inherits.
INHERITS: Mapping[str, tuple[str, date]] = MappingProxyType({"HK": ("CN", date(2020, 12, 23))})
"""A place without entries of its own, the place whose entries it has, and the first day of that."""

# 15 CFR 738.3(b): a destination without a row that is a territory, possession, dependency or
# department of a listed country has the licensing treatment of that country; Liechtenstein has
# that of Switzerland. Only what is surely such a territory stands here: not Guernsey, Jersey and
# the Isle of Man, the Cook Islands and Niue, Antarctica or Palestine, and not the possessions of
# the United States, which are the United States itself (15 CFR 772.1).
_TERRITORIES = {
    "AU": "CC CX HM NF",
    "CH": "LI",
    "DK": "FO GL",
    "FI": "AX",
    "FR": "BL GF GP MF MQ NC PF PM RE TF WF YT",
    "GB": "AI BM FK GI GS IO KY MS PN SH TC VG",
    "NL": "BQ",
    "NO": "BV SJ",
    "NZ": "TK",
}
TERRITORY_OF: Mapping[str, str] = MappingProxyType(
    {t: country for country, listed in _TERRITORIES.items() for t in listed.split()}
)
"""A territory without a row in the Country Chart, and the country whose treatment it has."""
