"""What the tests of the command line share: small files and the shape of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]

BOLT = """\
kind: export
exported_from: US
destination: DE
description: Hexagon bolts, stainless steel
eccn: EAR99
end_use: [civil]
parties_complete: true
law_date: 2026-03-01
exporter: {name: Harbor Fasteners, country: US, listings: []}
ultimate_consignee: {name: Adler Maschinenbau, country: DE, listings: []}
end_user: {name: Adler Maschinenbau, country: DE, listings: []}
"""
"""A shipment that is allowed."""

H20 = """\
exporter: {name: NVIDIA Corporation, listings: []}
product: nvidia-h20
exported_from: US
destination: CN
end_use: [datacenter]
quantity: 8
law_date: 2025-07-14
"""
"""A shipment that is denied until the day before sales were resumed."""

HEADER = (
    "shipment_id,law_date,exporter,exporter.listings,exported_from,destination,eccn,end_use,"
    "parties_complete,ultimate_consignee,ultimate_consignee.listings,end_user,end_user.listings,"
    "quantity,Remark"
)
ALLOWED = "S-1,2026-03-01,Harbor Fasteners,none,US,DE,EAR99,civil,true,Adler,none,Adler,none,5,-"


class Result:
    """What a run left behind."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


Run = Callable[..., Result]
