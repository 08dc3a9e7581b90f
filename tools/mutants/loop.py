"""A pytest run that collects once and then lets children run what each of them needs."""

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from .reach import Probes, Reach, forget_made

PATIENCE = 10.0
"""A broken test may take so many times what it took when it was whole, and a little more: CPU, not waiting."""
A_LITTLE = 2.0
AGAIN = 3.0
"""Whoever goes on after his time was up is told so again."""
MEMORY = Path("/dev/shm")  # noqa: S108  # folders of our own are made in it


class TimeIsUp(BaseException):
    """A breakage has made a test endless. Nobody catches it but pytest."""


class Loop:
    """The plugin. WORK gets the loop when everything is collected; what it returns of tests it runs in children."""

    def __init__(self, work: Callable[["Loop"], None]) -> None:
        self._work = work
        self._session: pytest.Session | None = None
        self._failed: list[str] = []
        self._why = ""
        self._folder = ""
        self.items: dict[str, pytest.Item] = {}

    # --- hooks ------------------------------------------------------------------------------------------------------

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """The first counterexample will do: nobody reads it, so it is not made small."""
        from hypothesis import HealthCheck, Phase, settings  # pytest wants to be there first

        house = settings.get_profile("house")
        quick = (Phase.explicit, Phase.generate)
        settings.register_profile(
            "mutants", house, phases=quick, print_blob=False, suppress_health_check=list(HealthCheck)
        )
        settings.load_profile("mutants")
        self._session = session

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Hand over, instead of running all tests."""
        self.items = {item.nodeid: item for item in session.items}
        self._work(self)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember who failed."""
        if report.failed:
            self._failed.append(report.nodeid)
            self._why = self._why or report.longreprtext

    # --- for children -----------------------------------------------------------------------------------------------

    def run(self, names: Sequence[str], *, known: Reach, stop: bool = True) -> list[str]:
        """Run the tests *names* in this order and return those that failed; with STOP only the first."""
        self._begin()
        items = [self.items[name] for name in names]
        for item, following in zip(items, [*items[1:], None], strict=True):
            self._one(item, following, limit=known.seconds(item.nodeid) * PATIENCE + A_LITTLE)
            if stop and self._failed:
                break
        self._clean_up()
        return list(dict.fromkeys(self._failed))

    def record(self, names: Sequence[str], *, root: Path, files: Collection[str]) -> dict[str, Any]:
        """Run the tests *names* and return what each has run, and who failed though nothing is broken."""
        self._begin()
        reach, probes = Reach(), Probes(root, files)
        items = [self.items[name] for name in names]
        for item, following in zip(items, [*items[1:], None], strict=True):
            forget_made(files)
            began = time.process_time()
            with probes.noting() as lines:
                self._one(item, following)
            reach.tests[item.nodeid] = (time.process_time() - began, lines)
        self._clean_up()
        for name in self._failed:
            reach.tests.pop(name, None)
        return {"reach": reach.form(), "failed": self._failed, "why": self._why}

    def _one(self, item: pytest.Item, following: pytest.Item | None, *, limit: float = 0.0) -> None:
        signal.signal(signal.SIGVTALRM, _time_is_up)
        signal.setitimer(signal.ITIMER_VIRTUAL, limit, AGAIN)
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        except (TimeIsUp, KeyboardInterrupt, pytest.exit.Exception):
            self._failed.append(item.nodeid)
        finally:
            signal.signal(signal.SIGVTALRM, signal.SIG_IGN)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def _clean_up(self) -> None:
        """What fixtures of whole modules have left: folders, databases."""
        with suppress(BaseException):  # a broken function may break its cleaning as well
            self._given()._setupstate.teardown_exact(None)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _begin(self) -> None:
        """A child says nothing, and has folders of its own: pytest would clear them away under another's feet."""
        self._given().config.pluginmanager.unregister(name="terminalreporter")
        self._folder = tempfile.mkdtemp(prefix="casehub-mutants-", dir=MEMORY if MEMORY.is_dir() else None)
        os.environ["PYTEST_DEBUG_TEMPROOT"] = self._folder

    def _given(self) -> pytest.Session:
        if self._session is None:
            raise RuntimeError("pytest has not begun")
        return self._session


def _time_is_up(*_: object) -> None:
    raise TimeIsUp


def collect(paths: Iterable[str], work: Callable[[Loop], None]) -> int:
    """Collect the tests in *paths* and hand them to *work*; returns pytest's exit code."""
    sys.dont_write_bytecode = False
    cheap = ["--assert=plain", "--tb=native"]  # nobody reads why; telling it may take longer than the test
    options = [
        "-q",
        *cheap,
        "-p",
        "no:xdist",
        "-o",
        "cache_dir=var/mutants/cache",
        "-o",
        "tmp_path_retention_policy=none",
    ]
    return int(pytest.main([*options, *paths], plugins=[Loop(work)]))
