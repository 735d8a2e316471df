"""`screening why-not`: what stands in the way of a verdict, and what would lead to it."""

from __future__ import annotations

import sys
from typing import Any

from rich.text import Text
from rich.tree import Tree

from screening.answer import Decision
from screening.cli.explain import Question, write_json
from screening.cli.obstacles import Obstacle, obstacles, reliefs, single_answers
from screening.cli.options import TextFormat
from screening.cli.render import shown, truth_text, verdict_text
from screening.cli.writing import console
from screening.decision import Verdict
from screening.english import count

_REST = 12
"""More tests than this of one rule are counted, not shown."""

_NEAREST = 5
"""More rules than this that could help are counted, not named."""

_NAMED = 3
"""More rules than this that wait for one fact are counted, not named."""


def run(question: Question, wanted: Verdict, format: TextFormat, *, every_rule: bool) -> None:
    """Answer for each line. Rules that only wait for facts are told by the fact, or all in full."""
    told: list[dict[str, Any]] = []
    for line in question.lines():
        shipment = question.footing.dated(line.shipment)
        d = line.placed(question.footing.decide(question.rulebook, shipment, full=True))
        blocking = obstacles(question.rulebook, d, wanted)
        lifting = reliefs(question.rulebook, d, blocking) if wanted is not Verdict.DENY else []
        answers = []
        if d.verdict is not wanted:
            answers = single_answers(question.rulebook, shipment, d, wanted, question.footing)
        told.append({
            "wanted": wanted.value,
            "verdict": d.verdict.value,
            "summary": d.summary(),
            "obstacles": [o.as_dict() for o in blocking],
            "reliefs": [o.as_dict() for o in lifting],
            "ask": list(d.ask),
            "single_answers": [a.as_dict() for a in answers],
        })  # fmt: skip
        if format is TextFormat.TEXT:
            tree = _tree(d, wanted, blocking, lifting, [str(a) for a in answers], every_rule)
            console(sys.stdout).print(tree)
    if format is TextFormat.JSON:
        write_json(told[0] if len(told) == 1 else {"version": 1, "lines": told})


def _tree(
    d: Decision, wanted: Verdict, blocking: list[Obstacle], lifting: list[Obstacle],
    answers: list[str], every_rule: bool,
) -> Tree:  # fmt: skip
    tree = Tree(verdict_text(d.verdict, d.summary()))
    if d.verdict is wanted:
        tree.add(shown(f"the verdict is {wanted} already; nothing stands in its way"))
        return tree
    waiting = [] if every_rule else [o for o in blocking if o.missing]
    _branch(tree, f"what stands in the way of {wanted}" if wanted is not Verdict.DENY else
            "rules that would deny, and why they do not",
            [o for o in blocking if o not in waiting])  # fmt: skip
    _waiting(tree, waiting)
    if not blocking:
        tree.add(shown(f"no rule in force comes near to {wanted}"))
    if every_rule:
        _branch(tree, "what would lift these rules, and what it lacks", lifting)
    elif lifting:
        node = tree.add(shown("what could lift these rules", "bold"))
        near = [item for item in lifting if item.bears][:_NEAREST]
        for item in near:
            node.add(shown(f"{item.rule}: {item.text}"))
        if more := len(lifting) - len(near):
            node.add(shown(f"and {more} more, further off (--all shows each)", "dim"))
    if d.ask:
        tree.add(shown(f"to supply together: {', '.join(d.ask)}", "yellow"))
    node = tree.add(shown(f"single answers that lead to {wanted}", "bold"))
    for text in answers or ["none"]:
        node.add(shown(text))
    return tree


def _waiting(tree: Tree, items: list[Obstacle]) -> None:
    """Which facts are not known, and which rules wait for each."""
    by_fact: dict[str, list[Obstacle]] = {}
    for item in items:
        for ref in item.missing:
            by_fact.setdefault(ref, []).append(item)
    if not by_fact:
        return
    node = tree.add(shown("what is not known, and what waits for it (--all shows each)", "bold"))
    for ref, waiting in sorted(by_fact.items(), key=lambda p: (-len(p[1]), p[0])):
        names = [o.rule or o.text for o in waiting]
        rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        strictest = max((o.finding for o in waiting if o.finding), key=lambda f: f.rank,
                        default=None)  # fmt: skip
        up_to = f" (up to {strictest})" if strictest else ""
        node.add(Text.assemble(shown(ref, "yellow"),
                               shown(f": {', '.join(names[:_NAMED])}{rest}{up_to}")))  # fmt: skip


def _branch(tree: Tree, head: str, items: list[Obstacle]) -> None:
    if not items:
        return
    node = tree.add(shown(head, "bold"))
    for item in items:
        name = f"{item.rule}: " if item.rule else ""
        inner = node.add(shown(f"[{item.kind}] {name}{item.text}"))
        for test in item.tests[:_REST]:
            label = Text.assemble(truth_text(test.truth), " ", shown(test.text))
            if test.actual:
                label.append_text(shown(f"  [{test.actual}]", "cyan"))
            if test.missing:
                label.append_text(shown(f"  supply {', '.join(test.missing)}", "yellow"))
            inner.add(label)
        if len(item.tests) > _REST:
            inner.add(shown(f"and {count(len(item.tests) - _REST, 'more test')}", "dim"))
