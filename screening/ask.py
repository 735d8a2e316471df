"""Which missing facts could settle a review: asked for only as far as none can be spared."""

from __future__ import annotations

from collections.abc import Iterable

from screening.conditions.explain import scope_of
from screening.conditions.reasons import Explained, explain
from screening.decide.verdict import Ruling
from screening.decide.view import View
from screening.decision import SUPPRESSING, Verdict
from screening.facts import Facts
from screening.rulebook.model import Content
from screening.truth import Truth
from screening.vocabulary import ROLES, Scope, Vocabulary

_BOTH = frozenset({Truth.TRUE, Truth.FALSE})


def attainable(tree: Explained, supplied: frozenset[str]) -> frozenset[Truth]:
    """The truth values that a condition can still come to once `supplied` facts are known.

    Tests are taken as independent, so this errs towards asking too little, never towards a verdict.
    """
    if not tree.parts:
        free = tree.truth is Truth.UNKNOWN and tree.missing and supplied.issuperset(tree.missing)
        return _BOTH if free else frozenset({tree.truth})
    inner = [attainable(part, supplied) for part in tree.parts]
    if tree.fold == "not":
        return frozenset(~t for t in inner[0])
    strong, weak = (Truth.FALSE, Truth.TRUE) if tree.fold == "all" else (Truth.TRUE, Truth.FALSE)
    found = set()
    if any(strong in part for part in inner):
        found.add(strong)
    if all(weak in part for part in inner):
        found.add(weak)
    if any(Truth.UNKNOWN in part for part in inner) and all(part != {strong} for part in inner):
        found.add(Truth.UNKNOWN)
    return frozenset(found)


def what_to_ask(
    ruling: Ruling, content: Content, facts: Facts, view: View, requires: tuple[Explained, ...]
) -> tuple[str, ...]:
    """The facts to supply, in vocabulary order; nothing where no fact could change the verdict.

    `requires` is what an allow needs, explained for these facts.
    """
    if ruling.verdict is not Verdict.REVIEW:
        return ()
    asker = _Asker(ruling, content, facts, view, requires)
    missing = sorted(asker.missing(), key=lambda ref: order(ref, content.vocabulary))
    for goal in (Verdict.ALLOW, Verdict.DENY):
        if asker.reaches(goal, frozenset(missing)) and not asker.reaches(goal, frozenset()):
            kept = list(missing)
            for ref in reversed(missing):
                if asker.reaches(goal, frozenset(kept) - {ref}):
                    kept.remove(ref)
            return tuple(kept)
    return ()


class _Asker:
    def __init__(
        self, ruling: Ruling, content: Content, facts: Facts, view: View,
        requires: tuple[Explained, ...],
    ) -> None:  # fmt: skip
        self.ruling = ruling
        self.content = content
        scope = scope_of(facts, view)
        self.trees: dict[int, tuple[Explained, ...]] = {}
        for i, (column, met) in enumerate(zip(ruling.compiled.columns, ruling.met, strict=True)):
            if met.outside or met.error or column.rule.built_in:
                continue
            if met.value is Truth.UNKNOWN or met.absent:
                if i and ruling.compiled.columns[i - 1].when is column.when and i - 1 in self.trees:
                    self.trees[i] = self.trees[i - 1]
                    continue
                trees = [explain(column.when, scope)]
                if column.rule.conditions is not None:
                    trees.append(explain(column.rule.conditions, scope))
                self.trees[i] = tuple(trees)
        self.requires = requires
        self.claimed = facts.exception_claimed

    def missing(self) -> set[str]:
        """Every fact that an undetermined test reads."""
        trees: Iterable[Explained] = (
            *(t for ts in self.trees.values() for t in ts),
            *self.requires,
        )
        return {
            ref
            for tree in trees
            if tree.truth is Truth.UNKNOWN
            for leaf in tree.leaves()
            if leaf.truth is Truth.UNKNOWN
            for ref in leaf.missing
        } | {ref for t in self.requires if t.truth is Truth.FALSE
             for leaf in t.decisive() for ref in leaf.missing}  # fmt: skip

    def reaches(self, goal: Verdict, supplied: frozenset[str]) -> bool:
        """Whether some answers to `supplied` could bring the verdict to `goal`."""
        compiled = self.ruling.compiled
        values = [m.value for m in self.ruling.met]
        for i, trees in self.trees.items():
            wanted = self._wanted(i, goal)
            options = [attainable(t, supplied) for t in trees]
            if wanted is Truth.TRUE and all(Truth.TRUE in o for o in options):
                values[i] = Truth.UNKNOWN if self.ruling.met[i].unverified else Truth.TRUE
            elif wanted is Truth.FALSE and any(Truth.FALSE in o for o in options):
                values[i] = Truth.FALSE
        registers = compiled.run(values, self.claimed)
        table = self.content.header.verdicts
        if goal is Verdict.DENY:
            sure = any(registers[r] for f, r in compiled.certain_at.items()
                       if table[f] is Verdict.DENY)  # fmt: skip
            return sure or bool(registers[compiled.company[Verdict.DENY].sure])
        blocked = any(registers[r] for f, r in compiled.possible_at.items()
                      if table[f] is not Verdict.ALLOW)  # fmt: skip
        company = any(registers[k.possible] for k in compiled.company.values())
        ready = all(Truth.TRUE in attainable(t, supplied) for t in self.requires)
        return not blocked and not company and ready

    def _wanted(self, i: int, goal: Verdict) -> Truth:
        """The truth of a column that favors the goal: grounds tighten, what defeats relaxes."""
        columns = self.ruling.compiled.columns
        kind = columns[i].rule.kind
        relaxes = kind is not None
        if kind in SUPPRESSING:
            relaxes = any(i in c.reached_by and c.rule.is_ground for c in columns)
        return Truth.TRUE if relaxes == (goal is Verdict.ALLOW) else Truth.FALSE


def order(ref: str, vocabulary: Vocabulary) -> tuple[int, int, int]:
    """Where a fact stands: shipment fields in vocabulary order, then parties by role."""
    head, _, rest = ref.partition(".")
    if head in ROLES:
        place = vocabulary.position(Scope.PARTY, rest) if rest else -1
        return (1, ROLES.index(head), place)
    return (0, vocabulary.position(Scope.SHIPMENT, ref), 0)
