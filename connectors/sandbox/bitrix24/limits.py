"""The two budgets of a cloud portal: requests per address, and working time per method and webhook."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MINUTE = 60.0
WINDOW = 600.0

SHARES: Mapping[str, float] = {
    "crm.item.list": 0.05,
    "crm.item.get": 0.01,
    "crm.item.add": 0.08,
    "crm.item.update": 0.08,
    "crm.item.delete": 0.05,
    "crm.stagehistory.list": 0.03,
    "crm.timeline.comment.list": 0.02,
    "crm.timeline.comment.add": 0.05,
    "crm.timeline.comment.update": 0.05,
}
"""Working time of one call in seconds, about what small portals show."""
OTHERS = 0.005


@dataclass
class Bucket:
    """A leaky bucket: CAPACITY requests at once, PER_SECOND drain. What is refused does not count."""

    capacity: float = 50.0
    per_second: float = 2.0
    levels: dict[str, tuple[float, float]] = field(default_factory=dict)

    def takes(self, who: str, now: float) -> bool:
        """Whether one more request of *who* still fits; if so it is counted."""
        level, then = self.levels.get(who, (0.0, now))
        level = max(0.0, level - (now - then) * self.per_second)
        fits = level + 1.0 <= self.capacity + 1e-9
        self.levels[who] = (level + 1.0 if fits else level, now)
        return fits


@dataclass
class WorkingTime:
    """
    Working time by webhook and method, in pieces that begin with their first call, last a minute and are forgotten
    after ten. A call is refused while more than LIMIT has been used; the call that goes over it is still made.
    """

    limit: float = 480.0
    costs: dict[str, float] = field(default_factory=dict)
    pieces: dict[tuple[str, str], list[tuple[float, float]]] = field(default_factory=dict)

    def used(self, who: str, method: str, now: float) -> float:
        kept = [piece for piece in self.pieces.get((who, method), []) if piece[0] + WINDOW > now]
        self.pieces[who, method] = kept
        return sum(seconds for _, seconds in kept)

    def allows(self, who: str, method: str, now: float) -> bool:
        return self.used(who, method, now) <= self.limit

    def work(self, who: str, method: str, now: float) -> None:
        """Count one call."""
        self.used(who, method, now)
        pieces = self.pieces[who, method]
        cost = self.cost(method)
        if pieces and now < pieces[-1][0] + MINUTE:
            began, seconds = pieces[-1]
            pieces[-1] = (began, seconds + cost)
        else:
            pieces.append((now, cost))

    def cost(self, method: str) -> float:
        return self.costs.get(method, SHARES.get(method, OTHERS))

    def reset_at(self, who: str, method: str, now: float) -> int:
        """When the oldest piece is forgotten."""
        pieces = self.pieces.get((who, method))
        return int((pieces[0][0] if pieces else now) + WINDOW)
