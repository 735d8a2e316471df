"""The report of a screened table in a real browser: pictures, sorting, search, a trace a click."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from screening.cli.app import app

pytest.importorskip("selenium", reason="selenium is not installed")
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

EVIL = "<img src=x onerror=document.title='owned'>"
TABLE = f"""\
shipment_id,law_date,exporter,exported_from,destination,eccn,product,description,end_use
S-1,2025-07-14,NVIDIA Corporation,US,CN,,nvidia-h20,H20,datacenter
S-2,2025-07-15,NVIDIA Corporation,US,CN,,nvidia-h20,H20,datacenter
S-3,2025-07-15,Harbor,US,DE,EAR99,{EVIL},{EVIL},civil
S-4,2025-08-20,Harbor,US,IR,EAR99,hose,hose,civil
"""


def test_a_manager_opens_the_report(
    browser: Any, picture: Callable[[str], None], tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text(TABLE)
    output = tmp_path / "out.csv"
    for args in (["screen", tmp_path / "in.csv", "--output", output], ["report", output]):
        result = CliRunner().invoke(app, [str(a) for a in args])
        assert result.exit_code == 0, result.output
    browser.get((tmp_path / "out.csv.report.html").as_uri())
    rows = WebDriverWait(browser, 30).until(
        lambda b: b.find_elements(By.CSS_SELECTOR, "#rows tbody tr")
    )
    assert len(rows) == 4
    picture("report")

    def column(at: int) -> list[str]:
        cells = browser.find_elements(By.CSS_SELECTOR, f"#rows tbody td:nth-child({at})")
        return [c.text for c in cells]

    browser.find_element(By.CSS_SELECTOR, "button[data-key=place]").click()
    assert column(4) == ["CN", "CN", "DE", "IR"]
    browser.find_element(By.CSS_SELECTOR, "button[data-key=place]").click()
    assert column(4) == ["IR", "DE", "CN", "CN"]
    browser.find_element(By.CSS_SELECTOR, ".show[value=review]").click()
    assert set(column(2)) == {"deny"}
    browser.find_element(By.ID, "search").send_keys("h20")
    assert column(4) == ["CN"]

    browser.find_element(By.CSS_SELECTOR, "#rows tbody tr").click()
    trace = browser.find_element(By.ID, "trace")
    WebDriverWait(browser, 30).until(lambda b: "h20-is-informed" in trace.text)
    assert "15 CFR 744.23(b)" in trace.text
    assert "{" not in trace.text, "what a rule says of a fact names the fact"
    picture("report-trace")

    assert browser.title != "owned", "what a cell says is shown and never run"
    assert [e for e in browser.get_log("browser") if e["level"] == "SEVERE"] == []
