"""New rules, overrides and groups in the right shape, to paste into a rule file and fill in."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from screening.decision import Authority
from screening.rulebook.model import Rule


class Kind(StrEnum):
    """What can be begun."""

    RULE = "rule"
    OVERRIDE = "override"
    GROUP = "group"


_LAW, _POLICY = "15 CFR 000.0", "THE FIRM'S POLICY, section 0"
BLANKS = ("TITLE", "WHY, in a sentence that a business reader understands", _LAW, _POLICY)
"""The words to fill in, by which it shows that nobody did."""

_HEAD = """\
  - id: {id}
    title: TITLE, a whole sentence without a period
    cites: ["{cites}"]
    authority: {authority}
    in_force: {{from: {day}}}   # the first day; `until` is the first day after the last
"""

_RULE = """\
rules:
{head}    when:
      destination: [CN, HK, MO]
      eccn: ["3A090"]          # quoted: editors take a code such as 3E001 for a number
    {answer}
    because: >-
      WHY, in a sentence that a business reader understands.
"""

_OVERRIDE = """\
rules:
{head}    overrides: {{rule: {target}, by: replacing}}   # or, without finding: suspending
    when:
      destination: [CN, HK, MO]
    finding: {finding}         # no stricter than that of the target
    because: >-
      WHY, in a sentence that a business reader understands.
"""

_SUSPENSION = """\
rules:
{head}    overrides: {{rule: {target}, by: suspending}}
    when:
      destination: [CN, HK, MO]
    because: >-
      WHY, in a sentence that a business reader understands.
"""

_EXAMPLES = """\

examples:
  - title: {title}
    given:
      exporter: {{name: Acme, country: US, listings: []}}
      exported_from: US
      destination: CN
      eccn: "3A090"
      quantity: 1
      end_use: [civil]
      ultimate_consignee: {{name: Adler, country: CN, listings: []}}
      end_user: {{name: Adler, country: CN, listings: []}}
      parties_complete: true
    expect:                    # `screening test` says what comes out
      - {{law_date: {day}, statuses: {{{id}: decisive}}}}
      - {{law_date: {before}, statuses: {{{id}: not_in_force}}}}
"""

_GROUP = """\
groups:
  - id: {id}
    of: places                 # or codes, parties, products
    title: TITLE
    cites: ["15 CFR 000.0"]
    members:
      - [CN, HK, MO]
      - any_of: ["NO"]         # quoted: Norway, not a denial
        from: {day}
"""


def scaffold(
    kind: Kind, id: str, day: date, before: date, target: Rule | None = None, *, firm: bool = False
) -> str:
    """The text to paste. `before` is the day before `day`; an override names its `target`. In a
    firm's rulebook a rule stands on the word of the firm, which has verdicts and no findings.

    INVARIANT: an override has a target.
    """
    authority = Authority.COMPANY if firm else Authority.REGULATION
    head = _HEAD.format(id=id, authority=authority, day=day, cites=_POLICY if firm else _LAW)
    shown = _EXAMPLES.format(
        title=f"{id} on its first day and on the day before", id=id, day=day, before=before
    )
    match kind:
        case Kind.GROUP:
            return _GROUP.format(id=id, day=day)
        case Kind.RULE:
            answer = "verdict: review          # or deny" if firm else "finding: license_required"
            return _RULE.format(head=head, answer=answer) + shown
        case Kind.OVERRIDE:
            assert target is not None
            if target.verdict is not None:  # a verdict of the firm's gives way to no finding
                return _SUSPENSION.format(head=head, target=target.id) + shown
            finding = target.finding or "case_by_case"
            return _OVERRIDE.format(head=head, target=target.id, finding=finding) + shown
