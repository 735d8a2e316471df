"""`screening rules`: what the rulebook says, in plain English."""

from __future__ import annotations

import sys
from typing import Any

from rich.tree import Tree

from screening.cli.exits import refuse
from screening.cli.explain import write_json
from screening.cli.options import TextFormat
from screening.cli.render import shown, table
from screening.cli.writing import console
from screening.conditions.words import say
from screening.engine import Rulebook
from screening.problems import nearest
from screening.rulebook.model import Rule


def run(rulebook: Rulebook, id: str | None, format: TextFormat) -> None:
    """List all rules, or tell one in full."""
    if id is None:
        _list(rulebook, format)
        return
    rules = _all(rulebook)
    rule = rules.get(id)
    if rule is None:
        raise refuse("unknown-rule", f"`{id}` is not a rule of {rulebook.id}{nearest(id, rules)}",
                     "`screening rules` lists them")  # fmt: skip
    told = rule_dict(rulebook, rule)
    if format is TextFormat.JSON:
        write_json(told)
    else:
        console(sys.stdout).print(_tree(rule, told))


def _all(rulebook: Rulebook) -> dict[str, Rule]:
    """The rules with those that every rulebook has unwritten."""
    return {c.rule.id: c.rule for c in rulebook.compiled(None).columns}


def _list(rulebook: Rulebook, format: TextFormat) -> None:
    rules = _all(rulebook).values()
    if format is TextFormat.JSON:
        write_json([rule_dict(rulebook, rule) for rule in rules])
        return
    console(sys.stdout).print(table(
        "rule", "in force", "says", "title",
        rows=[[r.id, ", ".join(map(str, r.windows)), _says(r), r.title] for r in rules],
    ))  # fmt: skip


def _says(rule: Rule) -> str:
    said = rule.exception or rule.verdict or rule.finding
    if rule.from_listing:
        said = "the listing's policy"
    return str(said or rule.kind or "")


def rule_dict(rulebook: Rulebook, rule: Rule) -> dict[str, Any]:
    """JSON form of a rule, with the rules it reaches and those that reach it."""
    columns = rulebook.compiled(None).columns
    reached_by = dict.fromkeys(
        columns[i].rule.id for c in columns if c.rule.id == rule.id for i in c.reached_by
    )
    reaches = dict.fromkeys(
        c.rule.id for c in columns if any(columns[i].rule.id == rule.id for i in c.reached_by)
    )
    place = rule.place
    return {
        "rule": rule.id,
        "title": rule.title,
        "sentence": say(rule.when),
        "conditions": say(rule.conditions) if rule.conditions is not None else None,
        "in_force": [str(w) for w in rule.windows],
        "says": _says(rule),
        "kind": rule.kind.value if rule.kind else None,
        "authority": rule.authority.value,
        "cites": list(rule.cites),
        "overrides": list(rule.targets),
        "reaches": [id for id in reaches if id not in rule.targets],
        "overridden_by": list(reached_by),
        "barred_by": sorted(rule.barred_tags),
        "protected": rule.protected,
        "tags": sorted(rule.tags),
        "because": rule.because,
        "verified_through": rule.verified_through.isoformat() if rule.verified_through else None,
        "layer": rule.layer or None,
        "file": f"{place.file}:{place.line}" if place else None,
    }


_LABELS = {
    "says": "then", "conditions": "provided that", "in_force": "in force", "kind": "how",
    "authority": "authority", "cites": "cites", "overrides": "overrides",
    "reaches": "reaches also", "overridden_by": "may be overridden by",
    "barred_by": "barred where a standing rule has the tag", "tags": "tags",
    "because": "because", "verified_through": "verified through", "layer": "layer", "file": "file",
}  # fmt: skip


def _tree(rule: Rule, told: dict[str, Any]) -> Tree:
    tree = Tree(shown(f"{rule.id}: {rule.title}", "bold"))
    tree.add(shown(f"when {told['sentence']}"))
    for key, label in _LABELS.items():
        value = told[key]
        if isinstance(value, list) and len(value) > 1 and key != "tags":
            node = tree.add(shown(label))
            for item in value:
                node.add(shown(item))
        elif value:
            text = ", ".join(value) if isinstance(value, list) else value
            tree.add(shown(f"{label}: {text}"))
    if rule.protected:
        tree.add("protected: overridden only by name")
    return tree
