"""
Whether what a process sends is still its own to send.

One that stood still for a while, on a machine that slept, is taken for dead, and others find out what became of its
writes; it does not notice. So every request that changes something asks before it leaves.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar

from .errors import RetryLater


async def _always() -> bool:
    return True


STILL_OURS: ContextVar[Callable[[], Awaitable[bool]]] = ContextVar("STILL_OURS", default=_always)
"""Set by whoever pushes, who knows what was taken and by whom."""


async def must_be_ours(system: str) -> None:
    """Raise RetryLater, as of what never left, where another process has taken over what is being sent to *system*."""
    if not await STILL_OURS.get()():
        text = "this process stood still, and another one has taken over what it was sending"
        raise RetryLater(text, system=system)
