"""What the parser of conditions knows where it stands, and how it complains."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field

from screening.goods.aliases import AliasIndex
from screening.problems import Place, Problem
from screening.rulebook.yaml_tree import Node, Scalar, Sequence
from screening.vocabulary import Scope, Vocabulary

NO_ALIASES = AliasIndex(())


@dataclass(frozen=True)
class Names:
    """What a condition may speak of. `groups` maps a group's id to what it is a group of."""

    vocabulary: Vocabulary
    groups: Map[str, str] = field(default_factory=dict)
    classes: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    product_aliases: AliasIndex = NO_ALIASES
    party_aliases: AliasIndex = NO_ALIASES


@dataclass(frozen=True)
class Context:
    """Where in a condition the parser stands."""

    names: Names
    problems: list[Problem]
    scope: Scope = Scope.SHIPMENT
    words_allowed: bool = False
    negatives_allowed: bool = True

    def complain(self, code: str, message: str, place: Place | None, help: str = "") -> None:
        """Note a problem and go on, so that all are shown at once."""
        self.problems.append(Problem(code, message, help, place))


def refuse_negative(key: Scalar, ctx: Context) -> None:
    """Complain of a negation where it would mean something else than it says."""
    if not ctx.negatives_allowed:
        ctx.complain(
            "party-negative",
            f"`{key.value}` under `any_party` would hold if any one party differs",
            key.place,
            "write `every_party` or `no_party` for what must hold of all",
        )


def scalars(node: Node, ctx: Context) -> list[Scalar]:
    """A value or a list of values."""
    items = node.items if isinstance(node, Sequence) else (node,)
    found = [item for item in items if isinstance(item, Scalar)]
    if len(found) != len(items) or not items:
        ctx.complain("list-form", "this takes a value or a list of values", node.place)
    return found
