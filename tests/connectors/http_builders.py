"""Builders for tests of the way to the network."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx

from connectors.base import Surroundings
from connectors.http import Http, HttpSettings

SECRET = "s3cret-hook"
Handler = Callable[[httpx.Request], httpx.Response]


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return sum(self.slept)

    def clock(self) -> datetime:
        return datetime(2026, 11, 21, 18, tzinfo=UTC) + timedelta(seconds=sum(self.slept))

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def a_way(handler: Handler, time: Time | None = None, **settings: float | int) -> Http:
    time = time or Time()
    around = Surroundings(
        clock=time.clock, monotonic=time.monotonic, sleep=time.sleep, transport=httpx.MockTransport(handler)
    )
    return Http(
        "crm",
        f"https://crm.test/rest/1/{SECRET}",
        around=around,
        headers={"X-Key": SECRET},
        settings=HttpSettings(**settings),  # type: ignore[arg-type]  # numbers of several fields
    )


def answers(*given: httpx.Response | Exception) -> Handler:
    """Give one after the other, then the last for ever."""
    left = list(given)

    def handler(request: httpx.Request) -> httpx.Response:
        one = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(one, Exception):
            raise one
        return httpx.Response(one.status_code, headers=one.headers, content=one.content)

    return handler


OK = httpx.Response(200, json={"a": 1})
BUSY = httpx.Response(503)
