"""Canonical text that is written once and kept, to stand in many larger ones."""

from __future__ import annotations

from orjson import OPT_SORT_KEYS, Fragment, dumps


def kept_text(form: object) -> bytes:
    """The form as JSON with sorted keys and no spaces. Raises `TypeError` for half a character.

    What orjson hands out takes some kilobytes, however short it is; the copy takes its length.
    """
    return bytes(memoryview(dumps(form, option=OPT_SORT_KEYS)))


def kept_part(form: object) -> Fragment:
    """The same to be put into a larger form."""
    return Fragment(kept_text(form))
