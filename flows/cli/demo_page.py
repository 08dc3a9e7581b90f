"""The page of the demo's hub: a process of its own, and a link that lets its reader in once."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.hub.wiring import Installation

HOST = "127.0.0.1"
READER = "anna@example.com"
"""Who the reader is on the page: one of the sales people of the demo, and its admin."""
PATIENCE, BETWEEN = 30.0, 0.1
GRACE = 5.0


@contextmanager
def page_of(installation: "Installation", environment: Mapping[str, str], port: int | None) -> Iterator[str]:
    """Serve the page of a hub for the while, on PORT or any free one; gives the link. Raises NotStarted."""
    from flows.hub import accounts
    from flows.hub.demo import NotStarted

    chosen = port or _free()
    around = {**os.environ, **environment, "CASEHUB_HUB": str(installation.folder)}
    command = [sys.executable, "-m", "web", "--host", HOST, "--port", str(chosen), "--until-eof"]
    with subprocess.Popen(command, env=around, stdin=subprocess.PIPE) as page:  # noqa: S603  # our own page, as a list; it is above the command line
        try:
            address = f"http://{HOST}:{chosen}"
            if not _answers(f"{address}/healthz", page):
                raise NotStarted(f"the page does not answer at {address}")
            store = installation.store
            reader = accounts.make(store, accounts.Wanted(READER, "Анна Ковалёва", role="admin"), by="demo")
            yield address + accounts.link_path(accounts.make_link(store, reader, by="demo"))
        finally:
            page.terminate()
            try:
                page.wait(GRACE)
            except subprocess.TimeoutExpired:
                page.kill()
                page.wait()


def _free() -> int:
    with socket.socket() as door:
        door.bind((HOST, 0))
        return int(door.getsockname()[1])


def _answers(address: str, page: "subprocess.Popen[bytes]") -> bool:
    import httpx

    from connectors.trust import NOBODY

    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and page.poll() is None:
        try:
            return httpx.get(address, timeout=1.0, trust_env=False, verify=NOBODY).status_code == 200
        except httpx.TransportError:
            time.sleep(BETWEEN)
    return False
