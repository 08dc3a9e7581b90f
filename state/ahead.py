"""
Times of the future: what was noted while a machine's clock was ahead.

A read is believed only where it began after the last one (`state.freshness`), and a hint is answered only by a read
that began after it; a write in doubt is looked for some time after it was sent, a worker is dead some time after its
heartbeat, a lease ends. Once the clock is right again, none of it would be so until that future has come.
"""

from datetime import timedelta

import sqlalchemy as sa

from .store import Store
from .tables import IS_OPEN, hint, inbox, lease, link, outbox, run, worker

AHEAD = timedelta(hours=1)
"""Clocks of several machines differ by less."""


def set_back(store: Store) -> int:
    """
    Make times of the future those of now, and return how many there were.

    All of it was noted before now, whatever the clock said: so nothing counts for newer than it is.
    """
    now = store.clock()
    ahead = now + AHEAD
    marks = (hint.c.at, inbox.c.put_at)  # few rows; links are many, and are looked at where a run is of the future too
    later = [sa.exists().where(one > ahead) for one in (*marks, run.c.started)]
    with store.read() as conn:
        if not conn.execute(sa.select(sa.or_(*later))).scalar_one():
            return 0
    anywhere = (*marks, link.c.touched, worker.c.heartbeat, lease.c.until)
    parts = [sa.update(one.table).where(one > ahead).values({one.name: now}) for one in anywhere]
    under_way = (outbox.c.sent_at, outbox.c.not_before)
    parts += [sa.update(outbox).where(one > ahead, IS_OPEN).values({one.name: now}) for one in under_way]
    with store.write() as conn:
        return sum(conn.execute(part).rowcount for part in parts)
