"""Start and end a sandbox in a process of its own: for the demo, the bench and the tests that want a real line."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias

System: TypeAlias = Literal["bitrix24", "redmine"]

READY_WITHIN = 30.0
END_WITHIN = 5.0


class SandboxProcess:
    """
    A running sandbox. It ends with `stop`, with the `with` block, and by itself when this process is gone.

    ABOUT is what it said when it was ready: `address`, `token`, and the vendor's keys (`webhook` of a Bitrix24, `keys`
    of a Redmine). MODULE is another one to start than the sandbox's own. Sync on purpose: whoever starts a demo or a
    bench does it before its event loop.
    """

    def __init__(
        self, system: System, *, port: int = 0, seed: int = 0, options: Sequence[str] = (), module: str = ""
    ) -> None:
        self.system = system
        self._command = [sys.executable, "-m", module or f"connectors.sandbox.{system}", "--until-eof"]
        self._command += ["--port", str(port), "--seed", str(seed), *options]
        self._process: subprocess.Popen[bytes] | None = None
        self._about: Mapping[str, Any] = {}

    @property
    def about(self) -> Mapping[str, Any]:
        return self._about

    @property
    def address(self) -> str:
        return str(self._about["address"])

    @property
    def control(self) -> tuple[str, dict[str, str]]:
        """The address of the control routes and the headers that open them."""
        return f"{self.address}/_sandbox", {"X-Sandbox-Token": str(self._about["token"])}

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> Self:
        """Start and wait until it is ready. Raises RuntimeError if it ends or says nothing instead."""
        if self._process is not None:
            return self
        self._process = subprocess.Popen(  # noqa: S603 - our own module under our own interpreter
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C at the terminal is for whoever started us, who then ends us in order
        )
        try:
            self._about = json.loads(self._first_line(self._process))
        except (ValueError, TimeoutError) as error:
            self.stop()
            raise RuntimeError(f"the {self.system} sandbox did not start: {error}") from error
        return self

    def stop(self) -> None:
        """End it, and wait until it is gone. Stopping twice does nothing."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _first_line(self, process: subprocess.Popen[bytes]) -> bytes:
        if process.stdout is None:
            raise TimeoutError("it has no output")
        handle, line = process.stdout.fileno(), b""
        deadline = time.monotonic() + READY_WITHIN
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
            piece = os.read(handle, 65536) if ready else b""
            if not piece:
                raise TimeoutError(f"nothing after {READY_WITHIN:g} s" if not ready else "it ended")
            line += piece
        return line
