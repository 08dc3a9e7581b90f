"""Statements for inbox rows whose number is still the one that was looked at."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from .rows import among, as_asked, same_record
from .tables import inbox
from .types import Snapshot

AT_ONCE = 500
"""So many rows are named in a statement."""


@cache
def removal() -> sa.Delete:
    """Delete inbox rows whose number is still the same; see `removed`."""
    return sa.delete(inbox).where(
        inbox.c.system == sa.bindparam("b_system"),
        inbox.c.kind == sa.bindparam("b_kind"),
        inbox.c.external_id == sa.bindparam("b_id"),
        inbox.c.sequence == sa.bindparam("b_sequence"),
    )


def removed(system: str, kind: str, record: str, sequence: int) -> dict[str, Any]:
    """The parameters of `removal` for one row."""
    return {"b_system": system, "b_kind": kind, "b_id": record, "b_sequence": sequence}


@cache
def this_row(*names: str) -> sa.Update:
    """Change columns of inbox rows whose number is still the same: rows of `removed`, and each name after ``b_``."""
    return (
        sa.update(inbox)
        .where(
            inbox.c.system == sa.bindparam("b_system"),
            inbox.c.kind == sa.bindparam("b_kind"),
            inbox.c.external_id == sa.bindparam("b_id"),
            inbox.c.sequence == sa.bindparam("b_sequence"),
        )
        .values({name: sa.bindparam(f"b_{name}", type_=inbox.c[name].type) for name in names})
    )


def still_strangers(conn: sa.Connection, snapshots: Sequence[Snapshot]) -> Iterator[Snapshot]:
    """Yield those of *snapshots* that wait as they are, of records that no link knows."""
    by_place: dict[tuple[str, str], list[Snapshot]] = {}
    for one in snapshots:
        by_place.setdefault((one.record.system, one.record.kind), []).append(one)
    for (system, kind), those in by_place.items():
        for start in range(0, len(those), AT_ONCE):
            some = those[start : start + AT_ONCE]
            given = {"system": system, "kind": kind, "ids": [one.record.id for one in some]}
            numbers = {row.external_id: row.sequence for row in conn.execute(_strangers(), given)}
            yield from (one for one in some if numbers.get(one.record.id) == one.sequence)


@cache
def _strangers() -> sa.Select[Any]:
    of = (*as_asked(inbox, "system", "kind"), among(inbox.c.external_id, "ids"))
    return sa.select(inbox.c.external_id, inbox.c.sequence).where(*of, ~sa.exists().where(same_record(inbox)))
