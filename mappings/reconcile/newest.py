"""
The policy ``newest``: whose edit came last.

Systems stamp records, people edit fields; a stamp is also moved by other edits and by our own writes. So the time of an
edit is an interval: after the last reading that did not show it, until the stamp of the first that did. Clocks differ
and stamps are cut. An edit wins only if all of its interval lies behind all others by more than that; else it is
nobody's to decide but a person's.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from mappings.canonical.values import Value
from mappings.lens import Clash
from mappings.policy import Newest, Policy, When

from .model import Interval, Origin

SKEW = timedelta(seconds=60)
"""By so much any two clocks may differ, those of the hub and of its systems."""


class Claim(NamedTuple):
    """Somebody's VALUE, WHO said it and when; WHEN None: nothing is known of it."""

    value: Value | Clash
    who: str
    when: Interval | None


def facts_by_time(policies: Mapping[str, Policy]) -> frozenset[str]:
    """Return the facts that may be decided by who was last."""
    return frozenset(fact for fact, policy in policies.items() if _by_time(policy))


def _by_time(policy: Policy) -> bool:
    if isinstance(policy, When):
        return any(_by_time(one) for one in (policy.otherwise, *(then for _, then in policy.cases)))
    return isinstance(policy, Newest)


def seen_between(before: datetime | None, stamp: datetime | None, *, lag: timedelta, resolution: timedelta) -> Interval:
    """
    Return when an edit was made that a reading shows for the first time: the last reading left at BEFORE, the record
    bears STAMP. Lists may run behind by LAG, stamps are cut to their RESOLUTION. A reading after the stamp by more than
    clocks differ has overlooked the edit, and says nothing of it.
    """
    after = before - lag if before is not None else None
    until = stamp + resolution if stamp is not None else None
    if after is not None and until is not None and after - until > SKEW:
        after = None
    return Interval(after, until)


def logged_at(stamp: datetime, *, resolution: timedelta) -> Interval:
    """Return when an edit was made that a change log tells."""
    return Interval(stamp, stamp + resolution)


def said_at(origin: Origin | None) -> Interval | None:
    """
    Return when the hub's own value was said: a person's at that very time; what it took from a system is older than
    the taking, nobody knows how much, so it can lose and never win.
    """
    if origin is None or origin.at is None:
        return None
    return Interval(origin.at if origin.by == "person" else None, origin.at)


def latest(claims: Sequence[Claim], *, skew: timedelta) -> Claim | None:
    """
    Return the claim that was made last beyond doubt, or None. Who says the same has nothing against it, whenever they
    said so; of several such claims it is the same one in whatever order they come.
    """
    for one in sorted(claims, key=lambda claim: claim.who):
        others = [other for other in claims if other.value != one.value]
        if all(_later(one, other, skew) for other in others):
            return one
    return None


def _later(one: Claim, other: Claim, skew: timedelta) -> bool:
    if one.when is None or one.when.after is None or other.when is None or other.when.until is None:
        return False
    return one.when.after - other.when.until > skew
