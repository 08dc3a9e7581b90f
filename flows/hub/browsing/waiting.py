"""The attention list: everything that waits for a person, grouped by what to do, in pages."""

from collections.abc import Mapping
from dataclasses import dataclass

from state import lines
from state.lines import CONFLICT, Awaiting

from ..access import Access
from ..wiring import Installation

GROUPS: Mapping[str, tuple[str, ...]] = {
    "settle": (CONFLICT,),
    "name": ("unknown person",),
    "match": ("unlinked", "double", "in doubt"),
    "decide": ("unclear", "undone", "undoing", "out", "in", "overwritten", "altered", "emptied", "drift", "older"),
    "retry": ("rejected", "dropped", "no way", "fault", "not copied", "deleting", "not deleted"),
    "map": ("unreadable", "refused", "lossy", "unseen"),
    "gone": ("gone", "left scope"),
    "documents": ("missing", "name", "template", "taken", "block", "moved", "changed", "outdated"),
}
"""
What to do -> the codes it helps with: settle a conflict, name a person, choose a match, decide which value counts, have
it tried again, extend the mapping, say what becomes of it, see to a document.
"""
OTHER = "other"
"""Codes of later versions, which nobody has put into a group."""


@dataclass(frozen=True, slots=True)
class AttentionQuery:
    """Which entries: those of one GROUP and of one CODE; "" for all. PAGE begins with 1."""

    group: str = ""
    code: str = ""
    page: int = 1
    size: int = 50


@dataclass(frozen=True, slots=True)
class Group:
    """Something to do, with how many entries it would help, in all and by code."""

    name: str
    number: int
    codes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class AttentionList:
    """One page of the entries that were asked for, TOTAL in all; GROUPS count everything the reader may see."""

    query: AttentionQuery
    entries: tuple[Awaiting, ...]
    groups: tuple[Group, ...]
    total: int
    behind: bool = False

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // max(self.query.size, 1)))


def attention_list(
    installation: Installation, access: Access, query: AttentionQuery, *, internal: bool = False
) -> AttentionList:
    """
    Return what waits for a person at the cases that *access* lets the reader see, oldest first.

    Who sees all cases also sees what is no case's: records that nobody can place, and of somebody unknown one question
    however many cases wait. Everybody else sees what waits for an answer at each case. INTERNAL: the reader may see
    internal notes.
    """
    store = installation.store
    behind = lines.catch_up(store)
    numbers = lines.awaiting_by_code(store, access.persons, internal=internal)
    groups = _groups(numbers)
    wanted = [code for code in numbers if query.group in ("", group_of(code)) and query.code in ("", code)]
    size = max(query.size, 1)
    entries: tuple[Awaiting, ...] = ()
    if wanted:
        skip = (max(query.page, 1) - 1) * size
        entries = lines.awaiting(store, access.persons, codes=wanted, internal=internal, skip=skip, limit=size)
    return AttentionList(query, entries, groups, sum(numbers[code] for code in wanted), behind)


def group_of(code: str) -> str:
    """Return what to do about entries of *code*."""
    return next((name for name, codes in GROUPS.items() if code in codes), OTHER)


def _groups(numbers: Mapping[str, int]) -> tuple[Group, ...]:
    found: list[Group] = []
    for name in (*GROUPS, OTHER):
        codes = {code: number for code, number in sorted(numbers.items()) if group_of(code) == name}
        if codes:
            found.append(Group(name, sum(codes.values()), codes))
    return tuple(found)
