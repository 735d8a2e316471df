"""From folders of rule files to one checked rulebook; every problem of every file at once."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from screening.conditions.context import Names
from screening.conditions.tree import classes_used
from screening.goods.aliases import AliasIndex, normalize_alias
from screening.problems import Place, Problem, ProblemsFound
from screening.rulebook import documents
from screening.rulebook.examples import compile_examples
from screening.rulebook.files import RuleFile, digest_of
from screening.rulebook.group_members import check_members
from screening.rulebook.groups import Group
from screening.rulebook.header import merged_header
from screening.rulebook.layers import Layer, Loading, read_layers
from screening.rulebook.lost import conditions_of
from screening.rulebook.model import (
    Content,
    GoodsClass,
    Header,
    Rule,
)
from screening.rulebook.overrides import Where, check_overrides
from screening.rulebook.properties import property_of
from screening.rulebook.references import check_references
from screening.rulebook.rules import compile_rules
from screening.vocabulary import BASE, LAYER_PREFIXES

T = TypeVar("T")


def load(folder: Path | str) -> Content:
    """The rulebook in a folder, with the layer it stands over beneath it.

    Raises `ProblemsFound` with everything that is wrong.
    """
    loading = Loading()
    read_layers(Path(folder), loading)
    read = tuple(loading.problems)
    content = _assemble(loading) if loading.layers else None
    found = [p for p in loading.problems if p in read or not loading.lost.explains(p)]
    if found or content is None:
        raise ProblemsFound(sorted(found, key=_order))
    return content


def _order(problem: Problem) -> tuple[bool, str, int, int]:
    """As one reads: file by file, from top to bottom; what has no place comes last."""
    place = problem.place
    if place is None:
        return True, "", 0, 0
    return False, place.file or "", place.line or 0, place.column or 0


def _assemble(loading: Loading) -> Content:
    problems = loading.problems
    files = [(layer, f) for layer in loading.layers for f in layer.files]

    def collect(key: str, make: Callable[[Layer, RuleFile, int, Any], T]) -> dict[str, T]:
        found: dict[str, T] = {}
        for layer, file in files:
            for i, spec in enumerate(getattr(file.content, key)):
                _check_id(spec.id, key, layer, found, file.place(key, i, "id"), loading)
                found[spec.id] = make(layer, file, i, spec)
        return found

    extra = collect("fields", lambda _l, _f, _i, spec: documents.layer_field(spec))
    vocabulary = BASE.extended(extra.values())
    periods = collect(
        "periods", lambda _l, f, i, spec: documents.named_period(spec, f, i, problems)
    )
    groups = collect("groups", lambda _l, f, i, spec: documents.group(spec, f, i, problems))
    products = collect(
        "products", lambda _l, f, i, spec: documents.product(spec, f, i, vocabulary, problems)
    )
    parties = collect("parties", lambda _l, _f, _i, spec: documents.named_party(spec))
    product_index = _aliases("product", {p.id: (p.id, *p.aliases) for p in products.values()},
                             loading)  # fmt: skip
    party_index = _aliases("party", {p.id: (p.id, p.title, *p.aliases) for p in parties.values()},
                           loading)  # fmt: skip
    class_ids = {c.id for _, f in files for c in f.content.classes}
    names = Names(vocabulary, {g.id: g.of for g in groups.values()}, frozenset(class_ids),
                  frozenset(products), frozenset(parties), product_index, party_index)  # fmt: skip
    header = merged_header(loading, names)
    classes = collect("classes", lambda layer, f, i, spec: documents.goods_class(
        spec, f, i, names, periods, _verified(layer, f, header), problems))  # fmt: skip
    rules: dict[str, Rule] = {}
    for layer, file in files:
        inherited = _verified(layer, file, header)
        for rule in compile_rules(file, layer.id, names, periods, inherited, problems):
            _check_id(rule.id, "rules", layer, rules, rule.place, loading)
            rules[rule.id] = rule
    problems += check_overrides(rules, header.open_tags, _overrides_at(files))
    for node in loading.lost.documents:
        problems += conditions_of(node, names)
    problems += _circles(groups, classes)
    problems += check_members(groups, names, [f for _, f in files])
    assumptions = collect("assumptions", lambda _l, f, i, spec: documents.assumption(
        spec, f, i, names, header.assumable, problems))  # fmt: skip
    properties = collect(
        "properties", lambda at, f, i, spec: property_of(spec, f, i, names, rules, at.id, problems)
    )
    problems += check_references([f for _, f in files], names, rules, products, parties)
    return Content(
        header=header,
        vocabulary=vocabulary,
        groups=groups,
        classes=classes,
        products=products,
        parties=parties,
        periods=periods,
        rules=rules,
        assumptions=tuple(assumptions.values()),
        examples=tuple(compile_examples(loading, rules)),
        properties=tuple(properties.values()),
        topics=tuple(documents.topic(layer.id, file) for layer, file in files),
        digest=digest_of(loading.contents),
        layers=tuple(layer.id for layer in loading.layers),
        files=tuple(loading.contents),
        product_index=product_index,
        party_index=party_index,
    )


def _aliases(what: str, named: Mapping[str, Iterable[str]], loading: Loading) -> AliasIndex:
    index = AliasIndex((alias, id) for id, aliases in named.items() for alias in aliases
                       if normalize_alias(alias))  # fmt: skip
    for alias, ids in index.clashes:
        loading.complain("alias-clash", f"the {what} alias `{alias}` names {ids[0]} and {ids[1]}",
                         _place_of(alias, ids[1], loading), "an alias belongs to one")  # fmt: skip
    return index


def _place_of(word: str, id: str, loading: Loading) -> Place | None:
    """Where a product or a party says a word of itself."""
    for layer in loading.layers:
        for file in layer.files:
            for key in ("products", "parties"):
                for i, spec in enumerate(getattr(file.content, key)):
                    if spec.id == id:
                        return file.word(word, key, i)
    return None


def _check_id(
    id: str, key: str, layer: Layer, found: Container[str], place: Place | None, loading: Loading
) -> None:
    if id in found:
        loading.complain("duplicate-id", f"`{id}` stands twice under `{key}`", place,
                         "ids are unique across all files and layers")  # fmt: skip
    if key == "fields":
        if not id.startswith(LAYER_PREFIXES):
            loading.complain("field-prefix", f"`{id}` must begin with `attributes.` or "
                             "`certifications.`", place)  # fmt: skip
    elif layer is not loading.layers[0] and not id.startswith(f"{layer.id}-"):
        loading.complain("layer-prefix", f"`{id}` must begin with `{layer.id}-`", place,
                         "an upper layer's ids carry its prefix")  # fmt: skip


def _verified(layer: Layer, file: RuleFile, header: Header) -> date | None:
    own = layer.header.covers.verified_through if layer.header.covers else None
    return file.content.verified_through or own or header.verified_through


def _circles(groups: dict[str, Group], classes: dict[str, GoodsClass]) -> list[Problem]:
    def find(edges: dict[str, set[str]], what: str) -> list[Problem]:
        done: set[str] = set()

        def visit(id: str, trail: tuple[str, ...]) -> list[Problem]:
            if id in trail:
                circle = " uses ".join((*trail[trail.index(id) :], id))
                return [Problem(f"{what}-cycle", f"{what} definitions run in a circle: {circle}")]
            if id in done:
                return []
            done.add(id)
            return [p for n in edges.get(id, ()) for p in visit(n, (*trail, id))]

        return [p for id in edges for p in visit(id, ())]

    of_groups = {g.id: {m for m in (*g.include, *g.exclude) if m in groups}
                 for g in groups.values()}  # fmt: skip
    of_classes = {
        c.id: {name for d in c.definitions for name in classes_used(d.when)}
        for c in classes.values()
    }
    return [*find(of_groups, "group"), *find(of_classes, "class")]


def _overrides_at(files: list[tuple[Layer, RuleFile]]) -> Where:
    """Where a rule says a word under one of its keys."""
    at = {spec.id: (file, i) for _, file in files for i, spec in enumerate(file.content.rules)}

    def where(rule: Rule, key: str, word: str) -> Place | None:
        found = at.get(rule.id.partition("/")[0])
        return found[0].word(word, "rules", found[1], key) if found else rule.place

    return where
