"""What a rulebook says of itself: coverage, the verdict table, what an allow needs."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from screening.conditions.context import Names
from screening.conditions.parse import parse_condition
from screening.decision import DEFAULT_VERDICTS, LADDER, Finding, Verdict
from screening.problems import Place
from screening.rulebook.layers import Loading
from screening.rulebook.model import FourEyes, Header


def merged_header(loading: Loading, names: Names) -> Header:
    """The headers of all layers as one; of two verdict tables the stricter holds per finding."""
    base = loading.layers[0].header
    verdicts = dict(DEFAULT_VERDICTS)
    words: dict[str, Finding] = {}
    requires = []
    for layer in loading.layers:
        file = next((f for f in layer.files if f.content.rulebook is not None), None)
        if file is None:  # its header is wrong, and a stand-in says nothing
            continue
        table = {**DEFAULT_VERDICTS, **(layer.header.verdicts or {})}
        _check_ladder(table, file.place("rulebook", "verdicts"), loading)
        if layer is loading.layers[0]:
            verdicts = table
        else:
            verdicts = {f: max(verdicts[f], table[f], key=lambda v: v.rank) for f in LADDER}
        node = file.node("rulebook", "allow_requires")
        if node is not None:
            requires.append(parse_condition(node, names, loading.problems, words_allowed=True))
        for said, finding in layer.header.policy_words.items():
            if words.setdefault(said, finding) is not finding:
                loading.complain(
                    "redefined", f"`{said}` already stands for {words[said]} in a lower layer",
                    file.place("rulebook", "policy_words", said),
                    "upper layers add words; they never redefine them",
                )  # fmt: skip
    covers = base.covers
    return Header(
        id=loading.layers[-1].header.id,
        title=loading.layers[-1].header.title,
        covers_from=covers.from_ if covers else None,
        verified_through=covers.verified_through if covers else None,
        grace=timedelta(days=base.grace_days),
        allow_requires=tuple(requires),
        verdicts=verdicts,
        policy_words=words,
        open_tags=frozenset(base.open_tags),
        assumable=frozenset(base.assumable),
        coverage=tuple(c for layer in loading.layers for c in layer.header.coverage),
        four_eyes=_four_eyes(loading),
    )


def _four_eyes(loading: Loading) -> FourEyes | None:
    """What the uppermost layer asks for, whose change it is."""
    layer = loading.layers[-1]
    asked = layer.header.approval
    if asked is None:
        return None
    people = {p.name: p.key for p in asked.people}
    if len(people) < len(asked.people) or len(set(people.values())) < len(people):
        file = next((f for f in layer.files if f.content.rulebook is not None), None)
        place = file.place("rulebook", "approval") if file else None
        loading.complain("approval-people", "two of those who may approve have one name or one key",
                         place, "each person has a name and a key of their own")  # fmt: skip
    return FourEyes(asked.needed_for == "every_change", people)


def _check_ladder(table: dict[Finding, Verdict], place: Place | None, loading: Loading) -> None:
    for lower, higher in pairwise(LADDER):
        if table[lower].rank > table[higher].rank:
            loading.complain(
                "verdicts-fall", f"`{higher}` is answered more mildly than `{lower}`", place,
                "the verdict table must not fall along the ladder",
            )  # fmt: skip
