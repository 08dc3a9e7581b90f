"""
``python -m tests.bench.readers N``: fifty people read the page of a hub with N cases while all of it is scanned.

The page runs in a process of its own, as in production; full scans of both systems follow one another in a second one,
and the people are in a third. Each asks for a page, looks at it for two to eight seconds while
it hears the news, and asks for the next one.
Prints one object: how many answers, how many of them were no page, and how long they took, in seconds.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx

from flows.hub import accounts
from flows.hub.access import EVERYTHING
from flows.hub.browsing import CaseQuery, list_cases
from flows.hub.wiring import Installation, install
from state import lines
from state.store import Store
from tests.hub_builders import CRM, HUB, PEOPLE, SQLITE, TRK
from tools.screenshots.world import free_port
from web.cookies import SESSION

from .far_memory import Far, FarConnector, far_systems
from .passes import measured

READERS = 50
OPEN = 200
SECONDS = 60.0
LOOKS = (2.0, 8.0)
"""Seconds for which somebody looks at a page."""
PAGES = (
    "/cases",
    "/cases?sort=client&page=3",
    "/cases?text=внедрение",
    "/board",
    "/search?q=тендер",
    "/attention",
)
"""What they ask for beside cases, which are every other page."""


@dataclass(frozen=True)
class Answer:
    status: int
    seconds: float


def run(count: int, database: str = "") -> dict[str, Any]:
    """Return what was measured with COUNT cases; DATABASE is the address of an empty one, else a file on disk."""
    with tempfile.TemporaryDirectory(prefix="casehub-bench-") as place, far_systems() as far:
        told = {"BENCH_DATABASE": database or f"sqlite:///{place}/casehub.db"}
        folder = _folder(Path(place))
        far.seed(count)
        installation = install(folder, told)
        try:
            _pass(installation, far)
            far.close(count - OPEN)
            _pass(installation, far)
            list_cases(installation, EVERYTHING, CaseQuery())
            lines.catch_up_whole(installation.store)
            cookies = [_session(installation.store, number) for number in range(READERS)]
            with _served(folder, told) as address:
                found = _read(installation, far, address, cookies)
            return {"n": count, "database": installation.store.dialect, **found}
        finally:
            installation.store.close()


def _folder(place: Path) -> Path:
    hub = HUB.replace(SQLITE, "${BENCH_DATABASE}")
    for name, text in {"hub.yaml": hub, "record.crm.yaml": CRM, "record.trk.yaml": TRK}.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


def _pass(installation: Installation, far: Far, *, full: bool = False) -> float:
    cost = measured(installation, lambda _, name: FarConnector(name, far), full=full)
    return cost.seconds


def _session(store: Store, number: int) -> str:
    """Return the secret of a session: one in five sees all cases, the others those of one person."""
    person = PEOPLE[number % len(PEOPLE)].email or ""
    level = "all" if number % 5 == 0 else "own"
    wanted = accounts.Wanted(f"reader{number}", person=person, role="manager", level=level)
    link = accounts.make_link(store, accounts.make(store, wanted, by="bench"), by="bench")
    came = accounts.let_in_by_link(store, link, address="127.0.0.1")
    if came is None:
        raise RuntimeError("a link that was just made lets nobody in")
    return came.secret


@contextmanager
def _served(folder: Path, told: Mapping[str, str]) -> Iterator[str]:
    """Start the page, and give its address when it answers."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CASEHUB_", "PREFECT_"))}
    command = [sys.executable, "-m", "web", "--port", str(port)]
    process = subprocess.Popen(command, env={**kept, **told, "CASEHUB_HUB": str(folder)})
    try:
        while not _answers(address):
            if process.poll() is not None:
                raise RuntimeError("the page has ended")
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _answers(address: str) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"{address}/healthz", timeout=1.0, trust_env=False).is_success
    return False


def _read(installation: Installation, far: Far, address: str, cookies: Sequence[str]) -> dict[str, Any]:
    """Have everybody read while full scans follow one another."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    people = spawn.Process(target=_people, args=(there, address, cookies), daemon=True)
    people.start()
    there.close()
    scans = [_pass(installation, far, full=True)]
    while not here.poll():
        scans.append(_pass(installation, far, full=True))
    answers: list[Answer] = here.recv()
    people.join(10)
    took = [one.seconds for one in answers]
    return {
        "readers": READERS,
        "answers": len(answers),
        "failed": sum(1 for one in answers if one.status != httpx.codes.OK),
        "p50": median(took),
        "p95": quantiles(took, n=20)[-1],
        "most": max(took),
        "full_scans": len(scans),
        "full_scan": median(scans),
    }


# --- the people -------------------------------------------------------------------------------------------------------


def _people(line: "Connection[Any, Any]", address: str, cookies: Sequence[str]) -> None:
    line.send(asyncio.run(_all(address, cookies)))


async def _all(address: str, cookies: Sequence[str]) -> list[Answer]:
    until = time.monotonic() + SECONDS
    read = await asyncio.gather(*(_one(address, cookie, until, seed) for seed, cookie in enumerate(cookies)))
    return [answer for answers in read for answer in answers]


async def _one(address: str, cookie: str, until: float, seed: int) -> list[Answer]:
    """One person, who reads until the time is over."""
    chance, answers, cases = random.Random(seed), list[Answer](), list[str]()  # noqa: S311  # chance that must repeat
    async with _browser(address, cookie) as client:
        await asyncio.sleep(chance.uniform(0, LOOKS[1]))
        while time.monotonic() < until:
            path = chance.choice(cases) if cases and chance.random() < 0.5 else chance.choice(PAGES)
            began = time.monotonic()
            answer = await client.get(path)
            answers.append(Answer(answer.status_code, time.monotonic() - began))
            cases = cases or _cases_on(answer.text)
            await asyncio.sleep(chance.uniform(*LOOKS))
    return answers


@asynccontextmanager
async def _browser(address: str, cookie: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that hears the news beside, as every open page does."""

    async def hear() -> None:
        async with client.stream("GET", "/live", timeout=None) as news:
            async for _ in news.aiter_bytes():
                pass

    async with httpx.AsyncClient(base_url=address, cookies={SESSION: cookie}, timeout=60, trust_env=False) as client:
        hearing = asyncio.create_task(hear())
        yield client
        hearing.cancel()
        await asyncio.wait([hearing])


def _cases_on(text: str) -> list[str]:
    """Return where the cases of a page stand."""
    return re.findall(r'href="(/cases/CASE-\d+)"', text)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.readers", description=__doc__)
    parser.add_argument("n", type=int)
    parser.add_argument("--database", default="", help="the address of an empty database")
    given = parser.parse_args()
    sys.stdout.write(json.dumps(run(given.n, given.database)) + "\n")


if __name__ == "__main__":
    main()
