"""One approval: who looked at which change table of which two versions, signed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screening.problems import Problem, ProblemsFound
from screening.rulebook.model import FourEyes
from screening.workbench.approvals.keys import public_text, sign, signed_by
from screening.workbench.canonical import canonical, digest_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_ACT = "screening approval 1"
"""What is signed begins so: a signature of this kind is of no use anywhere else."""


@dataclass(frozen=True)
class Approval:
    """What was signed, by whom, and the table that they saw."""

    rulebook: str
    old: str
    new: str
    author: str
    by: str
    at: str
    table: Mapping[str, Any]
    signature: str = ""

    @property
    def text(self) -> str:
        """What is signed: both versions, the people, the day, and the table by its digest."""
        return canonical({"act": _ACT, "rulebook": self.rulebook, "old": self.old, "new": self.new,
                          "author": self.author, "by": self.by, "at": self.at,
                          "table": digest_of(self.table)})  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """As it is kept."""
        return {"rulebook": self.rulebook, "old": self.old, "new": self.new, "author": self.author,
                "by": self.by, "at": self.at, "table": dict(self.table),
                "signature": self.signature}  # fmt: skip

    def __str__(self) -> str:
        return f"Approved by {self.by} on {self.at[:10]}."


def person_of(eyes: FourEyes | None, key: Ed25519PrivateKey) -> str:
    """Whose key it is. Raises `ProblemsFound` where it is of nobody who may."""
    public = public_text(key)
    names = [name for name, known in eyes.people.items() if known == public] if eyes else []
    if not names:
        raise ProblemsFound([Problem(
            "not-among-the-people", f"the key `{public[:12]}...` is of nobody who may approve",
            "the version in force names them in its header, under `approval.people`")])  # fmt: skip
    return names[0]


def approve(
    eyes: FourEyes | None, key: Ed25519PrivateKey, rulebook: str, old: str, new: str, author: str,
    at: datetime, table: Mapping[str, Any],
) -> Approval:  # fmt: skip
    """The approval, signed. Raises `ProblemsFound` where the person may not give it."""
    by = person_of(eyes, key)
    if by.casefold().split() == author.casefold().split():
        raise ProblemsFound([Problem(
            "four-eyes", f"`{by}` wrote this change and cannot approve it",
            "a second person signs it, with a key of their own")])  # fmt: skip
    if (table.get("old"), table.get("new")) != (old, new):
        raise ProblemsFound([Problem("another-table", "the change table is of other versions",
                                     "compare the two that are meant again")])  # fmt: skip
    made = Approval(rulebook, old, new, author, by, at.isoformat(timespec="seconds"), table)
    return Approval(**{**made.__dict__, "signature": sign(key, made.text)})


def valid(approval: Approval, eyes: FourEyes | None, old: str, new: str) -> bool:
    """Whether somebody who may has approved this change, and nothing was altered since."""
    public = eyes.people.get(approval.by) if eyes else None
    return (
        public is not None
        and (approval.old, approval.new) == (old, new)
        and approval.by.casefold().split() != approval.author.casefold().split()
        and signed_by(public, approval.signature, approval.text)
    )


def keep(approval: Approval, folder: Path) -> Path:
    """Write it beside the others; none is ever written over."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{approval.new[:12]}-{digest_of(approval.as_dict())[:12]}.json"
    path = folder / name
    text = json.dumps(approval.as_dict(), ensure_ascii=False, indent=2) + "\n"
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    return path


def kept(folder: Path) -> list[Approval]:
    """All approvals in a folder; what is none is passed over, for it approves nothing."""
    found = []
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            found.append(Approval(**json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError):
            continue
    return found
