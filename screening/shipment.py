"""What is proposed: a shipment line as given, before anything is known about the world."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from screening.casting import unmistakable
from screening.vocabulary import ROLES

Raw = str | list[str]
"""A value as given: text, or a list of texts. It is cast by its field's declared type later."""

_NOBODY = "none"


def _text(value: Any) -> Any:
    """Any scalar as text, exactly; bools as `true` and `false`, dates in ISO form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal | float):
        return unmistakable(str(value))  # a number, not what somebody wrote: its point is decimal
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        if any(isinstance(item, list | tuple | Mapping) for item in value):
            raise ValueError("a list of values holds no lists")
        return [_text(item) for item in value]
    return value


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _spelled_out(value: Any) -> Any:
    """Listings written short: `none`, or the symbols of lists alone."""
    if value == _NOBODY:
        return ()
    if isinstance(value, list):
        return tuple({"list": v} if isinstance(v, str) else v for v in value)
    return value


class Listing(_Given):
    """One entry of a party list that names the party, its owner or its address.

    `items` is the reach of the entry's license requirement: all items subject to the regulations,
    a list of ECCNs, or what the entry itself says (which the engine does not read).
    """

    list: str
    entry: str | None = None
    basis: Literal["named", "owned", "address"] = "named"
    items: Literal["all", "as_entry"] | tuple[str, ...] = "as_entry"
    policy: str | None = None
    footnotes: tuple[str, ...] = ()

    @field_validator("items", "footnotes", mode="before")
    @classmethod
    def _items(cls, value: Any) -> Any:
        return tuple(_text(value)) if isinstance(value, list) else _text(value)


class Owner(_Given):
    """An owner of a party: its share in percent, and its own listings and owners where known."""

    party: str
    percent: str | None = None
    listings: tuple[Listing, ...] | None = None
    owners: tuple[Owner, ...] | None = None

    @field_validator("percent", mode="before")
    @classmethod
    def _percent(cls, value: Any) -> Any:
        return _text(value)

    @field_validator("listings", mode="before")
    @classmethod
    def _listings(cls, value: Any) -> Any:
        return _spelled_out(value)


class Party(_Given):
    """A party as given. `listings` and `owners` are complete when given, unknown when absent."""

    roles: tuple[str, ...] = ()
    name: str | None = None
    country: str | None = None
    headquarters: str | None = None
    parent_headquarters: str | None = None
    kinds: tuple[str, ...] | None = None
    listings: tuple[Listing, ...] | None = None
    owners: tuple[Owner, ...] | None = None

    @field_validator("kinds", "roles", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("listings", mode="before")
    @classmethod
    def _listings(cls, value: Any) -> Any:
        return _spelled_out(value)


class License(_Given):
    """A license in hand. `proved` says that it covers this line; `claimed` that someone says so."""

    number: str
    valid_from: str | None = None
    until: str | None = None
    covers: Literal["proved", "claimed"] = "claimed"

    @field_validator("number", "valid_from", "until", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        return _text(value)


class Shipment(BaseModel):
    """One line of a proposed shipment.

    Every field of the vocabulary may be given by its id; roles stand by themselves as a name, a
    party, a list of either, or `none` for nobody::

        Shipment(exporter="NVIDIA Corporation", product="nvidia-h20", destination="CN",
                 law_date="2025-07-14", end_user={"name": "Example Cloud", "country": "CN"})

    Raises `pydantic.ValidationError` where a party, listing or license is malformed. A value that
    does not fit its field is a problem of the decision, which then never allows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    fields: Mapping[str, Raw] = Field(default_factory=dict)
    parties: tuple[Party, ...] = ()
    roles_absent: frozenset[str] = frozenset()
    license: License | None = None

    @model_validator(mode="before")
    @classmethod
    def _sort_out(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise ValueError("a shipment is a mapping of fields")
        if set(data) <= {"fields", "parties", "roles_absent", "license"} and "fields" in data:
            return data
        fields: dict[str, Raw] = {}
        listed = data.get("parties") or ()
        if not isinstance(listed, list | tuple):
            raise ValueError("`parties` is a list of parties")
        parties: list[Any] = list(listed)
        absent: set[str] = set()
        for key, value in data.items():
            if key in ROLES:
                _take_role(key, value, parties, absent)
            elif key in ("certifications", "attributes", "chip") and isinstance(value, Mapping):
                fields.update({f"{key}.{k}": _text(v) for k, v in value.items() if v is not None})
            elif key not in ("parties", "license") and value is not None:
                fields[key] = _plain(key, _text(value))
        return {
            "fields": fields,
            "parties": tuple(parties),
            "roles_absent": frozenset(absent),
            "license": data.get("license"),
        }

    def with_field(self, id: str, value: Raw | None) -> Shipment:
        """The same shipment with one field set, or taken away with `None`."""
        fields = {k: v for k, v in self.fields.items() if k != id}
        if value is not None:
            fields[id] = value
        return self.model_copy(update={"fields": fields})


def _plain(key: str, value: Any) -> Raw:
    if isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(item, str) for item in value)
    ):
        return value
    raise ValueError(f"`{key}` is not a value or a list of values")


def _take_role(role: str, value: Any, parties: list[Any], absent: set[str]) -> None:
    if value is None:
        return
    if isinstance(value, list | tuple):
        for item in value:
            if isinstance(item, list | tuple):
                raise ValueError(f"`{role}` is a party or a list of parties")
            _take_role(role, item, parties, absent)
        return
    if isinstance(value, str):
        if value.strip().casefold() == _NOBODY:
            absent.add(role)
        elif value.strip():
            parties.append({"roles": (role,), "name": value})
        return
    if isinstance(value, Party):
        parties.append(value.model_copy(update={"roles": (role,)}))
        return
    if not isinstance(value, Mapping):
        raise ValueError(f"`{role}` is the name of a party, a party, or a list of either")
    parties.append({**value, "roles": (role,)})
