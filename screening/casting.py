"""Text to typed values, by the declared type of the field; nothing is guessed from its looks."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from screening import places
from screening.problems import Problem, nearest
from screening.vocabulary import Field, FieldType, Scope

MISSING_WORDS = frozenset({"", "n/a", "none", "unknown", "tbd", "-"})
"""What people write where they do not know; missing unless the field's type has it as a value."""

NO_NAMES = frozenset((
    "tbc", "tba", "not known", "to be advised", "to be confirmed", "see above", "see below",
    "see notes", "see attached", "as above", "same", "ditto", "idem", "various", "several",
    "multiple", "unbekannt", "siehe oben", "wie oben", "dito", "diverse", "inconnu", "divers",
    "desconocido", "sconosciuto", "n.a.", "na", "<na>", "nan", "null", "(blank)", "(leer)",
))  # fmt: skip
"""What people write where the name of a party stands elsewhere or nowhere."""

SPREADSHEET_ERRORS = frozenset((
    "#ref!", "#n/a", "#value!", "#name?", "#div/0!", "#null!", "#num!", "#spill!", "#calc!",
    "#getting_data", "#field!", "#blocked!", "#connect!", "#unknown!", "#error!",
    "#bezug!", "#nv", "#wert!", "#zahl!",
))  # fmt: skip
"""What a spreadsheet shows where a formula failed, in English and in German: never a value."""

MAX_TEXT = 4_000
_UNSEEN = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060"
"""Marks that nobody sees: files put together from several have them before a value."""
_AS_TEXT = re.compile(r'^="([^"]*)"$')
"""A formula that is a text: so a spreadsheet is kept from taking `="0034"` for a number."""
_CODES = frozenset((FieldType.PRODUCT, FieldType.CODE, FieldType.HS_CODE))
"""Of these the sign before a text that a spreadsheet is to leave alone is no part."""
# Paragraphs are a letter, a number, a letter and so on: `3A001.zz` and `3A001.2.a` are slips. So
# `5A992c`, as many firms write it, can be nothing but `5A992.c`.
_ECCN = re.compile(r"^(\d)([A-Ea-e])(\d{3})((?:\.?[A-Za-z]\.?\d{1,3})*(?:\.?[A-Za-z])?)$", re.ASCII)
_EAR99 = re.compile(r"^EAR[ -]?99$", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"^-?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,2})?$")
_MONEY = re.compile(r"^(\S+)\s+([A-Za-z]{3})$")
_PART_OF_ONE = re.compile(r"^0?\.\d{1,30}$")
_TWO_READINGS = re.compile(r"^-?[1-9]\d{0,2}\.\d{3}$")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217 code); an amount without one compares with nothing."""

    amount: Fraction
    currency: str | None

    def __str__(self) -> str:
        return f"{number_text(self.amount)} {self.currency or ''}".strip()


@dataclass(frozen=True, slots=True)
class PercentRange:
    """Lowest and highest possible share, in percent."""

    low: Fraction
    high: Fraction

    def __str__(self) -> str:
        low, high = number_text(self.low), number_text(self.high)
        return low if low == high else f"{low} to {high}"


Value = str | Fraction | date | bool | Money | PercentRange | frozenset[str]


class CastError(ValueError):
    """A value does not fit its field; carries the problem to show."""

    def __init__(self, code: str, message: str, help: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(code, message, help)


def normalize_text(text: str) -> str:
    """How text compares: NFKC, case folded, space collapsed."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def is_missing(text: str, field: Field) -> bool:
    """Whether `text` says that the value is not known, for a field of this type."""
    folded = text.strip().casefold()
    if field.scope is Scope.PARTY and field.id == "name":
        return names_nobody(folded)
    return folded in MISSING_WORDS and folded not in field.choices


def names_nobody(text: str) -> bool:
    """Whether the text in place of a party's name is none: a word for not known, or no letter.

    `0` is what a spreadsheet shows of an empty cell that it looks up, `---` fills a column.
    """
    folded = normalize_text(text)
    return (
        folded in MISSING_WORDS or folded in NO_NAMES or folded.startswith("same as ")
        or not any(map(str.isalpha, folded))
    )  # fmt: skip


def number_text(value: Fraction) -> str:
    """A number as people write it; a quotient that does not end is rounded to six places."""
    if value.denominator == 1:
        return str(value.numerator)
    as_decimal = Decimal(value.numerator) / Decimal(value.denominator)
    if Fraction(as_decimal) == value:
        return format(as_decimal.normalize(), "f")
    millionths = round(value * 10**6)  # of whole numbers, which have as many digits as it takes
    whole, part = divmod(abs(millionths), 10**6)
    return f"{'-' if millionths < 0 else ''}{whole}.{part:06}"


def printed_unit(text: str) -> Fraction:
    """The last printed place of a number: 1 for `15832`, 1/100 for `2.91`."""
    mantissa, _, exponent = text.strip().lower().partition("e")
    places_after = len(mantissa.partition(".")[2])
    return Fraction(10) ** (int(exponent or 0) - places_after)


def cast(text: str, field: Field) -> Value:
    """The value of one cell for `field`. Raises `CastError` when it does not fit.

    A product or a party stays text here: the catalogue and the named parties resolve it later.
    """
    text = _acceptable(text, field)
    match field.type:
        case FieldType.TEXT | FieldType.PRODUCT | FieldType.PARTY:
            return text
        case FieldType.PLACE:
            return cast_place(text)
        case FieldType.CODE:
            return cast_eccn(text)
        case FieldType.HS_CODE:
            return _hs_code(text)
        case FieldType.NUMBER:
            return cast_number(text)
        case FieldType.MONEY:
            return cast_money(text)
        case FieldType.DATE:
            return cast_date(text)
        case FieldType.FLAG:
            return cast_flag(text)
        case FieldType.CHOICE:
            return _choice(text, field)
        case FieldType.PERCENT_RANGE:
            percent = cast_number(text)
            return PercentRange(percent, percent)


def _acceptable(text: str, field: Field) -> str:
    """The text without space around it, if any field takes it."""
    if "\x00" in text:
        raise CastError("text-nul", f"`{field.id}` holds a NUL byte", "remove it from the input")
    text = _AS_TEXT.sub(r"\1", text.strip().strip(_UNSEEN).strip())
    if field.type in _CODES:
        text = text.lstrip("'=")
    if len(text) > MAX_TEXT:
        raise CastError("text-too-long", f"`{field.id}` is longer than {MAX_TEXT} characters")
    if text.casefold() in SPREADSHEET_ERRORS:
        raise CastError("spreadsheet-error", f"`{text}` stands where a spreadsheet's formula "
                        "failed, and is no value", "look up what was meant, or leave it empty",
                        )  # fmt: skip
    return text


def unreadable(text: str) -> bool:
    """Whether no field takes the text, whatever its type."""
    return len(text) > MAX_TEXT or "\x00" in text or text.strip().casefold() in SPREADSHEET_ERRORS


def cast_given(text: str, field: Field) -> Value:
    """The value that a person wrote for `field`. Raises `CastError` as `cast` does.

    `1.200` is also refused: half of the world writes twelve hundred so, and a figure read a
    thousand times too small clears what it should stop. So is a share of `0.2`: a spreadsheet
    hands on its cell of 20 % so. `20%` and `0.2%` are understood.
    """
    if field.unit == "percent":
        share = text.strip()
        if share.endswith("%"):
            return cast(share[:-1].rstrip(), field)
        if _PART_OF_ONE.match(share) and Fraction(share):
            raise CastError(
                "number-ambiguous", f"`{share}` can be a part of one or a share in percent",
                f"write {number_text(Fraction(share) * 100)}% or {share}%",
            )  # fmt: skip
    elif field.type in (FieldType.NUMBER, FieldType.MONEY):
        for word in text.split():
            if _TWO_READINGS.match(word):
                whole = word.replace(".", "")
                raise CastError(
                    "number-ambiguous", f"`{word}` can be read as two numbers",
                    f"write {whole} if the point marks thousands, {unmistakable(word)} if decimals",
                )  # fmt: skip
    return cast(text, field)


def unmistakable(number: str) -> str:
    """The decimal number written so that its point cannot be taken for a thousands mark."""
    return f"{number}0" if _TWO_READINGS.match(number) else number


def cast_place(text: str) -> str:
    """The ISO 3166-1 alpha-2 code of a place; a near match is suggested, never taken."""
    found = places.resolve(text)
    if found.code is None:
        near = ", ".join(f"{places.CODES[c]} ({c})" if c in places.CODES else c
                         for c in found.suggestions)  # fmt: skip
        why = found.note if not found.note.startswith("`") else ""  # else it repeats the message
        hints = (why, f"did you mean {near}?" if near else "",
                 "write the ISO 3166 code, such as CN or DE")  # fmt: skip
        raise CastError(
            "unknown-place", f"`{text}` is not a place known by code or usual spelling",
            "; ".join(hint for hint in hints if hint).replace("?;", "?"),
        )  # fmt: skip
    return found.code


def cast_eccn(text: str) -> str:
    """An ECCN down to its paragraph in regular form (`3A001.b.2`), or `EAR99`."""
    if _EAR99.match(text):
        return "EAR99"
    match = _ECCN.match(text)
    if match is None:
        hint = "write it as in the Commerce Control List, such as 3A001.b.2 or EAR99"
        if re.match(r"^\d+(\.\d+)?[eE]\+?\d+$", text) or re.match(r"^\d+\.?0*$", text):
            hint = "a spreadsheet turned a code such as 3E001 into a number; format it as text"
        elif found := _ECCN.match(re.sub(r"[\s.-]+", ".", re.sub(r"^(\d)[\s-]?([A-Ea-e])[\s-]?",
                                                               r"\1\2", text))):  # fmt: skip
            hint = f"did you mean {_regular(found)}?"
        raise CastError("eccn-form", f"`{text}` is not an ECCN", hint)
    return _regular(match)


def _regular(match: re.Match[str]) -> str:
    category, group, number, rest = match.groups()
    paragraphs: list[str] = re.findall(r"[a-z]|\d+", rest.lower())
    return ".".join((f"{category}{group.upper()}{number}", *paragraphs))


def _hs_code(text: str) -> str:
    digits = text.replace(".", "").replace(" ", "")
    if not digits.isdigit() or not 2 <= len(digits) <= 10 or len(digits) in (3, 5, 7):
        hint = "write 2 to 10 digits, as text"
        if re.match(r"^\d+([.,]\d+)?[eE]\+?\d+$", text):
            hint = "a spreadsheet turned the code into a number; format it as text"
        elif digits.isdigit() and len(digits) < 10:
            hint = "no code has so many digits; a spreadsheet may have taken its leading zero away"
        raise CastError("hs-form", f"`{text}` is not an HS code", hint)
    return digits


def cast_number(text: str) -> Fraction:
    """An exact number that is not negative. Thousands marks are refused, not guessed at."""
    if not _NUMBER.match(text):
        hint = "write digits with a decimal point, such as 4800 or 2.91"
        if re.match(r"^-?\d{1,3}([,.' ]\d{3})+([.,]\d+)?$", text):
            whole = re.match(r"^-?\d{1,3}(?:[,.' ]\d{3})+", text)
            digits = re.sub(r"[^0-9-]", "", whole.group(0)) if whole else text
            hint = f"write {digits} without thousands marks, if that is meant"
        raise CastError("number-form", f"`{text}` is not a number", hint)
    try:
        value = Fraction(Decimal(text))
    except InvalidOperation:
        raise CastError("number-form", f"`{text}` is not a number") from None
    if value < 0:
        raise CastError("number-negative", f"`{text}` is negative", "write zero or more")
    return value


def cast_money(text: str) -> Money:
    """`5000` or `5000 USD`."""
    match = _MONEY.match(text)
    if match:
        return Money(cast_number(match.group(1)), match.group(2).upper())
    return Money(cast_number(text), None)


def cast_date(text: str) -> date:
    """A calendar date in the form YYYY-MM-DD; any other form is ambiguous and refused."""
    try:
        if re.match(r"^\d{4}-\d{2}-\d{2}$", text):
            return date.fromisoformat(text)
    except ValueError:
        raise CastError(
            "no-such-date", f"`{text}` is not a date of the calendar", "check the day and the month"
        ) from None
    raise CastError("date-form", f"`{text}` is not a date in the form YYYY-MM-DD", date_hint(text))


def date_hint(text: str) -> str:
    """What to write instead of what is no date; of a number that counts days, which it may be."""
    if re.match(r"^[34567]\d{4}$", text, re.ASCII):
        day = date(1899, 12, 30) + timedelta(days=int(text))
        return (f"a spreadsheet counts days so; if it counts from 1900, write {day}, or format the "
                "column as dates")  # fmt: skip
    return "write 2025-07-15"


def cast_flag(text: str) -> bool:
    """`true`, `yes`, `false` or `no`."""
    folded = text.casefold()
    if folded in ("true", "yes"):
        return True
    if folded in ("false", "no"):
        return False
    raise CastError("flag-form", f"`{text}` is not true or false", "write true or false")


def _choice(text: str, field: Field) -> str:
    if text in field.choices:
        return text
    folded = text.casefold().replace(" ", "_").replace("-", "_")
    for choice in field.choices:
        if choice.casefold() == folded:
            return choice
    raise CastError(
        "unknown-choice",
        f"`{text}` is not a value of `{field.id}`{nearest(text, field.choices)}",
        "one of " + ", ".join(field.choices),
    )
