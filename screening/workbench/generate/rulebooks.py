"""Whole rulebooks at random, as documents; and what the loader makes of them."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from screening.engine import Rulebook
from screening.problems import ProblemsFound
from screening.rulebook.load import load
from screening.workbench.generate import world
from screening.workbench.generate.conditions import Writer
from screening.workbench.generate.rules import random_rules
from screening.workbench.generate.world import EVERYWHERE, KEY_DATES, Document


def random_rulebook(rng: Random, size: int | None = None) -> tuple[Document, Rulebook]:
    """A rulebook of `size` rules (6 to 14 if not said) as document and as loaded.

    What the language refuses, such as bars that run in a circle, is drawn again.
    """
    while True:
        document = _document(rng, rng.randint(6, 14) if size is None else size)
        try:
            return document, loaded(document)
        except ProblemsFound:
            continue


def loaded(document: Document) -> Rulebook:
    """The document read by the loader. Raises `ProblemsFound`."""
    with TemporaryDirectory() as folder:
        Path(folder, "generated.yaml").write_text(text_of(document), encoding="utf-8")
        return Rulebook(load(folder))


def text_of(document: Document) -> str:
    """The document as the text of a rule file (JSON is YAML)."""
    return json.dumps(document, indent=1, ensure_ascii=False)


def _document(rng: Random, size: int) -> Document:
    plain = world.palette(rng)
    # A class describes goods; that the language lets it speak of parties is rarely used.
    goods = Writer(rng, plain, parties=rng.random() < 0.02)
    first = goods.condition(2, 1)
    second = {"class": ["class-a"], **goods.condition(1, 0)}
    classes = [_class(rng, "class-a", first), _class(rng, "class-b", second)]
    rich = world.Palette(plain.vocabulary, plain.groups, ("class-a", "class-b"), plain.products,
                         plain.parties, plain.favorites)  # fmt: skip
    header: Document = {
        "language": "1", "id": "generated", "title": "Generated",
        "covers": {"from": "2020-01-01", "verified_through": "2026-01-01"}, "grace_days": "30",
        "policy_words": dict(world.POLICY_WORDS),
    }  # fmt: skip
    if rng.random() < 0.8:
        header["allow_requires"] = "always"
    else:
        header["allow_requires"] = Writer(rng, rich, words=True).condition(2, 1)
    return {
        "rulebook": header,
        "fields": world.own_fields(),
        "groups": world.groups(rng),
        "parties": world.parties(rng),
        "products": world.products(rng),
        "classes": classes,
        "periods": [{"id": "truce", "title": "A truce", "from": str(KEY_DATES[0]),
                     "until": str(KEY_DATES[2]), "cites": ["generated"]}],
        "rules": random_rules(rng, rich, size),
    }  # fmt: skip


def _class(rng: Random, id: str, when: Document) -> Document:
    definitions: list[Document] = [{"in_force": dict(EVERYWHERE), "when": when}]
    if rng.random() < 0.5:
        day = rng.choice(KEY_DATES)
        later = {"in_force": {"from": str(day)}, "when": {"eccn": rng.choice(world.CODES)}}
        definitions = [
            {"in_force": {"from": "2020-01-01", "until": str(day)}, "when": when}, later,
        ]  # fmt: skip
    return {"id": id, "title": f"Class {id}", "cites": ["generated"], "definitions": definitions}
