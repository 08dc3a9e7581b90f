"""The page that says that something went wrong: a hub that works has no address at which it is shown."""

import asyncio
from typing import NoReturn

import httpx

from web.app import make_app

from .world import World

BROKEN = "/broken"


def page_of_500(world: World, language: str) -> str:
    """Return what the hub answers in LANGUAGE where its code fails."""
    return asyncio.run(_answer(world, language))


async def _answer(world: World, language: str) -> str:
    with world.installation() as hub:
        app = make_app(hub)

        @app.get(BROKEN, response_model=None)
        def broken() -> NoReturn:
            raise RuntimeError("what nobody has thought of")

        line = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=line, base_url=world.address) as client:
            return (await client.get(BROKEN, headers={"accept-language": language})).text
