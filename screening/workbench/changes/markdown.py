"""The changelog of the law as Markdown, in the words of policy staff."""

from __future__ import annotations

from collections.abc import Iterator

from screening.english import count
from screening.workbench.changes.change import Change, Kind, several
from screening.workbench.changes.compare import Changes, Verified
from screening.workbench.markdown_text import code, plain

_HEADS = (
    ("rulebook", "The rulebook as a whole"), ("rule", "Rules"), ("class", "Classes of goods"),
    ("group", "Groups"), ("period", "Periods"), ("product", "Products"), ("party", "Parties"),
    ("assumption", "Assumptions"), ("property", "Properties"), ("field", "Fields"),
)  # fmt: skip
_PLURAL = {"class": "classes", "party": "parties", "property": "properties"}
_MANY = 8


def markdown(changes: Changes, since: str) -> str:
    """The changelog; `since` is what the reader calls the older rulebook."""
    return "\n".join(_lines(changes, since)).rstrip() + "\n"


def _lines(changes: Changes, since: str) -> Iterator[str]:
    yield f"# What changed in {plain(changes.rulebook)}"
    yield ""
    yield f"Since {plain(since)}: from digest `{changes.older[:12]}` to `{changes.newer[:12]}`."
    yield ""
    if changes.nothing:
        same = changes.older == changes.newer
        yield (
            "Nothing: it is the same rulebook."
            if same
            else "Nothing that it says of the law; only its files, its examples or its wording "
            "for the reader of the files."
        )
        yield from _examples(changes)
        return
    yield _summary(changes)
    for document, head in _HEADS:
        found = changes.of(document)
        if found:
            yield from ("", f"## {head}")
        for kind in Kind:
            some = [c for c in found if c.kind is kind]
            if some and document != "rulebook":
                yield from ("", f"### {kind.value.capitalize()}")
            if some:
                yield ""
            for change in some:
                yield from _change(change)
    if changes.renamed:
        yield from ("", "## Renamed", "")
        yield from (f"- {code(a)} is now {code(b)}, and says the same" for a, b in changes.renamed)
    if changes.verified:
        yield from ("", "## Looked at again", "")
        yield from (_verified(v) for v in changes.verified)
    yield from _examples(changes)


def _summary(changes: Changes) -> str:
    said = []
    for document, _ in _HEADS[1:]:
        for kind in Kind:
            n = len(changes.of(document, kind))
            if n:
                said.append(f"{count(n, document, _PLURAL.get(document, ''))} {kind.value}")
    return f"{'; '.join(said)}." if said else "No rule, class, group or record changed."


def _change(change: Change) -> Iterator[str]:
    if change.document == "rulebook":
        yield from (f"- {plain(p.sentence)}" for p in change.parts)
        return
    yield f"- **{plain(change.title)}** ({code(change.id)})"
    yield from (f"  - {plain(p.sentence)}" for p in change.parts)
    if change.rests and change.document in ("class", "group", "product", "party"):
        ids = list(change.rests)
        said = ", ".join(map(code, ids)) if len(ids) <= _MANY else count(len(ids), "rule")
        yield f"  - rests on it: {said}"


def _verified(verified: Verified) -> str:
    now, before = verified.after or "no day", verified.before or "no day"
    said = [count(len(verified.rules), "rule")] if verified.rules else []
    if verified.others:
        others = count(len(verified.others), "class, group or party", "classes, groups and parties")
        said.append(others)
    ids = [*verified.rules, *verified.others]
    named = f" ({several([code(i) for i in ids])})" if len(ids) <= _MANY else ""
    return f"- verified through {now}, before through {before}: {' and '.join(said)}{named}"


def _examples(changes: Changes) -> Iterator[str]:
    if changes.examples:
        yield from ("", f"Examples: {', '.join(changes.examples)}.")
