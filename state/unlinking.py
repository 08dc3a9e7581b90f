"""A person takes a record from an entity: the link goes, the history keeps what it held."""

import sqlalchemy as sa

from mappings.reconcile.model import Event, Link

from .attention import Place
from .history import event_row, write_down
from .store import Store
from .tables import IS_OPEN, entity, link, outbox, parked
from .types import Claimed, Worker


def unlink(store: Store, worker: Worker, claimed: Claimed, *, record: Link, told: Event) -> bool:
    """
    Take the link *record* from an entity that *worker* has claimed; TOLD goes into the history with what it held.

    Its planned write and what is parked there go with it. The entity's next generation begins, so that a marker in the
    record no longer counts, and it is due. False: the claim was lost meanwhile, and nothing was stored.
    """
    owner = claimed.entity.id
    place = Place(record.system, record.kind, entity=owner, record=record.external_id)
    content = {name: base.view for name, base in record.bases.items()} | dict(record.seen)
    with store.write() as conn:
        query = sa.select(entity.c.revision).where(entity.c.id == owner, entity.c.claimed_by == worker.id)
        if conn.execute(query.with_for_update()).scalar_one_or_none() != claimed.revision:
            return False
        here = (outbox.c.entity == owner, outbox.c.system == record.system, outbox.c.kind == record.kind)
        conn.execute(sa.delete(outbox).where(*here, outbox.c.state == "planned", IS_OPEN))
        conn.execute(sa.delete(link).where(link.c.id == record.id))
        _close(store, conn, place)
        told = told._replace(old=content, system=record.system)
        write_down(store, conn, [event_row(told, entity=owner, kind=record.kind, record=record.external_id)])
        raised = {name: entity.c[name] + 1 for name in ("generation", "revision", "due")}
        free = {"claimed_by": None, "claimed_until": None}
        conn.execute(sa.update(entity).where(entity.c.id == owner).values(**raised, **free))
    return True


def _close(store: Store, conn: sa.Connection, place: Place) -> None:
    """Everything that is parked there, whatever its field."""
    mine = (parked.c.subject == place.subject, parked.c.system == place.system, parked.c.kind == place.kind)
    conn.execute(sa.update(parked).where(*mine, parked.c.closed.is_(None)).values(closed=store.clock()))
