"""What all pages of one hub share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fastapi import Request

from flows.hub.accounts import Passwords
from flows.hub.wiring import Installation
from state.store import Store

if TYPE_CHECKING:
    from .viewer import Viewer


@dataclass(frozen=True, slots=True)
class House:
    """
    The hub as its pages know it: NOW gives it as its files describe it at that moment. WHO says who has signed in,
    PASSWORDS makes and compares hashes.
    """

    now: Callable[[], Installation]
    who: "Callable[[Request], Viewer | None]"
    passwords: Passwords = field(default_factory=Passwords)

    @property
    def installation(self) -> Installation:
        """The hub as its files describe it now; the same object as long as they stay as they are."""
        return self.now()

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which times are shown."""
        return ZoneInfo(self.installation.hub.timezone)

    @property
    def page(self) -> str:
        """The address at which people open the page; "" where only its own machine does."""
        return self.installation.hub.page


def house_of(request: Request) -> House:
    """Return what the pages share."""
    house: House = request.app.state.house
    return house


def store_of(request: Request) -> Store:
    """Return the hub's memory."""
    return house_of(request).installation.store
