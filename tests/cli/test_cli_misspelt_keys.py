"""A misspelt key of a shipment is told once, where it stands, with the key that was meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_files import Run


@pytest.mark.parametrize(
    ("text", "said", "known"),
    [
        (
            "end_user: {name: A, listings: [{lst: EL}]}\n",
            "s.yaml:1:33: `lst` is not a key here; did you mean `list`? [unknown-key]",
            "known keys: list, entry, basis, items, policy, footnotes",
        ),
        (
            "license: {numbr: D123}\n",
            "s.yaml:1:11: `numbr` is not a key here; did you mean `number`? [unknown-key]",
            "known keys: number, valid_from, until, covers",
        ),
        (
            "lines:\n  - {destination: DE, license: {numbr: D123}}\n",
            "s.yaml:2:33: `numbr` is not a key here; did you mean `number`? [unknown-key]",
            "known keys: number, valid_from, until, covers",
        ),
    ],
    ids=["listing", "license", "line"],
)
def test_a_misspelt_key_is_told_once(
    text: str, said: str, known: str, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(text)
    result = run("screen", path)
    assert result.code == 2
    assert said in result.err
    assert f"help: {known}" in result.err
    assert "missing-key" not in result.err
