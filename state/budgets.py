"""A vendor's request budget, shared by all processes of the hub: a bucket that refills with time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from .store import Store
from .tables import budget

APART = timedelta(minutes=1)
"""A hub's machines differ by less in their clocks: books from further ahead are of a clock that was set back since."""


def reserve(
    store: Store,
    system: str,
    *,
    rate: float,
    burst: float,
    want: int,
    leave: int = 0,
    sent: int = 0,
    refused: bool = False,
) -> int:
    """
    Take up to WANT requests out of *system*'s budget, and return how many were granted; none is an answer too.

    RATE is requests per second, BURST how many may be saved up. LEAVE so many to those who are in a greater hurry.
    SENT requests are gone already and were never booked. REFUSED: the system says that nothing is left, whatever the
    books say. Nothing is written where nothing is booked.
    """
    now = store.clock()
    new = store.insert(budget).on_conflict_do_nothing(index_elements=["system"])
    with store.write() as conn:
        conn.execute(new, {"system": system, "level": burst, "at": now})
        row = conn.execute(sa.select(budget).where(budget.c.system == system).with_for_update()).one()
        passed = max((now - row.at).total_seconds(), 0.0)
        level = 0.0 if refused else min(burst, row.level + passed * rate) - sent
        granted = max(min(want, int(level) - leave), 0)
        set_back = row.at - now > APART
        if not (granted or sent or refused or set_back):
            return 0
        after = {"level": level - granted, "at": now if set_back else max(now, row.at)}
        conn.execute(sa.update(budget).where(budget.c.system == system).values(after))
    return granted


@dataclass(frozen=True, slots=True)
class Level:
    """So many requests a system would have granted AT that time; it refills since."""

    requests: float
    at: datetime


def levels(store: Store) -> dict[str, Level]:
    """Return system -> how full its budget was when somebody last took of it."""
    with store.read() as conn:
        return {row.system: Level(row.level, row.at) for row in conn.execute(sa.select(budget))}
