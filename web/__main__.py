"""`python -m web`: the web process of the hub that CASEHUB_HUB names, on the address that it is told."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import BinaryIO

import uvicorn

from .app import served

GRACE = 5
"""Seconds that a stop waits for answers under way."""
KEPT = 75
"""Seconds for which an idle connection is kept: longer than proxies and readers think, or they meet it closing."""


def main() -> None:
    """Serve until the process is asked to stop."""
    parser = argparse.ArgumentParser(prog="python -m web", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--proxy", default="127.0.0.1", help="address of the proxy whose word counts")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input is closed")
    given = parser.parse_args()
    if given.until_eof:
        end_with(sys.stdin.buffer, lambda: os.kill(os.getpid(), signal.SIGTERM))
    uvicorn.run(
        served(),
        host=given.host,
        port=given.port,
        forwarded_allow_ips=given.proxy,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=KEPT,
        log_level="warning",
        access_log=False,
        server_header=False,
    )


def end_with(stream: BinaryIO, end: Callable[[], object]) -> threading.Thread:
    """Have END called when nothing more can come from STREAM: whoever held its other side is gone, killed maybe."""

    def wait() -> None:
        while os.read(stream.fileno(), 4096):  # not by the stream itself: Python cannot end while a thread reads there
            pass
        end()

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    return waiting


if __name__ == "__main__":
    main()
