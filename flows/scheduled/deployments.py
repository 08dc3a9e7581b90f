"""
Which deployments a hub needs: worked out from hub.yaml, as values; no Prefect is asked and none is needed.

A sync has three: one that comes every few minutes, one that reads everything, one that tries again what was refused.
Runs are kept apart twice: Prefect cancels a run that begins while another one of its deployment has not ended, and the
hub's own lease keeps any two passes of a sync apart. One more per hub keeps house.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import yaml

from mappings.language.model import Hub, Schedule
from state.runs import Run

from .quiet import QUIET

POOL = "casehub"
TAG = "casehub"
"""Marks our deployments and their runs: the automation and the sweeper touch no others."""
ANCHOR = "2026-01-01T00:00:00+00:00"
"""Intervals are counted from here, so that the same schedule is the same each time it is made."""
KEEPING = timedelta(minutes=5)
RETRY = "30 6 * * *"
"""What a system refused is tried again before the day's work begins."""
ROOM = 20.0
"""Seconds that a scheduled run needs beside its pass: Prefect claims it up to 10 s early, then a process starts."""


@dataclass(frozen=True)
class Planned:
    """One deployment: FLOW is its name in Prefect, SCHEDULE is in the words of prefect.yaml."""

    flow: str
    name: str
    entrypoint: str
    parameters: Mapping[str, str]
    schedule: Mapping[str, Any]
    pool: str
    alone: bool = True
    """A run that would overlap another one is cancelled."""

    @property
    def full_name(self) -> str:
        return f"{self.flow}/{self.name}"

    @property
    def variables(self) -> dict[str, Any]:
        return {"env": dict(QUIET)}

    @property
    def pull(self) -> list[dict[str, Any]]:
        """What a worker does before a run: nothing is fetched, it goes to the hub's folder."""
        return [{"prefect.deployments.steps.set_working_directory": {"directory": self.parameters["hub"]}}]

    def form(self) -> dict[str, Any]:
        """Return the entry of prefect.yaml."""
        form: dict[str, Any] = {
            "name": self.name,
            "entrypoint": self.entrypoint,
            "tags": [TAG],
            "parameters": dict(self.parameters),
            "pull": self.pull,
            "schedules": [dict(self.schedule)],
            "work_pool": {"name": self.pool, "job_variables": self.variables},
        }
        if self.alone:
            form["concurrency_limit"] = {"limit": 1, "collision_strategy": "CANCEL_NEW"}
        return form


def deployments(hub: Hub, folder: str, pool: str = POOL) -> tuple[Planned, ...]:
    """Return the deployments of the hub in *folder*, which workers find under the same path."""
    found = [one for name, sync in hub.syncs.items() for one in _of_sync(name, sync.schedule, hub, folder, pool=pool)]
    keeping = Planned(
        flow="housekeeping",
        name=re.sub(r"[/\\%&<>:]+", "-", folder).strip("-") or "hub",  # one server may work for several hubs
        entrypoint="flows.scheduled.housekeeping.housekeeping",
        parameters={"hub": folder},
        schedule=_interval(KEEPING, hub.timezone),
        pool=pool,
        alone=False,  # nothing could free a slot that a dead run of its own holds
    )
    return (*found, keeping)


def _of_sync(name: str, schedule: Schedule, hub: Hub, folder: str, *, pool: str) -> tuple[Planned, ...]:
    parameters = {"hub": folder, "name": name}
    often = Planned(
        flow="sync",
        name=name,
        entrypoint="flows.scheduled.sync.sync",
        parameters=parameters,
        schedule=_interval(schedule.every, hub.timezone),
        pool=pool,
    )
    whole = Planned(
        flow="full-scan",
        name=name,
        entrypoint="flows.scheduled.full_scan.full_scan",
        parameters=parameters,
        schedule={"slug": "full-scan", "cron": schedule.full_scan, "timezone": hub.timezone},
        pool=pool,
    )
    again = Planned(
        flow="retry-parked",
        name=name,
        entrypoint="flows.scheduled.retry_parked.retry_parked",
        parameters=parameters,
        schedule={"slug": "retry-parked", "cron": RETRY, "timezone": hub.timezone},
        pool=pool,
    )
    return often, whole, again


def _interval(every: timedelta, timezone: str) -> dict[str, Any]:
    return {"slug": "every", "interval": every.total_seconds(), "anchor_date": ANCHOR, "timezone": timezone}


HEAD = """\
# The deployments of a hub, as `casehub deploy --print` shows them. `casehub deploy` makes them from hub.yaml, with the
# work pool and the automation that ends dead runs; this file does the same by hand: prefect --no-prompt deploy --all
"""


def as_form(planned: tuple[Planned, ...]) -> dict[str, Any]:
    """Return what a prefect.yaml says of *planned*."""
    return {"name": "casehub", "deployments": [one.form() for one in planned]}


def as_yaml(planned: tuple[Planned, ...]) -> str:
    """Return *planned* as the text of a prefect.yaml."""
    text: str = yaml.dump(
        as_form(planned), Dumper=_Plain, sort_keys=False, allow_unicode=True, default_flow_style=False, width=110
    )
    return HEAD + text


class _Plain(yaml.SafeDumper):
    """Writes what occurs twice twice: people read it."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def too_short(name: str, every: timedelta, last: Run | None) -> str:
    """Say that the period of a sync is shorter than its runs need; '' where it is not, or nothing ran yet."""
    if last is None or last.finished is None:
        return ""
    took = (last.finished - last.started).total_seconds()
    needed = max(2 * took, took + ROOM)
    if every.total_seconds() >= needed:
        return ""
    return (
        f"{name}: every {every.total_seconds():.0f} s is short: the last run took {took:.1f} s. Runs that overlap are "
        f"cancelled; say `every: {needed:.0f}s` or more"
    )
