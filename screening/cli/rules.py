"""`screening rules`: what the rulebook says, in plain English."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich.tree import Tree

from screening.cli.exits import refuse
from screening.cli.explain import write_json
from screening.cli.options import TextFormat
from screening.cli.render import shown, table
from screening.cli.writing import console
from screening.engine import Rulebook
from screening.problems import nearest
from screening.workbench.rule_told import ToldRule, told_rules


def run(rulebook: Rulebook, id: str | None, format: TextFormat) -> None:
    """List all rules, or tell one in full."""
    rules = told_rules(rulebook)
    if id is None:
        _list(rules.values(), format)
        return
    told = rules.get(id)
    if told is None:
        raise refuse("unknown-rule", f"`{id}` is not a rule of {rulebook.id}{nearest(id, rules)}",
                     "`screening rules` lists them")  # fmt: skip
    if format is TextFormat.JSON:
        write_json(told.as_dict())
    else:
        console(sys.stdout).print(_tree(told))


def _list(rules: Iterable[ToldRule], format: TextFormat) -> None:
    if format is TextFormat.JSON:
        write_json([told.as_dict() for told in rules])
        return
    console(sys.stdout).print(table(
        "rule", "in force", "says", "title",
        rows=[[t.rule.id, ", ".join(map(str, t.rule.windows)), t.says, t.rule.title]
              for t in rules],
    ))  # fmt: skip


_LABELS = {
    "says": "then", "conditions": "provided that", "in_force": "in force", "kind": "how",
    "authority": "authority", "cites": "cites", "overrides": "overrides",
    "reaches": "reaches also", "overridden_by": "may be overridden by",
    "barred_by": "barred where a standing rule has the tag", "tags": "tags",
    "because": "because", "verified_through": "verified through", "layer": "layer", "file": "file",
}  # fmt: skip


def _tree(rule_told: ToldRule) -> Tree:
    rule, told = rule_told.rule, rule_told.as_dict()
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
