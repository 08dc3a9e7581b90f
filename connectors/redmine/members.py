"""
The history of custom fields with several values.

A journal tells only which values came and which went, each as a detail of its own. The lists that stood there are
worked out backwards from the one that the issue shows now.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

Detail = Mapping[str, Any]


def with_whole_lists(
    journals: Sequence[Mapping[str, Any]], row: Mapping[str, Any], *, several: Collection[int]
) -> list[dict[str, Any]]:
    """
    Return JOURNALS, oldest first as they came, with one detail of whole lists for each of the fields SEVERAL.

    What the issue *row* does not show is left out: nobody can tell what else stood in it.
    """
    shown = {each["id"]: _members(each.get("value")) for each in row.get("custom_fields") or ()}
    now = {number: shown.get(number) for number in several}
    whole = [dict(journal) for journal in journals]
    for journal in reversed(whole):
        journal["details"] = _joined(journal.get("details") or (), now)
    return whole


def _joined(details: Sequence[Detail], now: dict[int, set[str] | None]) -> list[Detail]:
    """Return the details of one journal, each in its place, and turn NOW back to what stood before it."""
    joined: list[Detail] = []
    met: set[int] = set()
    for detail in details:
        number = _field_of(detail)
        if number not in now:
            joined.append(detail)
            continue
        after = now[number]
        if after is None or number in met:
            joined.append({})  # what follows keeps its number
            continue
        met.add(number)
        mine = [each for each in details if _field_of(each) == number]
        came = {text for each in mine for text in _members(each.get("new_value"))}
        went = {text for each in mine for text in _members(each.get("old_value"))}
        before = after - came | went
        joined.append({**detail, "old_value": sorted(before), "new_value": sorted(after)})
        now[number] = before
    return joined


def _field_of(detail: Detail) -> int | None:
    name = str(detail.get("name", ""))
    return int(name) if detail.get("property") == "cf" and name.isdigit() else None


def _members(value: Any) -> set[str]:
    """Return the values of a list, or the one of a text; empty ones are none."""
    return {str(each) for each in (value if isinstance(value, list) else [value]) if each not in (None, "")}
