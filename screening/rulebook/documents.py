"""From documents of the right shape to what they mean, for all but the rules themselves."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from screening.casting import CastError, cast, printed_unit
from screening.conditions.context import Names
from screening.conditions.parse import parse_condition
from screening.places import CODES
from screening.problems import Place, Problem, nearest
from screening.rulebook import schema
from screening.rulebook.files import RuleFile, read_table, read_words
from screening.rulebook.groups import Dated, Group
from screening.rulebook.model import (
    Assumption,
    Definition,
    Figure,
    GoodsClass,
    KnownListing,
    NamedParty,
    NamedPeriod,
    Product,
    Topic,
)
from screening.rulebook.period import Period
from screening.rulebook.shape import shape_problems
from screening.rulebook.source import Mapping, Scalar, Sequence
from screening.rulebook.yaml_tree import plain
from screening.vocabulary import ROLES, Field, FieldType, Scope, Vocabulary

_DAY = timedelta(days=1)


def windows(
    intervals: list[schema.Interval],
    periods: Map[str, NamedPeriod],
    file: RuleFile,
    path: tuple[str | int, ...],
    problems: list[Problem],
) -> tuple[Period, ...]:
    """The periods of a rule or a definition, checked against each other."""
    found: list[Period] = []
    for i, interval in enumerate(intervals):
        place = file.place(*path, i)
        if interval.period is not None:
            named = periods.get(interval.period)
            if named is None:
                problems.append(Problem(
                    "unknown-period",
                    f"`{interval.period}` is not a period{nearest(interval.period, periods)}",
                    "periods are defined under `periods:`", place))  # fmt: skip
                continue
            beside = sorted(interval.model_fields_set - {"period"})
            if beside:
                problems.append(Problem(
                    "interval-form", f"`{beside[0].rstrip('_')}` beside `period` has no effect",
                    "write the dates on the period, or leave `period` out", place))  # fmt: skip
            if any(named.period.overlaps(p) for p in found):
                problems.append(Problem(
                    "overlapping-intervals", "this period overlaps another interval of the rule",
                    "end the first where the second begins", place))  # fmt: skip
            found.append(named.period)
            continue
        if interval.until is not None and interval.through is not None:
            problems.append(Problem("interval-form", "`until` and `through` both say when it ends",
                                    "keep one of them", place))  # fmt: skip
            continue
        if interval.from_ is None:
            problems.append(Problem("missing-key", "an interval needs `from` or `period`",
                                    "write the first day on which it applies", place))  # fmt: skip
            continue
        period = Period(
            interval.from_,
            _end(interval.until, interval.through),
            interval.published,
            interval.until_published,
            interval.status == "unverified",
            interval.on_end == "unverified",
        )
        if period.start and period.end and period.end <= period.start:
            _check_order(period, place, problems)
            continue
        clash = next((p for p in found if p.overlaps(period)), None)
        if clash is not None:
            problems.append(Problem(
                "overlapping-intervals", f"this interval overlaps the one {clash}",
                "end the first where the second begins", place))  # fmt: skip
            continue
        found.append(period)
    return tuple(found)


def _end(until: date | None, through: date | None) -> date | None:
    return until if through is None else through + _DAY


def layer_field(spec: schema.LayerField) -> Field:
    """A field that a layer adds to the vocabulary."""
    return Field(spec.id, spec.type, spec.title, spec.unit, spec.description,
                 tuple(spec.synonyms), tuple(spec.choices), many=spec.many)  # fmt: skip


def topic(layer: str, file: RuleFile) -> Topic:
    """What a file is about; one that does not say is called by its name."""
    said = file.content.topic or schema.Topic(title=_spoken(file.path.stem))
    return Topic(file.shown, layer, said.title, said.section)


def _spoken(stem: str) -> str:
    words = stem.replace("-", " ").replace("_", " ").strip()
    return f"{words[:1].upper()}{words[1:]}"


def named_period(
    spec: schema.Period, file: RuleFile, index: int, problems: list[Problem]
) -> NamedPeriod:
    """A policy period."""
    period = Period(spec.from_, _end(spec.until, spec.through), spec.published,
                    spec.until_published)  # fmt: skip
    _check_order(period, file.place("periods", index), problems)
    return NamedPeriod(spec.id, spec.title, period, tuple(spec.cites), tuple(spec.event),
                       spec.annotation, spec.what or "")  # fmt: skip


def group(spec: schema.Group, file: RuleFile, index: int, problems: list[Problem]) -> Group:
    """A group, with its table read if it has one."""
    base = ("groups", index)
    holds = spec.holds
    common = Group(spec.id, spec.of, spec.title, tuple(spec.cites))
    start = holds.from_ if holds else None
    verified = holds.verified_through if holds else None
    if holds:
        problems += check_holds(holds, file.place(*base, "holds", "verified_through"))
    if spec.of == "places" and spec.id in CODES:
        problems.append(Problem("group-shadows-place", f"`{spec.id}` is the code of a place",
                                "give the group another id", file.place(*base, "id")))  # fmt: skip
    if (spec.members is None) == (spec.members_from is None):
        problems.append(Problem("group-members", "a group has either `members` or `members_from`",
                                place=file.place(*base)))  # fmt: skip
        return common
    if spec.members_from is not None:
        table, found = read_table(file.path.parent / spec.members_from.table,
                                  spec.members_from.table)  # fmt: skip
        problems += [p.at(file.place(*base, "members_from")) for p in found]
        if table is None:
            return common
        column = spec.members_from.column
        if column not in table.marked:
            problems.append(Problem(
                "unknown-column", f"`{column}` is not a column{nearest(column, table.marked)}",
                "columns: " + ", ".join(table.marked),
                file.place(*base, "members_from", "column")))  # fmt: skip
            return common
        words: dict[str, str] = {}
        if spec.members_from.words is not None:
            words, found = read_words(file.path.parent / spec.members_from.words,
                                      spec.members_from.words, column)  # fmt: skip
            problems += [p.at(file.place(*base, "members_from", "words")) for p in found]
        return replace(common, dated=(Dated(table.marked[column], Period()),
                                      Dated(table.doubtful[column], Period(unverified=True))),
                     listed=table.keys, blank=table.blank, stems=table.stems, words=words,
                     holds_from=start, verified_through=verified)  # fmt: skip
    node = file.node(*base, "members")
    include: list[str] = []
    exclude: list[str] = []
    dated: list[Dated] = []
    if isinstance(node, Mapping):
        combination = _shaped(schema.Combination, node, problems)
        if combination is not None:
            include, exclude = combination.any_of, combination.none_of
    elif isinstance(node, Sequence):
        for item in node.items:
            if isinstance(item, Scalar):
                include.append(item.value)
            elif isinstance(item, Sequence):
                include += [m.value for m in item.items if isinstance(m, Scalar)]
            else:
                member = _shaped(schema.Member, item, problems)
                if member is None:
                    continue
                period = Period(member.from_, member.until, member.published,
                                member.until_published, member.status == "unverified")  # fmt: skip
                _check_order(period, item.place, problems)
                dated.append(Dated(frozenset(member.any_of), period))
    else:
        problems.append(Problem("group-members", f"the members of `{spec.id}` are not a list",
                                "write `members: [CN, HK]`",
                                file.place(*base, "members")))  # fmt: skip
    return replace(common, dated=tuple(dated), include=tuple(include), exclude=tuple(exclude),
                 holds_from=start, verified_through=verified)  # fmt: skip


M = TypeVar("M", bound=BaseModel)


def _shaped(model: type[M], node: Mapping, problems: list[Problem]) -> M | None:
    try:
        return model.model_validate(plain(node))
    except ValidationError as error:
        problems += shape_problems(error, node, model)
        return None


def _check_order(period: Period, place: Place | None, problems: list[Problem]) -> None:
    if period.start and period.end and period.end <= period.start:
        problems.append(Problem(
            "reversed-interval", f"this interval ends on {period.end}, before it begins",
            "`until` is the first day on which it no longer applies", place))  # fmt: skip


def check_holds(holds: schema.Holds, place: Place | None) -> list[Problem]:
    """That what is right for some law dates is right for at least one."""
    if holds.verified_through >= holds.from_:
        return []
    return [Problem(
        "reversed-interval",
        f"`verified_through` ({holds.verified_through}) lies before `from` ({holds.from_})",
        "`from` is the first law date for which it is right, `verified_through` the last for "
        "which somebody has looked", place)]  # fmt: skip


def goods_class(
    spec: schema.GoodsClass, file: RuleFile, index: int, names: Names,
    periods: Map[str, NamedPeriod], inherited: date | None, problems: list[Problem],
) -> GoodsClass:  # fmt: skip
    """A class of goods with its dated definitions."""
    definitions = []
    taken: list[Period] = []
    for i, definition in enumerate(spec.definitions):
        path = ("classes", index, "definitions", i)
        spans = windows(definition.in_force, periods, file, (*path, "in_force"), problems)
        for span in spans:
            if any(span.overlaps(other) for other in taken):
                problems.append(Problem(
                    "overlapping-intervals", f"two definitions of `{spec.id}` overlap",
                    "end the first where the second begins", file.place(*path)))  # fmt: skip
        taken += spans
        when = parse_condition(file.node(*path, "when"), names, problems)
        definitions.append(Definition(spans, when))
    return GoodsClass(spec.id, spec.title, tuple(spec.cites), tuple(definitions),
                      spec.verified_through or inherited)  # fmt: skip


def product(
    spec: schema.Product, file: RuleFile, index: int, vocabulary: Vocabulary,
    problems: list[Problem],
) -> Product:  # fmt: skip
    """A product of the catalogue; its figures cast by the type of their fields."""
    fields = vocabulary.of(Scope.SHIPMENT)
    figures = []
    for i, figure in enumerate(spec.figures):
        place = file.place("products", index, "figures", i)
        period = Period(figure.from_, figure.until)
        if figure.rate is not None and not 0 <= figure.rate < 10**12:
            problems.append(Problem("number-form", "a rate is a number of TOPS, zero or more",
                                    "write the dense rate of one circuit", place))  # fmt: skip
            continue
        if figure.rate is not None and figure.bits is not None:
            figures.append(Figure("rate", Fraction(figure.rate), figure.source, period,
                                  figure.bits))  # fmt: skip
            continue
        known = fields.get(figure.field or "")
        if known is None or figure.value is None:
            word = figure.field or "figure"
            problems.append(Problem("unknown-field",
                                    f"`{word}` is not a field of a shipment{nearest(word, fields)}",
                                    "a figure is a `rate` with `bits`, or a `field` with `value`",
                                    place))  # fmt: skip
            continue
        try:
            value = cast(figure.value, known)
        except CastError as error:
            problems.append(error.problem.at(place))
            continue
        number = known.type is FieldType.NUMBER
        unit = printed_unit(figure.value) if number else Fraction(0)
        figures.append(Figure(known.id, value, figure.source, period, None, unit))
    contains = (spec.contains.product, spec.contains.count) if spec.contains else None
    return Product(spec.id, spec.title, spec.manufacturer, tuple(spec.aliases), tuple(figures),
                   contains)  # fmt: skip


def named_party(spec: schema.Party) -> NamedParty:
    """A party that the rulebook knows."""
    keys = ("country", "headquarters", "parent_headquarters", "kinds", "owners", "listings")
    record = {k: getattr(spec, k) for k in keys if getattr(spec, k) is not None}
    holds = spec.holds
    return NamedParty(
        spec.id, spec.title, tuple(spec.aliases), record, spec.parent,
        holds.from_ if holds else None, holds.verified_through if holds else None, spec.source,
        tuple(KnownListing(k.list, k.from_, k.source) for k in spec.listed),
    )  # fmt: skip


_NEVER_ASSUMED = frozenset(
    {"eccn", "hs_code", "product", "destination", "destination_region", "law_date",
     "exported_from", "license_exception_claimed", "party.name", "party.listings"}
)  # fmt: skip


def assumption(
    spec: schema.Assumption, file: RuleFile, index: int, names: Names, assumable: frozenset[str],
    problems: list[Problem],
) -> Assumption:  # fmt: skip
    """An assumption; what must never be assumed is refused."""
    path = ("assumptions", index)
    fields = names.vocabulary.of(Scope.SHIPMENT)
    known = {f.id for f in fields.values() if not f.derived} | set(_ASSUMED_OF_PARTIES)
    allowed = (known | set(ROLES)) - _NEVER_ASSUMED
    if assumable:
        allowed &= assumable | {f"party.{a}" for a in assumable}
        if "roles" in assumable:
            allowed |= set(ROLES)
    for key, value in spec.assume.items():
        problems += _assumed_value(key, value, names, file.place(*path, "assume", key))
        if key not in allowed:
            problems.append(Problem(
                "not-assumable", f"`{key}` may not be assumed{nearest(key, allowed)}",
                "assumable here: " + ", ".join(sorted(assumable or allowed)),
                file.place(*path, "assume", key)))  # fmt: skip
    when = parse_condition(file.node(*path, "when"), names, problems)
    return Assumption(spec.id, spec.title, tuple(spec.assume.items()), when, spec.cost,
                      spec.because, spec.accepted.by, spec.accepted.on)  # fmt: skip


_ASSUMED_OF_PARTIES = ("party.headquarters", "party.parent_headquarters", "party.owners",
                       "party.kinds", "party.country")  # fmt: skip


def _assumed_value(key: str, value: object, names: Names, place: Place | None) -> list[Problem]:
    """What is wrong with the value of an assumption; a role is filled by a role or by nobody."""
    form = Problem("assumption-form", f"`{key}` cannot be assumed so",
                   "write `{same_as: ROLE}`, `none`, or a value of the field", place)  # fmt: skip
    if key in ROLES:
        same = value.get("same_as") if isinstance(value, dict) else None
        return [] if value == "none" or same in ROLES else [form]
    if key.startswith("party."):
        return (
            [] if (isinstance(value, dict) and set(value) == {"same_as"}) or value == [] else [form]
        )
    field = names.vocabulary.of(Scope.SHIPMENT).get(key)
    if field is None:
        return []
    items = value if isinstance(value, list) else [value]
    try:
        for item in items:
            cast(str(item), field)
    except CastError as error:
        return [error.problem.at(place)]
    return [] if field.many or len(items) == 1 else [form]
