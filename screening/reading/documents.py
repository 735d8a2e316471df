"""YAML and JSON documents as plain data, with the way back from a value to its place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from screening.casting import unmistakable
from screening.problems import Place, Problem, ProblemsFound
from screening.reading.forms import Locate
from screening.reading.forms import Path as KeyPath
from screening.rulebook import source
from screening.rulebook.yaml_tree import plain

MAX_FILE_BYTES = 64 * 1024 * 1024
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # as JSON must write it


def read_yaml(path: Path) -> tuple[object, Locate]:
    """The file as dicts, lists and texts. Raises `ProblemsFound`."""
    root, problems = source.read_file(path, kind=source.SHIPMENT_FILE)
    if problems or root is None:
        raise ProblemsFound(problems)
    tree = root

    def locate(keys: KeyPath, of_key: bool = False, /) -> Place | None:
        node: source.Node = tree
        place = node.place
        for key in keys:
            inner: source.Node | None = None
            if isinstance(node, source.Mapping) and isinstance(key, str):
                inner = node.get(key)
            elif isinstance(node, source.Sequence) and isinstance(key, int):
                inner = node.items[key] if key < len(node.items) else None
            if inner is None:
                break
            if of_key and key is keys[-1] and isinstance(node, source.Mapping):
                return node.key_place(str(key)) or inner.place
            node, place = inner, inner.place
        return place

    return plain(root), locate


def read_json(path: Path) -> tuple[object, Locate]:
    """The file as dicts, lists and texts, numbers as written. Raises `ProblemsFound`."""
    not_json = _refuser(Place(str(path)))
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise not_json(f"the file holds more than {MAX_FILE_BYTES:,} bytes")
        text = path.read_bytes()
    except OSError as error:
        said = f"the file cannot be read: {(error.strerror or 'unknown reason').lower()}"
        raise not_json(said, "check the name and the permissions") from None
    return parse_json(text, str(path))


def parse_json(text: bytes, name: str | None = None) -> tuple[object, Locate]:
    """JSON text as dicts, lists and texts, numbers as written; `name` is that of the file.

    Raises `ProblemsFound`.
    """
    place = Place(name)
    not_json = _refuser(place)

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            for twice, _ in pairs:
                if twice in seen:
                    break
                seen.add(twice)
            raise not_json(f"`{twice}` stands twice in one object", "keep one of them")
        return found

    def no_number(word: str) -> object:
        raise not_json(f"`{word}` is not a number", "leave out what is not known")

    try:
        # Numbers stay text: their field's type says what they are. A point in JSON is decimal.
        data = json.loads(text.decode("utf-8-sig"), parse_float=unmistakable, parse_int=str,
                          parse_constant=no_number, object_pairs_hook=once)  # fmt: skip
        if b"\\u" in text:  # as only they can be written
            json.dumps(data, ensure_ascii=False).encode()
            if _NUL.search(text):
                raise not_json("there is a NUL character in it", "no name has one; leave it out")
    except json.JSONDecodeError as error:
        raise not_json(f"this is not JSON: {error.msg.lower()}", "",
                     Place(name, error.lineno, error.colno)) from None  # fmt: skip
    except UnicodeDecodeError as error:
        said = f"this is not UTF-8: byte offset {error.start}"
        raise not_json(said, "save it as UTF-8") from None
    except UnicodeEncodeError:
        raise not_json("there is half a character in it (a lone surrogate)") from None
    except RecursionError:
        raise not_json("it is nested too deeply") from None
    return data, lambda keys, of_key=False: place


def _refuser(place: Place) -> Callable[..., ProblemsFound]:
    def not_json(message: str, help: str = "", at: Place = place) -> ProblemsFound:
        return ProblemsFound([Problem("json-form", message, help, at)])

    return not_json
