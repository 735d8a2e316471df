"""Shipments as people hand them over: YAML and JSON documents, and their lines."""
