"""The planted cases: each one way in which a screening engine goes wrong without anybody noticing.

Where a case is about the language it stands on a rulebook of a few lines written in the test; where
it is about the law, on the shipped one.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any, ClassVar

import pytest

from screening import (
    Authority,
    Decision,
    Finding,
    ProblemsFound,
    Rulebook,
    Verdict,
    load_rulebook,
)
from screening.casting import PercentRange
from screening.rulebook.layers import shipped_root

from .conftest import HEADER, Make
from .shipments import h20, party, to, without
from .small import rule

CN = {"destination": "CN", "law_date": "2025-06-01"}

BIG = """\
classes:
  - id: big
    title: Chips of great performance
    cites: [test]
    definitions:
      - {in_force: {from: 2020-01-01}, when: {tpp: {at_least: 4800}}}
"""
NAC_FLAG = """\
fields:
  - {id: certifications.order, type: flag, title: Purchase order in hand}
"""
DENIAL = rule("denial", finding="presumption_of_denial", when="{destination: CN}")


def exception(symbol: str, *, when: str = "{destination: CN}", **keys: str) -> str:
    return rule(
        symbol.lower(),
        when=when,
        overrides="{rule: denial, by: replacing}",
        finding=f"{{license_exception: {symbol}}}",
        **keys,
    )


def promise(id: str, finding: str, target: str = "denial", **keys: str) -> str:
    said = {"when": "{destination: CN}", **keys}
    return rule(id, overrides=f"{{rule: {target}, by: replacing}}", finding=finding, **said)


def active(decision: Decision) -> dict[str, str]:
    return {t.rule.id: t.status.value for t in decision.trace}


class TestReplacements:
    def test_two_replacements_of_one_target_whose_class_is_unknown_go_to_review(
        self, rulebook: Make
    ) -> None:
        book = rulebook(
            BIG,
            rule("denial", finding="presumption_of_denial", when="{class: big}"),
            promise("milder", "presumption_of_approval"),
            promise("stricter", "case_by_case"),
        )
        decision = book.decide(CN)
        assert (decision.verdict, decision.finding) == ("review", "undetermined")
        assert decision.possible == "case_by_case"  # of two, the more restrictive stands
        assert decision.ask == ("tpp",)
        assert book.decide({**CN, "tpp": "4800"}).finding == "case_by_case"
        assert book.decide({**CN, "tpp": "4799"}).verdict == "allow"

    def test_a_replacement_of_a_replacement_never_revives_the_first_target(
        self, rulebook: Make
    ) -> None:
        book = rulebook(
            DENIAL,
            promise("promised", "case_by_case"),
            rule(
                "issued",
                when="{destination: CN, tpp: {less_than: 4800}}",
                overrides="{rules: [denial, promised], by: replacing}",
                finding="presumption_of_approval",
            ),
        )
        assert book.decide({**CN, "tpp": "1"}).finding == "presumption_of_approval"
        assert book.decide({**CN, "tpp": "9000"}).finding == "case_by_case"
        assert book.decide(CN).verdict == "review"  # whether it is issued is unknown

    def test_a_replacement_that_names_only_a_replacement_decides(self, rulebook: Make) -> None:
        book = rulebook(
            rule("ground", finding="policy_of_denial", when="{destination: CN}"),
            promise("eased", "presumption_of_denial", "ground"),
            promise("eased-again", "case_by_case", "eased"),
        )
        decision = book.decide(CN)
        assert decision.status("ground") == decision.status("eased") == "overridden"
        assert decision.decisive == ("eased-again",)
        assert (decision.verdict, decision.finding) == ("review", "case_by_case")

    def test_letter_resumption_and_licenses_of_2025_never_revive_the_letter(
        self, shipped: Rulebook
    ) -> None:
        line = h20("NVIDIA Corporation")
        answers = {
            day: shipped.decide(line, law_date=day)
            for day in ("2025-07-14", "2025-07-15", "2025-08-07", "2025-08-08", "2026-06-01")
        }
        assert [(d.verdict.value, d.finding.value) for d in answers.values()] == [
            ("deny", "presumption_of_denial"),
            ("review", "case_by_case"),
            ("review", "case_by_case"),
            ("review", "presumption_of_approval"),
            ("review", "presumption_of_approval"),
        ]
        last = answers["2026-06-01"]
        assert last.decisive == ("h20-licenses-issued",)
        assert last.status("h20-sales-resumed") == "overridden"
        assert last.status("h20-is-informed") == "overridden"

    def test_a_replacement_of_a_suspended_target_does_not_stand(self, rulebook: Make) -> None:
        book = rulebook(
            DENIAL,
            promise("promised", "case_by_case"),
            rule("stay", overrides="{rule: denial, by: suspending}", when="{quantity: 1}"),
        )
        decision = book.decide({**CN, "quantity": "1"})
        assert (decision.verdict, decision.finding) == ("allow", "no_license_required")
        assert decision.status("denial") == "suspended"
        assert decision.status("promised") == "idle"  # what it stands on does not stand
        assert book.decide({**CN, "quantity": "2"}).finding == "case_by_case"
        assert book.decide(CN).verdict == "review"

    def test_a_replacement_finds_nothing_where_its_target_is_not_met(self, rulebook: Make) -> None:
        book = rulebook(
            rule("denial", finding="presumption_of_denial", when="{quantity: 9}"),
            promise("promised", "case_by_case"),
        )
        decision = book.decide({**CN, "quantity": "1"})
        assert decision.verdict == "allow"
        assert decision.status("promised") == "idle"

    def test_a_more_restrictive_ground_stands_beside_what_is_replaced(self, rulebook: Make) -> None:
        book = rulebook(
            DENIAL,
            promise("promised", "case_by_case"),
            rule("embargo", finding="prohibited", when="{destination: CN}", protected="true"),
        )
        decision = book.decide(CN)
        assert (decision.verdict, decision.decisive) == ("deny", ("embargo",))
        assert decision.status("promised") == "applies"


class TestExceptions:
    def test_two_valid_exceptions_are_one_allow_that_names_both(self, rulebook: Make) -> None:
        book = rulebook(DENIAL, exception("NAC"), exception("ACA"))
        decision = book.decide(CN)
        assert (decision.verdict, decision.finding) == ("allow", "license_exception")
        assert set(decision.decisive) == {"aca", "nac"}
        assert "only under ACA or NAC; enter it in the filing" in decision.summary()

    def test_a_valid_exception_beats_a_review_policy_replacement(self, rulebook: Make) -> None:
        book = rulebook(DENIAL, promise("promised", "case_by_case"), exception("NAC"))
        decision = book.decide(CN)
        assert (decision.verdict, decision.decisive) == ("allow", ("nac",))
        assert decision.status("promised") == "overridden"

    def test_an_unclaimed_exception_with_absent_facts_does_not_soften_a_denial(
        self, rulebook: Make
    ) -> None:
        book = rulebook(DENIAL, exception("NAC", when="{destination: CN, tpp: {less_than: 9}}"))
        decision = book.decide(CN)
        assert (decision.verdict, decision.finding) == ("deny", "presumption_of_denial")
        assert [(t.rule.id, t.missing) for t in decision.could_help] == [("nac", ("tpp",))]
        claimed = book.decide({**CN, "license_exception_claimed": "NAC"})
        assert claimed.verdict == "review"
        assert claimed.possible == "presumption_of_denial"
        assert claimed.could_help == ()

    def test_an_exception_that_is_not_proved_is_not_said_to_apply(self, rulebook: Make) -> None:
        book = rulebook(DENIAL, exception("NAC", when="{destination: CN, tpp: {less_than: 9}}"))
        claimed = book.decide({**CN, "license_exception_claimed": "NAC"})
        assert "a license exception applies" not in claimed.summary()

    def test_an_exception_that_surely_applies_is_offered_until_its_conditions_are_proved(
        self, rulebook: Make
    ) -> None:
        book = rulebook(
            NAC_FLAG, DENIAL, exception("NAC", conditions="{certifications.order: true}")
        )
        offered = book.decide(CN)
        assert (offered.verdict, offered.status("nac")) == ("review", "offered")
        assert offered.ask == ("certifications.order",)
        proved = book.decide({**CN, "certifications": {"order": True}})
        assert (proved.verdict, proved.decisive) == ("allow", ("nac",))
        failed = book.decide({**CN, "certifications": {"order": False}})
        assert (failed.verdict, failed.status("nac")) == ("deny", "not_met")

    def test_a_claim_of_a_proved_exception_changes_nothing(self, rulebook: Make) -> None:
        book = rulebook(DENIAL, exception("NAC"))
        decision = book.decide({**CN, "license_exception_claimed": "nac"})
        assert (decision.verdict, decision.decisive) == ("allow", ("nac",))
        assert decision.status("exception-claimed-not-met") == "not_met"

    def test_a_claim_that_is_surely_not_met_is_a_red_flag(self, rulebook: Make) -> None:
        book = rulebook(
            rule("denial", finding="presumption_of_denial", when="{destination: RU}"),
            exception("NAC", when="{destination: RU}"),
        )
        decision = book.decide({**CN, "license_exception_claimed": "NAC"})
        assert (decision.verdict, decision.finding) == ("review", "red_flag")
        assert decision.decisive == ("exception-claimed-not-met",)
        assert book.decide(CN).verdict == "allow"

    def test_a_claim_of_an_exception_nobody_wrote_is_a_red_flag(self, rulebook: Make) -> None:
        decision = rulebook(DENIAL).decide(
            {"destination": "DE", "law_date": "2025-06-01", "license_exception_claimed": "XYZ"}
        )
        assert (decision.verdict, decision.decisive) == ("review", ("exception-claimed-not-met",))

    def test_a_barred_exception_does_not_defeat(self, rulebook: Make) -> None:
        book = rulebook(
            DENIAL,
            exception("NAC", barred_by="{tags: [part-744]}"),
            rule("end-user", finding="red_flag", when="{quantity: 7}", tags="[part-744]"),
        )
        assert book.decide({**CN, "quantity": "1"}).verdict == "allow"
        barred = book.decide({**CN, "quantity": "7"})
        assert (barred.verdict, barred.finding) == ("deny", "presumption_of_denial")
        assert book.decide(CN).verdict == "review"  # whether it is barred is unknown


LINE = {**CN, "end_use": ["civil"]}


class TestLicenses:
    """A license in hand answers a want of a license, and no prohibition."""

    LICENSE: ClassVar[dict[str, Any]] = {
        "number": "D123",
        "valid_from": "2025-01-01",
        "until": "2026-01-01",
        "covers": "proved",
    }

    @pytest.fixture
    def book(self, rulebook: Make) -> Rulebook:
        return rulebook(
            DENIAL,
            rule("embargo", finding="prohibited", when="{end_use: [military]}"),
        )

    def test_a_proved_license_allows(self, book: Rulebook) -> None:
        decision = book.decide({**LINE, "license": self.LICENSE})
        assert (decision.verdict, decision.finding) == ("allow", "licensed")
        assert decision.decisive == ("license-in-hand",)

    @pytest.mark.parametrize(
        ("day", "verdict"),
        [("2024-12-31", "deny"), ("2025-01-01", "allow"), ("2025-12-31", "allow"),
         ("2026-01-01", "deny")],
    )  # fmt: skip
    def test_a_license_holds_from_its_first_day_to_the_day_before_its_end(
        self, book: Rulebook, day: str, verdict: str
    ) -> None:
        assert book.decide({**LINE, "license": self.LICENSE}, law_date=day).verdict == verdict

    def test_a_claimed_license_turns_a_denial_into_review(self, book: Rulebook) -> None:
        decision = book.decide({**LINE, "license": {**self.LICENSE, "covers": "claimed"}})
        assert (decision.verdict, decision.decisive) == ("review", ("license-claimed",))

    def test_a_claimed_license_that_has_ended_answers_nothing(self, book: Rulebook) -> None:
        license = {**self.LICENSE, "covers": "claimed", "until": "2025-06-01"}
        assert book.decide({**LINE, "license": license}).verdict == "deny"

    def test_a_proved_license_without_dates_is_a_matter_for_review(self, book: Rulebook) -> None:
        decision = book.decide({**LINE, "license": {"number": "D123", "covers": "proved"}})
        assert decision.verdict == "review"

    def test_a_prohibition_is_not_reached(self, book: Rulebook) -> None:
        decision = book.decide({**CN, "end_use": ["military"], "license": self.LICENSE})
        assert (decision.verdict, decision.decisive) == ("deny", ("embargo",))

    def test_a_red_flag_is_not_reached(self, rulebook: Make) -> None:
        book = rulebook(DENIAL, rule("flag", finding="red_flag", when="{destination: CN}"))
        decision = book.decide({**LINE, "license": self.LICENSE})
        assert (decision.verdict, decision.decisive) == ("review", ("flag",))

    def test_a_denied_person_is_not_reached_by_a_license(self, shipped: Rulebook) -> None:
        buyer = party("Example Buyer", "CN", listings=[{"list": "DPL"}])
        line = to("CN", end_user=buyer, license=self.LICENSE)
        decision = shipped.decide(line, law_date="2025-06-01")
        assert (decision.verdict, decision.decisive) == ("deny", ("denied-persons",))


class TestStays:
    OWNED = rule(
        "owned",
        finding="license_required",
        when="{any_party.listed_ownership_percent: {at_least: 50}}",
    )
    STAY = rule(
        "stay",
        overrides="{rule: owned, by: suspending}",
        in_force="{from: 2025-11-10, until: 2026-11-10, on_end: unverified}",
    )

    def test_a_stay_with_unknown_ownership_stays_allowed(self, rulebook: Make) -> None:
        decision = rulebook(self.OWNED, self.STAY).decide({**CN, "law_date": "2026-01-05"})
        assert (decision.verdict, decision.finding) == ("allow", "no_license_required")
        assert decision.status("owned") == "suspended"

    def test_the_stay_of_the_affiliates_rule_needs_no_owners(self, shipped: Rulebook) -> None:
        buyer = without(party("Example Buyer", "BR"), "owners")
        line = to("BR", end_user=buyer, ultimate_consignee=buyer)
        before = shipped.decide(line, law_date="2025-11-09")
        assert before.verdict == "review"
        assert before.ask == ("end_user.owners", "ultimate_consignee.owners")
        stayed = shipped.decide(line, law_date="2025-11-10")
        assert stayed.verdict == "allow"
        assert stayed.status("affiliates-rule-by-share") == "suspended"

    def test_a_lapsed_unconfirmed_stay_is_review_on_its_first_day(self, rulebook: Make) -> None:
        book = rulebook(self.OWNED, self.STAY)
        owned = party("Buyer", "CN", owners=[
            {"party": "Listed", "percent": 60, "listings": [{"list": "EL"}]}])  # fmt: skip
        line = {"destination": "CN", "end_user": owned, "parties_complete": True}
        assert book.decide(line, law_date="2026-11-09").verdict == "allow"
        lapsed = book.decide(line, law_date="2026-11-10")
        assert (lapsed.verdict, lapsed.finding) == ("review", "undetermined")
        (told,) = [t for t in lapsed.trace if t.rule.id == "owned"]
        assert (told.status, told.marks) == ("undetermined", ("unverified",))

    def test_the_affiliates_rule_on_the_first_day_after_its_stay(self, shipped: Rulebook) -> None:
        buyer = without(party("Example Buyer", "IN"), "owners")
        line = to("IN", end_user=buyer, ultimate_consignee=buyer)
        assert shipped.decide(line, law_date="2026-11-09").verdict == "allow"
        assert shipped.decide(line, law_date="2026-11-10").verdict == "review"

    def test_the_doubt_ends_where_the_target_has_an_interval_of_its_own(
        self, rulebook: Make
    ) -> None:
        again = self.OWNED.replace(
            "{from: 2020-01-01}",
            "[{from: 2020-01-01, until: 2026-12-01}, {from: 2026-12-01}]",
        ).replace("license_required", "presumption_of_denial")
        book = rulebook(again, self.STAY)
        owned = party("Buyer", "CN", owners=[
            {"party": "Listed", "percent": 60, "listings": [{"list": "EL"}]}])  # fmt: skip
        line = {"destination": "CN", "end_user": owned, "parties_complete": True}
        days = ("2026-11-09", "2026-11-10", "2026-11-30", "2026-12-01")
        verdicts = [book.decide(line, law_date=day).verdict.value for day in days]
        assert verdicts == ["allow", "review", "review", "deny"]

    def test_a_ground_in_an_unverified_interval_is_a_matter_for_review(
        self, rulebook: Make
    ) -> None:
        book = rulebook(
            DENIAL.replace("{from: 2020-01-01}", "{from: 2020-01-01, status: unverified}")
        )
        decision = book.decide(CN)
        assert (decision.verdict, decision.possible) == ("review", "presumption_of_denial")


class TestParties:
    DAY = "2025-06-01"

    def test_dropping_a_listed_party_never_allows(self, shipped: Rulebook) -> None:
        listed = party("Example Buyer", "IN", listings=[
            {"list": "EL", "items": "all", "policy": "Presumption of denial"}])  # fmt: skip
        line = without(to("IN", end_user=listed, ultimate_consignee=listed), "parties_complete")
        line |= {"purchaser": "none", "intermediate_consignee": "none", "forwarder": "none"}
        assert shipped.decide(line, law_date=self.DAY).verdict == "deny"
        for role in ("end_user", "ultimate_consignee"):
            one_clean = {**line, role: party("Example Buyer", "IN")}
            assert shipped.decide(one_clean, law_date=self.DAY).verdict == "deny"
            dropped = without(one_clean, "ultimate_consignee" if role == "end_user" else "end_user")
            assert shipped.decide(dropped, law_date=self.DAY).verdict == "review"
            for key in ("name", "country", "listings"):
                less = {**one_clean, role: without(listed, key)}
                assert shipped.decide(less, law_date=self.DAY).verdict != "allow"
        for role in ("purchaser", "intermediate_consignee", "forwarder"):
            assert shipped.decide(without(line, role), law_date=self.DAY).verdict != "allow"
            clean = to("IN") | {role: "none"}
            del clean["parties_complete"]
            assert shipped.decide(clean, law_date=self.DAY).verdict != "allow"

    def test_a_given_list_that_is_empty_never_removes_a_hit_of_ours(self, rulebook: Make) -> None:
        parties = """\
parties:
  - id: evil
    title: Evil Ltd
    country: CN
    listings: [{list: DPL}]
    holds: {from: 2020-01-01, verified_through: 2026-12-31}
    source: test
"""
        denied = rule("denied", finding="prohibited", when="{any_party: {listing: {list: DPL}}}")
        book = rulebook(parties, denied)
        line = {**CN, "end_user": {"name": "Evil Ltd", "listings": []}, "parties_complete": True}
        assert book.decide(line).verdict == "deny"

    @pytest.mark.parametrize("fact", ["headquarters", "parent_headquarters"])
    def test_dropping_where_a_party_has_its_headquarters_never_allows(
        self, shipped: Rulebook, fact: str
    ) -> None:
        chinese = party("Example Holding", "SG", **{fact: "CN"})
        line = to("SG", product="nvidia-h100-sxm5-80gb", eccn="3A090.a", end_use=["datacenter"])
        line |= {"end_user": chinese, "ultimate_consignee": chinese}
        full = shipped.decide(line, law_date=self.DAY)
        assert full.verdict == "deny"
        for role in ("end_user", "ultimate_consignee"):
            for dropped in (
                {**line, role: without(chinese, fact)},
                {**line, role: party("Example Holding", "SG")},
                without({**line, "parties_complete": "false"}, role),
            ):
                assert shipped.decide(dropped, law_date=self.DAY).verdict != "allow"

    def test_30_and_25_percent_by_two_listed_owners_count_as_55(self, shipped: Rulebook) -> None:
        def owner(name: str, percent: int) -> dict[str, Any]:
            entry = {"list": "EL", "items": "all", "policy": "Case-by-case"}
            return {"party": name, "percent": percent, "listings": [entry]}

        def decide(*percents: int) -> Decision:
            owners = [owner(f"Listed {p}", p) for p in percents]
            line = to("BR", end_user=party("Example Buyer", "BR", owners=owners))
            return shipped.decide(line, law_date="2025-10-15")

        both = decide(30, 25)
        (end_user,) = [p for p in both.facts.parties if "end_user" in p.roles]
        (share,) = end_user.values["listed_ownership_percent"]
        assert share.value == PercentRange(Fraction(55), Fraction(55))
        assert both.status("affiliates-rule-by-share") == "decisive"
        assert both.status("affiliates-rule") == "applies"  # the owners' own policy is milder
        for alone in (decide(30), decide(25), decide(24, 25)):
            assert alone.status("affiliates-rule-by-share") == "not_met"
        assert decide(25, 25).status("affiliates-rule-by-share") == "decisive"

    def test_a_party_test_asks_for_one_and_the_same_party(self, rulebook: Make) -> None:
        book = rulebook(rule("r", finding="prohibited", when=
                             "{any_party: {country: CN, headquarters: RU}}"))  # fmt: skip
        cn, ru = party("A", "CN"), party("B", "RU")
        line = {**CN, "end_user": cn, "purchaser": ru, "parties_complete": True}
        assert book.decide(line).verdict == "allow"
        assert book.decide({**line, "purchaser": {**cn, "headquarters": "RU"}}).verdict == "deny"


class TestNothingKnownNothingAllowed:
    DAY = "2025-06-01"

    def test_the_plain_line_is_allowed(self, shipped: Rulebook) -> None:
        assert shipped.decide(to("DE"), law_date=self.DAY).verdict == "allow"

    def test_an_empty_rulebook_allows_nothing(self, rulebook: Make) -> None:
        decision = rulebook().decide(to("DE"), law_date=self.DAY)
        assert (decision.verdict, decision.finding) == ("review", "undetermined")

    def test_a_rulebook_that_asks_for_nothing_allows_nothing(self, rulebook: Make) -> None:
        lines = [line for line in HEADER.splitlines() if "allow_requires" not in line]
        book = rulebook(DENIAL, header="\n".join(lines) + "\n")
        assert book.decide(to("DE"), law_date=self.DAY).verdict == "review"

    def test_a_rulebook_that_covers_no_date_allows_nothing(self, rulebook: Make) -> None:
        lines = [line for line in HEADER.splitlines() if "covers" not in line]
        book = rulebook(
            DENIAL.rstrip("\n") + "\n    verified_through: 2026-12-31\n",
            header="\n".join(lines) + "\n",
        )
        decision = book.decide(to("DE"), law_date=self.DAY)
        assert (decision.verdict, decision.covered) == ("review", False)

    @pytest.mark.parametrize("day", ["2015-06-01", "2022-08-25", "2026-11-24", "2099-01-01"])
    def test_a_law_date_that_is_not_covered_never_allows(self, shipped: Rulebook, day: str) -> None:
        decision = shipped.decide(to("DE"), law_date=day)
        assert (decision.verdict, decision.covered) == ("review", False)
        assert "not verified for this date" in decision.summary()

    def test_no_law_date_never_allows_and_is_never_today(self, shipped: Rulebook) -> None:
        decision = shipped.decide(to("DE"))
        assert decision.verdict == "review"
        assert decision.clocks.law_date is None

    @pytest.mark.parametrize("eccn", ["2B350", "3A999.z", "0A501.a", "9D999", "9Z999"])
    def test_an_eccn_that_is_not_listed_or_not_determined_never_allows(
        self, shipped: Rulebook, eccn: str
    ) -> None:
        decision = shipped.decide(to("DE", eccn=eccn), law_date=self.DAY)
        assert decision.verdict == "review"

    @pytest.mark.parametrize("place", ["Atlantis", "AQ", "BV", "IO", "UM"])
    def test_a_destination_that_the_country_chart_does_not_list_never_allows(
        self, shipped: Rulebook, place: str
    ) -> None:
        line = to("DE", eccn="5A991.b", destination=place)
        assert shipped.decide({**line, "destination": "DE"}, law_date=self.DAY).verdict == "allow"
        assert shipped.decide(line, law_date=self.DAY).verdict == "review"

    def test_a_destination_that_is_no_place_never_allows(self, shipped: Rulebook) -> None:
        for given in ({"destination": "Atlantis"}, {"destination": ""}, {"destination": "unknown"}):
            assert shipped.decide(to("DE") | given, law_date=self.DAY).verdict == "review"
        assert (
            shipped.decide(without(to("DE"), "destination"), law_date=self.DAY).verdict != "allow"
        )

    @pytest.mark.parametrize("eccn", ["EAR99", "5A992.c", "4A994.a"])
    @pytest.mark.parametrize("place", ["IR", "CU", "KP"])
    def test_the_blank_chart_row_of_an_embargoed_country_never_allows(
        self, shipped: Rulebook, place: str, eccn: str
    ) -> None:
        line = to(place, eccn=eccn)
        for day in ("2022-09-01", "2025-06-01", "2026-09-24"):
            assert shipped.decide(line, law_date=day).verdict != "allow"

    def test_a_blank_row_makes_a_test_on_its_table_unknown(self, shipped: Rulebook) -> None:
        view = shipped.view(date.fromisoformat("2025-06-01"))
        assert view.in_group("AT 1", "IR").name == "UNKNOWN"
        assert view.in_group("AT 1", "ZZ").name == "UNKNOWN"
        assert view.in_group("AT 1", "DE").name == "FALSE"

    def test_nobody_is_asked_for_what_is_given(self, shipped: Rulebook) -> None:
        line: dict[str, Any] = to("CN")
        decision = shipped.decide(line, law_date="2026-11-24")
        assert not set(decision.ask) & set(line)


class TestHongKong:
    @pytest.mark.parametrize("day", ["2022-11-01", "2023-12-01", "2025-06-01", "2026-02-01"])
    def test_h100_to_hong_kong_is_treated_as_to_china(self, shipped: Rulebook, day: str) -> None:
        def answer(place: str) -> tuple[object, ...]:
            line = to(place, product="nvidia-h100-sxm5-80gb", eccn="3A090", end_use=["datacenter"])
            if day > "2023":
                line["eccn"] = "3A090.a"
            d = shipped.decide(line, law_date=day)
            return d.verdict, d.finding, d.decisive, active(d)

        assert answer("HK") == answer("CN")
        assert answer("HK")[0] != Verdict.ALLOW

    def test_hong_kong_has_the_groups_of_china_since_december_2020(self, rulebook: Make) -> None:
        book = rulebook(
            'groups: [{id: "D:5", of: places, title: Arms embargoed, members: [CN]}]\n',
            rule("r", finding="prohibited", when='{destination: ["D:5"]}'),
        )
        answers = {
            (place, day): book.decide({"destination": place, "law_date": day}).verdict.value
            for place in ("HK", "MO")
            for day in ("2020-12-22", "2020-12-23")
        }
        assert answers == {
            ("HK", "2020-12-22"): "allow",
            ("HK", "2020-12-23"): "deny",
            ("MO", "2020-12-22"): "allow",
            ("MO", "2020-12-23"): "allow",  # Macau never inherits
        }

    def test_a_group_that_names_hong_kong_decides_for_itself(self, rulebook: Make) -> None:
        book = rulebook(
            "groups:\n  - {id: g, of: places, title: G, members: {any_of: [CN], none_of: [HK]}}\n",
            rule("r", finding="prohibited", when="{destination: [g]}"),
        )
        assert book.decide({**CN, "destination": "HK"}).verdict == "allow"
        assert book.decide(CN).verdict == "deny"


class TestH20ForSixExporters:
    """The letter binds its addressee; the same goods are a red flag for everybody else."""

    EXPORTERS: ClassVar[dict[str, Any]] = {
        "the addressee": "NVIDIA Corporation",
        "its subsidiary": "NVIDIA Singapore Pte Ltd",
        "another letter's addressee": "AMD",
        "a reseller": party("Dell Technologies", "US"),
        "unknown to the rulebook": party("Somebody Ltd", "US"),
        "absent": None,
    }

    @pytest.mark.parametrize(
        ("exporter", "on_the_day_before", "under_the_letter", "resumed"),
        [
            ("the addressee", "no_license_required", "presumption_of_denial", "case_by_case"),
            ("its subsidiary", "no_license_required", "red_flag", "red_flag"),
            ("another letter's addressee", "no_license_required", "red_flag", "red_flag"),
            ("a reseller", "no_license_required", "red_flag", "red_flag"),
            ("unknown to the rulebook", "no_license_required", "undetermined", "undetermined"),
            ("absent", "undetermined", "undetermined", "undetermined"),
        ],
    )
    def test_h20_to_china(
        self, shipped: Rulebook, exporter: str, on_the_day_before: str, under_the_letter: str,
        resumed: str,
    ) -> None:  # fmt: skip
        given = self.EXPORTERS[exporter]
        if isinstance(given, str):
            given = {"name": given, "owners": [], "listings": []}
        line = h20(given)
        if given is None:
            line["parties_complete"] = False
        found = [
            shipped.decide(line, law_date=day).finding.value
            for day in ("2025-04-08", "2025-04-09", "2025-07-15")
        ]
        assert found == [on_the_day_before, under_the_letter, resumed]
        verdicts = [
            shipped.decide(line, law_date=day).verdict.value for day in ("2025-04-09", "2025-07-15")
        ]
        assert verdicts == ["deny" if exporter == "the addressee" else "review", "review"]

    def test_an_exporter_who_may_be_the_addressee_may_be_denied(self, shipped: Rulebook) -> None:
        line = h20(None, parties_complete=False)
        decision = shipped.decide(line, law_date="2025-04-09")
        assert decision.possible.rank >= Finding.PRESUMPTION_OF_DENIAL.rank

    def test_no_override_of_the_letter_reaches_the_ground_for_others(
        self, shipped: Rulebook
    ) -> None:
        line = h20(party("Dell Technologies", "US"))
        decision = shipped.decide(line, law_date="2025-07-15")
        assert decision.status("h20-is-informed/others") == "decisive"
        assert decision.status("h20-sales-resumed") == "idle"


class TestConflicts:
    DAY = "2025-06-01"

    def h100(self, **said: Any) -> dict[str, Any]:
        return to("CN", product="nvidia-h100-sxm5-80gb", eccn="3A090.a", **said)

    def test_a_given_tpp_of_100_on_an_h100_clears_nothing(self, shipped: Rulebook) -> None:
        plain = shipped.decide(self.h100(), law_date=self.DAY)
        decision = shipped.decide(self.h100(tpp=100), law_date=self.DAY)
        assert (plain.verdict, decision.verdict) == ("deny", "deny")
        assert decision.status("facts-conflict") == "applies"
        assert len(decision.facts.values["tpp"]) == 2
        without_code = without(self.h100(tpp=100), "eccn")
        unclassified = shipped.decide(without_code, law_date=self.DAY)
        assert unclassified.verdict != "allow"
        assert unclassified.status("facts-conflict") in ("applies", "decisive")

    @pytest.mark.parametrize("tpp", [0, 100, 4799, 15823, 15825, 10**9])
    def test_no_given_figure_allows_an_h100(self, shipped: Rulebook, tpp: int) -> None:
        for place in ("CN", "HK", "MO", "RU", "SG", "AE"):
            line = to(place, product="nvidia-h100-sxm5-80gb", eccn="3A090.a", tpp=tpp)
            assert shipped.decide(line, law_date="2026-02-01").verdict != "allow"

    def test_a_conflict_alone_is_a_red_flag(self, rulebook: Make) -> None:
        products = """\
products:
  - id: chip
    title: A chip
    figures: [{field: tpp, value: "15824", source: data sheet}]
"""
        book = rulebook(products, rule("big", finding="prohibited", when="{tpp: {at_least: 4800}}"))
        assert book.decide({"destination": "DE", "law_date": "2025-06-01", "product": "chip"}
                           ).verdict == "deny"  # fmt: skip
        agreeing = {**CN, "product": "chip", "tpp": "15824"}
        assert book.decide(agreeing).status("facts-conflict") == "not_met"
        within_print = {**CN, "product": "chip", "tpp": "15824.4"}
        assert book.decide(within_print).status("facts-conflict") == "not_met"
        disputed = book.decide({**CN, "product": "chip", "tpp": "100"})
        assert (disputed.verdict, disputed.decisive) == ("review", ("facts-conflict",))
        assert disputed.possible == "prohibited"
        both_large = book.decide({**CN, "product": "chip", "tpp": "9000"})
        assert both_large.verdict == "deny"  # a test that holds for each value holds


ASSUMING = """\
rulebook:
  language: "1"
  id: small
  title: A small rulebook
  covers: {from: 2020-01-01, verified_through: 2026-12-31}
  allow_requires: {destination: {known: true}}
  assumable: [end_use, roles, owners]
"""
CIVIL = """\
assumptions:
  - id: civil
    title: An end use that is not stated is civil
    assume: {end_use: [civil]}
    cost: "end use not stated: taken as civil"
    because: The terms of sale say so.
    accepted: {by: A. Person, on: 2025-01-01}
  - id: never-needed
    title: Nobody stands between
    assume: {intermediate_consignee: none}
    cost: "intermediate consignee not stated: taken that there is none"
    because: The firm ships door to door.
    accepted: {by: A. Person, on: 2025-01-01}
"""
MILITARY = rule("military", finding="prohibited", when="{end_use: [military]}")


class TestAssumptions:
    @pytest.fixture
    def book(self, rulebook: Make) -> Rulebook:
        return rulebook(CIVIL, MILITARY, header=ASSUMING)

    def test_an_assumption_fills_what_is_absent_and_is_named(self, book: Rulebook) -> None:
        decision = book.decide(CN)
        assert decision.verdict == "allow"
        assert decision.relied_on == (("civil", "end use not stated: taken as civil"),)
        assert "assuming: end use not stated: taken as civil" in decision.summary().split(".")[0]

    def test_an_assumption_never_contradicts_a_given_fact(self, book: Rulebook) -> None:
        decision = book.decide({**CN, "end_use": ["military"]})
        assert decision.verdict == "deny"
        assert [f.provenance.value for f in decision.facts.values["end_use"]] == ["given"]
        assert decision.relied_on == ()
        given = book.decide({**CN, "end_use": ["research"]})
        assert (given.verdict, given.relied_on) == ("allow", ())

    def test_without_assumptions_absent_is_unknown(self, book: Rulebook) -> None:
        decision = book.decide(CN, assumptions=False)
        assert (decision.verdict, decision.ask) == ("review", ("end_use",))
        assert decision.relied_on == ()

    def test_an_assumption_is_scoped_by_what_is_given(self, rulebook: Make) -> None:
        scoped = CIVIL.replace(
            '    cost: "end use', '    when: {destination: [DE]}\n    cost: "end use'
        )
        book = rulebook(scoped, MILITARY, header=ASSUMING)
        assert book.decide(CN).verdict == "review"
        assert book.decide({**CN, "destination": "DE"}).verdict == "allow"
        assert book.decide({"law_date": "2025-06-01"}).verdict == "review"

    def test_a_clean_screening_is_never_assumed(self, rulebook: Make) -> None:
        text = """\
assumptions:
  - id: clean
    title: Whoever is not screened is clean
    assume: {party.screened: true}
    cost: everything
    because: it is easier
    accepted: {by: Nobody, on: 2025-01-01}
"""
        with pytest.raises(ProblemsFound) as found:
            rulebook(text, DENIAL)  # a header that lists nothing as assumable
        assert [p.code for p in found.value.problems] == ["assumption-form", "not-assumable"]

    def test_the_example_company_says_on_what_its_allow_rests(self) -> None:
        company = load_rulebook(shipped_root() / "example-company")
        line = {
            "exporter": "Example Instruments Inc.", "exported_from": "US", "destination": "DE",
            "eccn": "EAR99", "ultimate_consignee": "Ostfalen Automation AG", "currency": "USD",
            "line_value": 1000, "law_date": "2025-10-01",
        }  # fmt: skip
        decision = company.decide(line)
        assert decision.verdict == "allow"
        assert {id for id, _ in decision.relied_on} >= {"example-company-consignee-is-end-user"}
        assert company.decide(line, assumptions=False).verdict == "review"
        to_china = {**line, "destination": "CN"}
        assert company.decide(to_china).verdict == "review"  # nothing is assumed there


class TestClocks:
    STALE_HEADER = HEADER.replace("2026-12-31}", "2025-06-30}\n  grace_days: 30")

    def test_past_verified_through_and_grace_nothing_is_allowed(self, rulebook: Make) -> None:
        book = rulebook(DENIAL, header=self.STALE_HEADER)
        line = {"destination": "DE"}
        assert book.decide(line, law_date="2025-07-30").verdict == "allow"
        stale = book.decide(line, law_date="2025-07-31")
        assert (stale.verdict, stale.stale, stale.covered) == ("review", True, False)

    def test_a_stale_ground_still_counts(self, rulebook: Make) -> None:
        decision = rulebook(DENIAL, header=self.STALE_HEADER).decide(CN, law_date="2026-06-01")
        assert (decision.verdict, decision.stale) == ("deny", True)
        (told,) = decision.trace
        assert (told.rule.id, told.marks) == ("denial", ("stale",))

    def test_a_stale_relaxation_is_unknown(self, rulebook: Make) -> None:
        old = exception("NAC", verified_through="2025-01-31")
        book = rulebook(DENIAL, old)
        assert book.decide(CN, law_date="2025-01-31").verdict == "allow"
        stale = book.decide(CN, law_date="2025-02-01")
        assert (stale.verdict, stale.stale) == ("review", True)
        assert stale.possible == "presumption_of_denial"

    def test_a_stale_rule_that_surely_does_not_matter_takes_nothing_away(
        self, rulebook: Make
    ) -> None:
        old = rule(
            "old", finding="prohibited", when="{destination: RU}", verified_through="2025-01-31"
        )
        book = rulebook(DENIAL, old)
        decision = book.decide({"destination": "DE"}, law_date="2025-06-01")
        assert (decision.verdict, decision.stale) == ("allow", False)

    def test_a_test_on_a_stale_group_is_unknown(self, rulebook: Make) -> None:
        group = """\
groups:
  - id: g
    of: places
    title: G
    holds: {from: 2024-01-01, verified_through: 2025-01-31}
    members: [CN]
"""
        book = rulebook(group, rule("r", finding="prohibited", when="{destination: [g]}"))
        verdicts = {
            day: book.decide(CN, law_date=day).verdict.value
            for day in ("2023-12-31", "2024-01-01", "2025-01-31", "2025-02-01")
        }
        assert list(verdicts.values()) == ["review", "deny", "deny", "review"]

    def test_a_letter_published_later_is_not_known(self, shipped: Rulebook) -> None:
        line = h20("NVIDIA Corporation", law_date="2025-04-10")
        before = shipped.decide(line, known_as_of=date.fromisoformat("2025-04-14"))
        assert before.status("h20-is-informed") == "not_known"
        assert before.verdict != "deny"
        after = shipped.decide(line, known_as_of=date.fromisoformat("2025-04-15"))
        assert (after.verdict, after.decisive) == ("deny", ("h20-is-informed",))

    def test_nothing_counts_as_verified_past_the_day_it_was_known(self, rulebook: Make) -> None:
        book = rulebook(rule("denial", finding="prohibited", when="{destination: RU}"))
        line = {"destination": "DE", "law_date": "2025-06-01"}
        assert book.decide(line, known_as_of=date.fromisoformat("2025-06-01")).verdict == "allow"
        early = book.decide(line, known_as_of=date.fromisoformat("2025-05-31"))
        assert (early.verdict, early.covered) == ("review", False)

    def test_an_end_that_was_not_yet_published_is_open(self, rulebook: Make) -> None:
        ended = DENIAL.replace(
            "{from: 2020-01-01}",
            "{from: 2020-01-01, until: 2025-06-01, until_published: 2025-05-20}",
        )
        book = rulebook(ended)
        assert book.decide(CN).verdict == "allow"
        assert book.decide(CN, known_as_of=date.fromisoformat("2025-05-19")).verdict == "deny"

    def test_until_is_the_first_day_on_which_it_no_longer_applies(self, rulebook: Make) -> None:
        until = rulebook(
            DENIAL.replace("{from: 2020-01-01}", "{from: 2025-06-01, until: 2025-07-01}")
        )
        through = rulebook(
            DENIAL.replace("{from: 2020-01-01}", "{from: 2025-06-01, through: 2025-06-30}")
        )
        for book in (until, through):
            verdicts = [
                book.decide(CN, law_date=day).verdict.value
                for day in ("2025-05-31", "2025-06-01", "2025-06-30", "2025-07-01")
            ]
            assert verdicts == ["allow", "deny", "deny", "allow"]

    def test_an_example_says_for_all_its_expectations_as_of_when(self, rulebook: Make) -> None:
        text = """\
examples:
  - title: As it was known
    known_as_of: 2025-01-01
    given: {destination: CN}
    expect: [{law_date: 2025-06-01, verdict: review}]
"""
        (example,) = rulebook(DENIAL, text).content.examples
        assert str(example.expect[0].known_as_of) == "2025-01-01"


class TestAuthority:
    def test_the_text_alone_knows_no_practice(self, shipped: Rulebook) -> None:
        line = h20("NVIDIA Corporation", law_date="2025-07-15")
        usual = shipped.decide(line)
        assert usual.finding == "case_by_case"
        assert usual.text_alone == (Verdict.DENY, Finding.PRESUMPTION_OF_DENIAL)
        alone = shipped.decide(line, authority=Authority.REGULATION)
        assert (alone.verdict, alone.decisive) == ("deny", ("h20-is-informed",))  # letters stay
        assert alone.text_alone is None

    def test_grounds_of_practice_and_company_are_off_too(self, rulebook: Make) -> None:
        book = rulebook(
            rule("custom", authority="practice", finding="prohibited"),
            rule("policy", authority="company", verdict="deny"),
            rule("advice", authority="guidance", finding="red_flag"),
        )
        assert book.decide(CN).verdict == "deny"
        alone = book.decide(CN, authority=Authority.REGULATION)
        assert (alone.verdict, alone.decisive) == ("review", ("advice",))

    def test_an_announced_non_enforcement_is_guidance_and_off_in_the_text(
        self, rulebook: Make
    ) -> None:
        book = rulebook(DENIAL, promise("announced", "not_enforced", authority="guidance"))
        assert book.decide(CN).finding == "not_enforced"
        assert book.decide(CN).verdict == "allow"
        assert book.decide(CN, authority=Authority.REGULATION).verdict == "deny"
        assert book.decide(CN, authority=Authority.GUIDANCE).verdict == "allow"


class TestCompany:
    def test_a_companys_deny_stands_beside_the_legal_finding(self, rulebook: Make) -> None:
        book = rulebook(
            rule("policy", authority="company", verdict="deny", when="{destination: CN}")
        )
        decision = book.decide(CN)
        assert (decision.verdict, decision.finding) == ("deny", "no_license_required")
        assert decision.company_verdict == "deny"
        assert "the company's own rules say deny" in decision.summary()

    def test_a_companys_review(self, rulebook: Make) -> None:
        book = rulebook(
            rule("policy", authority="company", verdict="review", when="{destination: CN}"), DENIAL
        )
        denied = book.decide(CN)
        assert (denied.verdict, denied.company_verdict) == ("deny", "review")
        assert denied.finding == "presumption_of_denial"
        elsewhere = book.decide({**CN, "destination": "DE"})
        assert (elsewhere.verdict, elsewhere.company_verdict) == ("allow", None)

    def test_a_companys_rule_that_may_apply_holds_an_allow(self, rulebook: Make) -> None:
        book = rulebook(rule("policy", authority="company", verdict="deny", when="{quantity: 9}"))
        assert book.decide(CN).verdict == "review"
        assert book.decide({**CN, "quantity": "1"}).verdict == "allow"
