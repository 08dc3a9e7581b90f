"""
``python -m tests.bench.attachments``: files between a Bitrix24 and a Redmine, half of them each way.

Every pass is a process of its own. The first one makes the issues, without any file: what it needs at most is what the
pass with the files is held against. Contents are compared byte by byte, through the hashes of what people download.
Prints one JSON object.
"""

import argparse
import asyncio
import base64
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from connectors.sandbox.process import SandboxProcess
from flows.hub.report import Report
from flows.hub.running import How, run_recorded
from flows.hub.sync import PassOptions
from flows.hub.wiring import Installation, install, open_sync
from state import cases

from .meter import peak_mb
from .sandboxes import Sandboxes, hub_folder

MB = 1024 * 1024
SMALL = 20_000
"""Bytes of a file that is not large."""
FAST = 20.0
SHARED = "    files: {crm: {}, tracker: {}}\n"


@dataclass(frozen=True)
class Wanted:
    """How many FILES, how many of them LARGE ones of so many MEGABYTES, at so many CASES."""

    files: int
    large: int
    megabytes: int
    cases: int

    def content(self, number: int) -> bytes:
        """Return what one file holds: the large ones are spread evenly, in turn on either side; no two are alike."""
        every = self.files // self.large if self.large else self.files + 1
        block, place = divmod(number, every)
        size = self.megabytes * MB if block < self.large and place == block % 2 else SMALL
        return hashlib.shake_256(f"file {number}".encode()).digest(SMALL) * (size // SMALL) + bytes(size % SMALL)

    def name(self, number: int) -> str:
        return f"Вложение № {number}.bin"


def run(wanted: Wanted) -> dict[str, Any]:
    """Return what the passes without and with the files took, and whether each file is there once and whole."""
    with tempfile.TemporaryDirectory(prefix="casehub-bench-") as place, sandboxes_with(wanted.cases) as systems:
        folder = hub_folder(Path(place))
        path = folder / "hub.yaml"
        text = path.read_text(encoding="utf-8").replace("    stages: [", f"{SHARED}    stages: [", 1)
        path.write_text(text, encoding="utf-8")
        plain = a_pass(systems, folder)
        pairs = pairs_of(systems, folder, wanted.cases)
        digests = _attach(systems, pairs, wanted)
        systems.later(60)
        passes = [a_pass(systems, folder), a_pass(systems, folder), a_pass(systems, folder, "--full")]
        lying = sum(1 for _ in (folder / "spool").glob("*"))
        return {
            "files": wanted.files,
            "large": wanted.large,
            "megabytes": wanted.megabytes,
            "without": plain,
            "with": passes[0],
            "again": passes[1],
            "full": passes[2],
            "missing": _missing(systems, pairs, digests),
            "doubled": _doubled(systems, pairs),
            "lying": lying,
        }


@contextmanager
def sandboxes_with(cases: int) -> Iterator[Sandboxes]:
    """Both systems with so many deals, their clocks fast, the tracker with room for large files."""
    fast = ["--speed", f"{FAST:g}"]
    with (
        SandboxProcess("bitrix24", seed=cases, options=fast) as crm,
        SandboxProcess("redmine", options=fast, module="tests.bench.roomy_redmine") as tracker,
        httpx.Client(timeout=120.0, trust_env=False) as client,
    ):
        yield Sandboxes(crm, tracker, client)


def a_pass(systems: Sandboxes, folder: Path, *how: str) -> dict[str, Any]:
    """Run one pass in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.attachments", "--hub", str(folder), *how]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **systems.env})
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def one_pass(folder: Path, *, full: bool) -> dict[str, Any]:
    """Run a pass of the hub in *folder* and return what it took. Raises RuntimeError where it did not run whole."""

    async def once(installation: Installation) -> Report:
        async with open_sync(installation, None) as wired:
            return await run_recorded(wired, PassOptions(full=full), How(approved=True))

    installation, began = install(folder), time.perf_counter()
    with closing(installation.store):
        report = asyncio.run(once(installation))
    if report.trouble or report.stops:
        raise RuntimeError(f"the pass did not run whole: {report.trouble} {report.stops}")
    return {
        "seconds": time.perf_counter() - began,
        "peak": peak_mb(),
        "requests": dict(report.requests),
        "files": dict(report.files),
        "notices": report.notices,
    }


def pairs_of(systems: Sandboxes, folder: Path, count: int) -> list[tuple[int, int]]:
    """Return the deal and the issue of each case."""
    with closing(install(folder, systems.env).store) as store:
        listed = cases.cases(store, limit=count).entities
    links = [{link.system: int(link.external_id) for link in whole.links} for whole in listed]
    return [(one["crm"], one["tracker"]) for one in links if len(one) == 2]


def _attach(systems: Sandboxes, pairs: Sequence[tuple[int, int]], wanted: Wanted) -> list[tuple[int, str]]:
    """People attach files, in turn to deals and to issues. Returns (index of the pair, digest) of each."""
    digests = []
    for number in range(wanted.files):
        at = number // 2 % len(pairs)
        content = wanted.content(number)
        digests.append((at, hashlib.sha256(content).hexdigest()))
        put = _to_issue if number % 2 else _to_deal
        put(systems, pairs[at][number % 2], wanted.name(number), content)
    return digests


def _to_deal(systems: Sandboxes, deal: int, name: str, content: bytes) -> None:
    fields = {"ENTITY_ID": deal, "ENTITY_TYPE": "deal", "COMMENT": "Вложение", "FILES": [[name, _text(content)]]}
    address = f"{systems.crm.about['webhooks']['manager']}crm.timeline.comment.add"
    systems.clicked(address, {"fields": fields})


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _to_issue(systems: Sandboxes, issue: int, name: str, content: bytes) -> None:
    headers = {"X-Redmine-API-Key": str(systems.tracker.about["keys"]["admin"])}
    sent = systems.client.post(
        f"{systems.tracker.address}/uploads.json",
        params={"filename": name},
        content=content,
        headers={**headers, "Content-Type": "application/octet-stream"},
    )
    upload = {"token": sent.raise_for_status().json()["upload"]["token"], "filename": name}
    address = f"{systems.tracker.address}/issues/{issue}.json"
    systems.client.put(address, json={"issue": {"uploads": [upload]}}, headers=headers).raise_for_status()


# --- what is there afterwards ---------------------------------------------------------------------------------------


def _held(systems: Sandboxes, pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[str, int, str]]:
    """Yield (system, index of the pair, digest) of every file that a person finds."""
    headers = {"X-Redmine-API-Key": str(systems.tracker.about["keys"]["admin"])}
    hook = systems.crm.about["webhooks"]["admin"]
    for at, (deal, issue) in enumerate(pairs):
        address = f"{systems.tracker.address}/issues/{issue}.json?include=attachments"
        shown = systems.client.get(address, headers=headers).raise_for_status().json()["issue"]["attachments"]
        for one in shown:
            content = f"{systems.tracker.address}/attachments/download/{one['id']}"
            yield "tracker", at, _digest(systems, content, headers)
        wanted = {"filter": {"ENTITY_ID": deal, "ENTITY_TYPE": "deal"}, "select": ["ID", "FILES"]}
        rows = systems.clicked(f"{hook}crm.timeline.comment.list", wanted)["result"]
        for row in rows:
            files = row.get("FILES") or {}
            for one in files.values() if isinstance(files, dict) else files:
                told = systems.clicked(f"{hook}disk.file.get", {"id": one["id"]})["result"]
                yield "crm", at, _digest(systems, told["DOWNLOAD_URL"], {})


def _digest(systems: Sandboxes, address: str, headers: dict[str, str]) -> str:
    digest = hashlib.sha256()
    with systems.client.stream("GET", address, headers=headers) as answer:
        answer.raise_for_status()
        for piece in answer.iter_bytes():
            digest.update(piece)
    return digest.hexdigest()


def _missing(systems: Sandboxes, pairs: Sequence[tuple[int, int]], digests: Sequence[tuple[int, str]]) -> int:
    there = set(_held(systems, pairs))
    return sum(1 for system in ("crm", "tracker") for at, digest in digests if (system, at, digest) not in there)


def _doubled(systems: Sandboxes, pairs: Sequence[tuple[int, int]]) -> int:
    return sum(count - 1 for count in Counter(_held(systems, pairs)).values())


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--large", type=int, default=20)
    parser.add_argument("--megabytes", type=int, default=50)
    parser.add_argument("--cases", type=int, default=20)
    parser.add_argument("--hub", type=Path, help="run one pass of this hub, and nothing else")
    parser.add_argument("--full", action="store_true", help="a full one")
    given = parser.parse_args(arguments)
    if given.hub:
        found = one_pass(given.hub, full=given.full)
    else:
        found = run(Wanted(given.files, given.large, given.megabytes, given.cases))
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
