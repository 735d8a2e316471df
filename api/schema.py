"""The shapes of bodies for the API's description, made from the vocabulary."""

from __future__ import annotations

from typing import Any

from screening.shipment import License, Party
from screening.vocabulary import ROLES, Field, FieldType, Scope, Vocabulary

Schema = dict[str, Any]

_SCALAR: Schema = {"type": ["string", "number", "boolean", "null"]}
_TYPES = {
    FieldType.NUMBER: ["number", "string", "null"],
    FieldType.MONEY: ["number", "string", "null"],
    FieldType.FLAG: ["boolean", "string", "null"],
}


def shipment(vocabulary: Vocabulary) -> Schema:
    """A shipment: every field with its title and unit, every role, and its lines."""
    properties: dict[str, Schema] = {
        f.id: field(f) for f in vocabulary.fields if f.scope is Scope.SHIPMENT and not f.derived
    }
    party: Schema = {"anyOf": [{"type": ["string", "null"]}, _ref("Party"),
                               {"type": "array", "items": _ref("Party")}]}  # fmt: skip
    for role in ROLES:
        title = role.replace("_", " ").capitalize()
        properties[role] = {"title": title, "description": "A name, a party or several.", **party}
    properties["parties"] = {"type": "array", "items": _ref("Party"), "title": "Parties"}
    properties["license"] = {"anyOf": [_ref("License"), {"type": "null"}]}
    properties["lines"] = {
        "type": "array", "minItems": 1, "items": {"type": "object"},
        "description": "Each line's own fields; what all share stands beside `lines`.",
    }  # fmt: skip
    return {"type": "object", "title": "Shipment", "properties": properties}


def field(known: Field) -> Schema:
    """One field: values are cast by its type when the shipment is decided."""
    told: Schema = {"title": known.title}
    said = [known.description.rstrip(".")] if known.description else []
    if known.unit:
        told["x-unit"] = known.unit
        said.append(f"Unit: {known.unit}")
    if known.choices:
        said.append(f"One of {', '.join(known.choices)}")
    if said:
        told["description"] = ". ".join(said) + "."
    one: Schema = {"type": _TYPES[known.type]} if known.type in _TYPES else _SCALAR
    if known.many:
        return {**told, "anyOf": [one, {"type": "array", "items": _SCALAR}]}
    return {**told, **one}


def components(vocabulary: Vocabulary) -> dict[str, Schema]:
    """Every named shape."""
    template = "#/components/schemas/{model}"
    found: dict[str, Schema] = {"Shipment": shipment(vocabulary)}
    for model in (Party, License):
        made = model.model_json_schema(ref_template=template)
        found |= made.pop("$defs", {})
        found.setdefault(model.__name__, made)
    found["Problem"] = _PROBLEM
    return found


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_PROBLEM: Schema = {
    "type": "object", "title": "Problem details (RFC 9457)",
    "required": ["type", "title", "status", "detail", "code", "problems"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "Stable; `screening problems CODE` explains it."},
        "problems": {"type": "array", "items": {"type": "object", "required": ["code", "message"]}},
    },
}  # fmt: skip
