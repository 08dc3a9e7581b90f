"""
What every test shares: the network is off, chance is fixed, nobody's home folder is touched.

The network guard is an audit hook, so it sees every socket that Python opens, whichever library opens it. It does not
see child processes or C libraries with sockets of their own (libpq); tests that need those live in ``tests/live``.
"""

import gc
import os
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost", socket.gethostname()})  # a mail client asks for its own name
WATCHED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"})


class NetworkIsOff(RuntimeError):
    """A test outside ``tests/live`` reached for the network. Not an OSError, so that no retry swallows it."""


class Guard:
    """Says which addresses may be reached at the moment: none, those of this machine, or all."""

    def __init__(self) -> None:
        self.watched = WATCHED  # its own: the hook is asked to the very end, when modules have lost their names
        self.everything = False
        self.loopback = False

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        """Refuse an audited *event* that reaches further than the running test may."""
        if self.everything or event not in self.watched:
            return
        host = _text(args[0]) if event.startswith("socket.get") else _host(args[1])
        if host is not None and not (self.loopback and host in LOOPBACK):
            raise NetworkIsOff(
                f"{event} to {host!r}: the network is off here; mark a test that talks to a server of its own "
                f"on 127.0.0.1 with @pytest.mark.loopback, put one that needs a real server into tests/live"
            )


def _host(address: object) -> str | None:
    """Return the host of a socket *address*; None where it is no network address (a path, a local socket)."""
    return _text(address[0]) if isinstance(address, tuple) else None


def _text(host: object) -> str | None:
    if host is None:
        return None  # "any address of this machine", asked before a bind
    return host.decode() if isinstance(host, bytes) else str(host)


guard = Guard()
sys.addaudithook(guard)

settings.register_profile(
    "house",
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],  # it measures the machine, not the test
)
settings.register_profile("thorough", settings.get_profile("house"), derandomize=False, max_examples=2_000)
settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """Keep Prefect out of the user's home and off the network; set before anything imports it."""
    home = tempfile.mkdtemp(prefix="casehub-tests-")
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    gc.set_threshold(50_000, 20, 50)  # modules and syntax trees stay: looking for what is free among them takes seconds
    os.environ["PREFECT_HOME"] = home
    os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False  # rewriting the asserts of all tests takes seconds; what was not edited is kept
    for name in [name for name in os.environ if re.match(r"CASEHUB_(?!\w*(LIVE|TEST)_)", name)]:
        del os.environ[name]  # the settings of whoever runs the tests are not the tests' settings


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Open the guard as far as *item*, with all its fixtures, is allowed."""
    guard.everything = (ROOT / "tests" / "live") in item.path.parents
    guard.loopback = item.get_closest_marker("loopback") is not None
    try:
        return (yield)
    finally:
        guard.everything = guard.loopback = False


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the checkout."""
    return ROOT
