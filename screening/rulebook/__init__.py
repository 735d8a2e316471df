"""Rulebooks: from YAML text to a checked, dated rulebook."""
