"""`screening prove`: the rulebook's properties for all shipments and all dates."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from screening.cli.exits import ANSWER, OK, open_rulebook, rulebook_folder
from screening.cli.explain import write_json
from screening.cli.options import TextFormat
from screening.cli.render import shown
from screening.cli.writing import console
from screening.english import count
from screening.workbench.proofs.children import prove
from screening.workbench.proofs.report import CARRIES, Outcome, Proof

_STYLE = {Outcome.PROVED: "bold green", Outcome.BROKEN: "bold red"}
_INSTALL = "the solver is missing; install it with `pip install export-screening[prove]`"

_NO_SHIPMENT = "these facts, which no shipment of today's catalogue and parties has"


def run(
    path: str | None, id: str | None, format: TextFormat, seconds: float, each: float, jobs: int
) -> int:
    """Prove the properties and show what came of it; the exit code."""
    folder: Path = rulebook_folder(path)
    rulebook = open_rulebook(path)
    proofs = prove(folder, rulebook, seconds=seconds, each=each, jobs=jobs, only=id)
    if format is TextFormat.JSON:
        write_json({"version": 1, "rulebook": rulebook.id, "digest": rulebook.digest,
                    "properties": [p.as_dict() for p in proofs], "carries": CARRIES})  # fmt: skip
    else:
        _show(proofs)
    return OK if all(p.outcome is Outcome.PROVED for p in proofs) else ANSWER


def _show(proofs: list[Proof]) -> None:
    out = console(sys.stdout)
    for proof in proofs:
        style = _STYLE.get(proof.outcome, "bold yellow")
        out.print(shown(f"{proof.outcome}: {proof.id}", style), soft_wrap=True)
        out.print(shown(f"  {proof.title}"), soft_wrap=True)
        example = proof.counterexample
        if example is not None:
            said = "this mock shipment" if example.shipment else _NO_SHIPMENT
            answer = f"{example.verdict}, {example.finding}"
            out.print(shown(f"  the engine answers {answer}, to {said}:"), soft_wrap=True)
            text = yaml.safe_dump(example.shipment or example.facts, sort_keys=False)
            out.print(shown("\n".join(f"    {line}" for line in text.splitlines())))
        for said in proof.as_dict().get("unknown", [])[:5]:
            out.print(shown(f"  {said}"), soft_wrap=True)
    if any(p.outcome is Outcome.NOT_CHECKED for p in proofs):
        out.print(shown(_INSTALL, "bold yellow"), soft_wrap=True)
    elif any(p.outcome is Outcome.PROVED for p in proofs):
        out.print(shown(CARRIES, "dim"), soft_wrap=True)
    good = sum(p.outcome is Outcome.PROVED for p in proofs)
    print(f"{good} of {count(len(proofs), 'property')} proved")
