"""The sentences that both forms of the handbook share."""

from __future__ import annotations

from screening.conditions.tree import Always
from screening.decision import OverrideKind
from screening.english import count
from screening.workbench.handbook.content import Entry, Handbook
from screening.workbench.rule_told import consequence

HOW = {
    OverrideKind.REPLACING: "replacing their finding by a milder one",
    OverrideKind.SUSPENDING: "putting them out of operation",
    OverrideKind.EXEMPTING: "carving out this case",
}
"""What an override does to the rules that it reaches."""


def subtitle(book: Handbook) -> str:
    """Which rulebook this is, and for which days it speaks."""
    covers = f"Covers law dates from {book.covers_from}" if book.covers_from else "Covers no dates"
    verified = f", verified through {book.verified_through}" if book.verified_through else ""
    grace = f" and {count(book.grace_days, 'day')} of grace" if book.grace_days else ""
    layers = " over ".join(reversed(book.layers))
    return f"Rulebook {layers}. {covers}{verified}{grace}. Digest {book.digest}."


def length(book: Handbook) -> str:
    """How much there is in it."""
    examples = {shown.title for e in book.entries for shown in e.examples}
    return ", ".join((
        count(len(book.entries), "rule"), count(len(book.chapters), "chapter"),
        count(len(examples), "example"), count(len(book.terms), "term"),
    ))  # fmt: skip


def how_to_read(book: Handbook) -> tuple[str, ...]:
    """What the reader needs to know beforehand, in paragraphs."""
    return (
        "Each rule states a finding, and one table turns findings into verdicts: allow, review or "
        "deny. Grounds accumulate, and the most restrictive one that stands decides. A relaxation "
        "reaches the rules that it names and no others. What is missing, stale or unknown is never "
        "an allow.",
        "Every bar runs on one axis of time. A full bar is in force; a light one is in force and "
        "not verified. The answers beside a rule are those that its examples expect, and the "
        "rulebook's own tests hold it to them.",
        "This is a rendering of the rulebook, made from the rules that the engine decides by. It "
        "is not legal advice.",
    )


def lead(entry: Entry) -> str:
    """The beginning of the rule's sentence; its conditions follow as a list."""
    said = consequence(entry.told.rule)
    start = said[0].upper() + said[1:]
    if isinstance(entry.told.rule.when, Always):
        return f"{start}:"
    return f"{start} where" + (" all of this holds:" if len(entry.conditions) > 1 else ":")


def proviso(entry: Entry) -> str:
    """What comes before the conditions that must be proved."""
    return (
        "Provided it is proved that:"
        if len(entry.proofs) == 1
        else "Provided it is proved that all of this holds:"
    )


def examples(entry: Entry) -> str:
    """How many examples name the rule, and with how many answers."""
    answers = sum(len(shown.answers) for shown in entry.examples)
    return f"{count(len(entry.examples), 'example')}, {count(answers, 'expected answer')}"
