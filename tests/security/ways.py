"""Requests over a way to a system that is not to be trusted."""

import asyncio

import httpx

from connectors.http import Http


def ask(way: Http, *given, **more):
    async def asked():
        await way.open()
        try:
            return await way.request(*given, **more)
        finally:
            await way.close()

    return asyncio.run(asked())


def streamed(way: Http, path: str, most: int):
    async def asked():
        await way.open()
        try:
            return b"".join([piece async for piece in way.stream(path, most=most)])
        finally:
            await way.close()

    return asyncio.run(asked())


def recorded(response):
    asked: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return response(request)

    return asked, handler
