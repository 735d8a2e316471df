"""The parser's events, made into a tree; limits hold and traps are found while it grows."""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml

from screening.problems import Place, Problem
from screening.rulebook import yaml_traps as traps
from screening.rulebook.yaml_shape import Ended
from screening.rulebook.yaml_syntax import explain
from screening.rulebook.yaml_text import Lines, Mark, mark
from screening.rulebook.yaml_tree import Mapping, Node, Scalar, Sequence

MAX_DEPTH = 32
MAX_NODES = 100_000
MAX_PROBLEMS = 100


class _Refused(Exception):
    """Reading stops here; the problem is already noted."""


@dataclass(slots=True)
class _Frame:
    """A collection that is still open.

    `quiet` is one that a problem already covers: what stands in it is not judged again.
    """

    is_mapping: bool
    in_flow: bool
    braces: bool
    wants: traps.Wants
    quiet: bool
    start: Mark
    end: Mark
    items: list[Node] = field(default_factory=list)
    entries: list[tuple[Scalar, Node]] = field(default_factory=list)
    first: dict[str, Place] = field(default_factory=dict)
    valueless: list[tuple[str, Place]] = field(default_factory=list)
    key: Scalar | None = None
    key_is_collection: bool = False
    key_is_sentence: bool = False


class Builder:
    """Builds the tree of one file; `problems` are what it found on the way.

    `damaged` says that problems of the text itself are known: then a syntax error is taken for
    their after-effect.
    """

    def __init__(self, lines: Lines, damaged: bool = False) -> None:
        self.problems: list[Problem] = []
        self._lines = lines
        self._damaged = damaged
        self._root: Node | None = None
        self._stack: list[_Frame] = []
        self._nodes = 0
        self._documents = 0
        self._ended: Ended | None = None
        # The last line of the value read last, if a problem of its own is already noted.
        self._trapped: int | None = None
        # Noted with the next event: if the parser stops first, its own problem says more.
        self._pending: Problem | None = None

    def build(self, text: str) -> Node | None:
        """The tree, or None if reading had to stop."""
        loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
        try:
            for event in yaml.parse(text, Loader=loader):
                match event:
                    case yaml.ScalarEvent():
                        self._scalar(event)
                    case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                        self._open(event)
                    case yaml.CollectionEndEvent():
                        self._close(event)
                    case yaml.AliasEvent():
                        self._alias(event)
                    case yaml.DocumentStartEvent():
                        self._document(event)
                    case _:
                        pass
        except _Refused:
            return None
        except yaml.YAMLError as error:
            self._syntax(error)
            return None
        if self._root is None or (isinstance(self._root, Scalar) and not self._root.value):
            self.problems.append(traps.empty_file(self._lines))
            return None
        return self._root

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        line, _ = mark(event.start_mark)
        if self._documents > 1:
            self._stop(traps.several_documents(self._lines, line))
        if event.explicit:
            for above in range(line + 1):
                if self._lines[above].startswith("%"):
                    self._note(traps.directive(self._lines, above))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        frame, is_key, wants = self._before_node()
        start, end = mark(event.start_mark), mark(event.end_mark)
        place = self._lines.place(*start, *end)
        self._count(start)
        node = Scalar(event.value, place, plain=not event.style)
        self._properties(event, start)
        if is_key and frame is not None:
            self._key(frame, node, end)
            return
        if event.style in ("'", '"'):
            self._ended = Ended("quote", start, end)
        elif end > start:
            self._ended = None
        if node.plain:
            if wants != "anything":
                self._trap(traps.comment_after(self._lines, *end), end[0])
            if end[0] > start[0]:
                self._trap(traps.dash_in_text(self._lines, start[0], end[0]), end[0])
        elif event.style in ("|", ">") and not node.value.strip():
            self._trap(traps.empty_block_text(place), start[0])
        self._add(frame, node, end)

    def _key(self, frame: _Frame, key: Scalar, end: Mark) -> None:
        frame.key, frame.end = key, end
        if frame.key_is_sentence:
            frame.key_is_sentence = False
            # In a line that is broken otherwise, the parser takes the first word for a key.
            if self._rest(end).startswith(":"):
                text = self._pair(frame)
                problem = traps.colon_in_text(self._lines, end, text, in_flow=frame.in_flow)
                self._trap(problem, end[0])
            else:
                frame.quiet = False
        elif key.plain and not frame.quiet:
            if key.value == "<<":
                self._note(traps.merge_key(key.place))
            elif not key.value:
                self._note(traps.empty_key(key.place))

    def _rest(self, end: Mark) -> str:
        return self._lines[end[0]][end[1] :].strip()

    def _pair(self, frame: _Frame) -> str:
        """The text that was read as `key: value`."""
        line, column = frame.start
        text = self._lines[line][column:].rstrip()
        return text if not frame.in_flow else text.split(",")[0].rstrip("]}")

    def _open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        frame, is_key, wants = self._before_node()
        start = mark(event.start_mark)
        self._count(start)
        self._properties(event, start)
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        braces = bool(event.flow_style) and self._lines.sign(*start) in ("{", "[")
        quiet = frame is not None and frame.quiet
        no_sentence = wants == "sentence" and not quiet and (is_mapping or braces)
        if no_sentence and braces:
            self._trap(traps.sentence_starts_with(self._lines, *start), start[0])
        if len(self._stack) >= MAX_DEPTH:
            self._stop(traps.too_deep(MAX_DEPTH, self._lines.word(*start)))
        opened = _Frame(
            is_mapping, bool(event.flow_style), braces, wants, quiet or is_key or no_sentence,
            start=start, end=start, key_is_sentence=no_sentence and not braces,
        )  # fmt: skip
        self._stack.append(opened)

    def _close(self, event: yaml.CollectionEndEvent) -> None:
        self._flush()
        self._judge_valueless(self._stack[-1])
        done = self._stack.pop()
        if done.braces:
            done.end = mark(event.end_mark)
            self._ended = Ended("bracket", done.start, done.end)
        if self._trapped is not None and done.quiet:
            self._trapped = max(self._trapped, done.end[0])
        place = self._lines.place(*done.start, *done.end)
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.is_mapping and frame.key is None:
            frame.key, frame.key_is_collection = Scalar("", place, plain=False), True
            frame.end = done.end
            if not frame.quiet or frame.key_is_sentence:
                self._pending = traps.key_not_text(place)
        elif done.is_mapping:
            self._add(frame, Mapping(tuple(done.entries), place), done.end)
        else:
            self._add(frame, Sequence(tuple(done.items), place), done.end)

    def _alias(self, event: yaml.AliasEvent) -> None:
        frame, is_key, _ = self._before_node()
        start, end = mark(event.start_mark), mark(event.end_mark)
        place = self._lines.place(*start, *end)
        self._count(start)
        name = self._lines[start[0]][start[1] : end[1]]
        key = frame.key if frame is not None else None
        if key is None or not key.plain or key.value != "<<":
            self._trap(traps.alias(name, place), start[0])
        node = Scalar(name, place, plain=True)
        if is_key and frame is not None:
            frame.key, frame.end = node, end
        else:
            self._add(frame, node, end)

    def _before_node(self) -> tuple[_Frame | None, bool, traps.Wants]:
        """Where the next node stands: its collection, whether it is a key, what is wanted."""
        frame = self._stack[-1] if self._stack else None
        if frame is None or frame.key is None or not frame.key_is_collection:
            self._flush()
        if frame is None or not frame.quiet:
            self._trapped = None
        if frame is None:
            return None, False, "anything"
        if not frame.is_mapping:
            return frame, False, "sentence" if frame.wants == "sentences" else "anything"
        if frame.key is None:
            return frame, True, "anything"
        return frame, False, traps.wanted_under(frame.key.value)

    def _add(self, frame: _Frame | None, node: Node, end: Mark) -> None:
        if frame is None:
            self._root = node
            return
        frame.end = end
        if not frame.is_mapping:
            frame.items.append(node)
            return
        key, frame.key = frame.key, None
        if key is None or frame.key_is_collection:
            frame.key_is_collection = False
            return
        if not frame.quiet:
            self._judge_entry(frame, key, node)
        frame.entries.append((key, node))

    def _judge_entry(self, frame: _Frame, key: Scalar, node: Node) -> None:
        if frame.in_flow and isinstance(node, Scalar) and node.plain and not node.value:
            frame.valueless.append((key.value, key.place))
            return
        self._judge_valueless(frame)
        if (first := frame.first.setdefault(key.value, key.place)) is not key.place:
            self._note(traps.duplicate_key(key.value, first, key.place))

    def _judge_valueless(self, frame: _Frame) -> None:
        """Neighbours without a value are one mistake: a list without brackets, a split number."""
        keys = frame.valueless
        if not keys:
            return
        frame.valueless = []
        at = next(n for n, (key, _) in enumerate(frame.entries) if key.place is keys[0][1])
        name, value = frame.entries[at - 1] if at else (None, None)
        before = (name.value, value.value) if name and isinstance(value, Scalar) else None
        self._note(traps.flow_entries_without_value(keys, before))

    def _properties(self, event: yaml.NodeEvent, start: Mark) -> None:
        if event.anchor is not None or getattr(event, "tag", None) is not None:
            for problem in traps.anchors_and_tags(self._lines, *start):
                self._trap(problem, start[0])

    def _count(self, start: Mark) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._stop(traps.too_many_nodes(MAX_NODES, self._lines, self._lines.word(*start)))

    def _flush(self) -> None:
        if self._pending is not None:
            problem, self._pending = self._pending, None
            self._note(problem)

    def _stop(self, problem: Problem) -> None:
        self.problems.append(problem)
        raise _Refused

    def _note(self, problem: Problem) -> None:
        self.problems.append(problem)
        if len(self.problems) >= MAX_PROBLEMS:
            self._stop(traps.too_many_problems(MAX_PROBLEMS, problem.place))

    def _trap(self, problem: Problem | None, end_line: int) -> None:
        """Note what the last value fell into; a syntax error right behind it comes of that."""
        if problem is not None:
            self._trapped = end_line
            self._note(problem)

    def _syntax(self, error: yaml.YAMLError) -> None:
        bracket = next((frame.start for frame in reversed(self._stack) if frame.braces), None)
        problem = explain(error, self._lines, self._ended, bracket)
        known = any(p.code == problem.code and p.place == problem.place for p in self.problems)
        if not (known or self._damaged or self._comes_of_trap(problem)):
            self.problems.append(problem)

    def _comes_of_trap(self, problem: Problem) -> bool:
        if self._trapped is None:
            return False
        frame = self._stack[-1] if self._stack else None
        line = (problem.place.line if problem.place and problem.place.line else 1) - 1
        if line <= self._trapped or (frame is not None and frame.in_flow):
            return True
        return frame is not None and self._lines.indent(line) > frame.start[1]
