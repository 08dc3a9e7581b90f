"""
Ask the task server to look at the inbox now.

Does nothing where no Prefect server is named or it does not answer: the schedules look at the inbox anyway, only later.
"""

import asyncio
import os
from collections.abc import Mapping

from httpx import HTTPError


async def wake(environment: Mapping[str, str] | None = None) -> bool:
    """Say to the task server that something waits; returns whether anybody was told. Never raises for a lost server."""
    if not (os.environ if environment is None else environment).get("PREFECT_API_URL"):
        return False  # and Prefect is not even imported
    try:
        await asyncio.to_thread(_ask)
    except HTTPError:
        return False
    return True


def _ask() -> None:
    from flows.scheduled.inbox import look_at_inbox

    look_at_inbox.delay()
