"""`casehub up`: everything of a hub on one machine."""

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .browser import NoOpen, here, show
from .serve import Host, Port
from .terminal import FAILED, USAGE, AsJson, emit, say, tell, terminal

if TYPE_CHECKING:
    from flows.up import Asked

PrefectPort = Annotated[
    int, typer.Option("--prefect-port", min=1, max=65535, metavar="PORT", help="Port of the Prefect server.")
]
AGAIN_AFTER = 10.0
"""Seconds until schedules that could not be made are tried again: each time is a process of its own."""


def up(
    ctx: typer.Context,
    *,
    host: Host = "127.0.0.1",
    port: Port = 8080,
    prefect_port: PrefectPort = 4200,
    no_open: NoOpen = False,
    as_json: AsJson = False,
) -> None:
    """
    Run everything on this machine: database, Prefect server, schedules, worker, task server, page.

    Goes on until Ctrl-C or SIGTERM; then passes at work get a few seconds to end. What is stopped in the middle loses
    nothing: the next pass carries on. With PREFECT_API_URL set it uses that server instead of one of its own.
    --json prints where everything is, once all of it stands. The page opens in the browser where somebody sits in front
    of a screen and may look at it.

    \b
    Examples:
      casehub up
      casehub --hub /srv/casehub up --port 9000 --prefect-port 4300 --no-open
    """
    from flows.up import AlreadyUp, Asked, CannotStart

    folder = terminal(ctx).folder.resolve()
    asked = Asked(folder, host, port, prefect_port)
    stopped = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stopped.set())
    try:
        _run(ctx, asked, stopped, as_json=as_json, opens=not no_open)
    except AlreadyUp as error:
        tell(str(error))
        raise typer.Exit(USAGE) from None
    except CannotStart as error:
        tell(f"{error}. Everything that was started is ended.")
        raise typer.Exit(FAILED) from None
    tell("stopped; nothing is lost, `casehub up` goes on from here")


def _run(ctx: typer.Context, asked: "Asked", stopped: threading.Event, *, as_json: bool, opens: bool) -> None:
    import os

    from flows.up import CannotStart, Supervisor, children, own_prefect
    from state import accounts

    from .db import upgraded
    from .opening import the_hub

    environment = dict(os.environ)
    upgraded(terminal(ctx))
    with the_hub(terminal(ctx)) as installation:
        syncs = list(installation.hub.syncs)
        strangers = not accounts.accounts(installation.store)
    planned = children(asked, environment)
    api = planned[0].environment["PREFECT_API_URL"]
    with Supervisor(asked.folder, tell, lambda: _under_way(api, asked.pool)) as supervisor:
        supervisor.look_for_room(planned)
        first, rest = (planned[:1], planned[1:]) if own_prefect(environment) else ((), planned)
        for child in first:
            (tell if as_json else say)(f"prefect   {api.removesuffix('/api')}  (of its own; first start takes a while)")
            supervisor.start(child)
        deploy = partial(_deployed, asked.folder, {**planned[0].environment})
        if trouble := deploy().trouble:
            raise CannotStart(trouble)
        for child in rest:
            if stopped.is_set():
                return
            supervisor.start(child)
        if as_json:
            emit({"page": asked.page, "prefect": api, "syncs": syncs, "logs": str(supervisor.home)})
        else:
            _told(asked, syncs, supervisor.home)
        if strangers:
            tell("nobody may look at the page yet: casehub user add LOGIN --role admin")
        elif opens and not as_json:
            show(here(asked.host, asked.port))
        follower = Follower(asked.folder, deploy)
        supervisor.watch(lambda: stopped.is_set() or follower.look())
        tell("stopping: passes at work get a few seconds")


@dataclass(frozen=True)
class Deployed:
    """
    What became of the schedules. TROUBLE says why they could not be made ("": they are), PASSING that it may go away by
    itself.
    """

    trouble: str = ""
    passing: bool = False


class Follower:
    """Makes the schedules anew when the hub's files change; mappings are followed by the processes themselves."""

    def __init__(
        self, folder: Path, deploy: Callable[[], Deployed], clock: Callable[[], float] = time.monotonic
    ) -> None:
        from flows.hub.wiring.current import stamps_of

        self._folder = folder
        self._deploy = deploy
        self._clock = clock
        self._stamps_of = stamps_of
        self._stamps = stamps_of(folder)
        self._again: float | None = None
        self._told = ""

    def look(self) -> bool:
        """Look at the files; always False: nothing in them ends the watch."""
        stamps = self._stamps_of(self._folder)
        if stamps != self._stamps:
            self._stamps, self._told = stamps, ""
            self._follow()
        elif self._again is not None and self._clock() >= self._again:
            self._follow()
        return False

    def _follow(self) -> None:
        done = self._deploy()
        self._again = self._clock() + AGAIN_AFTER if done.passing else None
        if not done.trouble:
            tell("the hub's files have changed: the schedules follow (for new systems or secrets start it again)")
        elif done.trouble != self._told:
            tell(f"{done.trouble}\nThey are tried again until they are made." if done.passing else done.trouble)
        self._told = done.trouble


def _told(asked: "Asked", syncs: list[str], logs: Path) -> None:
    say(f"page      {asked.page}  webhooks go to {asked.page}/hooks/SYSTEM")
    say(f"syncs     {', '.join(syncs)}  by schedule, and at once where a webhook comes")
    say(f"logs      {logs}")
    say("Ctrl-C ends it.")


def _deployed(folder: Path, environment: dict[str, str]) -> Deployed:
    """Make the schedules, in a process that knows the server by its environment from the start."""
    import subprocess
    import sys

    command = [sys.executable, "-m", "flows.cli", "--hub", str(folder), "deploy"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  # our own command, as a list
    if not done.returncode:
        return Deployed()
    return Deployed(f"the schedules could not be made: {done.stderr.strip()}", passing=done.returncode != USAGE)


def _under_way(api: str, pool: str) -> int:
    """Return how many runs of the pool are at work; 0 where the server cannot be asked."""
    import httpx

    from connectors.trust import NOBODY

    asked = {
        "flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}},
        "work_pools": {"name": {"any_": [pool]}},
    }
    try:
        return int(httpx.post(f"{api}/flow_runs/count", json=asked, timeout=2.0, trust_env=False, verify=NOBODY).json())
    except (httpx.HTTPError, ValueError, TypeError):
        return 0
