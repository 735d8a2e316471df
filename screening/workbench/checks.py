"""What a rulebook that loads may still lack: examples that show its rules, and uses of its names.

Each finding is about the uppermost layer; what lies beneath is checked by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from screening.casting import normalize_text
from screening.conditions.index.clauses import MOST_CLAUSES, TooManyClauses, clauses_of
from screening.conditions.tree import (
    EveryParty,
    Expr,
    Member,
    SomeListing,
    SomeParty,
    classes_used,
    groups_used,
    walk,
)
from screening.engine import Rulebook
from screening.problems import Problem, nearest
from screening.rulebook.model import Content, Expectation
from screening.vocabulary import FieldType
from screening.workbench.needed import rules_not_shown
from screening.workbench.periods import date_mistakes
from screening.workbench.reach import beyond_targets
from screening.workbench.repeats import repeats
from screening.workbench.scaffolds import BLANKS
from screening.workbench.shadows import shadowed
from screening.workbench.values import value_mistakes


def findings(rb: Rulebook) -> list[Problem]:
    """Everything that the checks find, rules in the order of the files first."""
    return [*rules_not_shown(rb), *quick_findings(rb.content)]


def quick_findings(content: Content) -> list[Problem]:
    """What is found without deciding a single example."""
    return [
        *date_mistakes(content),
        *value_mistakes(content),
        *shadowed(content),
        *beyond_targets(content),
        *repeats(content),
        *_contradictions(content),
        *_blanks(content),
        *_unused(content),
        *_policy_words(content),
        *_not_indexed(content),
    ]


def _own(id: str, content: Content) -> bool:
    """Whether a document belongs to the uppermost layer: an upper layer's ids carry its prefix."""
    return len(content.layers) == 1 or id.startswith(f"{content.layers[-1]}-")


# ---- Examples agree with each other ----


def _contradictions(content: Content) -> Iterator[Problem]:
    asked: dict[object, Expectation] = {}
    for example in content.examples:
        for one in example.expect:
            key = (repr(example.given), one.law_date, one.known_as_of, example.authority,
                   example.assumptions)  # fmt: skip
            other = asked.setdefault(key, one)
            pairs = ((one.verdict, other.verdict), (one.finding, other.finding))
            if any(a is not None and b is not None and a is not b for a, b in pairs):
                yield Problem(
                    "examples-contradict",
                    f"`{example.title}` expects another answer to the same shipment on "
                    f"{one.law_date} than an example before it",
                    "keep the one that is right",
                    one.place or example.place,
                )


# ---- What was begun is filled in ----


def _blanks(content: Content) -> Iterator[Problem]:
    for rule in content.rules.values():
        said = [rule.title, rule.because or "", *rule.cites]
        left = [blank for blank in BLANKS if any(text.startswith(blank) for text in said)]
        if left and _own(rule.id, content):
            yield Problem("blank-left", f"`{rule.id}` still says `{left[0]}`, as it was begun",
                          "fill in the title, the source and the reason", rule.place)  # fmt: skip


# ---- What is defined is used ----


def _unused(content: Content) -> Iterator[Problem]:
    conditions = list(_conditions(content))
    groups = {g for e in conditions for g in groups_used(e)}
    groups |= {part for g in content.groups.values() for part in (*g.include, *g.exclude)}
    classes = {c for e in conditions for c in classes_used(e)}
    spans = [w for r in content.rules.values() for w in r.windows]
    spans += [
        w for c in content.classes.values() for d in c.definitions for w in d.windows
    ]  # fmt: skip
    for id, group in content.groups.items():
        # What cites a published list and says when it was compared is kept whole, like products.
        published = group.cites and group.verified_through is not None
        if id not in groups and not published and _own(id, content):
            yield Problem("unused-group", f"nothing uses the group `{id}`",
                          "name it in a condition or in another group, or take it out")  # fmt: skip
    for id in content.classes:
        if id not in classes and _own(id, content):
            yield Problem("unused-class", f"nothing uses the class `{id}`",
                          "name it in a condition or in another class, or take it out")  # fmt: skip
    named_products = {v for e in conditions for node in walk(e) if isinstance(node, Member)
                      and node.field.type is FieldType.PRODUCT for v in node.values}  # fmt: skip
    named_products |= {m for g in content.groups.values() for d in g.dated for m in d.members}
    named_products |= {m for g in content.groups.values() for m in g.include}
    named_products |= {p.contains[0] for p in content.products.values() if p.contains}
    for id, product in content.products.items():
        silent = not (product.figures or product.contains or product.manufacturer)
        if silent and id not in named_products and _own(id, content):
            yield Problem("unused-product", f"nothing is said of the product `{id}`, which nothing "
                          "uses", "give its figures or its ECCN, or name it in a rule")  # fmt: skip
    for id, named in content.periods.items():
        # By identity: that two spans have the same days does not make one a use of the other.
        used = any(span is named.period for span in spans)
        if not used and not named.annotation and _own(id, content):
            yield Problem("unused-period", f"nothing uses the period `{id}`",
                          "name it under `in_force`, or mark it `annotation: true`")  # fmt: skip


def _conditions(content: Content) -> Iterator[Expr]:
    yield from content.header.allow_requires
    for rule in content.rules.values():
        yield rule.when
        if rule.conditions is not None:
            yield rule.conditions
    for goods in content.classes.values():
        yield from (d.when for d in goods.definitions)
    yield from (a.when for a in content.assumptions)
    for wanted in content.properties:
        yield wanted.for_all
        if wanted.unless is not None:
            yield wanted.unless


# ---- Every condition can be indexed ----


def _not_indexed(content: Content) -> Iterator[Problem]:
    for rule in content.rules.values():
        for whole in (rule.when, *([rule.conditions] if rule.conditions is not None else [])):
            if _own(rule.id, content) and not _indexed(whole):
                yield Problem(
                    "condition-not-indexed",
                    f"a condition of `{rule.id}` comes to more than {MOST_CLAUSES} alternatives, "
                    "so it is read test by test for every shipment",
                    "make a class of a part of it, or two rules of one", rule.place,
                )  # fmt: skip


def _indexed(condition: Expr) -> bool:
    """Whether the condition, and what it asks of parties and entries, has a form in the index."""
    bodies = [node.body for node in walk(condition)
              if isinstance(node, SomeParty | EveryParty | SomeListing)]  # fmt: skip
    try:
        for part in (condition, *bodies):
            clauses_of(part)
    except TooManyClauses:
        return False
    return True


# ---- The words of list entries are in the table ----


def _policy_words(content: Content) -> Iterator[Problem]:
    table = content.header.policy_words
    known = content.header.folded_policy_words
    for party in content.parties.values():
        if not _own(party.id, content):
            continue
        said = [*_policies(party.record.get("listings")), *_owned(party.record.get("owners"))]
        for words in dict.fromkeys(said):
            if normalize_text(words) not in known:
                yield Problem(
                    "unknown-policy-words",
                    f"`{words}` in a listing of `{party.id}` is not in the table of policy words"
                    f"{nearest(words, table)}",
                    "it counts as a presumption of denial; add it under `policy_words`",
                )


def _policies(listings: object) -> Iterator[str]:
    for entry in _items(listings):
        words = entry.get("policy")
        if isinstance(words, str) and words:
            yield words


def _owned(owners: object) -> Iterator[str]:
    for owner in _items(owners):
        yield from _policies(owner.get("listings"))
        yield from _owned(owner.get("owners"))


def _items(value: object) -> Iterable[dict[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
