"""The JSON Schema of rule files, for editors: made of the shapes and the vocabulary, never by hand.

Editors read YAML 1.2, where `3E001` is a number and a date a text; so a code may be either here.
The loader is stricter than the schema, and knows what a schema cannot say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from screening.conditions.parse import JUNCTIONS, QUANTIFIERS
from screening.conditions.tree import Ordering
from screening.decision import FOUND_BY_RULES, Finding
from screening.rulebook import schema
from screening.rulebook.jsonschema_words import Known, offered, told
from screening.vocabulary import BASE, LAYER_PREFIXES, ROLES, Field, FieldType, Scope, Vocabulary

Schema = dict[str, Any]

_CODE: Schema = {"type": ["string", "number", "boolean"]}
_FLAG: Schema = {"enum": [True, False, "true", "false", "yes", "no"]}
_DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_CONDITION: Schema = {"$ref": "#/$defs/condition"}
_PLACEHOLDER: Schema = {"x-condition": True}
_STEPS = [f.value for f in FOUND_BY_RULES if f is not Finding.LICENSE_EXCEPTION]
_NOTHING = Known()
_JUNCTION_WORDS = {
    "all": "Every one of these mappings holds.",
    "any": "At least one of these mappings holds.",
    "none": "Not one of these mappings holds.",
    "not_all": "At least one of these mappings does not hold.",
    "unless": "The one entry does not hold.",
}
_SCOPES = {Scope.SHIPMENT: "condition", Scope.PARTY: "partyCondition",
           Scope.LISTING: "listingCondition"}  # fmt: skip


def rulebook_schema(vocabulary: Vocabulary = BASE, known: Known = _NOTHING) -> Schema:
    """The schema of one rule file; with what a rulebook knows, its ids are offered."""
    found = schema.File.model_json_schema(schema_generator=_Generator)
    definitions = found["$defs"]
    for type in FieldType:
        if type is not FieldType.CHOICE:
            value = {FieldType.FLAG: _FLAG, FieldType.DATE: _DAY}.get(type, _CODE)
            named = offered(dict(value), known.values.get(type.value, {}))
            definitions[f"{type}Test"] = _tests(type, named)
    for scope, name in _SCOPES.items():
        definitions[name] = _condition(scope, vocabulary, known)
    told(definitions, found, known)
    cleaned = _cleaned(found)
    assert isinstance(cleaned, dict)
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Rule file",
            **{k: v for k, v in cleaned.items() if k != "title"}}  # fmt: skip


def schema_text(vocabulary: Vocabulary = BASE, known: Known = _NOTHING) -> str:
    """The schema as the text of its file."""
    return json.dumps(rulebook_schema(vocabulary, known), ensure_ascii=False, indent=2) + "\n"


class _Generator(GenerateJsonSchema):
    """Shapes as they are written in YAML, before the loader's own reading of texts and lists."""

    def generate_inner(self, schema: Any) -> JsonSchemaValue:
        found = super().generate_inner(schema)
        # Conditions refer to a definition made of the vocabulary, which pydantic does not know.
        return dict(_PLACEHOLDER) if found == _CONDITION else found

    def function_before_schema(
        self, schema: core_schema.BeforeValidatorFunctionSchema
    ) -> JsonSchemaValue:
        reader = getattr(schema["function"]["function"], "__name__", "")
        match reader:
            case "_flag":
                return dict(_FLAG)
            case "_iso_date":
                return dict(_DAY)
        inner = super().function_before_schema(schema)
        if reader == "_finding":
            # Of a finding's own steps only those a rule may state; the other forms as they are.
            forms = inner.get("anyOf", ())
            others = [v for v in forms if "Finding" not in v.get("$ref", "Finding")]
            return {"anyOf": [{"enum": _STEPS}, *others]}
        if reader == "_as_list" and "items" in inner:
            return {"anyOf": [inner["items"], inner]}
        return inner

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        return {"type": ["number", "string"]}


def _condition(scope: Scope, vocabulary: Vocabulary, known: Known) -> Schema:
    """A condition over the facts of one scope: `always`, or a mapping of tests."""
    me = {"$ref": f"#/$defs/{_SCOPES[scope]}"}
    parts: Schema = {"type": "array", "items": me, "minItems": 1}
    entries: Schema = dict.fromkeys(JUNCTIONS, parts)
    entries["unless"] = {"allOf": [me], "maxProperties": 1}
    one = offered(_CODE, known.classes)
    many = {"type": "array", "items": one, "minItems": 1}
    entries["class"] = {"anyOf": [one, many], "description": "The goods are in one of the classes."}
    entries |= {key: {**entries[key], "description": said} for key, said in _JUNCTION_WORDS.items()}
    for field in vocabulary.of(scope).values():
        entries[field.id] = _test(field)
    patterns: Schema = {}
    if scope is Scope.SHIPMENT:
        party = {"$ref": "#/$defs/partyCondition"}
        entries |= dict.fromkeys(QUANTIFIERS, party)
        patterns = {f"^{prefix.rstrip('.')}\\.": {} for prefix in LAYER_PREFIXES}
        own = _alternatives([*vocabulary.of(Scope.PARTY), "listing", "class", "unless", *JUNCTIONS])
        patterns[f"^({_alternatives([*QUANTIFIERS, *ROLES])})\\.({own})$"] = {}
    elif scope is Scope.PARTY:
        role = {"enum": list(ROLES)}
        entries["roles"] = {"anyOf": [role, {"type": "array", "items": role}]}
        entries["listing"] = {"$ref": "#/$defs/listingCondition"}
    mapping: Schema = {"type": "object", "properties": entries, "additionalProperties": False,
                       "minProperties": 1}  # fmt: skip
    if patterns:
        mapping["patternProperties"] = patterns
    return {"anyOf": [{"const": "always"}, mapping]}


def _test(field: Field) -> Schema:
    told = ". ".join(t for t in (field.title, field.description.rstrip(".")) if t)
    unit = f" ({field.unit})" if field.unit else ""
    shape = {"$ref": f"#/$defs/{field.type}Test"}
    if field.type is FieldType.CHOICE:
        shape = _tests(field.type, {"enum": list(field.choices)})
    return {"description": told + unit, "allOf": [shape]}


def _tests(type: FieldType, value: Schema) -> Schema:
    """What may stand as the test of a field: a value, a list, or operators that fit its type."""
    values: Schema = {"anyOf": [value, {"type": "array", "items": value, "minItems": 1}]}
    text: Schema = {"type": "string"}
    operators = {"any_of": values, "none_of": values, "same_as": text, "differs_from": text,
                 "known": dict(_FLAG)}  # fmt: skip
    if type in (FieldType.NUMBER, FieldType.MONEY, FieldType.PERCENT_RANGE):
        operators |= {o.value: value for o in Ordering} | {"at_most_field": text}
    if type is FieldType.DATE:
        days = {o.value: {"type": ["integer", "string"]} for o in Ordering}
        operators |= {
            "on_or_after": value, "before": value, "at_most_field": text,
            "days_before_law_date": {"type": "object", "properties": days, "maxProperties": 1,
                                     "minProperties": 1, "additionalProperties": False},
        }  # fmt: skip
    if type is FieldType.TEXT:
        operators |= {"like": text, "contains": text}
    return {"anyOf": [*values["anyOf"], {
        "type": "object", "properties": operators, "additionalProperties": False,
        "minProperties": 1}]}  # fmt: skip


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(words)


def _cleaned(node: Any) -> Any:
    """Without what a rule file never holds (null), and without titles made from names."""
    if isinstance(node, list):
        return [_cleaned(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "x-condition" in node:
        return dict(_CONDITION)
    found: Schema = {}
    for key, value in node.items():
        if key == "default" and value in (None, [], {}, "", False, 0):
            continue
        if key == "title" and isinstance(value, str):
            continue
        if key == "anyOf":
            value = [v for v in value if v != {"type": "null"}]
            if len(value) == 1 and isinstance(value[0], dict):
                found |= _cleaned(value[0])
                continue
        found[key] = _cleaned(value)
    return found
