"""What the tests of the sandboxes send with, and what receives their webhooks."""

import re
from html import unescape
from typing import Any

import httpx

from connectors.sandbox.bitrix24 import Bitrix24Sandbox

BASE = "http://127.0.0.1"


class Posted(httpx.AsyncBaseTransport):
    """Receives webhooks."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.status = 200

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        return httpx.Response(self.status)


class Caller:
    """Calls methods of a portal as one of its webhooks."""

    def __init__(self, sandbox: Bitrix24Sandbox, client: httpx.AsyncClient) -> None:
        self.sandbox = sandbox
        self.client = client

    async def raw(self, method: str, *, role: str = "hub", **params: Any) -> httpx.Response:
        hook = self.sandbox.portal.hooks[role]
        return await self.client.post(f"{BASE}/rest/{hook.user.id}/{hook.secret}/{method}", json=params)

    async def __call__(self, method: str, *, role: str = "hub", **params: Any) -> Any:
        response = await self.raw(method, role=role, **params)
        return response.json()

    async def deal(self, **fields: Any) -> dict[str, Any]:
        answer = await self("crm.item.add", entityTypeId=2, fields={"title": "Внедрение CRM", **fields})
        found: dict[str, Any] = answer["result"]["item"]
        return found


class Browser:
    """A person's browser: it sends a form back as it stands, but for what the person changed."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def save(self, path: str, **changes: str | list[str]) -> httpx.Response:
        page = (await self.client.get(path)).text
        sent = {**filled(page), **changes}
        return await self.client.post(path, data=sent)


def filled(page: str) -> dict[str, str | list[str]]:
    """Return what the browser would send of the last form on the page."""
    inside = page.rpartition('<form method="post"')[2].partition("</form>")[0]
    found: dict[str, str | list[str]] = {}
    for tag, name, rest in re.findall(r'<(input|textarea|select)[^>]* name="([^"]+)"([^>]*>)', inside):
        if tag == "input":
            value = re.search(r'value="([^"]*)"', rest)
            if (
                'type="checkbox"' not in inside.partition(f'name="{name}"{rest}')[0].rpartition("<")[2]
                or "checked" in rest
            ):
                found[name] = unescape(value[1]) if value else ""
        elif tag == "textarea":
            found[name] = unescape(inside.partition(f'name="{name}"{rest}')[2].partition("</textarea>")[0])[1:]
        else:
            options = inside.partition(f'name="{name}"{rest}')[2].partition("</select>")[0]
            chosen = re.findall(r'<option value="([^"]*)" selected', options)
            first = re.findall(r'<option value="([^"]*)"', options)[:1]
            found[name] = [unescape(each) for each in chosen] if "multiple" in rest else unescape((chosen or first)[0])
    return found
