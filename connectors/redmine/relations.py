"""What blocks an issue, what it blocks, and what it is related to: places that are no fields but ties to others."""

from collections.abc import Iterable, Mapping
from typing import Any

from mappings.exchange import View, Views

from ..errors import Rejected
from .client import RedmineClient

KINDS: Mapping[str, str] = {"blocks": "blocks", "blocked_by": "blocked", "relates": "relates"}
"""
Place -> the type that a new relation is asked for with. Redmine keeps only `blocks` and turns the other round;
`relates` is the same from both ends, and kept from the lower number to the higher.
"""
ENDS: Mapping[str, tuple[str, str]] = {"blocks": ("blocks", "blocked_by"), "relates": ("relates", "relates")}
"""Type of a relation, as it is kept -> its place at the issue that it goes out from, and at the other."""


def relation_views(number: str, rows: Iterable[Mapping[str, Any]]) -> Views:
    """Return the places of the issue NUMBER. Raises KeyError on what is no relation."""
    ends: dict[str, set[str]] = {place: set() for place in KINDS}
    for place, other, _ in _ties(number, rows):
        ends[place].add(other)
    return {place: sorted(others, key=int) or None for place, others in ends.items()}


async def write_relation(client: RedmineClient, number: str, place: str, *, view: View, system: str) -> None:
    """
    Make PLACE of the issue show VIEW: what is tied already stays as it is, so writing twice is writing once.

    Raises Rejected with Redmine's words, naming the place.
    """
    wanted = {str(each) for each in view or ()}
    held = {
        other: relation
        for at, other, relation in _ties(number, await client.relations(number))
        if at == place and relation
    }
    try:
        for other, relation in held.items():
            if other not in wanted:
                await client.unrelate(relation)
        for other in sorted(wanted - held.keys()):
            await client.relate(number, other, kind=KINDS[place])
    except Rejected as error:
        text = f"the relations of issue {number} were refused"
        raise Rejected(text, system=system, place=place, reason=error.reason or str(error)) from error


def _ties(number: str, rows: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, str, str]]:
    """(place, the issue at the other end, number of the relation) of all that block, or are plain relations."""
    for row in rows:
        if row["relation_type"] not in ENDS:
            continue
        here, there = ENDS[row["relation_type"]]
        source, target = str(row["issue_id"]), str(row["issue_to_id"])
        if number == source:
            yield here, target, str(row["id"])
        elif number == target:
            yield there, source, str(row["id"])
