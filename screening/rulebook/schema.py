"""The shape of rule files: every key, its kind and its meaning. The JSON Schema comes from here.

All scalars arrive as text. What a key means beyond its shape is checked in `compile`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from screening.decision import FOUND_BY_RULES, Authority, Finding, OverrideKind, Verdict
from screening.vocabulary import FieldType


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _iso_date(value: Any) -> Any:
    if isinstance(value, str):
        try:
            if len(value) == 10 and value[4] == value[7] == "-":
                return date.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError(
                "no_such_date", "`{value}` is not a date of the calendar", {"value": value}
            ) from None
        raise PydanticCustomError(
            "date_form", "`{value}` is not a date in the form YYYY-MM-DD", {"value": value}
        )
    return value


def _flag(value: Any) -> Any:
    if isinstance(value, str):
        if value in ("true", "yes"):
            return True
        if value in ("false", "no"):
            return False
        raise PydanticCustomError("flag_form", "`{value}` is not true or false", {"value": value})
    return value


class _Condition:
    """A condition is kept as it was read; `conditions.parse` gives it its meaning."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        return core_schema.any_schema()

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"$ref": "#/$defs/condition"}


def _code_json(schema: dict[str, Any]) -> None:
    # Editors read YAML 1.2, where 3E001 is a number and NO may be a flag.
    schema.pop("type", None)
    schema["type"] = ["string", "number", "boolean"]


Day = Annotated[date, BeforeValidator(_iso_date)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Code = Annotated[str, Field(min_length=1, json_schema_extra=_code_json)]
Codes = Annotated[list[Code], BeforeValidator(_as_list)]
Sentence = Annotated[str, Field(min_length=1)]
Cites = Annotated[list[Sentence], Field(min_length=1)]
Condition = Annotated[Any, _Condition]


class _Doc(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Interval(_Doc):
    """When something applies: `from` up to, not including, `until` (or to and with `through`)."""

    from_: Day | None = Field(None, alias="from")
    until: Day | None = None
    through: Day | None = None
    period: str | None = None
    effective: Day | None = None
    published: Day | None = None
    until_published: Day | None = None
    status: Literal["unverified"] | None = None
    on_end: Literal["unverified"] | None = None


Intervals = Annotated[list[Interval], BeforeValidator(_as_list), Field(min_length=1)]


class Holds(_Doc):
    """The law dates for which a group, table or record is right."""

    from_: Day = Field(alias="from")
    verified_through: Day


class Member(_Doc):
    """Dated members of a group; with `status: unverified` membership is unknown in the interval."""

    any_of: Codes
    from_: Day | None = Field(None, alias="from")
    until: Day | None = None
    published: Day | None = None
    until_published: Day | None = None
    status: Literal["unverified"] | None = None
    cites: list[Sentence] = []
    why: str | None = None


class Combination(_Doc):
    """A group made of groups and codes: in any of `any_of` and in none of `none_of`."""

    any_of: Codes
    none_of: Codes = []


class FromTable(_Doc):
    """Members read from one column of a CSV beside the YAML file.

    `words` names a second table (`code`, `column`, `words`) for what a mark cannot say; a rule's
    `because` shows it as `{words}`.
    """

    table: str
    column: str
    words: str | None = None


class Group(_Doc):
    id: Code
    of: Literal["places", "codes", "parties", "products"]
    title: Sentence
    cites: list[Sentence] = []
    holds: Holds | None = None
    members: Any = None
    members_from: FromTable | None = None
    because: str | None = None
    todo: str | None = None


class Definition(_Doc):
    """What a class means in one interval."""

    in_force: Intervals
    when: Condition
    cites: list[Sentence] = []
    because: str | None = None


class GoodsClass(_Doc):
    id: Code
    title: Sentence
    cites: Cites
    verified_through: Day | None = None
    definitions: Annotated[list[Definition], Field(min_length=1)]
    because: str | None = None
    todo: str | None = None


class Figure(_Doc):
    """One published figure of one circuit: a `rate` at `bits`, or a `field`'s `value`."""

    rate: Decimal | None = None
    bits: int | None = None
    field: str | None = None
    value: Code | None = None
    from_: Day | None = Field(None, alias="from")
    until: Day | None = None
    source: Sentence


class Contains(_Doc):
    product: Code
    count: int = Field(ge=1)


class Product(_Doc):
    id: Code
    title: Sentence
    manufacturer: Code | None = None
    aliases: list[Code] = []
    figures: list[Figure] = []
    contains: Contains | None = None
    because: str | None = None
    todo: str | None = None


class KnownListing(_Doc):
    """A list on which a named party is known to be since a day, so that a clean result is none."""

    list: Code
    from_: Day = Field(alias="from")
    source: Sentence


class Party(_Doc):
    """A named party. `listings`, when given, is complete for the dates in `holds`.

    `listed` is not complete: it says only what a stated listing must not leave out.
    """

    id: Code
    title: Sentence
    aliases: list[Code] = []
    country: Code | None = None
    headquarters: Code | None = None
    parent: Code | None = None
    parent_headquarters: Code | None = None
    kinds: Codes | None = None
    owners: Any = None
    listings: Any = None
    listed: list[KnownListing] = []
    holds: Holds | None = None
    source: Sentence
    todo: str | None = None


class Period(_Doc):
    id: Code
    title: Sentence
    from_: Day = Field(alias="from")
    until: Day | None = None
    through: Day | None = None
    published: Day | None = None
    until_published: Day | None = None
    what: str | None = None
    cites: Cites
    event: Codes = []
    annotation: Flag = False
    todo: str | None = None


class Overrides(_Doc):
    rule: Code | None = None
    rules: list[Code] | None = None
    tag: Code | None = None
    reaches: list[Code] | None = None
    by: OverrideKind


class BarredBy(_Doc):
    tags: Annotated[list[Code], Field(min_length=1)]
    except_: list[Code] = Field([], alias="except")


class LicenseException(_Doc):
    license_exception: Code


class FromListing(_Doc):
    from_: Literal["listing.policy"] = Field(alias="from")


FINDINGS = tuple(f.value for f in FOUND_BY_RULES if f is not Finding.LICENSE_EXCEPTION)
"""The findings that a rule states by name; an exception is stated with its symbol."""


def _finding(value: Any) -> Any:
    if isinstance(value, str):
        if value not in FINDINGS:
            raise PydanticCustomError("finding", "`{value}` is not a finding a rule may state",
                                      {"value": value})  # fmt: skip
        return Finding(value)
    if isinstance(value, dict):
        kind = FromListing if "from" in value else LicenseException
        return kind.model_validate(value)
    return value


FindingSpec = Annotated[Finding | LicenseException | FromListing, BeforeValidator(_finding)]


class Rule(_Doc):
    id: Code
    title: Sentence
    cites: Cites
    authority: Authority
    in_force: Intervals
    when: Condition
    finding: FindingSpec | None = None
    verdict: Literal["review", "deny"] | None = None
    overrides: Overrides | None = None
    conditions: Condition | None = None
    barred_by: BarredBy | None = None
    addressee: Codes | None = None
    others: Annotated[Finding | None, BeforeValidator(_finding)] = None
    tags: list[Code] = []
    protected: Flag = False
    succeeds: Code | None = None
    verified_through: Day | None = None
    because: str | None = None
    todo: str | None = None
    event: Codes = []


class Accepted(_Doc):
    by: Sentence
    on: Day


class Assumption(_Doc):
    """What is taken for granted where a fact is absent, what that costs, and who accepted it."""

    id: Code
    title: Sentence
    assume: dict[str, Any]
    when: Condition | None = None
    cost: Sentence
    because: Sentence
    accepted: Accepted


class Example(_Doc):
    title: Sentence
    given: dict[str, Any]
    expect: Annotated[list[dict[str, Any]], BeforeValidator(_as_list), Field(min_length=1)]
    known_as_of: Day | None = None
    authority: Authority | None = None
    assumptions: Flag = True
    source: str | None = None


class Property(_Doc):
    id: Code
    title: Sentence
    for_all: Condition
    unless: Condition | None = None
    apart_from: list[Code] = []
    finding: Any = None
    verdict: Any = None
    for_: str | None = Field(None, alias="for")


class LayerField(_Doc):
    """A shipment field of this layer; its id begins with `attributes.` or `certifications.`."""

    id: Code
    type: FieldType
    title: Sentence
    unit: str = ""
    synonyms: list[str] = []
    choices: list[Code] = []
    many: bool = False
    description: str = ""


class Covers(_Doc):
    from_: Day = Field(alias="from")
    verified_through: Day


class Person(_Doc):
    """Who may approve or publish, by the public key that `screening people new` made."""

    name: Sentence
    key: str = Field(pattern=r"[A-Za-z0-9+/]{43}=")


class Approval(_Doc):
    """Whether a second person has to sign a change before it is published, and who may."""

    needed_for: Literal["every_change", "loosening"]
    people: list[Person] = Field(min_length=2)


class Header(_Doc):
    """What the rulebook as a whole is, and what an allow needs."""

    language: Literal["1"]
    id: Code
    title: Sentence
    jurisdiction: str | None = None
    maintainer: str | None = None
    timezone: str | None = None
    over: Code | None = None
    covers: Covers | None = None
    grace_days: int = Field(0, ge=0, le=366)
    allow_requires: Condition | None = None
    verdicts: dict[Finding, Verdict] | None = None
    policy_words: dict[str, Finding] = {}
    open_tags: list[Code] = []
    assumable: list[str] = []
    coverage: list[dict[str, str]] = []
    approval: Approval | None = None


class Topic(_Doc):
    """What the rules of a file are about, and where the law says it: a chapter of the handbook."""

    title: Sentence
    section: str = ""


class File(_Doc):
    """One rule file: any of these keys."""

    rulebook: Header | None = None
    topic: Topic | None = None
    verified_through: Day | None = None
    fields: list[LayerField] = []
    groups: list[Group] = []
    classes: list[GoodsClass] = []
    products: list[Product] = []
    parties: list[Party] = []
    periods: list[Period] = []
    rules: list[Rule] = []
    assumptions: list[Assumption] = []
    examples: list[Example] = []
    properties: list[Property] = []
