"""What `pip install .` gives: the command, the types and the rulebooks inside the wheel."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.slow
def test_the_wheel_carries_the_rulebooks_and_decides_by_itself(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(tmp_path)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "screening/py.typed" in names
    assert "screening/_rulebooks/us-ear/us-ear.yaml" in names
    assert "screening/_rulebooks/us-ear/country_chart.csv" in names
    code = (
        "from screening import load_rulebook;"
        "print(load_rulebook().decide({'destination': 'CN', 'exporter': 'NVIDIA Corporation',"
        " 'product': 'nvidia-h20', 'law_date': '2025-07-14'}).verdict)"
    )
    # The wheel alone is on the path, not this checkout.
    target = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(target)
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(target)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == "deny"
