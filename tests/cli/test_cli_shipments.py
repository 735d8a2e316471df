"""`screen`, `explain`, `why-not`, `timeline` on one shipment: answers, messages, exit codes."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from cli_files import BOLT, H20, Run


def written(tmp_path: Path, text: str, name: str = "s.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def refused(run: Run, path: Path) -> str:
    result = run("screen", path)
    assert (result.code, result.out) == (2, ""), result.out
    assert "Traceback" not in result.err
    return result.err


def test_verdicts_and_fail_on(run: Run, bolt: Path, h20: Path) -> None:
    allowed = run("screen", bolt, "--fail-on", "review")
    assert allowed.out.startswith("Allow: no license is required")
    assert allowed.code == 0
    denied = run("screen", h20)
    assert denied.code == 0
    assert "h20-is-informed: NVIDIA was told that H20" in denied.out
    assert run("screen", h20, "--fail-on", "deny").code == 1
    resumed = run("screen", h20, "--law-date", "2025-07-15", "--fail-on", "deny")
    assert resumed.code == 0
    assert "the text alone: deny (presumption_of_denial)" in resumed.out
    assert run("screen", h20, "--law-date", "2025-07-15", "--fail-on", "review").code == 1


def test_footing_options(run: Run, h20: Path) -> None:
    def verdict(*options: str) -> str:
        return str(json.loads(run("screen", h20, "--format", "json", *options).out)["verdict"])

    assert verdict("--law-date", "2025-07-15", "--authority", "regulation") == "deny"
    assert verdict("--known-as-of", "2025-04-14", "--law-date", "2025-04-10") != "deny"
    err = run("screen", h20, "--law-date", "07/15/2025").err
    assert "--law-date: `07/15/2025` is not a date in the form YYYY-MM-DD [date-form]" in err


def test_json_keeps_numbers_as_written(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, '{"destination": "NO", "quantity": 1.10, "tpp": 1e2}', "s.json")
    facts = json.loads(run("screen", path, "--format", "json").out)["facts"]["shipment"]
    assert facts["destination"][0]["value"] == "NO"
    assert (facts["quantity"][0]["value"], facts["tpp"][0]["value"]) == ("1.1", "100")


def test_lines_share_and_the_strictest_counts(run: Run, tmp_path: Path) -> None:
    text = BOLT.replace("eccn: EAR99\n", "") + "lines:\n  - {eccn: EAR99}\n  - {line: 2}\n"
    result = run("screen", written(tmp_path, text))
    assert result.out.startswith("Review: the most restrictive of 2 lines\nline 1: Allow")
    told = json.loads(run("screen", written(tmp_path, text), "--format", "json").out)
    assert [d["verdict"] for d in told["lines"]] == ["allow", "review"]


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("lines:\n  - {destination: FR}\n",
         "s.yaml:13:19: line 1 and the shipment say `destination` differently [lines-disagree]"),
        ("lines: []\n", "`lines` is a list of mappings, one for each line [file-form]"),
        ("intermediate_consignee: {nam: X}\n",
         "s.yaml:12:26: `nam` is not a key here; did you mean `name`? [unknown-key]"),
        ("purchaser: [a, {listings: [{list: EL, basis: nmed}]}]\n",
         "`nmed` is not a value of `basis`; did you mean `named`? [unknown-value]"),
        ("license: {until: 2027-01-01}\n", "`number` is missing [missing-key]"),
        ("parties: Acme\n", "`parties` is not a list of parties [wrong-shape]"),
        ("forwarder: [[x]]\n", "`forwarder` is not a party: a name, or a mapping with `name`"),
        ("quantity: {a: b}\n", "`quantity` is not a value or a list of values [wrong-shape]"),
    ],
)  # fmt: skip
def test_malformed_shipments(run: Run, tmp_path: Path, extra: str, message: str) -> None:
    assert message in refused(run, written(tmp_path, BOLT + extra))


def test_lines_must_agree_on_date_and_parties(run: Run, tmp_path: Path) -> None:
    text = "destination: DE\nlines:\n  - {law_date: 2026-03-01}\n  - {law_date: 2026-03-02}\n"
    assert "lines 1 and 2 disagree on `law_date`" in refused(run, written(tmp_path, text))
    text = "destination: DE\nlines:\n  - {exporter: A}\n  - {exporter: B}\n"
    assert "lines 1 and 2 disagree on `exporter`" in refused(run, written(tmp_path, text))


def test_bad_values_are_told_at_their_place(run: Run, tmp_path: Path) -> None:
    text = H20.replace("quantity: 8", 'quantity: "4,800"') + "destnation: CN\n"
    result = run("screen", written(tmp_path, text), "--law-date", "2025-07-15")
    assert result.code == 0
    assert result.out.startswith("Review: ")
    assert "s.yaml:6:11 quantity: `4,800` is not a number [number-form]" in result.out
    assert "`destnation` is not a field of a shipment; did you mean `destination`?" in result.out


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("s.doc", "x", "`s.doc` is no shipment and no table by its name [file-kind]"),
        ("s.yaml", "- a\n", "a shipment file is a mapping of fields [file-form]"),
        ("s.yaml", "a: 1\na: 2\n", "s.yaml:2:1: `a` is given twice [yaml-duplicate-key]"),
        ("s.json", '{"a": 1, "a": 2}', "`a` stands twice in one object [json-form]"),
        ("s.json", '{"a": NaN}', "`NaN` is not a number [json-form]"),
        ("s.json", "{", "s.json:1:2: this is not JSON"),
        ("s.json", '{"a": "\\ud800"}', "half a character"),
        ("s.json", "[" * 100_000, "nested too deeply"),
        ("s.json", "[]", "a shipment file is a mapping of fields [file-form]"),
    ],
)
def test_unreadable_files(run: Run, tmp_path: Path, name: str, text: str, message: str) -> None:
    assert message in refused(run, written(tmp_path, text, name))


def test_missing_file_and_rulebook(run: Run, tmp_path: Path, bolt: Path) -> None:
    assert "there is no such file" in refused(run, tmp_path / "no.yaml")
    result = run("screen", bolt, "--rulebook", "us-eer")
    assert result.code == 2
    said = "there is no rulebook folder `us-eer`; did you mean `us-ear`? [no-rulebook]"
    assert said in result.err
    (tmp_path / "broken").mkdir()
    written(tmp_path, "rulebook: {language: 1}\n", "broken/b.yaml")
    result = run("screen", bolt, "--rulebook", tmp_path / "broken")
    assert result.code == 3
    assert "b.yaml:1:" in result.err
    assert "Traceback" not in result.err


def test_internal_errors_are_one_line(
    run: Run, bolt: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("screening.footing.Footing.decide", broken)
    result = run("screen", bolt)
    assert (result.code, result.out) == (70, "")
    assert result.err.startswith("internal error: ZeroDivisionError: division by zero (run again")
    assert result.err.count("\n") == 1


def test_usage(run: Run) -> None:
    assert run("--version").out.startswith("screening ")
    assert run("screen").code == 2
    assert run("screen", "x.yaml", "--nonsense").code == 2
    for command in ("screen", "explain", "why-not", "check", "test", "timeline", "rules", "schema",
                    "vocabulary"):  # fmt: skip
        result = run(command, "--help")
        assert result.code == 0
        assert f"Examples:\n    screening {command}" in result.out


def test_explain_tells_everything(run: Run, h20: Path) -> None:
    result = run("explain", h20, "--law-date", "2025-07-15")
    assert result.code == 0
    first, *_ = result.out.splitlines()
    assert first.startswith("Review: a license is required, reviewed case by case")
    for text in (
        "by the text alone: deny (presumption_of_denial)",
        "decisive h20-sales-resumed",
        "overridden h20-is-informed",
        "by h20-sales-resumed",
        "holds destination is CN, HK or MO  [CN]",
        "letter: NVIDIA Form 8-K of 2025-04-15; 15 CFR 744.23(b)",
        "what an allow needs",
        "destination = CN  (given)",
        "what to supply",
        "what else the answer could be",
        "coverage",
    ):
        assert text in result.out, text
    # A rule that is not met is told only where more facts might bring an exception that helps.
    told = [x for x in result.out.splitlines() if "not met " in x]
    assert all("License Exception" in x for x in told), told
    every = run("explain", h20, "--all", "--no-what-if").out
    assert "not in force " in every
    assert "what else the answer could be" not in every


def test_explain_json_holds_computed_alternatives(run: Run, h20: Path) -> None:
    told = json.loads(run("explain", h20, "--format", "json").out)
    assert told["verdict"] == "deny"
    assert any(a["verdict"] != "deny" for a in told["alternatives"])


def test_explain_a_row_of_a_table(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "destination,eccn\nDE,EAR99\nFR,EAR99\n", "t.csv")
    assert "the table has 2 rows [which-line]" in run("explain", path).err
    result = run("explain", path, "--line", "3", "--no-what-if")
    assert "destination = FR" in result.out
    assert "no row begins on line 9 [no-such-line]" in run("explain", path, "--line", "9").err


def test_terminal_codes_of_the_input_are_shown_not_obeyed(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, '{"destination": "DE", "exporter": "A\\u001b[2J[red]B"}', "s.json")
    out = run("explain", path, "--no-what-if").out
    assert "\x1b" not in out
    assert "A\ufffd[2J[red]B" in out


def test_why_not(run: Run, bolt: Path, h20: Path, tmp_path: Path) -> None:
    assert "nothing stands in its way" in run("why-not", bolt, "--verdict", "allow").out
    told = json.loads(run("why-not", h20, "--format", "json").out)
    blocking = {o.get("rule"): o for o in told["obstacles"]}
    assert blocking["h20-is-informed"]["kind"] == "decisive"
    assert {"test": "destination is D:5 or MO", "truth": "true", "actual": "CN"} in (
        blocking["h20-is-informed"]["tests"]
    )
    assert any(o["kind"] == "requirement" for o in told["obstacles"])
    path = written(tmp_path, BOLT.replace("DE, listings: []}\nend", "DE}\nend"))
    single = json.loads(run("why-not", path, "--format", "json").out)["single_answers"]
    listings = [a for a in single if a["field"] == "ultimate_consignee.listings"]
    assert listings and all(a["verdict"] == "allow" for a in listings)
    denying = run("why-not", bolt, "--verdict", "deny").out
    assert "rules that would deny, and why they do not" in denying


def test_timeline(run: Run, h20: Path) -> None:
    spans = json.loads(run("timeline", h20, "--format", "json").out)["spans"]
    by_start = {s["from"]: s for s in spans}
    assert by_start["2025-04-09"]["verdict"] == "deny"
    assert by_start["2025-07-15"]["finding"] == "case_by_case"
    assert all(a["until"] == b["from"] for a, b in pairwise(spans))
    out = run("timeline", h20).out
    assert "2025-04-09  2025-07-14  deny" in out
    assert "░ allow  ▒ review  █ deny" in out
    assert "2024" in out.splitlines()[-2]
