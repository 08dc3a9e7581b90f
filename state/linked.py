"""What decisions and readings leave on a link."""

from functools import cache
from typing import Any

import sqlalchemy as sa

from mappings.reconcile.model import Link, LinkChange

from . import codec
from .kept import spliced
from .tables import link
from .types import Snapshot


def link_columns(change: LinkChange, before: Link | None = None) -> dict[str, Any]:
    """Return the columns that a decision leaves on a link; what is as it was BEFORE has its form already."""
    return {
        "bases": codec.BASES.encoded(change.bases, before.bases if before else None),
        "seen": dict(change.seen),
        "parked": codec.each(change.parked, codec.parked_form),
        "answers": spliced(change.answers, codec.answers_form, before.answers if before else None),
    }


def read_columns(snapshot: Snapshot | None) -> dict[str, Any]:
    """Return the columns that a consumed snapshot leaves on a link; all None without one."""
    if snapshot is None:
        return dict.fromkeys(("version", "hash", "in_scope", "url", "touched", "began"))
    record = snapshot.record
    return {
        "version": record.version,
        "hash": codec.digest(record),
        "in_scope": record.in_scope,
        "url": record.url,
        "touched": snapshot.put_at,
        "began": snapshot.began,
    }


@cache
def link_update() -> sa.Update:
    """What no snapshot was consumed for keeps its version; `touched` never goes back."""
    given = {column.name: sa.bindparam(f"b_{column.name}", type_=column.type) for column in link.c}
    read = ("version", "hash", "in_scope", "url", "began")
    earlier = sa.or_(link.c.touched.is_(None), link.c.touched < given["touched"])
    back = sa.bindparam("b_back", type_=sa.Boolean())
    return (
        sa.update(link)
        .where(link.c.id == sa.bindparam("b_id"))
        .values(
            **{name: given[name] for name in ("bases", "seen", "parked", "answers")},
            **{name: sa.func.coalesce(given[name], link.c[name]) for name in read},
            touched=sa.case((earlier, sa.func.coalesce(given["touched"], link.c.touched)), else_=link.c.touched),
            tombstone=sa.and_(link.c.tombstone, sa.not_(back)),
            gone=sa.case((back, None), else_=link.c.gone),
        )
    )


@cache
def settled_update(*, judged: bool = True) -> sa.Update:
    """Set everything that a settled write leaves on a link; if nothing was JUDGED, its fields stay as they are."""
    fields = ("bases", "seen", "parked", "answers") if judged else ()
    of_record = ("version", "hash", "url", "in_scope", "touched", "began", "gone")
    names = (*fields, *of_record, "external_id", "tombstone")
    return (
        sa.update(link)
        .where(link.c.id == sa.bindparam("b_id"))
        .values({name: sa.bindparam(f"b_{name}", type_=link.c[name].type) for name in names})
    )
