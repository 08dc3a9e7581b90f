"""Doing a transaction again that another one was in the way of."""

import time
from collections.abc import Callable
from typing import TypeVar

from state.errors import Busy

T = TypeVar("T")
PAUSES = (0.1, 0.3, 1.0, 3.0)
"""Seconds before the next try. Longer than a transaction of a batch takes, shorter than any heartbeat's silence."""


def patiently(work: Callable[[], T], sleep: Callable[[float], None] = time.sleep) -> T:
    """
    Do *work*, which is one transaction, again where rows were held by somebody else: nothing of it was stored.

    Blocks, so it belongs into a thread beside the event loop. Raises Busy where they are held for long.
    """
    for pause in PAUSES:
        try:
            return work()
        except Busy:
            sleep(pause)
    return work()
