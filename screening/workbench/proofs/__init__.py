"""Proofs about all complete shipments: needs the optional extra `prove` (Z3)."""
