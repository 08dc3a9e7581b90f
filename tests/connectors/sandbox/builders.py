"""What the tests of the sandboxes send with, and what receives their webhooks."""

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
