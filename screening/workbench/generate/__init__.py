"""Rulebooks and shipments at random, for whatever must hold of all of them: one seed, one result.

Rulebooks are made as documents and loaded as any other, so whatever is generated can be printed,
read and kept. Shipments are made for a rulebook, generated or written: their values lie at, just
below and just above what its tests tell apart.
"""

from screening.workbench.generate.points import Points, points_of
from screening.workbench.generate.rulebooks import loaded, random_rulebook, text_of
from screening.workbench.generate.shipments import random_shipment

__all__ = [
    "Points", "loaded", "points_of", "random_rulebook", "random_shipment", "text_of",
]  # fmt: skip
