"""Shipments as people really write them: each bad value is said to be bad, and nothing is allowed.

Nothing here raises but `pydantic.ValidationError`, and that only where there is nothing to read.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from pydantic import ValidationError

from screening import Decision, Problem, Rulebook, load_rulebook


def party(name: str, country: str = "DE", **said: Any) -> dict[str, Any]:
    clean = {"owners": [], "listings": [], "kinds": ["company"]}
    home = {"country": country, "headquarters": country, "parent_headquarters": country}
    return {"name": name, **home, **clean, **said}


PLAIN: dict[str, Any] = {
    "exporter": party("Example Instruments", "US"),
    "exported_from": "US",
    "destination": "DE",
    "eccn": "EAR99",
    "end_use": ["civil"],
    "quantity": "1",
    "end_user": party("Example Buyer"),
    "ultimate_consignee": party("Example Buyer"),
    "parties_complete": True,
    "law_date": "2025-06-01",
}


@cache
def book() -> Rulebook:
    return load_rulebook()


def decide(**said: Any) -> Decision:
    decision = book().decide({**PLAIN, **said})
    decision.to_json(every_rule=True)  # whatever was given can be told
    return decision


def refused(**said: Any) -> Problem:
    """The one problem of a line that is plain but for this."""
    decision = decide(**said)
    assert decision.verdict != "allow"
    (problem,) = decision.problems
    assert problem.place is not None and problem.place.field is not None
    return problem


def test_the_plain_line_is_allowed() -> None:
    assert decide().verdict == "allow"


class TestPlaces:
    @pytest.mark.parametrize(("text", "code"), [("NO", "NO"), ("NA", "NA"), ("na", "NA")])
    def test_norway_and_namibia_are_places(self, text: str, code: str) -> None:
        decision = decide(destination=text)
        assert decision.facts.values["destination"][0].value == code
        assert decision.problems == ()

    def test_what_yaml_made_of_norway(self) -> None:
        problem = refused(destination=False)
        assert problem.code == "unknown-place"
        assert problem.message == "`false` is not a place known by code or usual spelling"

    @pytest.mark.parametrize(
        ("text", "suggested"),
        [
            ("Germny", "Germany"),
            ("Libyan Arab Republc", "Libya"),
            ("Korea", "South Korea"),
            ("Nethrlands", "Netherlands"),
        ],
    )
    def test_an_unknown_spelling_is_suggested_and_never_taken(
        self, text: str, suggested: str
    ) -> None:
        problem = refused(destination=text)
        assert problem.code == "unknown-place"
        assert problem.message == f"`{text}` is not a place known by code or usual spelling"
        assert f"did you mean {suggested}" in problem.help or f"{suggested} (" in problem.help
        assert "destination" not in decide(destination=text).facts.values

    @pytest.mark.parametrize("text", ["Atlantis", "XX", "China and Hong Kong", "CN/HK", "D:5"])
    def test_no_place_at_all(self, text: str) -> None:
        assert refused(destination=text).code == "unknown-place"

    def test_a_partys_country(self) -> None:
        decision = decide(end_user=party("Example Buyer", country="Atlantis"))
        assert decision.verdict != "allow"
        assert {p.code for p in decision.problems} == {"unknown-place"}
        assert str(decision.problems[0].place) == "end_user.country"


class TestCodes:
    def test_an_eccn_that_looks_like_a_number_is_an_eccn(self) -> None:
        decision = decide(eccn="3E001")
        assert decision.facts.values["eccn"][0].value == "3E001"
        assert (decision.verdict, decision.problems) == ("review", ())

    @pytest.mark.parametrize("given", ["3.00E+01", "3E+01", 30.0, 3e1, "30"])
    def test_what_a_spreadsheet_made_of_an_eccn(self, given: object) -> None:
        problem = refused(eccn=given)
        assert problem.code == "eccn-form"
        assert problem.message == f"`{given}` is not an ECCN"
        assert problem.help == (
            "a spreadsheet turned a code such as 3E001 into a number; format it as text"
        )

    @pytest.mark.parametrize(
        ("given", "meant"),
        [
            ("3A09O", ""), ("chips", ""), ("3A090..a", "3A090.a"), ("3A090 A", "3A090.a"),
            ("3A 001.b.2", "3A001.b.2"), ("3A001-b-2", "3A001.b.2"), ("3A001.zz", ""),
            ("3A001.2.a", ""), ("EAR 99 / 3A090", ""), ("EAR999", ""), ("EAR\n99", ""),
        ],
    )  # fmt: skip
    def test_no_eccn(self, given: str, meant: str) -> None:
        problem = refused(eccn=given)
        assert (problem.code, problem.message) == ("eccn-form", f"`{given}` is not an ECCN")
        assert problem.help.partition("did you mean ")[2] == (f"{meant}?" if meant else "")

    @pytest.mark.parametrize(
        ("given", "regular"),
        [
            ("5a992c", "5A992.c"), ("3A001b2", "3A001.b.2"), ("3A001.b12a", "3A001.b.12.a"),
            ("ear 99", "EAR99"), ("EAR-99", "EAR99"),
        ],
    )  # fmt: skip
    def test_an_eccn_without_its_points(self, given: str, regular: str) -> None:
        assert decide(eccn=given).facts.values["eccn"][0].value == regular

    @pytest.mark.parametrize("mark", ["\ufeff", "\u200b", " \u200e "])
    def test_marks_that_nobody_sees_are_no_part_of_a_value(self, mark: str) -> None:
        assert decide(eccn=f"{mark}EAR99{mark}", destination=f"{mark}DE").verdict == "allow"
        assert decide(destination=f"{mark}IR").verdict == "deny"

    def test_an_hs_code(self) -> None:
        assert decide(hs_code="0101").facts.values["hs_code"][0].value == "0101"
        assert refused(hs_code="chips").code == "hs-form"

    @pytest.mark.parametrize(
        ("given", "help"),
        [("8.54231E+09", "a spreadsheet turned the code"), ("30461", "its leading zero")],
    )
    def test_what_a_spreadsheet_made_of_an_hs_code(self, given: str, help: str) -> None:
        problem = refused(hs_code=given)
        assert problem.code == "hs-form"
        assert help in problem.help

    def test_what_a_spreadsheet_made_of_a_date(self) -> None:
        assert "write 2026-09-01, or format the column" in refused(law_date="46266").help


class TestNumbers:
    @pytest.mark.parametrize("given", ["4,800", "4.800,0", "4 800", "4'800"])
    def test_thousands_marks_are_refused_and_not_guessed_at(self, given: str) -> None:
        problem = refused(quantity=given)
        assert (problem.code, problem.message) == ("number-form", f"`{given}` is not a number")
        assert problem.help == "write 4800 without thousands marks, if that is meant"

    @pytest.mark.parametrize("given", ["1.200", "300.000", "4.800"])
    def test_a_point_before_three_digits_is_refused_and_not_guessed_at(self, given: str) -> None:
        """Half of the world writes thousands so; a figure read too small clears what it should
        stop."""
        for field in ("quantity", "tpp", "line_value"):
            problem = refused(**{field: given})
            whole = given.replace(".", "")
            assert (problem.code, problem.message, problem.help) == (
                "number-ambiguous",
                f"`{given}` can be read as two numbers",
                f"write {whole} if the point marks thousands, {given}0 if decimals",
            )
        assert refused(unit_value="1.200 EUR").code == "number-ambiguous"

    def test_a_share_that_a_spreadsheet_may_have_made_of_percent_is_not_guessed_at(self) -> None:
        """A cell of 25 % comes out of a spreadsheet as 0.25, and a quarter of a percent is nearly
        nothing: a wrong reading would put the goods below the de minimis level."""
        problem = refused(us_content_percent="0.25")
        assert (problem.code, problem.message, problem.help) == (
            "number-ambiguous",
            "`0.25` can be a part of one or a share in percent",
            "write 25% or 0.25%",
        )

    @pytest.mark.parametrize(("given", "percent"), [("25%", "25"), ("0.25 %", "0.25"), ("0", "0"),
                                                    ("1", "1"), (10, "10")])  # fmt: skip
    def test_a_share_in_percent(self, given: object, percent: str) -> None:
        found = decide(us_content_percent=given).facts.values["us_content_percent"]
        assert found[0].value == Fraction(percent)

    @pytest.mark.parametrize("given", ["1.2000", "0.125", "1234.567", "1.20", 2.912])
    def test_a_point_that_can_only_be_decimal(self, given: object) -> None:
        decision = decide(memory_bandwidth_gbs=given)
        assert "number-ambiguous" not in {p.code for p in decision.problems}
        assert decision.facts.values["memory_bandwidth_gbs"][0].value == Fraction(str(given))

    @pytest.mark.parametrize("given", ["-5", -5, "-0.1"])
    def test_a_negative_quantity(self, given: object) -> None:
        problem = refused(quantity=given)
        assert (problem.code, problem.message) == ("number-negative", f"`{given}` is negative")

    def test_a_quantity_of_nothing(self) -> None:
        assert refused(quantity="0").code == "quantity-zero"

    @pytest.mark.parametrize(
        "given",
        ["NaN", float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity"), "1e999999",
         1e308 * 10, "0x10", "1_000", "five", "9" * 31, 10**400],
        ids=str,
    )  # fmt: skip
    def test_no_number(self, given: object) -> None:
        for field in ("quantity", "tpp", "memory_bandwidth_gbs"):
            assert refused(**{field: given}).code == "number-form"

    def test_large_numbers_are_exact(self) -> None:
        assert decide(quantity="9" * 30).facts.values["quantity"][0].value == int("9" * 30)

    def test_a_figure_of_the_circuit(self) -> None:
        problem = refused(chip={"tpp": "4,800"})
        assert (problem.code, str(problem.place)) == ("number-form", "chip.tpp")

    def test_money(self) -> None:
        assert refused(line_value="1,000 USD").code == "number-form"
        assert refused(line_value="USD 1000").code == "number-form"


class TestDates:
    @pytest.mark.parametrize(
        ("given", "code", "said"),
        [
            ("2025-02-30", "no-such-date", "is not a date of the calendar"),
            ("07/15/2025", "date-form", "is not a date in the form YYYY-MM-DD"),
            ("15.07.2025", "date-form", "is not a date in the form YYYY-MM-DD"),
            ("2025-7-15", "date-form", "is not a date in the form YYYY-MM-DD"),
            ("20250715", "date-form", "is not a date in the form YYYY-MM-DD"),
            ("today", "date-form", "is not a date in the form YYYY-MM-DD"),
        ],
    )
    def test_no_date(self, given: str, code: str, said: str) -> None:
        problem = refused(law_date=given)
        assert (problem.code, problem.message) == (code, f"`{given}` {said}")
        by_argument = book().decide(PLAIN, law_date=given)
        assert by_argument.verdict != "allow"
        assert [p.code for p in by_argument.problems] == [code]

    def test_a_date_as_a_date(self) -> None:
        assert decide(law_date=date(2025, 6, 1)).verdict == "allow"

    def test_the_dates_of_a_license(self) -> None:
        license = {"number": "D1", "valid_from": "07/15/2025", "until": "2025-02-30"}
        decision = decide(license={**license, "covers": "proved"})
        assert decision.verdict != "allow"
        assert [(p.code, str(p.place)) for p in decision.problems] == [
            ("date-form", "license.valid_from"),
            ("no-such-date", "license.until"),
        ]


class TestText:
    @pytest.mark.parametrize("field", ["description", "destination", "eccn", "law_date", "product"])
    def test_a_nul_byte(self, field: str) -> None:
        problem = refused(**{field: "D\x00E"})
        assert (problem.code, problem.message) == ("text-nul", f"`{field}` holds a NUL byte")

    def test_a_nul_byte_in_a_name(self) -> None:
        problem = refused(end_user=party("Exa\x00mple"))
        assert (problem.code, str(problem.place)) == ("text-nul", "end_user.name")

    @pytest.mark.parametrize("field", ["description", "destination", "eccn", "quantity", "product"])
    def test_a_hundred_thousand_characters(self, field: str) -> None:
        problem = refused(**{field: "x" * 100_000})
        assert problem.code == "text-too-long"
        assert problem.message == f"`{field}` is longer than 4000 characters"

    @pytest.mark.parametrize("text", ["", " ", "N/A", "none", "unknown", "TBD", "-"])
    def test_words_for_missing_are_missing(self, text: str) -> None:
        for field in ("destination", "eccn", "law_date", "exported_from"):
            decision = decide(**{field: text})
            assert decision.verdict != "allow"
            assert field not in decision.facts.values
            assert decision.problems == ()

    @pytest.mark.parametrize(
        "name", ["TBD", ".", "---", "0", "100234", "see above", "Ditto", "same as  End User", "nan"]
    )
    def test_what_names_nobody_is_no_name(self, name: str) -> None:
        decision = decide(end_user=party(name))
        assert decision.verdict != "allow"
        assert "end_user.name" in decision.ask

    def test_nobody_is_found_on_no_list_without_a_name(self) -> None:
        decision = decide(intermediate_consignee={"name": "TBD", "listings": []})
        assert (decision.verdict, decision.ask) == ("review", ("intermediate_consignee",))

    @pytest.mark.parametrize("name", ["3M", "Same Deutz-Fahr", "Ditto Ltd", "\u534e\u4e3a"])
    def test_a_name_is_a_name(self, name: str) -> None:
        assert decide(end_user=party(name)).verdict == "allow"


class TestProducts:
    def test_an_unknown_product_is_noted_with_a_suggestion(self) -> None:
        line = {k: v for k, v in PLAIN.items() if k != "eccn"} | {"product": "nvidia h2O0"}
        decision = book().decide(line)
        assert decision.verdict != "allow"
        assert decision.facts.notes == (
            "`nvidia h2O0` is not a product of the catalogue; did you mean `nvidia-h20`?",
        )
        assert "product" not in decision.facts.values

    @pytest.mark.parametrize("text", ['="H20"', "'H20", "=H20", ' ="NVIDIA H20" '])
    def test_signs_that_keep_a_text_from_a_spreadsheet_are_no_part_of_it(self, text: str) -> None:
        assert decide(product=text).facts.values["product"][0].value == "nvidia-h20"

    def test_a_product_like_none(self) -> None:
        assert decide(product="zzzzqqqq").facts.notes == (
            "`zzzzqqqq` is not a product of the catalogue",
        )


class TestFields:
    def test_an_unknown_field_with_a_suggestion(self) -> None:
        problem = refused(destnation="CN")
        assert problem.code == "unknown-field"
        assert problem.message == (
            "`destnation` is not a field of a shipment; did you mean `destination`?"
        )

    def test_a_derived_field_is_not_given(self) -> None:
        assert refused(conflicting_facts=False).code == "unknown-field"

    @pytest.mark.parametrize(
        ("field", "given", "code"),
        [
            ("kind", "exprot", "unknown-choice"),
            ("end_use", ["militery"], "unknown-choice"),
            ("end_use", "civil; militery", "unknown-choice"),
            ("destination", ["CN", "DE"], "list-form"),
            ("eccn", [], "list-form"),
            ("parties_complete", "maybe", "flag-form"),
            ("datacenter_marketed", 1, "flag-form"),
            ("certifications", "all of them", "unknown-field"),
            ("certifications", {"nac_confirmed": "perhaps"}, "flag-form"),
            ("certifications", {"nac_confirmd": True}, "unknown-field"),
        ],
    )
    def test_a_value_that_does_not_fit(self, field: str, given: object, code: str) -> None:
        assert refused(**{field: given}).code == code

    @pytest.mark.parametrize(
        "said",
        [
            {"destination": {"code": "CN"}},
            {"destination": object()},
            {"destination": b"CN"},
            {"transit": [["CN"]]},
            {"license": []},
            {"license": "D123"},
            {"license": {"number": "D1", "covers": "yes"}},
            {"end_user": {"nam": "Example"}},
            {"end_user": party("Example", listings="EL")},
            {"end_user": party("Example", listings=[{"lst": "EL"}])},
            {"parties": "Example"},
            {1: "x"},
        ],
    )
    def test_no_shipment_at_all(self, said: dict[Any, Any]) -> None:
        with pytest.raises(ValidationError):
            book().decide({**PLAIN, **said})

    @pytest.mark.parametrize(
        "said",
        [{"end_user": 5}, {"end_user": True}, {"end_user": [5]}, {"parties": 5}],
        ids=str,
    )
    def test_no_party_at_all(self, said: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            book().decide({**PLAIN, **said})

    @pytest.mark.parametrize("given", [None, 5, "x", [], b""])
    def test_no_mapping(self, given: Any) -> None:
        with pytest.raises(ValidationError, match="a shipment is a mapping of fields"):
            book().decide(given)

    def test_nothing_at_all(self) -> None:
        assert book().decide({}).verdict == "review"


class TestListings:
    @pytest.mark.parametrize("listing", ["XYZ", {"list": "Entity Lst"}])
    def test_an_unknown_list(self, listing: object) -> None:
        decision = decide(end_user=party("Example Buyer", listings=[listing]))
        assert decision.verdict != "allow"
        (problem,) = decision.problems
        assert problem.code == "unknown-list"
        assert "is not a list known here" in problem.message
        assert "EL, MEU, SDN" in problem.help

    @pytest.mark.parametrize("words", [None, "???", "By the discretion of nobody"])
    def test_unknown_words_of_policy_are_a_presumption_of_denial(self, words: str | None) -> None:
        entry = {"list": "EL", "items": "all", "policy": words}
        decision = decide(end_user=party("Example Buyer", listings=[entry]))
        assert (decision.verdict, decision.finding) == ("deny", "presumption_of_denial")

    def test_an_unknown_list_of_an_owner(self) -> None:
        owner = {"party": "Example Owner", "percent": 60, "listings": [{"list": "SDNN"}]}
        decision = decide(end_user=party("Example Buyer", owners=[owner]))
        assert decision.verdict != "allow"
        assert [p.code for p in decision.problems] == ["unknown-list"]

    @pytest.mark.parametrize("percent", ["fifty", -60, "4,800", "2025-02-30"])
    def test_a_share_that_is_no_number_is_a_problem(self, percent: object) -> None:
        owner = {"party": "Example Owner", "percent": percent, "listings": [{"list": "EL"}]}
        decision = decide(end_user=party("Example Buyer", owners=[owner]))
        assert decision.problems != ()

    @pytest.mark.parametrize("percent", ["fifty", -60, 900, None, "TBD"])
    def test_a_listed_owner_whose_share_is_odd_is_never_allowed(self, percent: object) -> None:
        owner = {"party": "Example Owner", "percent": percent, "listings": [{"list": "EL"}]}
        for day in ("2025-06-01", "2025-10-15", "2026-01-05", "2026-11-10"):
            buyer = party("Example Buyer", owners=[owner])
            assert decide(end_user=buyer, law_date=day).verdict != "allow"

    def test_an_unknown_kind_of_party(self) -> None:
        problem = refused(end_user=party("Example Buyer", kinds=["compny"]))
        assert problem.message == "`compny` is not a value of `kinds`; did you mean `company`?"


class TestDepth:
    @staticmethod
    def owned(levels: int) -> dict[str, Any]:
        owner: dict[str, Any] = {"party": "x", "percent": 60, "listings": [{"list": "EL"}]}
        for _ in range(levels):
            owner = {"party": "x", "percent": 60, "listings": [], "owners": [owner]}
        return party("Example Buyer", "BR", owners=[owner])

    @pytest.mark.parametrize("levels", [1, 10, 100])
    def test_a_listed_owner_far_up_is_found(self, levels: int) -> None:
        decision = decide(end_user=self.owned(levels), destination="BR", law_date="2025-10-15")
        assert decision.verdict != "allow"
        assert decision.status("affiliates-rule-by-share") == "decisive"

    @pytest.mark.parametrize("levels", [250, 500, 5000])
    def test_owners_of_owners_without_end_do_not_crash(self, levels: int) -> None:
        try:
            decision = decide(end_user=self.owned(levels), law_date="2025-10-15")
        except ValidationError:
            return  # too deep to read: no shipment
        assert decision.verdict != "allow"

    @pytest.mark.parametrize("field", ["end_user", "transit"])
    def test_lists_in_lists_without_end_do_not_crash(self, field: str) -> None:
        given: Any = "x"
        for _ in range(5000):
            given = [given]
        with pytest.raises(ValidationError):
            decide(**{field: given})

    def test_many_parties(self) -> None:
        many = [party(f"Example Buyer {i}") for i in range(300)]
        assert decide(end_user=many).verdict == "allow"
        listed = [*many, party("Example Evil", listings=[{"list": "DPL"}])]
        assert decide(end_user=listed).verdict == "deny"


@pytest.mark.parametrize(
    ("roles", "code"), [((), "party-without-role"), (("agent",), "unknown-role")]
)
def test_a_party_in_no_role_is_not_passed_over(roles: tuple[str, ...], code: str) -> None:
    """Every rule asks about roles: a denied person in none would be asked about by nobody."""
    bad = {**party("Example Agent"), "listings": [{"list": "DPL"}], "roles": roles}
    decision = decide(parties=[bad])
    assert code in [problem.code for problem in decision.problems]
    assert decision.verdict != "allow"


@pytest.mark.parametrize("number", ["NLR", "N/A", "", "unknown", "No License Required"])
def test_what_is_no_license_is_no_license_in_hand(number: str) -> None:
    license = {"number": number, "valid_from": "2025-01-01", "until": "2026-01-01",
               "covers": "proved"}  # fmt: skip
    decision = decide(eccn="3A090.a", destination="CN", license=license, datacenter_marketed="true")
    assert "license-number" in [problem.code for problem in decision.problems]
    assert decision.verdict != "allow"


@pytest.mark.parametrize("uses", [[], "none"])
def test_no_end_use_is_no_answer(uses: Any) -> None:
    assert decide(end_use=uses).verdict == "review"


@pytest.mark.parametrize(
    ("kind", "left", "goes"),
    [
        ("in_country_transfer", "US", "CN"),
        ("reexport", "US", "DE"),
        ("reexport", "PR", "DE"),
        ("export", "SG", "DE"),
        ("export", "DE", "DE"),
    ],
)
def test_a_kind_that_the_places_contradict_is_a_conflict(kind: str, left: str, goes: str) -> None:
    """A transfer within China that starts in the United States is neither."""
    decision = decide(kind=kind, exported_from=left, destination=goes)
    assert decision.verdict == "review"
    assert any("kind" in requirement for requirement in decision.facts.conflicts)


def test_made_in_puerto_rico_is_made_in_the_united_states() -> None:
    said: dict[str, Any] = {
        "exported_from": "PR", "destination": "CN", "eccn": "3A001.a.2", "law_date": "2026-08-01",
        "country_of_origin": "PR", "us_content_percent": "0", "kind": "reexport",
        "attributes.zero_percent_content": "false",
    }  # fmt: skip
    assert decide(**said).verdict != "allow"
    assert decide(**{**said, "country_of_origin": "TW", "kind": None}).verdict != "allow"


@pytest.mark.parametrize("code", ["3A001.zz", "3A001.2.a", "3A001.a.b", "3A001.a.2.", "3A001.a..2"])
def test_paragraphs_are_letters_and_numbers_in_turn(code: str) -> None:
    decision = decide(eccn=code)
    assert [problem.code for problem in decision.problems] == ["eccn-form"]
    assert decision.verdict != "allow"
