"""From a pair on which readings differ to the smallest one that still shows it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from pairs import Pair
from pydantic import ValidationError

from screening.problems import ProblemsFound

Path = tuple[Any, ...]


def smallest(pair: Pair, differs: Callable[[Pair], bool]) -> Pair:
    """Leave out whatever can go, of the shipment first, then of the rulebook, until nothing can."""
    pair = _shrunk(pair, pair.given, lambda p, given: replace(p, given=given), differs)
    if pair.document:
        pair = _shrunk(pair, pair.document, lambda p, d: p.with_document(d), differs)
        pair = _shrunk(pair, pair.given, lambda p, given: replace(p, given=given), differs)
    return pair


def _shrunk(
    pair: Pair, tree: dict[str, Any], into: Callable[[Pair, dict[str, Any]], Pair],
    differs: Callable[[Pair], bool],
) -> Pair:  # fmt: skip
    smaller = True
    while smaller:
        smaller = False
        for path in sorted(_paths(tree), key=len):
            less = _without(tree, path)
            if less is None:
                continue  # gone with what it stood in
            try:
                tried = into(pair, less)
                if differs(tried):
                    pair, tree, smaller = tried, less, True
            except (ProblemsFound, ValidationError):
                continue  # it cannot be left out
    return pair


def _paths(tree: Any, at: Path = ()) -> Iterator[Path]:
    # Lists from the end, so that the places of what remains stay as they are.
    keys = reversed(range(len(tree))) if isinstance(tree, list) else list(tree)
    for key in keys:
        yield (*at, key)
        if isinstance(tree[key], dict | list):
            yield from _paths(tree[key], (*at, key))


def _without(tree: dict[str, Any], path: Path) -> dict[str, Any] | None:
    found = copy.deepcopy(tree)
    inner: Any = found
    try:
        for key in path[:-1]:
            inner = inner[key]
        del inner[path[-1]]
    except (KeyError, IndexError, TypeError):
        return None
    return found
