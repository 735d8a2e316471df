"""Export-license screening: a proposed shipment in; allow, deny or review out, with a trace."""

from screening.answer import Decision
from screening.decision import Authority, Finding, Status, Verdict
from screening.engine import Rulebook, load_rulebook
from screening.problems import Problem, ProblemsFound
from screening.shipment import Listing, Owner, Party, Shipment

__version__ = "0.1.0"

__all__ = [
    "Authority", "Decision", "Finding", "Listing", "Owner", "Party", "Problem", "ProblemsFound",
    "Rulebook", "Shipment", "Status", "Verdict", "__version__", "load_rulebook",
]  # fmt: skip
