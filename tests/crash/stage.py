"""
``python -m tests.crash.stage``: a Bitrix24 and a Redmine in one process, whose state can be had again and again.

The process holds both and serves them only while told to. ``grow`` serves in this very process, so that what happens
is kept; ``play`` serves in a fork of it, which ``end`` kills: the next play begins where growing has ended, with the
same addresses, numbers and keys. Orders come on stdin, a JSON object a line; each is answered on stdout.
"""

import asyncio
import json
import os
import signal
import socket
import sys
from typing import Any

import uvicorn

from connectors.sandbox.app import Sandbox
from connectors.sandbox.bitrix24 import Bitrix24Sandbox
from connectors.sandbox.bitrix24 import Settings as Portal
from connectors.sandbox.redmine import RedmineSandbox
from connectors.sandbox.serve import HOST, HangingUp


class Stage:
    """Both systems and the doors at which they are met."""

    def __init__(self) -> None:
        self._boxes: list[Sandbox] = [Bitrix24Sandbox(settings=Portal(limited=False)), RedmineSandbox()]
        self._doors = [self._door() for _ in self._boxes]
        self._player = 0

    def _door(self) -> socket.socket:
        door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((HOST, 0))
        door.listen(64)
        return door

    def about(self) -> list[dict[str, Any]]:
        """Return of each system where it is and with which keys."""
        return [self._about(box, door) for box, door in zip(self._boxes, self._doors, strict=True)]

    def _about(self, box: Sandbox, door: socket.socket) -> dict[str, Any]:
        base = f"http://{HOST}:{door.getsockname()[1]}"
        return {"address": base, "token": box.token, **box.about(base)}

    def grow(self) -> str:
        """Serve here until the next order comes."""
        asyncio.run(self._serve())
        return "grown"

    def play(self) -> int:
        """Serve in a fork."""
        self._player = os.fork()
        if self._player == 0:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            asyncio.run(self._serve(listening=False))
            os._exit(0)
        return self._player

    def end(self) -> str:
        """Kill the fork."""
        if self._player:
            os.kill(self._player, signal.SIGKILL)
            os.waitpid(self._player, 0)
            self._player = 0
        return "ended"

    async def _serve(self, *, listening: bool = True) -> None:
        servers = [uvicorn.Server(self._config(box)) for box in self._boxes]

        def stop() -> None:
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
            for server in servers:
                server.should_exit = True

        if listening:
            asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop)
            _say("growing")
        doors = [door.dup() for door in self._doors]
        await asyncio.gather(*(server.serve(sockets=[door]) for server, door in zip(servers, doors, strict=True)))

    def _config(self, box: Sandbox) -> uvicorn.Config:
        return uvicorn.Config(
            box, http=HangingUp, ws="none", lifespan="off", log_level="critical", access_log=False,
            timeout_graceful_shutdown=0,
        )  # fmt: skip


def _say(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def serve() -> None:
    """Carry out orders until the other side is gone."""
    stage = Stage()
    orders = {"about": stage.about, "grow": stage.grow, "play": stage.play, "end": stage.end}
    try:
        while line := sys.stdin.buffer.raw.readline():  # unbuffered: the loop has to see what comes next
            _say(orders[json.loads(line)["do"]]())
    finally:
        stage.end()


if __name__ == "__main__":
    serve()
