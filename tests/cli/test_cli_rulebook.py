"""`check`, `test`, `rules`, `schema`, `vocabulary`: the commands of policy staff."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_files import ROOT, Run

from screening import load_rulebook
from screening.rulebook.jsonschema import rulebook_schema, schema_text
from screening.vocabulary import BASE, Scope
from screening.workbench.examples import run_examples

SMALL = """\
rulebook:
  language: "1"
  id: small
  title: A small rulebook
  covers: {from: 2025-01-01, verified_through: 2026-12-31}
  allow_requires: {destination: [DE, CN]}
rules:
  - id: no-china
    title: Nothing to China
    cites: [A law]
    authority: regulation
    in_force: {from: 2025-01-01}
    when: {destination: CN}
    finding: prohibited
examples:
  - title: A thing to China
    given: {destination: CN}
    expect:
      - {law_date: 2026-01-01, verdict: deny, decisive: [no-china]}
      - {law_date: 2026-01-02, verdict: VERDICT, finding: FINDING, statuses: {no-china: STATUS}}
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "rules" / "small"
    folder.mkdir(parents=True)
    write(folder, "deny", "prohibited", "decisive")
    return folder


def write(folder: Path, verdict: str, finding: str, status: str) -> None:
    text = SMALL.replace("VERDICT", verdict).replace("FINDING", finding)
    (folder / "small.yaml").write_text(text.replace("STATUS", status))


def test_check_says_ok_with_counts(run: Run, small: Path) -> None:
    for path in (small, small.parent):
        result = run("check", path)
        assert "1 rule, " in result.out
        assert "small" in result.out


def test_check_shows_every_problem_with_its_place(run: Run, small: Path) -> None:
    broken = SMALL.replace("finding: prohibited", "finding: no")
    (small / "small.yaml").write_text(broken)
    result = run("check", small)
    assert result.code == 1
    assert "small.yaml:14:14: error: `no` is not a finding a rule may state [finding]" in result.out
    assert f"{small}: " in result.out
    told = json.loads(run("check", small, "--format", "json").out)
    assert told["rulebooks"][0]["ok"] is False
    assert told["rulebooks"][0]["problems"][0]["line"] == 14


def test_check_without_a_rulebook(run: Run, tmp_path: Path) -> None:
    result = run("check", tmp_path)
    assert result.code == 2
    assert "has a `rulebook` header [rulebook-header]" in result.err
    assert run("check", tmp_path / "no").code == 2


def test_examples_that_hold(run: Run, small: Path) -> None:
    result = run("test", small)
    assert (result.code, result.out) == (0, f"{small}: ok (1 example, 2 expectations)\n")


def test_examples_that_fail_show_the_difference(run: Run, small: Path) -> None:
    write(small, "review", "case_by_case", "not_met")
    result = run("test", small.parent)
    assert result.code == 1
    assert "small.yaml:20: A thing to China (2026-01-02)" in result.out.replace("\n", " ")
    for text in (
        "  verdict\n    - expected review\n    + got      deny",
        "  finding\n    - expected case_by_case\n    + got      prohibited",
        "  status of no-china\n    - expected not_met\n    + got      decisive",
        "1 failed (1 example, 2 expectations)",
    ):
        assert text in result.out
    told = json.loads(run("test", small, "--format", "json").out)
    bad = [o for o in told["rulebooks"][0]["outcomes"] if not o["ok"]]
    assert [(o["line"], o["law_date"]) for o in bad] == [(20, "2026-01-02")]


def test_a_broken_rulebook_has_no_examples_to_run(run: Run, small: Path) -> None:
    (small / "small.yaml").write_text("rulebook: {}\n")
    assert run("test", small).code == 3


def test_examples_can_be_kept_to_a_folder(small: Path) -> None:
    rulebook = load_rulebook(small)
    assert len(run_examples(rulebook)) == len(run_examples(rulebook, small)) == 2
    assert run_examples(rulebook, small / "elsewhere") == []


def test_rules_in_plain_english(run: Run) -> None:
    out = run("rules", "h20-is-informed").out
    assert out.startswith("h20-is-informed: NVIDIA was told that H20")
    for text in ("destination is D:5 or MO", "then: presumption_of_denial", "from 2025-04-09",
                 "NVIDIA Form 8-K of 2025-04-15", "may be overridden by",
                 "h20-sales-resumed"):  # fmt: skip
        assert text in out
    told = json.loads(run("rules", "h20-sales-resumed", "--format", "json").out)
    assert "h20-is-informed" in told["overrides"]
    assert told["kind"] == "replacing"
    assert "h20-is-informed" in run("rules").out
    missing = run("rules", "h20-is-informd")
    assert missing.code == 2
    assert "is not a rule of us-ear; did you mean `h20-is-informed`?" in missing.err


def test_the_shipped_schema_is_current() -> None:
    shipped = (ROOT / "rules" / "rulebook.schema.json").read_text(encoding="utf-8")
    assert shipped == schema_text(), "run `screening schema --output rules/rulebook.schema.json`"


def test_schema_knows_vocabulary_and_shapes(run: Run, tmp_path: Path) -> None:
    schema = json.loads(run("schema").out)
    assert schema == rulebook_schema()
    condition = schema["$defs"]["condition"]["anyOf"][1]
    assert condition["additionalProperties"] is False
    assert set(BASE.of(Scope.SHIPMENT)) <= set(condition["properties"])
    when = schema["$defs"]["Rule"]["properties"]["when"]
    assert when["allOf"] == [{"$ref": "#/$defs/condition"}]
    assert '"null"' not in json.dumps(schema)
    out = tmp_path / "s.json"
    assert run("schema", "--rulebook", "example-company", "--output", out).code == 0
    assert "attributes.first_order" in out.read_text()


@pytest.mark.parametrize(
    "shape", ["Rule", "Overrides", "Interval", "Group", "GoodsClass", "Period"]
)
def test_every_key_is_explained_where_an_editor_shows_it(shape: str) -> None:
    for key, said in rulebook_schema()["$defs"][shape]["properties"].items():
        assert said["description"].endswith("."), key


def test_a_rulebooks_ids_are_offered_with_what_they_are_and_others_still_taken(run: Run) -> None:
    schema = json.loads(run("schema", "--rulebook", "us-ear").out)
    shapes = schema["$defs"]
    [ids, other] = shapes["Overrides"]["properties"]["rule"]["anyOf"]
    at = ids["enum"].index("h20-is-informed")
    assert "H20" in ids["enumDescriptions"][at]
    assert "string" in other["type"]  # a rule that was added since is no mistake
    place = json.dumps(shapes["placeTest"])
    assert '"D:5"' in place and '"nvidia-h20"' not in place
    assert '"nvidia-h20"' in json.dumps(shapes["productTest"])
    assert '"h20-resumption"' in json.dumps(shapes["Interval"]["properties"]["period"])


def test_every_reference_in_the_schema_is_defined() -> None:
    text = schema_text()
    named = {part.split('"')[0] for part in text.split("#/$defs/")[1:]}
    assert named <= set(rulebook_schema()["$defs"])


def test_vocabulary(run: Run) -> None:
    out = run("vocabulary").out
    assert "Ship-to Country" in out
    assert "end_user, ultimate_consignee" in out
    told = json.loads(run("vocabulary", "--rulebook", "example-company", "--format", "json").out)
    assert "attributes.first_order" in [f["id"] for f in told["fields"]]


def test_a_single_problem_is_one_problem(run: Run, small: Path) -> None:
    good = (small / "small.yaml").read_text()
    (small / "small.yaml").write_text(good.replace("finding: prohibited", "finding: no", 1))
    # That the examples name the rule that is left out is not told again.
    assert run("check", small).out.endswith(f"{small}: 1 problem\n")
    (small / "small.yaml").write_text(good.replace("authority:", "athority:"))
    assert run("check", small).out.endswith(f"{small}: 1 problem\n")


def test_a_single_file_is_checked_with_the_rulebook_it_is_part_of(run: Run, small: Path) -> None:
    # By itself a rule file is neither right nor wrong: what it names stands in other files.
    (small / "more").mkdir()
    other = small / "more" / "other.yaml"
    other.write_text("groups:\n  - {id: g, of: places, title: G, members: [Hongkong]}\n")
    result = run("check", other)
    assert result.code == 1
    assert "other.yaml:2:45: error: `Hongkong` in group `g` is not a place" in result.out
    assert f"`{other}` is part of `{small}`, which is checked as a whole" in result.err


def test_the_examples_of_a_single_file_are_run(run: Run, small: Path) -> None:
    other = small / "other.yaml"
    other.write_text("groups:\n  - {id: g, of: places, title: G, members: [HK]}\n")
    assert run("test", small / "small.yaml").out == f"{small}: ok (1 example, 2 expectations)\n"
    assert run("test", other).out == f"{small}: ok (0 examples, 0 expectations)\n"


def test_a_file_that_belongs_to_no_rulebook(run: Run, tmp_path: Path) -> None:
    alone = tmp_path / "alone.yaml"
    alone.write_text("rules: []\n")
    result = run("check", alone)
    assert result.code == 2
    assert f"`{alone}` is not part of a rulebook [rulebook-header]" in result.err
    assert "help: one file of a rulebook's folder says what it is, under `rulebook:`" in result.err
    nothing = run("check", tmp_path / "no.yaml")
    assert "there is no folder and no file" in nothing.err
    assert "help: give a rulebook's folder, or a rule file in it" in nothing.err


def test_problems_tells_what_a_code_means(run: Run, tmp_path: Path) -> None:
    told = run("problems", "money-currency")
    assert told.code == 0
    assert told.out.startswith("money-currency (error): An amount without a currency")
    assert "line_value: {more_than: 5000 USD}" in told.out
    assert "unknown-key: A key is not known" in run("problems").out
    wrong = run("problems", "money-curency")
    assert wrong.code == 2
    assert (
        "is not the code of a problem; did you mean `money-currency`? [unknown-code]" in wrong.err
    )
    page = tmp_path / "page.md"
    run("problems", "--output", page)
    assert page.read_text(encoding="utf-8").startswith("# Problems\n")
