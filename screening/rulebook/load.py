"""From folders of rule files to one checked rulebook; every problem of every file at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from screening.casting import CastError, cast_date
from screening.conditions.context import Names
from screening.conditions.parse import parse_condition
from screening.conditions.tree import classes_used
from screening.decision import DEFAULT_VERDICTS, LADDER, Finding, Verdict
from screening.goods.aliases import AliasIndex
from screening.places import CODES
from screening.problems import Place, Problem, ProblemsFound, nearest
from screening.rulebook import documents, schema
from screening.rulebook.files import RuleFile, digest_of, read_rule_file, rule_files
from screening.rulebook.groups import Group
from screening.rulebook.model import (
    Content,
    Example,
    Expectation,
    GoodsClass,
    Header,
    Rule,
)
from screening.rulebook.overrides import check_overrides
from screening.rulebook.rules import compile_rules
from screening.shipment import Shipment
from screening.vocabulary import BASE, LAYER_PREFIXES

T = TypeVar("T")


def shipped_root() -> Path:
    """Where the rulebooks lie: in the installed package, or at the top of a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "_rulebooks"
    return inside if inside.is_dir() else package.parent / "rules"


@dataclass
class _Layer:
    id: str
    folder: Path
    header: schema.Header
    files: list[RuleFile]


@dataclass
class _Loading:
    problems: list[Problem] = field(default_factory=list)
    layers: list[_Layer] = field(default_factory=list)
    contents: list[tuple[str, bytes]] = field(default_factory=list)

    def complain(self, code: str, message: str, place: Place | None, help: str = "") -> None:
        self.problems.append(Problem(code, message, help, place))


def load(folder: Path | str) -> Content:
    """The rulebook in a folder, with the layer it stands over beneath it.

    Raises `ProblemsFound` with everything that is wrong.
    """
    loading = _Loading()
    _read_layers(Path(folder), loading, ())
    content = _assemble(loading) if loading.layers and not loading.problems else None
    if loading.problems or content is None:
        raise ProblemsFound(loading.problems)
    return content


def _read_layers(folder: Path, loading: _Loading, above: tuple[str, ...]) -> None:
    if not folder.is_dir():
        loading.complain("no-rulebook", f"there is no folder `{folder}`", None)
        return
    files: list[RuleFile] = []
    for path in rule_files(folder):
        shown = str(folder / path.relative_to(folder))
        read, problems = read_rule_file(path, shown)
        loading.problems += problems
        if read is not None:
            files.append(read)
    headers = [f for f in files if f.content.rulebook is not None]
    if len(headers) != 1:
        where = headers[1].place("rulebook") if headers else None
        said = "several files of this folder have" if headers else "no file of this folder has"
        if not loading.problems:
            loading.complain("rulebook-header", f"`{folder}`: {said} a `rulebook` header", where,
                             "one file says what the rulebook is, under `rulebook:`")  # fmt: skip
        return
    header = headers[0].content.rulebook
    assert header is not None
    if header.over is not None:
        lower = [folder.parent / header.over, shipped_root() / header.over]
        found = next((p for p in lower if p.is_dir()), None)
        if found is None or header.over in above:
            loading.complain("unknown-layer", f"there is no rulebook `{header.over}` to stand over",
                             headers[0].place("rulebook", "over"))  # fmt: skip
            return
        _read_layers(found, loading, (*above, header.over))
    loading.layers.append(_Layer(header.id, folder, header, files))
    tables = {p for p in folder.rglob("*.csv")}
    for path in (*rule_files(folder), *sorted(tables)):
        name = f"{header.id}/{path.relative_to(folder).as_posix()}"
        loading.contents.append((name, path.read_bytes()))


def _assemble(loading: _Loading) -> Content:
    problems = loading.problems
    files = [(layer, f) for layer in loading.layers for f in layer.files]

    def collect(key: str, make: Callable[[_Layer, RuleFile, int, Any], T]) -> dict[str, T]:
        found: dict[str, T] = {}
        for layer, file in files:
            for i, spec in enumerate(getattr(file.content, key)):
                _check_id(spec.id, key, layer, found, file.place(key, i, "id"), loading)
                found[spec.id] = make(layer, file, i, spec)
        return found

    extra = collect("fields", lambda _l, _f, _i, spec: documents.layer_field(spec))
    vocabulary = BASE.extended(extra.values())
    periods = collect("periods", lambda _l, _f, _i, spec: documents.named_period(spec))
    groups = collect("groups", lambda _l, f, i, spec: documents.group(spec, f, i, problems))
    products = collect(
        "products", lambda _l, f, i, spec: documents.product(spec, f, i, vocabulary, problems)
    )
    parties = collect("parties", lambda _l, _f, _i, spec: documents.named_party(spec))
    class_ids = {c.id for _, f in files for c in f.content.classes}
    names = Names(vocabulary, {g.id: g.of for g in groups.values()}, frozenset(class_ids),
                  frozenset(products), frozenset(parties))  # fmt: skip
    header = _header(loading, names)
    classes = collect("classes", lambda layer, f, i, spec: documents.goods_class(
        spec, f, i, names, periods, _verified(layer, f, header), problems))  # fmt: skip
    rules: dict[str, Rule] = {}
    for layer, file in files:
        inherited = _verified(layer, file, header)
        for rule in compile_rules(file, layer.id, names, periods, inherited, problems):
            _check_id(rule.id, "rules", layer, rules, rule.place, loading)
            rules[rule.id] = rule
    problems += check_overrides(rules, header.open_tags)
    problems += _circles(groups, classes)
    problems += _members(groups, names)
    assumptions = collect("assumptions", lambda _l, f, i, spec: documents.assumption(
        spec, f, i, names, header.assumable, problems))  # fmt: skip
    properties = collect(
        "properties", lambda _l, f, i, spec: documents.property_of(spec, f, i, names, problems)
    )
    product_index = AliasIndex(
        (alias, p.id) for p in products.values() for alias in (p.id, *p.aliases)
    )
    party_index = AliasIndex(
        (alias, p.id) for p in parties.values() for alias in (p.id, p.title, *p.aliases)
    )
    for what, index in (("product", product_index), ("party", party_index)):
        for alias, ids in index.clashes:
            loading.complain("alias-clash", f"the {what} alias `{alias}` names {ids[0]} and {ids[1]}",
                             None, "an alias belongs to one")  # fmt: skip
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
        examples=tuple(_examples(loading, rules)),
        properties=tuple(properties.values()),
        digest=digest_of(loading.contents),
        layers=tuple(layer.id for layer in loading.layers),
        product_index=product_index,
        party_index=party_index,
    )


def _check_id(
    id: str, key: str, layer: _Layer, found: Iterable[str], place: Place | None, loading: _Loading
) -> None:
    known = found if isinstance(found, dict) else dict.fromkeys(found)
    if id in known:
        loading.complain("duplicate-id", f"`{id}` stands twice under `{key}`", place,
                         "ids are unique across all files and layers")  # fmt: skip
    if key == "fields":
        if not id.startswith(LAYER_PREFIXES):
            loading.complain("field-prefix", f"`{id}` must begin with `attributes.` or "
                             "`certifications.`", place)  # fmt: skip
    elif layer is not loading.layers[0] and not id.startswith(f"{layer.id}-"):
        loading.complain("layer-prefix", f"`{id}` must begin with `{layer.id}-`", place,
                         "an upper layer's ids carry its prefix")  # fmt: skip


def _verified(layer: _Layer, file: RuleFile, header: Header) -> date | None:
    own = layer.header.covers.verified_through if layer.header.covers else None
    return file.content.verified_through or own or header.verified_through


def _header(loading: _Loading, names: Names) -> Header:
    base = loading.layers[0].header
    verdicts = dict(DEFAULT_VERDICTS)
    words: dict[str, Finding] = {}
    requires = []
    for layer in loading.layers:
        file = next(f for f in layer.files if f.content.rulebook is not None)
        table = {**DEFAULT_VERDICTS, **(layer.header.verdicts or {})}
        _check_ladder(table, file.place("rulebook", "verdicts"), loading)
        if layer is loading.layers[0]:
            verdicts = table
        else:
            verdicts = {f: max(verdicts[f], table[f], key=lambda v: v.rank) for f in LADDER}
        node = file.node("rulebook", "allow_requires")
        if node is not None:
            requires.append(parse_condition(node, names, loading.problems, words_allowed=True))
        words |= layer.header.policy_words
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
    )


def _check_ladder(table: dict[Finding, Verdict], place: Place | None, loading: _Loading) -> None:
    for lower, higher in zip(LADDER, LADDER[1:], strict=False):
        if table[lower].rank > table[higher].rank:
            loading.complain(
                "verdicts-fall", f"`{higher}` is answered more mildly than `{lower}`", place,
                "the verdict table must not fall along the ladder",
            )  # fmt: skip


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


def _members(groups: dict[str, Group], names: Names) -> list[Problem]:
    known = {"places": set(CODES), "parties": set(names.parties), "products": set(names.products)}
    found = []
    for group in groups.values():
        members = {*group.include, *group.exclude, *(m for d in group.dated for m in d.members)}
        allowed = known.get(group.of)
        kin = {g.id for g in groups.values() if g.of == group.of}
        for member in sorted(members):
            if allowed is not None and member not in allowed and member not in kin:
                found.append(Problem(
                    "unknown-member", f"`{member}` in group `{group.id}` is not one of the known "
                    f"{group.of}{nearest(member, {*allowed, *kin})}"))  # fmt: skip
    return found


_EXPECT_KEYS = frozenset(
    {"law_date", "known_as_of", "verdict", "finding", "decisive", "statuses", "ask"}
)


def _examples(loading: _Loading, rules: dict[str, Rule]) -> list[Example]:
    found = []
    for layer in loading.layers:
        for file in layer.files:
            for i, spec in enumerate(file.content.examples):
                place = file.place("examples", i, "title")
                try:
                    given = Shipment.model_validate(spec.given)
                except ValidationError as error:
                    said = error.errors()[0]
                    where = file.place("examples", i, "given", *said["loc"])
                    loading.complain(
                        "shipment-form", f"this is not a shipment: {said['msg']}", where
                    )
                    continue
                expectations = [
                    _expectation(e, rules, file.place("examples", i, "expect", j), loading)
                    for j, e in enumerate(spec.expect)
                ]
                found.append(Example(spec.title, given, tuple(expectations), spec.authority,
                                     spec.assumptions, place))  # fmt: skip
    return found


def _expectation(
    spec: dict[str, Any], rules: dict[str, Rule], place: Place | None, loading: _Loading
) -> Expectation:
    for key in spec:
        if key not in _EXPECT_KEYS:
            loading.complain("unknown-key", f"`{key}` is not a key here{nearest(key, _EXPECT_KEYS)}",
                             place, "known keys: " + ", ".join(sorted(_EXPECT_KEYS)))  # fmt: skip
    named = [*_list(spec.get("decisive")), *(spec.get("statuses") or {})]
    for id in named:
        if id not in rules and id not in BUILT_IN_IDS:
            loading.complain("unknown-rule", f"`{id}` is not a rule{nearest(id, rules)}", place)
    try:
        return Expectation(
            cast_date(spec["law_date"]) if "law_date" in spec else None,
            cast_date(spec["known_as_of"]) if "known_as_of" in spec else None,
            Verdict(spec["verdict"]) if "verdict" in spec else None,
            Finding(spec["finding"]) if "finding" in spec else None,
            tuple(_list(spec["decisive"])) if "decisive" in spec else None,
            dict(spec.get("statuses") or {}),
            tuple(_list(spec["ask"])) if "ask" in spec else None,
            place,
        )
    except CastError as error:
        loading.problems.append(error.problem.at(place))
    except ValueError as error:
        loading.complain("unknown-value", str(error).replace("'", "`"), place)
    return Expectation(None, None, None, None, None, {}, None, place)


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


BUILT_IN_IDS = frozenset(
    {"facts-conflict", "exception-claimed-not-met", "license-in-hand", "license-claimed"}
)
"""Rules that every rulebook has without writing them."""
