"""The change log of an opportunity, from the versions that Tryton keeps of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from mappings.exchange import Json, PastChange, View

from ..errors import Gone
from .client import TrytonClient
from .kinds import MODEL, OPPORTUNITY
from .records import read_row
from .wire import Malformed, stamp_of

MOST_VERSIONS = 50
"""Older ones are left out: each is a request."""


async def read_history(client: TrytonClient, record_id: str, since: str | None) -> tuple[PastChange, ...]:
    """
    Return the changes at or after *since*, oldest first. Raises Gone, Rejected.

    Tryton lists when a record changed and shows it as it was at a time. What it wrote in one transaction has one time
    and is one version.
    """
    found = await client.read(f"model.{MODEL}.history_revisions", [int(record_id)])
    moments = _moments(found.value)
    if not moments:
        raise Gone(f"opportunity {record_id} has no history; it does not exist", system=client.system)
    first = next((n for n, (stamp, _, _) in enumerate(moments) if since is None or stamp >= since), len(moments))
    session = await client.session()
    changes: list[PastChange] = []
    before: Mapping[str, View] | None = None
    for stamp, moment, by in moments[max(0, first - 1) :][-MOST_VERSIONS - 1 :]:
        views, writer = await _version(client, record_id, moment=moment)
        if before is not None and (since is None or stamp >= since):
            changes += _differences(before, views, stamp=stamp, by=by or writer, ours=writer == session.user)
        before = views
    return tuple(changes)


async def read_writers(client: TrytonClient, record_id: str) -> frozenset[str] | None:
    """
    Return the users who wrote any version of an opportunity, whatever they changed; None where it has too many to ask.

    Raises Gone, Rejected.
    """
    found = await client.read(f"model.{MODEL}.history_revisions", [int(record_id)])
    moments = _moments(found.value)
    if len(moments) > MOST_VERSIONS:
        return None
    writers: set[str] = set()
    for _, moment, _ in moments:
        asked = ["write_uid", "create_uid"]
        found = await client.read(f"model.{MODEL}.read", [int(record_id)], asked, _datetime=moment)
        writers |= {str(row.get("write_uid") or row.get("create_uid")) for row in found.value or ()}
    return frozenset(writers)


def _moments(value: Any) -> list[tuple[str, Json, str | None]]:
    """Return the times of the versions, each once, oldest first; with Tryton's own form of them, to ask with."""
    met: dict[str, tuple[str, Json, str | None]] = {}
    for entry in value if isinstance(value, list) else []:
        match entry:
            case [dict() as moment, int(), name]:
                stamp = stamp_of(moment)
                met[stamp] = (stamp, moment, name if isinstance(name, str) else None)
    return [met[stamp] for stamp in sorted(met)]


async def _version(client: TrytonClient, record_id: str, *, moment: Json) -> tuple[Mapping[str, View], str]:
    """Return the views of an opportunity at *moment* and the user who wrote them."""
    found = await client.read(f"model.{MODEL}.read", [int(record_id)], list(OPPORTUNITY.asked), _datetime=moment)
    rows = found.value if isinstance(found.value, list) else []
    try:
        row = read_row(rows[0] if rows else None)
    except Malformed:
        return {}, ""
    return row.views, row.by


def _differences(
    before: Mapping[str, View], after: Mapping[str, View], *, stamp: str, by: str, ours: bool
) -> Sequence[PastChange]:
    return [
        PastChange(f"{stamp}/{place}", place, before[place], view, stamp, by, ours)
        for place, view in after.items()
        if place in before and before[place] != view
    ]
