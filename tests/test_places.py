"""Places: exact or nothing. A wrong country is worse than no country."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import unicodedata
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from screening.places import ALPHA3, CODES, INHERITS, resolve
from screening.places.fold import fold
from screening.places.index import index, read_spellings

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "countries"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"reference data not present: {SHARED}"
)


def test_codes_are_iso_plus_kosovo() -> None:
    assert len(CODES) == 250
    assert {"XK", "HK", "MO", "TW", "PS"} <= set(CODES)
    assert len(ALPHA3) == len(CODES)
    assert set(ALPHA3.values()) == set(CODES)


def test_every_code_and_short_name_resolves_to_itself() -> None:
    for code, name in CODES.items():
        assert resolve(code).code == code
        assert resolve(code.lower()).code == code
        assert resolve(f" {name} ").code == code
        assert resolve(name.upper()).code == code
        assert resolve(f"{name} ({code})").code == code
    for alpha3, code in ALPHA3.items():
        assert resolve(alpha3).code == code


def test_hong_kong_inherits_from_china_and_macau_never() -> None:
    assert dict(INHERITS) == {"HK": ("CN", date(2020, 12, 23))}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NO", "NO"),
        ("no", "NO"),
        ("NA", "NA"),
        ("na", "NA"),
        ("Niger", "NE"),
        ("Nigeria", "NG"),
        ("NIGER", "NE"),
        ("Dominica", "DM"),
        ("Dominican Republic", "DO"),
        ("Guinea", "GN"),
        ("Guinea-Bissau", "GW"),
        ("GUINEA ECUATORIAL", "GQ"),
        ("Papua New Guinea", "PG"),
        ("Costa de Marfil", "CI"),
        ("LIBYAN ARAB REPUBLIC", "LY"),
        ("Syrian Arab Republic", "SY"),
        ("Macau", "MO"),
        ("Macao SAR", "MO"),
        ("Macau, China", "MO"),
        ("香港", "HK"),
        ("Hong Kong, China", "HK"),
        ("台灣", "TW"),
        ("Taiwan, Province of China", "TW"),
        ("中华人民共和国", "CN"),
        ("P.R. China", "CN"),
        ("P. R. CHINA", "CN"),
        ("U.S.A.", "US"),
        ("the Netherlands", "NL"),
        ("Bahamas, The", "BS"),
        ("Trinidad & Tobago", "TT"),
        ("St. Lucia", "LC"),
        ("COTE D`IVOIRE", "CI"),
        ("COTE D\u00b4IVOIRE", "CI"),
        ("Cote d\u2019Ivoire", "CI"),
        ("TÜRKİYE", "TR"),
        ("Turkiye", "TR"),
        ("ÇİN", "CN"),
        ("Великобритания", "GB"),
        ("إيران", "IR"),
        ("Korea (Democratic People's Republic of)", "KP"),
        ("Korea, Republic of", "KR"),
        ("\uff23\uff2e", "CN"),
        ("Georgia", "GE"),
        ("UK", "GB"),
        ("NGA", "NG"),
        ("SPAIN (ES)", "ES"),
        ("VN, VIET NAM", "VN"),
        ("Serbia", "RS"),
        ("Virgin Islands, United States", "VI"),
    ],
)
def test_usual_spellings(text: str, code: str) -> None:
    assert resolve(text).code == code


REFUSED = """Korea; Congo; Saint Martin; EU; European Union; Various; Crimea; ROC; Georgia, USA;
    Georgia (GA); GA, Georgia; CA, USA; China, Taiwan; Virgin Islands; Nga; nga"""
MISSING = ";  ;-;—;?;N/A;n/a;N / A;N.A.;n.a.;TBD;none;Unknown;NULL;nan;UNDECLARED;ZZ"


@pytest.mark.parametrize("text", REFUSED.split(";"))
def test_more_than_one_place_or_none_is_refused_with_a_reason(text: str) -> None:
    match = resolve(text)
    assert match.code is None
    assert match.note


@pytest.mark.parametrize("text", MISSING.split(";"))
def test_missing_is_missing_and_never_namibia(text: str) -> None:
    match = resolve(text)
    assert (match.code, match.note) == (None, "no place is given")


def test_the_reason_and_the_choices_are_said() -> None:
    assert resolve("Korea").suggestions == ("South Korea", "North Korea")
    assert resolve("Korea").note == "North or South Korea?"
    assert "746.6" in resolve("Crimea").note


def test_near_misses_are_suggested_and_never_taken() -> None:
    match = resolve("Untied States")
    assert (match.code, match.suggestions) == (None, ("United States",))
    assert match.note == "`Untied States` is not a place known here"
    assert len(resolve("Guinnea").suggestions) <= 3
    assert resolve("x" * 10_000).suggestions == ()
    for text in ("Nigerr", "Irann", "Chinna", "Swizerland", "Austrlia"):
        match = resolve(text)
        assert match.code is None
        assert all(resolve(s).code is not None for s in match.suggestions)


def test_the_slash_survives_folding_and_marks_survive_outside_latin() -> None:
    assert fold("N/A") == "n/a"
    assert fold("Curaçao") == fold("CURACAO") == "curacao"
    assert fold("Йемен") == unicodedata.normalize("NFC", "йемен") != fold("Иемен")
    assert fold("İRAN") == fold("iran")


def test_own_spellings_are_consistent_with_the_codes() -> None:
    keys: set[str] = set()
    for spelling in read_spellings():
        assert spelling.key, spelling
        assert spelling.key not in keys, spelling
        keys.add(spelling.key)
        assert spelling.why, spelling
        assert spelling.code is None or spelling.code in CODES
        assert set(spelling.could_be) <= set(CODES)
        upper = spelling.key.upper()
        meant = upper if upper in CODES else ALPHA3.get(upper)
        assert meant is None or spelling.code in (None, meant), spelling


def test_generated_names_never_read_as_a_code() -> None:
    """`Áo` is Austria in Vietnamese, `ao` is Angola's code."""
    for name, code in index().names.items():
        assert code in CODES
        meant = name.upper() if name.upper() in CODES else ALPHA3.get(name.upper())
        assert meant in (None, code)


def test_the_generated_names_are_current() -> None:
    babel = pytest.importorskip("babel", reason="Babel is needed only to write names.csv again")
    header = files("screening.places").joinpath("names.csv").read_text("utf-8").split("\n", 1)[0]
    if f"Babel {babel.__version__} " not in header:
        pytest.skip(f"names.csv was written from another Babel than {babel.__version__}")
    from screening.places.build_names import names
    from screening.places.index import _rows

    written = [(r["name"], r["code"]) for r in _rows("names.csv")]
    assert written == [(name, code) for name, code, _ in names()]


def test_the_index_is_built_when_it_is_first_asked() -> None:
    program = (
        "import sys; import screening.places as p; from screening.places.index import index;"
        "assert index.cache_info().currsize == 0; assert 'babel' not in sys.modules;"
        "p.resolve('Deutschland'); assert index.cache_info().currsize == 1"
    )
    subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)


@needs_shared
def test_reference_spellings() -> None:
    rows = json.loads((SHARED / "country_spellings.json").read_text(encoding="utf-8"))
    got = {text: resolve(text).code for text, _ in rows}
    assert got == {text: None if code == "?" else code for text, code in rows}


def _seen_in_shipments() -> list[dict[str, str]]:
    path = SHARED / "country_strings_in_shipments.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@needs_shared
def test_strings_in_real_shipments_never_become_another_country() -> None:
    rows = _seen_in_shipments()
    agreed = [r for r in rows if r["rigour"] and r["rigour"] == r["countrynames"]]
    places = [r for r in agreed if r["rigour"] in CODES]  # they also answer `EU` and `ZZ`
    wrong, resolved = [], 0
    for row in agreed:
        code = resolve(row["country_string"]).code
        resolved += code is not None
        if code is not None and code != row["rigour"]:
            wrong.append((row["country_string"], code, row["rigour"]))
    assert wrong == []
    share = resolved / len(places)
    print(f"resolved {resolved} of {len(places)} agreed places ({share:.1%})")
    assert share > 0.95


@needs_shared
def test_where_a_fuzzy_matcher_goes_astray_we_do_not_follow() -> None:
    for row in _seen_in_shipments():
        agreed, fuzzy = row["rigour"], row["hdx_fuzzy"]
        if agreed and agreed == row["countrynames"] and fuzzy not in ("", agreed):
            assert resolve(row["country_string"]).code != fuzzy, row
    assert resolve("Costa de Marfil").code != "CR"
    assert resolve("LIBYAN ARAB REPUBLIC").code != "SY"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("République Démocratique du Congo", "CD"), ("Demokratische Republik Kongo", "CD"),
        ("VR China", "CN"), ("Weissrussland", "BY"), ("Weißrussland", "BY"), ("VAE", "AE"),
        ("Île Maurice", "MU"), ("HKSAR", "HK"), ("I.R. Iran", "IR"),
    ],
)  # fmt: skip
def test_usual_spellings_of_exporters_in_french_and_german(text: str, code: str) -> None:
    assert resolve(text).code == code
