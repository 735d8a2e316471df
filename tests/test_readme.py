"""What the README shows is what the commands print, and its Python runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from screening.cli.app import app

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
SHOWN = re.findall(r"```console\n\$ screening (.+?)\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(("command", "output"), SHOWN, ids=[c for c, _ in SHOWN])
def test_a_command_prints_what_is_shown(
    command: str, output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    told = CliRunner().invoke(app, command.split()).output
    printed = {line.rstrip() for line in told.splitlines()}
    missing = [x for x in output.splitlines() if x.strip() not in ("", "...") and x not in printed]
    assert not missing


def test_the_python_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("deny presumption_of_denial\n")


def test_every_page_it_points_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_shipment_that_the_readme_shows_is_decided(tmp_path: Path) -> None:
    (shipment,) = re.findall(
        r"Save this as `shipment.yaml`:\n\n```yaml\n(.*?)```", README, re.DOTALL
    )
    file = tmp_path / "shipment.yaml"
    file.write_text(shipment, encoding="utf-8")
    told = CliRunner().invoke(app, ["screen", str(file)]).stdout
    assert told.startswith("Allow: no license is required.")
