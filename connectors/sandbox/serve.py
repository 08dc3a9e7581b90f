"""Run one sandbox as a process of its own, on this machine only."""

import argparse
import asyncio
import json
import os
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import Sandbox
from .clock import Clock
from .faults import Script, load_script
from .webhooks import Target
from .wire import Scope

HOST = "127.0.0.1"


class HangingUp(H11Protocol):
    """HTTP whose line the application may close in the middle of an answer: a fault, done for real."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        inner = self.app

        async def app(scope: Scope, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                scope.setdefault("extensions", {})["sandbox.hang_up"] = self._hang_up
            await inner(scope, receive, send)

        self.app = app

    def _hang_up(self) -> None:
        """Send what has been written and close; nobody is answered with 500 for what never came."""
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.response_complete = True
        self.transport.close()


def run(make: Callable[[Clock, Script, bool], Sandbox], arguments: Sequence[str] | None = None) -> None:
    """
    Read the command line, start, say in one line of JSON where and with which keys, and serve until told to end.

    MAKE is given a clock, a fault script, and whether people have Cyrillic names.
    """
    chosen = _parser().parse_args(arguments)
    script = load_script(Path(chosen.faults).read_text(encoding="utf-8")) if chosen.faults else Script()
    sandbox = make(Clock(speed=chosen.speed), script, not chosen.latin)
    if chosen.seed:
        sandbox.seed(chosen.seed, cyrillic=not chosen.latin, chance=chosen.chance)
    sandbox.webhooks.aim(tuple(Target(url, chosen.webhook_secret) for url in chosen.webhook))
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((HOST, chosen.port))
        asyncio.run(_serve(sandbox, door, until_eof=chosen.until_eof))


async def _serve(sandbox: Sandbox, door: socket.socket, *, until_eof: bool) -> None:
    config = uvicorn.Config(
        sandbox,
        http=HangingUp,
        ws="none",
        lifespan="on",
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=0,
        backlog=512,
    )
    server = uvicorn.Server(config)
    base = f"http://{HOST}:{door.getsockname()[1]}"
    if until_eof:
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), _ended, server)
    door.listen(512)  # from here on a connection waits instead of being refused
    told = {"system": sandbox.system, "address": base, "token": sandbox.token, **sandbox.about(base)}
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    await server.serve(sockets=[door])


def _ended(server: uvicorn.Server) -> None:
    """Whoever started us is gone: its end of our standard input closed."""
    if not os.read(sys.stdin.fileno(), 1024):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        server.should_exit = True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="A vendor's system in memory, for trying things out on this machine.")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="begin with N records")
    parser.add_argument("--latin", action="store_true", help="seed without Cyrillic")
    parser.add_argument("--chance", type=int, default=1, help="another number seeds other records")
    parser.add_argument("--speed", type=float, default=1.0, help="seconds of the sandbox in one of ours")
    parser.add_argument("--faults", default="", metavar="FILE", help="a fault script, YAML or JSON")
    parser.add_argument("--webhook", action="append", default=[], metavar="URL", help="post events here (this machine)")
    parser.add_argument("--webhook-secret", default="", help="signs events, where the vendor signs them")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input is closed")
    return parser
