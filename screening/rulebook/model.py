"""The checked rulebook: everything compiled, nothing left to interpret but the facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property

from screening.casting import Value, normalize_text
from screening.conditions.tree import Expr
from screening.decision import Authority, Finding, OverrideKind, Verdict
from screening.goods.aliases import AliasIndex
from screening.problems import Place
from screening.rulebook.groups import Group
from screening.rulebook.period import Period
from screening.shipment import Shipment
from screening.vocabulary import Vocabulary

CONFLICT = "facts-conflict"
CLAIM_UNMET = "exception-claimed-not-met"
LICENSE_PROVED = "license-in-hand"
LICENSE_CLAIMED = "license-claimed"
BUILT_IN_IDS = frozenset({CONFLICT, CLAIM_UNMET, LICENSE_PROVED, LICENSE_CLAIMED})
"""Rules that every rulebook has without writing them."""
SPECIAL = (CLAIM_UNMET, LICENSE_PROVED, LICENSE_CLAIMED)
"""Those without a condition to read: what is claimed or held says whether they are met."""


@dataclass(frozen=True)
class Rule:
    """One rule. Grounds have a finding or a company's verdict; overrides a kind and targets."""

    id: str
    title: str
    cites: tuple[str, ...]
    authority: Authority
    windows: tuple[Period, ...]
    when: Expr
    finding: Finding | None = None
    from_listing: bool = False
    verdict: Verdict | None = None
    exception: str | None = None
    kind: OverrideKind | None = None
    targets: tuple[str, ...] = ()
    by_tag: str | None = None
    conditions: Expr | None = None
    barred_tags: frozenset[str] = frozenset()
    barred_except: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    protected: bool = False
    verified_through: date | None = None
    because: str = ""
    todo: str = ""
    event: tuple[str, ...] = ()
    succeeds: str | None = None
    layer: str = ""
    place: Place | None = None
    built_in: bool = False

    @property
    def is_ground(self) -> bool:
        """Whether the rule restricts by itself."""
        return self.kind is None

    @property
    def absent_unless_shown(self) -> bool:
        """Whether it counts as absent where nobody claims it and it is not known to apply.

        So count license exceptions, and what says that the item is not subject to the regulations:
        they are for the exporter to show, and what nobody shows holds back no denial.
        """
        return self.exception is not None or self.finding is Finding.NOT_SUBJECT


@dataclass(frozen=True)
class Definition:
    """What a class means in some periods."""

    windows: tuple[Period, ...]
    when: Expr


@dataclass(frozen=True)
class GoodsClass:
    """A dated description of goods."""

    id: str
    title: str
    cites: tuple[str, ...]
    definitions: tuple[Definition, ...]
    verified_through: date | None = None


@dataclass(frozen=True)
class Figure:
    """One published figure; a rate when `bits` is given. `unit` is its last printed place."""

    field: str
    value: Value
    source: str
    period: Period
    bits: int | None = None
    unit: Fraction = Fraction(0)


@dataclass(frozen=True)
class Product:
    """A product of the catalogue."""

    id: str
    title: str
    manufacturer: str | None
    aliases: tuple[str, ...]
    figures: tuple[Figure, ...]
    contains: tuple[str, int] | None = None


@dataclass(frozen=True)
class KnownListing:
    """A list on which a party is known to be since a day."""

    list: str
    since: date
    source: str


@dataclass(frozen=True)
class NamedParty:
    """A party that the rulebook or a firm's records know. `record` is what is said of it.

    `listed` are listings that a stated result of screening must not leave out.
    """

    id: str
    title: str
    aliases: tuple[str, ...]
    record: Mapping[str, object]
    parent: str | None = None
    holds_from: date | None = None
    verified_through: date | None = None
    source: str = ""
    listed: tuple[KnownListing, ...] = ()


@dataclass(frozen=True)
class NamedPeriod:
    """A policy period or a dated event that rules do not use."""

    id: str
    title: str
    period: Period
    cites: tuple[str, ...]
    event: tuple[str, ...] = ()
    annotation: bool = False
    what: str = ""


@dataclass(frozen=True)
class Assumption:
    """What is taken for granted where a fact is absent."""

    id: str
    title: str
    assume: tuple[tuple[str, object], ...]
    when: Expr
    cost: str
    because: str
    accepted_by: str
    accepted_on: date


@dataclass(frozen=True)
class Expectation:
    """What an example expects on one date."""

    law_date: date | None
    known_as_of: date | None
    verdict: Verdict | None
    finding: Finding | None
    decisive: tuple[str, ...] | None
    statuses: Mapping[str, str]
    ask: tuple[str, ...] | None
    place: Place | None


@dataclass(frozen=True)
class Example:
    """A shipment with the answers that policy staff expect."""

    title: str
    given: Shipment
    expect: tuple[Expectation, ...]
    authority: Authority | None
    assumptions: bool
    place: Place | None


@dataclass(frozen=True)
class Property:
    """A sentence that must hold for every shipment that `for_all` describes, but for `unless`.

    It does not speak of shipments for which one of the overrides `apart_from` may be met.
    `permits` and `verdicts` are the findings and verdicts that it lets happen. With `complete` it
    speaks of shipments of which every fact is known; see `screening.workbench.proofs`.
    """

    id: str
    title: str
    for_all: Expr
    unless: Expr | None
    permits: frozenset[Finding] = frozenset(Finding)
    verdicts: frozenset[Verdict] = frozenset(Verdict)
    complete: bool = False
    layer: str = ""
    place: Place | None = None
    apart_from: tuple[str, ...] = ()

    @property
    def without_license(self) -> bool:
        """Whether it speaks of shipments without a license in hand.

        It does unless it excludes `licensed`: a license is the government's own permission.
        """
        return Finding.LICENSED in self.permits

    def holds(self, verdict: Verdict, finding: Finding) -> bool:
        """Whether an answer is one that the property lets happen."""
        return verdict in self.verdicts and finding in self.permits


@dataclass(frozen=True)
class FourEyes:
    """Which changes a second person signs, and the public key of each who may."""

    every_change: bool
    people: Mapping[str, str]


@dataclass(frozen=True)
class Header:
    """What the rulebook as a whole says; several layers merged."""

    id: str
    title: str
    covers_from: date | None
    verified_through: date | None
    grace: timedelta
    allow_requires: tuple[Expr, ...]
    verdicts: Mapping[Finding, Verdict]
    policy_words: Mapping[str, Finding]
    open_tags: frozenset[str]
    assumable: frozenset[str]
    coverage: tuple[Mapping[str, str], ...] = ()
    four_eyes: FourEyes | None = None

    @cached_property
    def folded_policy_words(self) -> Mapping[str, Finding]:
        """`policy_words` as text compares."""
        return {normalize_text(words): finding for words, finding in self.policy_words.items()}


@dataclass(frozen=True)
class Topic:
    """What one rule file is about: its title, where the law begins to say it, its layer.

    `file` is the file's name as in the places of its documents.
    """

    file: str
    layer: str
    title: str
    section: str = ""


@dataclass(frozen=True)
class Content:
    """All documents of a rulebook and its lower layers, by id."""

    header: Header
    vocabulary: Vocabulary
    groups: Mapping[str, Group]
    classes: Mapping[str, GoodsClass]
    products: Mapping[str, Product]
    parties: Mapping[str, NamedParty]
    periods: Mapping[str, NamedPeriod]
    rules: Mapping[str, Rule]
    assumptions: tuple[Assumption, ...]
    examples: tuple[Example, ...]
    properties: tuple[Property, ...]
    topics: tuple[Topic, ...]
    digest: str
    layers: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...] = field(repr=False)
    """What all of this was read from, as (layer/name, content): the digest is of these."""
    product_index: AliasIndex = field(repr=False)
    party_index: AliasIndex = field(repr=False)
