"""From what is given to what is known: catalogue, derived figures, places, parties, assumptions.

Facts about the world only; no rule is seen here.
"""

from screening.enrich.assume import apply_assumptions
from screening.enrich.shipment import enrich

__all__ = ["apply_assumptions", "enrich"]
