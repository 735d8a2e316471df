"""Bulk: a table of shipments decided, beside the least that reading and writing it takes."""
