"""Write `names.csv`: what the languages of trade papers call each place.

    python -m screening.places.build_names

Needs Babel, which the engine itself does not: the written file is part of the source. The names are
those of the Unicode CLDR (Unicode License v3) as distributed by Babel (BSD-3-Clause).
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from babel import Locale

from screening.places.codes import ALPHA3, CODES
from screening.places.fold import fold
from screening.places.index import read_spellings

LANGUAGES = """
    en en_GB es es_MX fr fr_CA de de_AT pt pt_PT it nl pl tr ru uk be ar fa zh zh_Hant zh_Hant_HK
    ja ko sv da nb fi et lv lt cs sk sl hr sr bs mk bg ro hu el sq ca he hi bn ur id ms vi th fil
    kk ky uz az ka hy mn sw af
"""

_SHORT_LATIN = re.compile(r"[a-z]{1,3}")


def names() -> list[tuple[str, str, str]]:
    """(folded name, code, languages), without what does not name exactly one place.

    Left out: a name that stands for different places in different languages, unless English or our
    own `spellings.csv` says which; a name of three Latin letters or fewer, which reads as a code.
    """
    meant: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for language in LANGUAGES.split():
        for code, name in Locale.parse(language).territories.items():
            if code in CODES:
                meant[fold(name)][code].append(language)
    own = {spelling.key for spelling in read_spellings()}
    rows: list[tuple[str, str, str]] = []
    for key, places in sorted(meant.items()):
        if key in own or not key or _SHORT_LATIN.fullmatch(key):
            continue
        if len(places) > 1:
            places = {c: ls for c, ls in places.items() if "en" in ls}
        if len(places) == 1:
            ((code, languages),) = places.items()
            rows.append((key, code, " ".join(languages)))
    return rows


def main() -> None:
    """Write the file next to this module."""
    assert not set(ALPHA3) & set(CODES)
    path = Path(str(files("screening.places").joinpath("names.csv")))
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(
            f"# Unicode CLDR territory names (Unicode License v3) through Babel {version('babel')} "
            "(BSD-3-Clause), folded; written by screening/places/build_names.py\n"
        )
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("name", "code", "languages"))
        writer.writerows(names())


if __name__ == "__main__":
    main()
