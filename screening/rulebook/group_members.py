"""What groups are made of: every member that they name must exist."""

from __future__ import annotations

from screening.casting import CastError, cast_eccn
from screening.conditions.context import Names
from screening.conditions.identities import KIND_OF, ids_wanted, other_spelling
from screening.english import one
from screening.places import CODES
from screening.problems import Problem, nearest
from screening.rulebook.files import RuleFile
from screening.rulebook.groups import Group


def check_members(groups: dict[str, Group], names: Names, files: list[RuleFile]) -> list[Problem]:
    """Every member that is neither one of its group's kind nor a group of that kind."""
    known = {"places": set(CODES), "parties": set(names.parties), "products": set(names.products)}
    at = {spec.id: (file, i) for file in files for i, spec in enumerate(file.content.groups)}
    found = []
    for group in groups.values():
        if group.listed is not None:
            continue  # a table's rows are what it says they are
        members = {*group.include, *group.exclude, *(m for d in group.dated for m in d.members)}
        kin = {g.id for g in groups.values() if g.of == group.of}
        for member in sorted(members - kin):
            allowed = known.get(group.of)
            if not (_is_eccn(member) if allowed is None else member in allowed):
                file, i = at[group.id]
                what = KIND_OF[group.of]
                spelled = other_spelling(what, member, names)
                # Two letters resemble too many codes of places.
                alike = kin if group.of == "places" else {*(allowed or ()), *kin}
                shown = "" if spelled else nearest(member, alike)
                found.append(Problem(
                    "unknown-member", f"`{member}` in group `{group.id}` is not "
                    f"{one(what.words)} or a group of them{shown}",
                    spelled or f"members are {ids_wanted(what)}",
                    file.word(member, "groups", i, "members")))  # fmt: skip
    return found


def _is_eccn(code: str) -> bool:
    """Whether it is written as codes compare: `3A001.b.2`, in regular form."""
    try:
        return cast_eccn(code) == code
    except CastError:
        return False
