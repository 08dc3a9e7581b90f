"""What reconcile is told besides the entity and its sides: who is right, what is ordered, what time it is."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from mappings.canonical.values import Value
from mappings.frozen import dataclass
from mappings.policy import Park, Policy

from .newest import SKEW

ANSWER_WINDOW = timedelta(minutes=5)
"""A move of a field within this time after we wrote it there is an answer (ping-pong)."""
MOST_ANSWERS = 3
"""So many answers in a row, with no hub edit and no other move between, park the fact."""


Drift: TypeAlias = Literal["overlook", "report", "repair"]


@dataclass(frozen=True, slots=True)
class Rules:
    """
    The policies of one sync, resolved: fact -> policy.

    ORDERS gives the order of the values of a fact, lowest first (`stages:` of the sync). DOTTED are the hub's facts
    as they were before this reconcile, in their published spelling, for conditional policies.
    """

    policies: Mapping[str, Policy]
    now: datetime
    orders: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    dotted: Mapping[str, Value] = field(default_factory=dict)
    default: Policy = field(default_factory=Park)
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Fact -> the systems that answered our writes in a row, the present moves included (ping-pong)."""
    skew: timedelta = SKEW
    """By so much clocks may differ (`newest`)."""
    drift: Drift = "overlook"
    """
    Fields at rest that no longer fit the hub's value, because their system has other words now. ``overlook`` does not
    look for them (what is at rest is not judged), ``report`` parks them, ``repair`` (an approved plan) writes them.
    """

    def policy(self, fact: str) -> Policy:
        """Return who is right about *fact*."""
        return self.policies.get(fact, self.default)
