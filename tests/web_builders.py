"""
A browser without a network: `Browser(hub, viewer)` asks the pages of a hub as somebody who has signed in; without a
viewer the hub's own accounts say who that is.
"""

import asyncio
import re
from typing import Any

import httpx
from argon2 import PasswordHasher

from flows.hub.access import EVERYTHING, Access
from flows.hub.accounts import Passwords
from flows.hub.acting.starting import Starter
from flows.hub.reach import Reach
from flows.hub.rights import USUAL, Role
from flows.hub.wiring import Installation
from web.app import make_app
from web.viewer import Viewer

ADDRESS = "http://localhost"
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
"""Hashes that nobody waits for."""


def a_viewer(role: Role = "admin", *, person: str = "anna@example.org", access: Access | None = None) -> Viewer:
    """Somebody who has signed in: Анна, in a role."""
    reach = access or (EVERYTHING if USUAL[role] == "all" else Access(frozenset({person}), person))
    return Viewer("1", "anna", "Анна Ли", person, role, USUAL[role], reach, Reach(person))


class Browser:
    """Asks one page after another, keeps cookies, and fills the token into what it posts."""

    def __init__(
        self, hub: Installation, viewer: Viewer | None = None, *, language: str = "en", address: str = ADDRESS
    ) -> None:
        self.app = make_app(hub, _asleep, who=(lambda _: viewer) if viewer else None, passwords=CHEAP)
        self.cookies = httpx.Cookies()
        self.token = ""
        self._headers = {"accept-language": language}
        self._address = address
        self._transport = httpx.ASGITransport(self.app)

    def lenient(self) -> "Browser":
        """Show the page of an unexpected error instead of raising it."""
        self._transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return self

    def get(self, path: str, **given: Any) -> httpx.Response:
        """Return the answer, and keep the token of its forms."""
        answer = self.ask("GET", path, **given)
        found = re.search(r'name="token" value="(\w+)"', answer.text)
        self.token = found[1] if found else self.token
        return answer

    def post(self, path: str, data: dict[str, str] | None = None, **given: Any) -> httpx.Response:
        """Send a form as the page before would."""
        return self.ask("POST", path, data={"token": self.token, **(data or {})}, **given)

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Send a request as it is; what it is led to is not followed."""
        return asyncio.run(self._asked(method, path, given))

    async def _asked(self, method: str, path: str, given: dict[str, Any]) -> httpx.Response:
        headers = {**self._headers, **given.pop("headers", {})}
        client = httpx.AsyncClient(transport=self._transport, base_url=self._address, cookies=self.cookies)
        async with client:
            answer = await client.request(method, path, headers=headers, **given)
            self.cookies = client.cookies
            return answer


class Idle(Starter):
    """Starts no pass, whoever asks for one."""

    def start(self, sync: str, *, by: str) -> None:
        """Only say where there is no such sync."""
        self.installation.sync(sync)


async def _asleep() -> None:
    return None
