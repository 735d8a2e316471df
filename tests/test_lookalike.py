"""Letters that look like others: which words are odd, and which are names in their own alphabet."""

from __future__ import annotations

import pytest

from screening.enrich.lookalike import as_it_looks, mixed_words

CYRILLIC_EN, CYRILLIC_A, GREEK_BETA = "\u041d", "\u0410", "\u0392"


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("Huawei", ()),
        (CYRILLIC_EN + "uawei", (CYRILLIC_EN + "uawei",)),
        ("NVIDI" + CYRILLIC_A + " Corp", ("NVIDI" + CYRILLIC_A,)),
        ("Alf" + GREEK_BETA, ("Alf" + GREEK_BETA,)),
        # A name in its own alphabet beside one in Latin letters is how firms are called.
        ("\u0420\u043e\u043c\u0430\u0448\u043a\u0430 GmbH", ()),
        # The ohm sign looks like no Latin letter, and accents are Latin.
        ("10k\u03a9 Widerst\u00e4nde", ()),
        ("M\u00fcller \u0141\u00f3d\u017a", ()),
        ("\u6d77\u601d H100", ()),
    ],
)
def test_words_of_two_alphabets_are_odd(text: str, odd: tuple[str, ...]) -> None:
    assert mixed_words(text) == odd


def test_what_looks_latin_is_written_so_and_nothing_else() -> None:
    assert as_it_looks(CYRILLIC_EN + "100") == "H100"
    assert as_it_looks("M\u00fcller 10k\u03a9") == "M\u00fcller 10k\u03a9"
