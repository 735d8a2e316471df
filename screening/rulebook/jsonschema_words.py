"""What an editor shows when it is asked about a key of a rule file, and the ids that it offers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from screening.rulebook.model import Content

Schema = dict[str, Any]

WORDS: dict[str, dict[str, str]] = {
    "File": {
        "rulebook": "What the rulebook is: in one file of the folder, once.",
        "fields": "Fields of a shipment that this layer adds.",
        "groups": "Named, dated sets of places, codes, parties or products.",
        "classes": "Named, dated descriptions of goods.",
        "products": "The catalogue: real products, their other names and figures.",
        "parties": "Named parties, with what is known of them.",
        "periods": "Named periods of policy, for `in_force: {period: ID}`.",
        "rules": "The rules.",
        "assumptions": "What is taken for granted when a fact is absent.",
        "examples": "Example shipments with expected answers; `screening test` runs them.",
        "properties": "What must hold for every possible shipment; `screening prove` proves it.",
    },
    "Rule": {
        "id": "The rule's name, once in all layers; an upper layer's ids begin with its own id.",
        "title": "One sentence that says what the law says.",
        "cites": "The sources, as a list. Law without a source does not go in.",
        "authority": "What kind of source it is; lesser ones may relax less.",
        "in_force": "On which law dates it applies: `{from, until}`, `{from, through}` or "
        "`{period: ID}`. `until` is the first day on which it no longer applies.",
        "when": "Which shipments it is about: every entry must hold. `always` for all of them.",
        "finding": "What the law asks for: a step of the ladder, `{license_exception: SYMBOL}` or "
        "`{from: listing.policy}`.",
        "verdict": "A company's own answer beside the legal finding: review or deny.",
        "overrides": "Which rules it relaxes, and how; it never reaches others by accident.",
        "conditions": "What must be proved before the relaxation stands.",
        "barred_by": "Rules whose tags keep the relaxation from standing.",
        "addressee": "The parties that a letter was sent to.",
        "others": "The finding for exporters that the letter was not sent to.",
        "tags": "Names by which overrides and `barred_by` speak of several rules.",
        "protected": "Can be overridden by id alone: embargoes, the Entity List, denied persons.",
        "succeeds": "The rule whose amended text this is.",
        "verified_through": "Through which day somebody has compared it with its source.",
        "because": "Why, for the trace; `{destination.name}` and the like are filled in.",
        "todo": "What is still to be looked up.",
        "event": "What happened that made it: ids of events.",
    },
    "Overrides": {
        "rule": "The one rule that it relaxes.",
        "rules": "The rules that it relaxes.",
        "tag": "It relaxes the rules with this tag; `reaches` names them.",
        "reaches": "The rules that have the tag, so that none is reached unseen.",
        "by": "`replacing` gives another, milder finding; `suspending` and `exempting` put the "
        "rule out of operation.",
    },
    "BarredBy": {
        "tags": "It does not stand where a rule with one of these tags does.",
        "except": "Rules with a tag that do not keep it from standing.",
    },
    "Interval": {
        "from": "The first day on which a shipment must comply.",
        "until": "The first day on which it no longer applies.",
        "through": "The last day on which it applies.",
        "period": "The days of a named period.",
        "effective": "The day on which the document says that it takes effect.",
        "published": "The day on which it was public; before that nobody could know it.",
        "until_published": "The day on which its end was public.",
        "status": "`unverified` where nobody has confirmed it: then it may apply.",
        "on_end": "`unverified` where nobody has confirmed what follows its end.",
    },
    "Group": {
        "id": "The group's name, as conditions say it.",
        "of": "What it is a set of.",
        "title": "What it is, in a sentence.",
        "cites": "The sources of the list.",
        "holds": "For which law dates it is right; on others it is unknown.",
        "members": "A list, or `{any_of: [...], none_of: [...]}` of members and other groups.",
        "members_from": "A table beside the file, and its column.",
        "because": "Why, for people.",
        "todo": "What is still to be looked up.",
    },
    "GoodsClass": {
        "id": "The class's name, as `class: ID` says it.",
        "title": "What the goods are, in a sentence.",
        "cites": "The sources of the description.",
        "verified_through": "Through which day somebody has compared it with its source.",
        "definitions": "What it means, interval by interval.",
        "because": "Why, for people.",
        "todo": "What is still to be looked up.",
    },
    "Period": {
        "id": "The period's name, as `in_force: {period: ID}` says it.",
        "title": "What the period is called.",
        "from": "Its first day.",
        "until": "The first day after it.",
        "through": "Its last day.",
        "published": "The day on which its beginning was public.",
        "until_published": "The day on which its end was public.",
        "what": "What happened.",
        "cites": "The sources.",
        "event": "What happened that made it: ids of events.",
        "annotation": "Shown on timelines only; no rule needs to name it.",
        "todo": "What is still to be looked up.",
    },
}


@dataclass(frozen=True)
class Known:
    """The ids that a rulebook has, each with its title; an editor offers them."""

    rules: dict[str, str] = field(default_factory=dict)
    periods: dict[str, str] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    """By the type of a field: groups, products and parties that its tests may name."""


def known_of(content: Content) -> Known:
    """All that a rulebook and the layers beneath it name."""
    of = {"places": "place", "codes": "code", "parties": "party", "products": "product"}
    values: dict[str, dict[str, str]] = {kind: {} for kind in of.values()}
    for group in content.groups.values():
        values[of[group.of]][group.id] = group.title
    values["product"] |= {p.id: p.title for p in content.products.values()}
    values["party"] |= {p.id: p.title for p in content.parties.values()}
    rules = {r.id: r.title for r in content.rules.values() if "/" not in r.id}
    tags = {t: "a tag" for r in content.rules.values() for t in sorted(r.tags)}
    return Known(
        rules, {p.id: p.title for p in content.periods.values()},
        {c.id: c.title for c in content.classes.values()}, tags, values,
    )  # fmt: skip


_IDS = {
    ("Overrides", "rule"): "rules", ("Overrides", "rules"): "rules",
    ("Overrides", "reaches"): "rules", ("Overrides", "tag"): "tags", ("BarredBy", "tags"): "tags",
    ("BarredBy", "except"): "rules", ("Rule", "succeeds"): "rules", ("Rule", "tags"): "tags",
    ("Interval", "period"): "periods",
}  # fmt: skip


def told(definitions: Schema, file: Schema, known: Known) -> None:
    """Put the words and the ids where an editor looks for them."""
    for name, words in WORDS.items():
        shape = file if name == "File" else definitions[name]
        for key, said in words.items():
            one = _stated(shape["properties"][key])
            ids = getattr(known, _IDS[name, key]) if (name, key) in _IDS else {}
            # What stands beside a reference is not read, so the reference is put into a list.
            whole = {"allOf": [one]} if {"$ref", "x-condition"} & one.keys() else one
            shape["properties"][key] = {**_offering(whole, ids), "description": said}


def _stated(shape: Schema) -> Schema:
    """Without the null that stands for a key left out."""
    variants = [v for v in shape.get("anyOf", ()) if v != {"type": "null"}]
    if len(variants) != 1:
        return shape
    return {**{k: v for k, v in shape.items() if k not in ("anyOf", "default")}, **variants[0]}


def _offering(shape: Schema, ids: dict[str, str]) -> Schema:
    if not ids:
        return shape
    found = dict(shape)
    if "items" in found:
        found["items"] = offered(found["items"], ids)
        return found
    if "anyOf" in found:
        found["anyOf"] = [_offering(v, ids) if "items" in v else offered(v, ids)
                          for v in found["anyOf"] if v != {"type": "null"}]  # fmt: skip
        return found
    return offered(found, ids)


def offered(shape: Schema, ids: dict[str, str]) -> Schema:
    """The shape, with ids that an editor offers. Others are taken too: one that was added since is
    no mistake of the file, and the loader knows them all."""
    if not ids:
        return shape
    return {"anyOf": [{"enum": list(ids), "enumDescriptions": list(ids.values())}, shape]}
