"""From single facts to a shipment: values, classes, listings, parties, and then the rules."""

from __future__ import annotations

from screening.referee.network import MAYBE, YES, Asked
from screening.referee.rows import Entity, Party, Question, Row
from screening.referee.wire import PlanForm

NO = 0


class Judge:
    """One plan, loaded into the engine."""

    def __init__(self, plan: PlanForm) -> None:
        self._members = Asked(plan["members"])
        self._classes = [Asked(stage) for stage in plan["classes"]]
        self._late_classes = [Asked(stage) for stage in plan["late_classes"]]
        self._listings = Asked(plan["listings"])
        self._parties = Asked(plan["parties"])
        self._rules = Asked(plan["rules"])
        self._over = plan["over_parties"]
        self._nobody = plan["nobody"]

    def answer(self, question: Question) -> tuple[list[str], list[str]]:
        """Ids of the rules that are surely met, and of those that are possibly met."""
        goods = dict.fromkeys((id for stage in self._classes for id in stage.ids), NO)
        row = self._whole(question["shipment"], goods)
        for stage in self._classes:
            found = stage.ask(row)
            goods |= found
            row |= found
        row |= self._of_parties(question, goods)
        for stage in self._late_classes:
            row |= dict.fromkeys(stage.ids, NO)
            row |= stage.ask(row)
        met = self._rules.ask(row)
        return [id for id, truth in met.items() if truth == YES], list(met)

    def _whole(self, entity: Entity, goods: dict[str, int]) -> Row:
        """The fact, with the answers of the tests of its values."""
        row: Row = {**entity["row"], **goods}
        for tested in entity["tested"]:
            row |= dict.fromkeys(tested["members"], NO)
            found = [[self._members.ask(item) for item in of] for of in tested["values"]]
            if len(found) == 1 and len(found[0]) == 1:
                row |= found[0][0]
                continue
            for id in tested["members"]:
                # A list passes if one of its items does.
                truths = {max((t.get(id, NO) for t in of), default=NO) for of in found}
                row[id] = truths.pop() if len(truths) == 1 else MAYBE
        return row

    def _of_parties(self, question: Question, goods: dict[str, int]) -> dict[str, int]:
        if not self._over:
            return {}
        met = [(set(p["roles"]), self._party(p, goods)) for p in question["parties"]]
        unheld = set(question["unheld"])
        unknown = self._party(self._nobody, goods) if unheld else {}
        found: dict[str, int] = {}
        for id, roles, every in self._over:
            truths = [truth.get(id, NO) for held, truth in met if not held.isdisjoint(roles)]
            truths += [unknown.get(id, NO) for role in roles if role in unheld]
            found[id] = (min if every else max)(truths, default=NO)
        return found

    def _party(self, party: Party, goods: dict[str, int]) -> dict[str, int]:
        row = self._whole(party, goods)
        listings = party["listings"]
        ids = self._listings.ids
        if listings is None:
            row |= dict.fromkeys(ids, MAYBE)
        else:
            found = [self._listings.ask(self._whole(x, goods)) for x in listings]
            row |= {id: max((t.get(id, NO) for t in found), default=NO) for id in ids}
        return self._parties.ask(row)
