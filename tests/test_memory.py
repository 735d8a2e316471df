"""What is remembered stays within bounds, by number or by weight, and is never another's."""

from __future__ import annotations

import tracemalloc

from screening.memory import Memory, Room
from screening.written import kept_text


def remembered(memory: Memory[int, str], keys: range) -> list[int]:
    return [key for key in keys if memory.get(key) is not None]


def test_what_was_asked_for_last_is_remembered() -> None:
    memory: Memory[int, str] = Memory(10)
    for key in range(100):
        memory.of(key, lambda: "found")
    assert len(memory) <= 20
    assert set(range(90, 100)) <= set(remembered(memory, range(100)))


def test_what_is_asked_for_again_is_found_once_however_many_others_come() -> None:
    memory: Memory[int, str] = Memory(10)
    found = []
    for key in range(100):
        memory.of(key, lambda: "other")
        memory.of(-1, lambda: found.append("anew") or "kept")  # type: ignore[func-returns-value]  # a list to count in
    assert found == ["anew"]


def test_large_answers_leave_room_for_fewer() -> None:
    memory: Memory[int, str] = Memory(1_000, len)
    for key in range(100):
        memory.of(key, lambda: "x" * 100)
    assert len(memory) <= 20
    for key in range(100, 10_000):
        memory.of(key, lambda: "x")
    assert 1_000 <= len(memory) <= 2_000


def test_an_answer_heavier_than_all_that_is_kept_does_no_harm() -> None:
    memory: Memory[int, str] = Memory(10, len)
    assert memory.of(1, lambda: "x" * 1_000) == "x" * 1_000
    assert memory.of(2, lambda: "y") == "y"
    assert memory.get(2) == "y"


def test_many_dictionaries_share_one_bound() -> None:
    room = Room(10)
    of: list[dict[int, str]] = [{} for _ in range(5)]
    for key in range(100):
        assert room.put(of[key % 5], key, "found") == "found"
        assert of[key % 5][key] == "found"
        assert sum(map(len, of)) <= 10


def test_a_text_that_is_kept_takes_its_length() -> None:
    """Millions of bytes more were taken for texts of a few words."""
    tracemalloc.start()
    kept = [kept_text({"value": number}) for number in range(1_000)]
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept[7] == b'{"value":7}'
    assert taken < 200 * 1_000
