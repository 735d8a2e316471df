"""Cases that come out wrong today, each the smallest known; each is expected to fail.

When one comes out right the strict mark makes this file fail: move it to the planted cases then.
"""

from __future__ import annotations

from typing import Any

import pytest

from screening import ProblemsFound, Rulebook

from .conftest import HEADER, Make
from .shipments import to
from .small import rule

CN = {"destination": "CN", "law_date": "2025-06-01"}
DENIAL = rule("denial", finding="presumption_of_denial", when="{destination: CN}")
LICENSE = {"number": "D1", "valid_from": "2025-01-01", "until": "2026-01-01", "covers": "proved"}


@pytest.mark.xfail(
    strict=True,
    reason="a ground that takes the policy of a listing is answered by a license whatever the "
    "policy is; where the table of policy words says `prohibited` this allows",
)
def test_a_license_does_not_reach_a_listing_that_prohibits(rulebook: Make) -> None:
    book = rulebook(
        rule(
            "listed",
            finding="{from: listing.policy}",
            when="{any_party: {listing: {list: EL}}}",
        ),
        header=HEADER + "  policy_words: {Forbidden: prohibited}\n",
    )
    listed = {"name": "Evil", "listings": [{"list": "EL", "policy": "Forbidden"}]}
    line = {**CN, "end_user": listed, "parties_complete": True}
    assert book.decide(line).finding == "prohibited"
    assert book.decide({**line, "license": LICENSE}).verdict == "deny"


@pytest.mark.xfail(
    strict=True,
    reason="where the header lists nothing as `assumable`, everything but a few names is; "
    "`party.screened` supplies a clean listing",
)
def test_a_clean_screening_is_never_assumed(rulebook: Make) -> None:
    text = """\
assumptions:
  - id: clean
    title: Whoever is not screened is clean
    assume: {party.screened: true}
    cost: everything
    because: it is easier
    accepted: {by: Nobody, on: 2025-01-01}
"""
    header = HEADER.replace(
        "{destination: {known: true}}", "{every_party: {roles: [end_user], screened: true}}"
    )
    try:
        book = rulebook(text, DENIAL, header=header)
    except ProblemsFound:
        return
    line = {"destination": "DE", "law_date": "2025-06-01", "end_user": "Somebody"}
    assert book.decide(line).verdict != "allow"


@pytest.mark.xfail(
    strict=True,
    reason="`on_end: unverified` of one interval is taken to be said of all intervals of the stay",
)
def test_only_the_interval_that_says_so_ends_in_doubt(rulebook: Make) -> None:
    intervals = (
        "[{from: 2021-01-01, until: 2022-01-01}, "
        "{from: 2025-01-01, until: 2025-05-01, on_end: unverified}]"
    )
    book = rulebook(DENIAL, rule("stay", overrides="{rule: denial, by: suspending}",
                                 in_force=intervals))  # fmt: skip
    days = ("2021-12-31", "2023-01-01", "2025-04-30", "2025-05-01")
    verdicts = [book.decide(CN, law_date=day).verdict.value for day in days]
    assert verdicts == ["allow", "deny", "allow", "review"]


@pytest.mark.xfail(
    strict=True,
    reason="an exception reaches the replacements of its targets, not the replacements of those; "
    "by the letter of the language page that is so, but a valid exception ought to win",
)
def test_a_valid_exception_beats_a_replacement_of_a_replacement(rulebook: Make) -> None:
    book = rulebook(
        DENIAL,
        rule("promised", overrides="{rule: denial, by: replacing}", finding="case_by_case"),
        rule("issued", overrides="{rule: promised, by: replacing}",
             finding="presumption_of_approval"),
        rule("nac", overrides="{rule: denial, by: replacing}", finding="{license_exception: NAC}"),
    )  # fmt: skip
    assert book.decide(CN).verdict == "allow"


@pytest.mark.xfail(
    strict=True, reason="`known_as_of` of an example as a whole is read and then dropped"
)
def test_an_example_says_for_all_its_expectations_as_of_when(rulebook: Make) -> None:
    text = """\
examples:
  - title: As it was known
    known_as_of: 2025-01-01
    given: {destination: CN}
    expect: [{law_date: 2025-06-01, verdict: review}]
"""
    (example,) = rulebook(DENIAL, text).content.examples
    assert str(example.expect[0].known_as_of) == "2025-01-01"


@pytest.mark.xfail(
    strict=True,
    reason="a test that is unknown because its table does not hold asks for the fact it was given",
)
def test_nobody_is_asked_for_what_is_given(shipped: Rulebook) -> None:
    line: dict[str, Any] = to("CN")
    decision = shipped.decide(line, law_date="2026-11-24")
    assert not set(decision.ask) & set(line)
