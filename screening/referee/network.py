"""durable_rules inside its narrow path: one thread, one session, one fact at a time, retracted."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING

import durable_rules_engine as durable

from screening.referee.wire import ALWAYS, Network, Ruleset

if TYPE_CHECKING:
    from screening.referee.rows import Row

MAYBE, YES = 1, 2
_TOO_MANY_MET = "error code: 303"
_serial = count()


class Broken(RuntimeError):
    """The engine did something that it must not; nothing it holds can be trusted any more."""


class Asked:
    """A network of rulesets, asked of one flat fact."""

    def __init__(self, network: Network) -> None:
        self.ids = network["ids"]
        self._parts = [_Part(ruleset) for ruleset in network["rulesets"]]

    def ask(self, row: Row) -> dict[str, int]:
        """Every id that is not surely false, with its truth: maybe or yes. Raises `Broken`."""
        sure: set[int] = set()
        possible: set[int] = set()
        pending = list(self._parts)
        while pending:
            part = pending.pop()
            fired = part.fired(row)
            if fired is None:
                # The fact meets more at once than the engine can hold: two smaller rulesets.
                halves = part.halves()
                at = self._parts.index(part)
                self._parts[at : at + 1] = halves
                pending += halves
                continue
            for kind, id in fired:
                if kind != "p":
                    sure.add(id)
                if kind != "s":
                    possible.add(id)
        if not sure <= possible:
            raise Broken("something surely holds and does not possibly hold")
        return {self.ids[i]: YES if i in sure else MAYBE for i in possible}


class _Part:
    """One ruleset."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._ruleset = ruleset
        self._unconditional = ALWAYS in ruleset["reads"]
        self._keys = {name: f",{json.dumps(name)}:" for name in ruleset["reads"]}
        self._means = {n: (n[0], int(n[1 : n.index(".")])) for n in ruleset["rules"]}
        self._handle = durable.create_ruleset(f"r{next(_serial)}", json.dumps(ruleset["rules"]))

    def fired(self, row: Row) -> list[tuple[str, int]] | None:
        """Kind and number of what the fact meets; `None` if it meets too many at once."""
        # Values are numbers and tokens, which hold nothing that JSON would escape.
        keys = self._keys
        told = [f'{keys[n]}"{v}"' if type(v := row[n]) is str else f"{keys[n]}{v}"
                for n in keys.keys() & row.keys()]  # fmt: skip
        if not told and not self._unconditional:
            return []
        fact = f'{{"id":"1","{ALWAYS}":1{"".join(told)}}}'
        try:
            result, state = durable.assert_fact(self._handle, fact)
        except Exception as error:
            if _TOO_MANY_MET in str(error):
                return None
            raise Broken(str(error)) from error
        if result == 1:  # no rule asks anything that the fact has
            found: list[tuple[str, int]] = []
        elif result == 0:
            found = self._actions(state)
        else:
            raise Broken(f"a fact was answered with {result}")
        result, _ = durable.retract_fact(self._handle, fact)
        if result not in (0, 1):
            raise Broken(f"a fact was not retracted: {result}")
        return found

    def _actions(self, state: int) -> list[tuple[str, int]]:
        found = []
        started = durable.start_action_for_state(self._handle, state)
        message = started[1] if started else None
        while message:  # {"rule": {"m": the fact}}
            found.append(self._means[message[2 : message.index('"', 2)]])
            message = durable.complete_and_start_action(self._handle, state)
        return found

    def halves(self) -> tuple[_Part, _Part]:
        """The same rules in two rulesets. Raises `Broken` where there is one rule only."""
        names = list(self._ruleset["rules"])
        if len(names) < 2:
            raise Broken("a fact meets more conditions of one rule than the engine can hold")
        durable.delete_ruleset(self._handle)
        middle = len(names) // 2
        halves = [
            _Part({**self._ruleset, "rules": {n: self._ruleset["rules"][n] for n in some}})
            for some in (names[:middle], names[middle:])
        ]
        return halves[0], halves[1]
