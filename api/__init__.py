"""The REST endpoint: shipments in, decisions out, over HTTP."""
