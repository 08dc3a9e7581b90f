"""Event loops that live as long as the stories: a loop for each pass, with its threads, costs more than the pass."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class AtOnce(ThreadPoolExecutor):
    """What is sent to a thread is done where it is asked for: a story has one thing at work at a time."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> "Future[T]":
        """Do *fn* now; its result or its error is in the future."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  # as a thread would: the one who waits gets it
            future.set_exception(error)
        return future


class Loops:
    """A loop for what runs, one more for what runs in between while that waits, and so on."""

    def __init__(self) -> None:
        self._runners: list[asyncio.Runner] = []
        self._depth = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run *work* to its end; a loop that was left in the middle is not used again."""
        depth = self._depth
        while len(self._runners) <= depth:
            self._runners.append(_runner())
        self._depth += 1
        try:
            return self._runners[depth].run(work)
        except BaseException:
            self._runners[depth].close()
            self._runners[depth] = _runner()
            raise
        finally:
            self._depth = depth

    def close(self) -> None:
        """Close all loops."""
        for runner in self._runners:
            runner.close()


def _runner() -> asyncio.Runner:
    return asyncio.Runner(loop_factory=_loop)


def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    loop.set_default_executor(AtOnce(1))
    return loop
