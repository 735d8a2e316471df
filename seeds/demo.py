"""The tour that `make demo` gives: real commands on the sample data, with what they cost."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import date
from pathlib import Path

from screening import load_rulebook
from screening.casting import CastError, cast_eccn, cast_place
from screening.truth import Truth

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OUT = ROOT / "out"
SCREENING = Path(sys.executable).with_name("screening")
COMPANY = "rules/example-company"


def run(*arguments: str) -> None:
    """Show a command and run it; a failing one ends the demo."""
    print(f"\n$ screening {' '.join(arguments)}", flush=True)
    done = subprocess.run([SCREENING, *arguments], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(f"`screening {arguments[0]}` ended with exit code {done.returncode}")


def show(first: int, *arguments: str) -> None:
    """Show a command and the first lines of what it says."""
    print(f"\n$ screening {' '.join(arguments)} | head -{first}", flush=True)
    done = subprocess.run([SCREENING, *arguments], cwd=ROOT, check=False, capture_output=True,
                          encoding="utf-8")  # fmt: skip
    if done.returncode:
        sys.exit(done.stderr or f"`screening {arguments[0]}` ended with {done.returncode}")
    lines = done.stdout.splitlines()
    print("\n".join(lines[:first]))
    if len(lines) > first:
        print(f"... and {len(lines) - first} more lines: what an allow needs, other answers, every "
              "fact with its source, what was not checked", flush=True)  # fmt: skip


def count(*arguments: str) -> None:
    """Run a command that screens a table and show only what its rows came to."""
    print(f"\n$ screening {' '.join(arguments)}", flush=True)
    done = subprocess.run([SCREENING, *arguments], cwd=ROOT, check=False, capture_output=True,
                          encoding="utf-8")  # fmt: skip
    if done.returncode:
        sys.exit(done.stderr)
    print("\n".join(line for line in done.stderr.splitlines() if " rows: " in line))


def ordinary_share(output: Path) -> tuple[int, int]:
    """Of the EAR99 and AT-only lines to Country Groups A:1 and A:5: how many, how many allowed.

    Membership is that of the last day of the year, for which every group holds.
    """
    view = load_rulebook(ROOT / COMPANY).view(date(2026, 8, 31))
    total = allowed = 0
    with output.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            try:
                place, eccn = cast_place(row["Ship-to Country"]), cast_eccn(row["ECCN"])
            except CastError:
                continue
            partner = any(view.in_group(g, place) is Truth.TRUE for g in ("A:1", "A:5"))
            if partner and (eccn == "EAR99" or view.in_group("at-only", eccn) is Truth.TRUE):
                total += 1
                allowed += row["verdict"] == "allow"
    return total, allowed


def main() -> None:
    OUT.mkdir(exist_ok=True)
    run("screen", "seeds/shipments.csv", "--output", "out/shipments.csv")
    show(20, "explain", "seeds/h20.yaml")
    run("timeline", "seeds/h20.yaml")
    year = ("screen", "seeds/erp_year.csv", "--given", "seeds/erp_year.given.yaml",
            "--rulebook", COMPANY)  # fmt: skip
    run(*year, "--output", "out/erp_year.csv")
    total, allowed = ordinary_share(OUT / "erp_year.csv")
    print(f"EAR99 and AT-only lines to A:1 and A:5: {allowed} of {total} allowed"
          f" ({100 * allowed / total:.1f} percent)")  # fmt: skip
    count(*year, "--no-assumptions", "--output", "out/erp_year_no_assumptions.csv")
    print("\nMore: screening report out/erp_year.csv makes a page of it to look at; "
          "README.md goes on from here.")  # fmt: skip


if __name__ == "__main__":
    main()
