"""
The vendor's rate while there is more work than it lets through: ``python -m tests.bench.budget``.

A Bitrix24 lets 50 requests through at once and then 2 a second. Seventy-five look-ups of two requests, all asked for at
the same moment, take more than that; the portal's own log says what share of the budget was used and what it refused.
"""

import asyncio
import json
import sys
from collections import Counter
from itertools import pairwise
from typing import Any

from connectors.base import Surroundings
from connectors.bitrix24 import Bitrix24Connector
from connectors.bitrix24.settings import Bitrix24Settings
from connectors.sandbox.process import SandboxProcess

from .sandboxes import Asked, Sandboxes

LOOKUPS = 75
BURST, PER_SECOND = 50, 2.0


def run(client: Any, count: int = LOOKUPS) -> dict[str, Any]:
    """Measure COUNT look-ups at the vendor's real rate: about COUNT - 25 seconds."""
    with SandboxProcess("bitrix24", seed=3) as crm, SandboxProcess("redmine") as tracker:
        systems = Sandboxes(crm, tracker, client)
        asyncio.run(_ask(str(crm.about["webhook"]), count))
        return figures(systems.log("crm", 0))


def figures(log: list[Asked]) -> dict[str, Any]:
    """
    Return the share of the budget that was used, over all and in the steady state behind the burst.

    The budget between the first and the last request is the burst and what drained meanwhile.
    """
    times = [one.at.timestamp() for one in log]
    seconds = times[-1] - times[0]
    steady = times[BURST:]
    gaps = sorted(later - sooner for sooner, later in pairwise(steady))
    return {
        "requests": len(log),
        "seconds": seconds,
        "share": len(log) / (BURST + PER_SECOND * seconds),
        "steady_share": (len(steady) - 1) / (PER_SECOND * (steady[-1] - steady[0])),
        "steady_gap": gaps[len(gaps) // 2],
        "limit_answers": sum(n for status, n in Counter(one.status for one in log).items() if status in (429, 503)),
    }


async def _ask(webhook: str, count: int) -> None:
    settings = Bitrix24Settings.model_validate({"webhook": webhook})
    async with Bitrix24Connector("crm", settings, Surroundings(markers={"deal": "originId"})) as connector:
        await asyncio.gather(*(connector.find("deal", f"ch-{number}-1") for number in range(count)))


def main() -> None:
    import httpx

    with httpx.Client(timeout=60.0, trust_env=False) as client:
        sys.stdout.write(json.dumps(run(client)) + "\n")


if __name__ == "__main__":
    main()
