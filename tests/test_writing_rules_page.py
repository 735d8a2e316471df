"""The rulebook printed on the page for writers, as printed: it loads, lacks nothing and answers."""

from __future__ import annotations

import re
from pathlib import Path

from screening import Verdict, load_rulebook
from screening.workbench.checks import findings
from screening.workbench.examples import run_examples

PAGE = Path(__file__).parents[1] / "docs" / "writing-rules.md"


def printed() -> str:
    blocks = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    (whole,) = [b for b in blocks if b.startswith("rulebook:")]
    return whole


def test_the_first_rulebook_is_ok_as_printed(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "rules.yaml").write_text(printed(), encoding="utf-8")
    rulebook = load_rulebook(folder)
    assert findings(rulebook) == []
    outcomes = run_examples(rulebook, folder)
    assert [o.differences for o in outcomes] == [(), ()]
    assert [o.decision.verdict for o in outcomes] == [Verdict.REVIEW, Verdict.ALLOW]


def test_an_example_that_leaves_out_the_value_is_asked_for_it(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    text = printed().replace("      order_value: 150000 USD\n", "")
    (folder / "rules.yaml").write_text(text, encoding="utf-8")
    (within, before) = run_examples(load_rulebook(folder), folder)
    assert within.decision.ask == ("order_value",)
    assert before.ok
