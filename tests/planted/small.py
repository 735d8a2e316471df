"""One rule as YAML text, with what every rule must have filled in."""

from __future__ import annotations

DEFAULTS = {
    "cites": '["15 CFR 0.0"]',
    "authority": "regulation",
    "in_force": "{from: 2020-01-01}",
    "when": "always",
}


def rule(id: str, **keys: str) -> str:
    """The YAML of one rule; each keyword is a key with its value as YAML text."""
    said = {"title": f"The rule {id}", **DEFAULTS, **keys}
    return f"  - id: {id}\n" + "".join(f"    {key}: {value}\n" for key, value in said.items())
