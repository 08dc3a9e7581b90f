"""
``python -m tests.crash.killed WORDS…``: the command line of the hub, killed (-9) at one of its points.

Points are the moments before and after each commit that changes something, and before and after each request to a
system. $CASEHUB_CRASH_RECORD names a file into which the name of every point is written; $CASEHUB_CRASH_POINT is the
one at which the process kills itself. Nothing of this is in the hub: it is SQLAlchemy and httpx that are listened to.
"""

import json
import os
import re
import signal
import sqlite3
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import sqlalchemy as sa

RECORD = "CASEHUB_CRASH_RECORD"
POINT = "CASEHUB_CRASH_POINT"
PAGES = "CASEHUB_CRASH_PAGES"
"""The disk is nearly full: by so many pages the hub's SQLite file may still grow."""
READING = ("SELECT", "PRAGMA", "SHOW", "EXPLAIN")
STATE = f"{os.sep}state{os.sep}"
PLUMBING = frozenset({"store.py", "engine.py"})


class Points:
    """Counts points, writes them down, and ends the process at the chosen one."""

    def __init__(self, record: Path | None, chosen: str) -> None:
        self._record = record
        self._chosen = chosen
        self._met: Counter[str] = Counter()
        self._one = threading.Lock()

    def __call__(self, name: str) -> None:
        with self._one:
            self._met[name] += 1
            numbered = f"{name} #{self._met[name]}"
            if self._record is not None:
                with self._record.open("a", encoding="utf-8") as out:
                    out.write(f"{numbered}\n")
            if numbered == self._chosen:
                os.kill(os.getpid(), signal.SIGKILL)


def watch(point: Callable[[str], None]) -> None:
    """Have *point* called at every commit that changes something and at every request to a system."""
    _watch_commits(point)
    _watch_requests(point)


def _watch_commits(point: Callable[[str], None]) -> None:
    def executed(conn: sa.Connection, *given: object) -> None:
        statement = str(given[1]).lstrip().upper()
        if not statement.startswith(READING):
            conn.info["crash.wrote"] = True

    def commits(conn: sa.Connection) -> None:
        if conn.info.pop("crash.wrote", False):
            conn.info["crash.committed"] = name = _who_commits()
            point(f"before commit:{name}")

    def back(connection: object, record: sa.pool.ConnectionPoolEntry) -> None:
        record.info.pop("crash.wrote", None)
        name = record.info.pop("crash.committed", None)
        if name is not None:
            point(f"after commit:{name}")

    sa.event.listen(sa.Engine, "before_cursor_execute", executed)
    sa.event.listen(sa.Engine, "commit", commits)
    sa.event.listen(sa.pool.Pool, "checkin", back)


def _who_commits() -> str:
    """Return the function of `state` whose transaction ends."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        frame = frame.f_back
        path = Path(frame.f_code.co_filename)
        if STATE in frame.f_code.co_filename and path.name not in PLUMBING:
            module = path.parent.name if path.stem == "__init__" else path.stem
            return f"{module}.{frame.f_code.co_name}"
    return "unknown"


def _watch_requests(point: Callable[[str], None]) -> None:
    sending = httpx.AsyncHTTPTransport.handle_async_request

    async def watched(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/api/"):  # the scheduler's own
            return await sending(self, request)
        name = name_of(request)
        point(f"before request:{name}")
        response = await sending(self, request)
        point(f"after request:{name}")
        return response

    httpx.AsyncHTTPTransport.handle_async_request = watched  # type: ignore[method-assign]  # no hook of httpx's is so near


def name_of(request: httpx.Request) -> str:
    """Return what a request is called: without numbers and secrets; a batch by its first method."""
    path = request.url.path
    rest = re.match(r"/rest/\d+/[^/]+/(.+)", path)
    if rest is None:
        return f"{request.method} {re.sub(r'[0-9]+', 'N', path)}"
    method = rest[1].removesuffix(".json")
    return f"{method} {_inside(request)}" if method == "batch" else method


def _inside(request: httpx.Request) -> str:
    body = request.content.decode("utf-8", "replace")
    if body.startswith("{"):
        commands = json.loads(body).get("cmd") or {}
        first = next(iter(commands.values() if isinstance(commands, dict) else commands), "")
    else:
        given = parse_qs(body)
        first = next((values[0] for name, values in given.items() if name.startswith("cmd")), "")
    return str(first).partition("?")[0]


def fill(pages: int) -> None:
    """Leave room for no more than so many further pages in any SQLite file: then SQLite says that its disk is full."""
    first: dict[str, int] = {}

    def connected(connection: sqlite3.Connection, record: object) -> None:
        name = connection.execute("PRAGMA database_list").fetchone()[2]
        room = first.setdefault(name, connection.execute("PRAGMA page_count").fetchone()[0] + pages)
        connection.execute(f"PRAGMA max_page_count = {room}")

    sa.event.listen(sa.pool.Pool, "connect", connected)


def main() -> None:
    """Install what watches, then be the command line."""
    from flows.cli import main as casehub

    record = os.environ.pop(RECORD, "")
    watch(Points(Path(record) if record else None, os.environ.pop(POINT, "")))
    if PAGES in os.environ:
        fill(int(os.environ.pop(PAGES)))
    casehub()


if __name__ == "__main__":
    main()
