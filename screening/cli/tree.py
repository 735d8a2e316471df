"""One decision as a tree: the sentence first, then every reason under it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.text import Text
from rich.tree import Tree

from screening.answer import Decision
from screening.cli.render import shown, status_text, truth_text, verdict_text
from screening.conditions.reasons import Explained
from screening.conditions.words import value_text
from screening.decision import Status
from screening.facts import PartyFacts, Values
from screening.trace import RuleTrace

_FIRST = [Status.ERROR, Status.DECISIVE, Status.APPLIES, Status.OVERRIDES, Status.OVERRIDDEN,
          Status.SUSPENDED, Status.EXEMPTED, Status.OFFERED, Status.UNDETERMINED]  # fmt: skip


def decision_tree(d: Decision, *, every_rule: bool, otherwise: Iterable[str] = ()) -> Tree:
    """The decision, told in full."""
    tree = Tree(verdict_text(d.verdict, d.summary()))
    _footing(tree, d)
    _lines(tree, "problems", (str(p) for p in d.problems))
    _lines(tree, "notes", d.facts.notes)
    traces = sorted(d.rules if every_rule else d.trace, key=_place)
    rules = tree.add(shown("every rule" if every_rule else "rules that matter", "bold"))
    for trace in traces:
        _rule(rules, trace, d)
    if not traces:
        rules.add("no rule applies or may apply")
    needs = tree.add(shown("what an allow needs", "bold"))
    for part in d.requires:
        _test(needs, part)
    _lines(tree, "assumptions this allow rests on", (f"{id}: {cost}" for id, cost in d.relied_on))
    _lines(tree, "what to supply", d.ask)
    _lines(tree, "what could help", (
        f"{t.rule.exception or t.rule.id} ({t.rule.title})"
        + (f": supply {', '.join(t.missing)}" if t.missing else "")
        for t in d.could_help
    ))  # fmt: skip
    _lines(tree, "what else the answer could be", otherwise)
    _facts(tree.add(shown("facts", "bold")), d)
    _lines(tree, "coverage", (": ".join(c.values()) for c in d.coverage))
    return tree


def _footing(tree: Tree, d: Decision) -> None:
    def say(label: str, value: object) -> None:
        tree.add(shown(f"{label}: {value}"))

    clocks = d.clocks
    say("finding", d.finding if d.possible is d.finding else f"{d.finding}; possible: {d.possible}")
    if d.company_verdict is not None:
        say("the company's own rules", d.company_verdict)
    if d.text_alone is not None:
        verdict, finding = d.text_alone
        say("with guidance and practice", f"{d.verdict} ({d.finding})")
        say("by the text alone", f"{verdict} ({finding})")
    if d.second_opinion is not None:
        say("second opinion", d.second_opinion.outcome)
    say("law date", clocks.law_date or "not known")
    if clocks.known_as_of:
        say("as known on", clocks.known_as_of)
    if clocks.authority:
        say("text alone, down to", clocks.authority)
    say("rulebook", f"{d.rulebook} ({d.digest[:12]})")
    if d.stale:
        say("stale", "something this answer rests on was not verified for this date")


def _place(trace: RuleTrace) -> int:
    return _FIRST.index(trace.status) if trace.status in _FIRST else len(_FIRST)


def _rule(tree: Tree, trace: RuleTrace, d: Decision) -> None:
    rule = trace.rule
    head = Text.assemble(status_text(trace.status), " ", shown(rule.id, "bold"), " ",
                         shown(rule.title))  # fmt: skip
    node = tree.add(head)
    said = rule.verdict or trace.finding
    if said is not None:
        node.add(shown(f"finding: {said}" + (f" ({rule.exception})" if rule.exception else "")))
    node.add(shown(f"{rule.authority}: {'; '.join(rule.cites)}", "dim"))
    node.add(shown("in force " + ", ".join(map(str, rule.windows)), "dim"))
    if trace.by:
        word = "on" if trace.status is Status.OVERRIDES else "by"
        node.add(shown(f"{word} {', '.join(trace.by)}"))
    if trace.marks:
        node.add(shown(f"marks: {', '.join(trace.marks)}", "yellow"))
    if trace.because:
        node.add(shown(trace.because))
    if trace.status is Status.NOT_MET:
        for tree_ in (trace.when, trace.conditions):
            if tree_ is not None and tree_.truth.name == "FALSE":
                for leaf in tree_.decisive():
                    _test(node, leaf)
    else:
        for label, part in (("when", trace.when), ("conditions", trace.conditions)):
            if part is not None:
                _test(node.add(label) if trace.conditions is not None else node, part)
    if trace.missing:
        node.add(shown(f"not known: {', '.join(trace.missing)}", "yellow"))


def _test(tree: Tree, part: Explained) -> None:
    label = Text.assemble(truth_text(part.truth), " ", shown(part.text))
    if part.actual:
        label.append_text(shown(f"  [{part.actual}]", "cyan"))
    if part.assumed:
        label.append_text(shown(f"  assumed: {', '.join(part.assumed)}", "magenta"))
    node = tree.add(label)
    for inner in part.parts:
        _test(node, inner)


def _facts(tree: Tree, d: Decision) -> None:
    _values(tree, d.facts.values)
    for party in d.facts.parties:
        _party(tree, party)
    for role in sorted(d.facts.roles_absent):
        tree.add(shown(f"{role.replace('_', ' ')}: nobody"))


def _party(tree: Tree, party: PartyFacts) -> None:
    roles = ", ".join(r.replace("_", " ") for r in sorted(party.roles))
    node = tree.add(shown(f"{roles}: {party.label}"))
    _values(node, party.values)
    if party.listings is None:
        node.add(shown("listings: not known", "yellow"))
    elif not party.listings:
        node.add("listings: none")
    for listing in party.listings or ():
        told = ", ".join(f"{id} {value_text(f[0].value)}" for id, f in listing.values.items())
        node.add(shown(f"listing: {told}", "red"))


def _values(tree: Tree, values: Values | Mapping[str, object]) -> None:
    for id, facts in values.items():
        for fact in facts if isinstance(facts, tuple) else ():
            note = f", {fact.note}" if fact.note and fact.note != fact.provenance else ""
            style = "magenta" if fact.provenance == "assumed" else ""
            tree.add(shown(f"{id} = {value_text(fact.value)}  ({fact.provenance}{note})", style))


def _lines(tree: Tree, head: str, lines: Iterable[str]) -> None:
    found = list(lines)
    if found:
        node = tree.add(shown(head, "bold"))
        for line in found:
            node.add(shown(line))
