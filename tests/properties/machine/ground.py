"""What a machine stands on: the database of a history, and a process that may die at any commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flows.hub.scenarios.ground import Clock, Death, Ground, MortalStore
from state.store import Store


@dataclass
class Countdown:
    """Which commit the process does not survive: LEFT are those that it does; None: it lives."""

    left: int | None = None
    moment: str = "after"

    def met(self, moment: str) -> bool:
        """Say whether this is the moment; counted once per commit."""
        if self.left is None or moment != self.moment:
            return False
        self.left -= 1
        if self.left > 0:
            return False
        self.left = None
        return True


@dataclass(frozen=True, slots=True)
class CountedStore(MortalStore):
    """A store whose process dies before or after a commit that was chosen."""

    countdown: Countdown = field(default_factory=Countdown)

    @contextmanager
    def write(self) -> Iterator[Any]:
        """As `Store.write`."""
        self.death.check()
        with Store.write(self) as conn:
            yield conn
            if self.countdown.met("before"):
                self.death.strike()
        if self.countdown.met("after"):
            self.death.strike()


def fresh_store(ground: Ground, clock: Clock, death: Death) -> CountedStore:
    """Return an empty store."""
    made = ground.fresh(clock, death)
    return CountedStore(made.engine, clock, made.fresh_id, death.lives, made.counted, {}, death, Countdown())
