"""
What became of files that were to be copied.

A request that makes something is written down as ``sent``, with its worker, before it leaves; whoever finds the row of
a dead worker finds out first what became of it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mappings.attachments import Copied

from .. import workers
from ..history import write_down
from ..store import Store
from ..tables import attachment, entity, file_copy, link, worker
from ..types import Worker
from .held import IN_DOUBT, Doubt


def note(
    store: Store, owner: str, copied: Sequence[Copied], *, name: str = "", told: Sequence[dict[str, Any]] = ()
) -> None:
    """
    Keep what became of files of the case *owner*; what is under way ends with it.

    TOLD are rows of the history (`history.event_row`): a copy is kept together with the line that says so.
    """
    new = store.insert(file_copy)
    names = ("state", "name", "text", "record", "by_limit", "worker", "at")
    again = new.on_conflict_do_update(
        index_elements=["entity", "identity", "system"], set_={one: new.excluded[one] for one in names}
    )
    rows = [_copy_row(owner, one, name=name, at=store.clock(), by=None) for one in copied]
    if rows:
        with store.write() as conn:
            conn.execute(again, rows)
            write_down(store, conn, told)


def begin(store: Store, who: Worker, owner: str, *, copied: Copied, name: str, seen: str = "") -> bool:
    """
    Write down that a request leaves now; SEEN is the state that this was decided upon, empty where there was none.

    False where somebody else has a request under way, or has ended one since.
    """
    row = _copy_row(owner, copied, name=name, at=store.clock(), by=who.id)
    here = (file_copy.c.entity == owner, file_copy.c.identity == copied.identity, file_copy.c.system == copied.system)
    with store.write() as conn:
        workers.beat_in(store, conn, who)
        before = conn.execute(sa.select(file_copy).where(*here).with_for_update()).mappings().one_or_none()
        if (before["state"] if before is not None else "") != seen:
            return False
        if before is None:
            new = store.insert(file_copy).on_conflict_do_nothing(index_elements=["entity", "identity", "system"])
            return conn.execute(new.returning(file_copy.c.entity), row).first() is not None
        if seen in IN_DOUBT and not _free(store, conn, before["worker"], who):
            return False
        conn.execute(sa.update(file_copy).where(*here).values(row))
    return True


def drop(store: Store, owner: str, copied: Copied) -> None:
    """Nothing was sent: as if it had never been begun."""
    here = (file_copy.c.entity == owner, file_copy.c.identity == copied.identity, file_copy.c.system == copied.system)
    with store.write() as conn:
        conn.execute(sa.delete(file_copy).where(*here))


def is_free(store: Store, who: Worker, doubt: Doubt) -> bool:
    """Whether whoever sent it is gone, or is *who*: a living worker finds out by itself."""
    one = doubt.copied
    query = sa.select(file_copy.c.worker).where(
        file_copy.c.entity == doubt.entity, file_copy.c.identity == one.identity, file_copy.c.system == one.system
    )
    with store.read() as conn:
        return _free(store, conn, conn.execute(query).scalar_one_or_none(), who)


def _free(store: Store, conn: sa.Connection, owner: str | None, who: Worker) -> bool:
    if owner in (None, who.id):
        return True
    known = conn.execute(sa.select(worker.c.id).where(worker.c.id == owner)).first()
    return known is None or owner in workers.dead(store, conn)


def in_use(store: Store) -> frozenset[str]:
    """Return the contents of which a request is under way or in doubt: what lies in the spool for them stays."""
    with store.read() as conn:
        query = sa.select(file_copy.c.identity).where(file_copy.c.state.in_(IN_DOUBT))
        return frozenset(conn.execute(query).scalars())


def try_again(store: Store, owner: str, *, system: str) -> None:
    """What was refused of the case *owner* by *system* is judged anew with the next pass."""
    mine = sa.select(link.c.external_id).where(link.c.entity == owner)
    here = (file_copy.c.entity == owner, file_copy.c.system == system, file_copy.c.state == "refused")
    with store.write() as conn:
        conn.execute(sa.delete(file_copy).where(*here))
        conn.execute(sa.update(attachment).where(attachment.c.parent.in_(mine)).values(open=True, unreadable=""))


def forget_limits(store: Store, sync: str, systems: Sequence[str]) -> None:
    """The limits of these systems have changed: what they refused is judged anew, and every case looked at."""
    cases = sa.select(entity.c.id).where(entity.c.sync == sync)
    with store.write() as conn:
        conn.execute(
            sa.delete(file_copy).where(
                file_copy.c.system.in_(systems),
                file_copy.c.by_limit.is_(True),
                file_copy.c.state == "refused",
                file_copy.c.entity.in_(cases),
            )
        )
        conn.execute(sa.update(attachment).where(attachment.c.sync == sync).values(open=True))


def _copy_row(owner: str, one: Copied, *, name: str, at: datetime, by: str | None) -> dict[str, Any]:
    return {
        "entity": owner,
        "identity": one.identity,
        "system": one.system,
        "state": one.state,
        "name": name,
        "text": one.text,
        "record": one.record,
        "by_limit": one.by_limit,
        "worker": by,
        "at": at,
    }
