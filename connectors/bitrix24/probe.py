"""
How a portal's filters read times, found out with a record whose time is known.

Some portals match nothing when a filter has an ISO time, and say no word: a poll would read an empty world for ever. So
each form is tried on both sides of a known stamp, and one that cannot tell them apart is not used.
"""

from typing import Any

from ..base import Shelf
from ..errors import Rejected, RetryLater
from .client import Bitrix24Client, Command, Reply, rows_of
from .kinds import Kind
from .times import DateForm, filter_text
from .window import Mark

KEPT = 3600.0
TRIES = 3
FORMS: tuple[DateForm, ...] = ("iso", "plain")


async def date_form(client: Bitrix24Client, shelf: Shelf, kind: Kind, *, known: Mark | None) -> DateForm:
    """
    Return the form that the portal's filters read; KNOWN is a record and the stamp it had when it was last seen.

    One request an hour. Raises Rejected where no form works.
    """
    key = f"{client.system}/dates"
    kept = shelf.get(key)
    if kept in FORMS:
        return "iso" if kept == "iso" else "plain"
    mark = known
    for _ in range(TRIES):
        mark = mark or await _any_record(client, kind)
        if mark is None:
            return "iso"  # no record, so nothing can be missed by it
        shown, form = await _tried(client, kind, mark)
        if form is not None:
            shelf.put(key, form, seconds=KEPT)
            return form
        if shown == mark:
            text = "its lists cannot be filtered by the time of change; neither form of times is read"
            raise Rejected(text, system=client.system, whole=True, reason=text)
        mark = shown
    text = "the form of times could not be found out: the record that is asked for keeps changing"
    raise RetryLater(text, system=client.system)


async def _tried(client: Bitrix24Client, kind: Kind, mark: Mark) -> tuple[Mark | None, DateForm | None]:
    """Return what the record shows now, and the form that finds it at its stamp and not a second later."""
    number, stamp = mark
    bounds = [filter_text(stamp, form, shift=shift) for form in FORMS for shift in (0.0, 1.0)]
    asked = [_asked(kind, {"id": number}), *(_asked(kind, {"id": number, ">=updatedTime": each}) for each in bounds)]
    now, *found = await client.batch(asked, overhead=True)
    shown = _mark(now.value())
    for place, form in enumerate(FORMS):
        at, after = found[2 * place : 2 * place + 2]
        if _matches(at) and not _matches(after):
            return shown, form
    return shown, None


async def _any_record(client: Bitrix24Client, kind: Kind) -> Mark | None:
    params = {
        "entityTypeId": kind.number,
        "select": ["id", "updatedTime"],
        "order": {"updatedTime": "ASC"},
        "start": -1,
    }
    return _mark((await client.call("crm.item.list", params, overhead=True)).result)


def _asked(kind: Kind, condition: dict[str, Any]) -> Command:
    select = ["id", "updatedTime"]
    return Command("crm.item.list", {"entityTypeId": kind.number, "select": select, "filter": condition, "start": -1})


def _matches(reply: Reply) -> bool:
    """A form that the portal refuses is one that it does not read."""
    try:
        return bool(rows_of(reply.value(), "items"))
    except Rejected:
        return False


def _mark(result: Any) -> Mark | None:
    for row in rows_of(result, "items"):
        if str(row.get("id")).isdecimal() and isinstance(row.get("updatedTime"), str):
            return int(row["id"]), row["updatedTime"]
    return None
