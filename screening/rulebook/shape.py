"""What a rule file lacks in shape, in the words of a policy writer and with places."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from screening.problems import Place, Problem, near, nearest
from screening.rulebook import schema
from screening.rulebook.yaml_text import quoted
from screening.rulebook.yaml_tree import Mapping, Node, Sequence

_MODELS: dict[str, type[BaseModel]] = {
    "rulebook": schema.Header, "fields": schema.LayerField, "groups": schema.Group,
    "classes": schema.GoodsClass, "products": schema.Product, "parties": schema.Party,
    "periods": schema.Period, "rules": schema.Rule, "assumptions": schema.Assumption,
    "examples": schema.Example, "properties": schema.Property, "in_force": schema.Interval,
    "overrides": schema.Overrides, "barred_by": schema.BarredBy, "holds": schema.Holds,
    "covers": schema.Covers, "figures": schema.Figure, "definitions": schema.Definition,
    "contains": schema.Contains, "accepted": schema.Accepted, "members_from": schema.FromTable,
    "finding": schema.LicenseException,
}  # fmt: skip

_Loc = tuple[str | int, ...]

_HINTS = {
    "date_form": "write year-month-day, such as 2025-07-15",
    "no_such_date": "check the day and the month",
    "flag_form": "write true or false",
    "finding": "one of " + ", ".join(schema.FINDINGS) + "; or `{license_exception: SYMBOL}`",
}
_FORMS = {
    "string_type": "write one text",
    "list_type": "write a list: `[a, b]`, or `- a` on a line of its own",
    "dict_type": "write a mapping: `{key: value}`",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "decimal_type": "write a number, such as 296",
    "decimal_parsing": "write a number, such as 296",
}


def shape_problems(
    error: ValidationError, root: Mapping, model: type[BaseModel] = schema.File
) -> list[Problem]:
    """What pydantic found; a key that is missing because it is misspelt is told once."""
    return [_problem(item, root, model) for item in told_once(error.errors())]


def told_once(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """The errors without keys that are missing only because they are misspelt."""
    missing: dict[_Loc, list[str]] = {}
    for item in errors:
        if item["type"] == "missing":
            missing.setdefault(item["loc"][:-1], []).append(str(item["loc"][-1]))
    meant = {
        (*item["loc"][:-1], near(str(item["loc"][-1]), missing.get(item["loc"][:-1], ())))
        for item in errors
        if item["type"] == "extra_forbidden"
    }
    return [item for item in errors if item["type"] != "missing" or item["loc"] not in meant]


def _fields(loc: _Loc, model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The keys of the mapping at a path, as they are written."""
    named = (step for step in reversed(loc) if isinstance(step, str) and step in _MODELS)
    model = _MODELS.get(next(named, ""), model)
    return {f.alias or name: f for name, f in model.model_fields.items()}


def _keys(loc: _Loc, model: type[BaseModel]) -> list[str]:
    return list(_fields(loc, model))


def _to_add(loc: _Loc, model: type[BaseModel]) -> str:
    """What to write for a key that is missing; of a few words, which they are."""
    field = _fields(loc[:-1], model).get(str(loc[-1]))
    kind = field.annotation if field else None
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return f"add `{loc[-1]}:` here, one of " + ", ".join(kind)
    if get_origin(kind) is Literal:
        words = [str(word) for word in get_args(kind)]
        if len(words) == 1:
            return f"add `{loc[-1]}: {quoted(words[0])}` here"
        return f"add `{loc[-1]}:` here, one of " + ", ".join(words)
    return f"add `{loc[-1]}:` here"


def _free_keys(loc: _Loc, root: Mapping, model: type[BaseModel]) -> list[str]:
    """The keys that the mapping around `loc` does not have yet."""
    around, _ = locate(root, loc[:-1])
    taken = around.keys() if isinstance(around, Mapping) else ()
    return [key for key in _keys(loc[:-1], model) if key not in taken]


def _problem(item: ErrorDetails, root: Mapping, model: type[BaseModel]) -> Problem:
    loc, kind, given = item["loc"], item["type"], item.get("input")
    node, key_place = locate(root, loc)
    last = loc[-1] if loc else "the file"
    if last == "[key]":  # a key of a table, such as that of verdicts
        known = _expected(item)
        return Problem("unknown-key", f"`{given}` is not a key here{nearest(str(given), known)}",
                       "known keys: " + ", ".join(known), key_place)  # fmt: skip
    what = f"`{last}`"
    if isinstance(last, int):
        last = next((step for step in reversed(loc) if isinstance(step, str)), "the file")
        whole, _ = locate(root, loc[:-1])
        what = f"an item of `{last}`" if isinstance(whole, Sequence) else f"`{last}`"
    if kind == "extra_forbidden":
        known = _keys(loc[:-1], model)
        near_key = nearest(str(last), _free_keys(loc, root, model)) or nearest(str(last), known)
        return Problem("unknown-key", f"`{last}` is not a key here{near_key}",
                       "known keys: " + ", ".join(known), key_place)  # fmt: skip
    if kind == "missing":
        return Problem("missing-key", f"`{last}` is missing", _to_add(loc, model), _head(node))
    if kind in ("enum", "literal_error") and isinstance(given, str):
        known = _expected(item)
        return Problem(
            "unknown-value", f"`{given}` is not a value of `{last}`{nearest(given, known)}",
            "one of " + ", ".join(known), node.place,
        )  # fmt: skip
    if kind in _HINTS:
        return Problem(kind.replace("_", "-"), str(item["msg"]), _HINTS[kind], node.place)
    if kind in ("too_short", "string_too_short"):
        return Problem("empty-value", f"`{last}` is empty", f"write what `{last}` is", node.place)
    return Problem("wrong-shape", f"{what} does not have the shape it needs here",
                   _form(item, loc, model), node.place)  # fmt: skip


def _expected(item: ErrorDetails) -> list[str]:
    said = str(item.get("ctx", {}).get("expected", ""))
    return [word.strip(" '") for word in said.replace(" or ", ", ").split(",")]


def _form(item: ErrorDetails, loc: _Loc, model: type[BaseModel]) -> str:
    limits = item.get("ctx", {})
    if "ge" in limits:
        return f"write {limits['ge']} or more"
    if "le" in limits:
        return f"write {limits['le']} or less"
    if item["type"] == "model_type":
        return "write a mapping `{key: value}`; known keys: " + ", ".join(_keys(loc, model))
    return _FORMS.get(item["type"], "write one of the forms that `screening schema` lists")


def _head(node: Node) -> Place:
    """The first entry of a mapping, so that not the whole of it is marked."""
    if isinstance(node, Mapping) and node.entries:
        key, value = node.entries[0]
        if value.place.line == key.place.line:
            return replace(key.place, end_column=value.place.end_column)
        return key.place
    return node.place


def locate(root: Mapping, loc: _Loc) -> tuple[Node, Place]:
    """The node at a path, or the nearest around it, and the place of the last key on the way."""
    node: Node = root
    key_place = root.place
    for step in loc:
        following: Node | None = None
        if isinstance(node, Mapping) and isinstance(step, str):
            following = node.get(step)
            key_place = node.key_place(step) or key_place
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            following = node.items[step]
            key_place = following.place
        elif isinstance(step, int) and step == 0:
            continue  # a single value stands for a list of one
        if following is None:
            return node, key_place
        node = following
    return node, key_place
