"""What systems hold: lists of files read page by page, and look-ups of those that are not listed any more."""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.errors import ConnectorError
from mappings.exchange import Cursor, VendorRecord
from state import attachments, codec

from .room import KIND, Room

BATCH = 100


async def gather(room: Room, cursors: dict[str, Any]) -> None:
    """Read what is new of every system and move its cursor; one that cannot be read is told, the rest goes on."""
    for system in room.systems:
        try:
            await _read(room, system, cursors)
        except ConnectorError as error:
            room.trouble(system, error)


async def _read(room: Room, system: str, cursors: dict[str, Any]) -> None:
    """The cursor of a full read is kept when it has ended: one that was interrupted begins anew."""
    connector, store = room.connector(system), room.wired.store
    form = None if room.full else cursors.get(system)
    cursor: Cursor | None = codec.cursor_of(form) if form else None
    met: set[str] = set()
    full = room.full or form is None
    first = True
    while True:
        page = await connector.pull(KIND, cursor, full=full and first)
        first = False
        room.report.read[system] += attachments.put(store, room.sync, page.records)
        met |= {record.id for record in page.records}
        cursor = page.cursor
        if not full:
            cursors[system] = codec.cursor_form(cursor)
            await look_up(room, system, attachments.siblings(store, room.sync, system, met=page.records))
        for fault in page.faults:
            room.report.notices.append(f"{system}: file {fault.id}: {fault.reason}")
        if not page.more:
            break
    cursors[system] = codec.cursor_form(cursor)
    if full:
        await look_up(room, system, attachments.unmet(store, room.sync, system, met=met))


async def look_up(room: Room, system: str, ids: Sequence[str]) -> Mapping[str, VendorRecord]:
    """Ask for files by their ids and keep what they are; only a look-up says that one is gone."""
    store, here = room.wired.store, dict[str, VendorRecord]()
    for start in range(0, len(ids), BATCH):
        found = await room.connector(system).get(KIND, ids[start : start + BATCH])
        gone = [one.id for one in found if one.state == "gone"]
        attachments.bury(store, room.sync, system, records=gone)
        records = {one.id: one.record for one in found if one.record is not None}
        attachments.put(store, room.sync, list(records.values()))
        for record in records.values():
            attachments.looked(store, room.sync, system, record=record.id, private=bool(record.views.get("private")))
        here |= records
    return here
