"""Words that name an accelerator, on a line whose number and ECCN say something else."""

from __future__ import annotations

import pytest
from lawcases import shipped

from screening.decision import Verdict

LINE = {
    "law_date": "2026-07-01", "exported_from": "US", "destination": "DE", "eccn": "EAR99",
    "product": "G-3", "quantity": "4", "end_use": ["civil"], "parties_complete": "true",
    "exporter": {"name": "Example Instruments Inc.", "country": "US", "listings": []},
    "ultimate_consignee": {"name": "Adler Maschinenbau", "country": "DE", "listings": []},
    "end_user": {"name": "Adler Maschinenbau", "country": "DE", "listings": []},
}  # fmt: skip


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("server H800 x8", Verdict.REVIEW),
        ("H 100 SXM", Verdict.REVIEW),
        ("4x GH200 nodes", Verdict.REVIEW),
        ("HGX-Baseboard", Verdict.REVIEW),
        ("DGX Station", Verdict.REVIEW),
        ("Instinct MI308 accelerator", Verdict.REVIEW),
        ("Grafikprozessor", Verdict.REVIEW),
        ("RTX\u200b 5090", Verdict.REVIEW),
        ("NVIDIA H100, refurbished", Verdict.REVIEW),
        ("XQ-7781 (NVIDIA H100)", Verdict.REVIEW),
        ('="NVIDIA H100"', Verdict.REVIEW),
        ("H800; server", Verdict.REVIEW),
        ("spare part for A100 (server)", Verdict.REVIEW),
        ("hose coupling", Verdict.ALLOW),
        ("H20 water filter", Verdict.ALLOW),
        ("pump A100 steel", Verdict.ALLOW),
        ("steel rack for bicycles", Verdict.ALLOW),
    ],
)
def test_short_names_speak_beside_a_word_of_computing(words: str, verdict: Verdict) -> None:
    """`H20` beside a filter is water; `H800` beside a server is not."""
    assert shipped().decide({**LINE, "description": words}).verdict is verdict
