"""Statements for inbox rows whose number is still the one that was looked at."""

from functools import cache
from typing import Any

import sqlalchemy as sa

from .tables import inbox


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
