"""
How a scheduled run may end, in words that Prefect shows.

Completed  the pass is done
Skipped    another scheduled pass of the sync is at work, or the sync is paused; nothing was done, nothing is lost
Stopped    a guard was set off or a mapping has changed: nothing is written until a person approves
Unreachable  a system could not be talked to; the others went on, the schedule tries again
Failed     anything else

Stopped and Unreachable are failures to Prefect: red in its pages, and whoever is told of failed runs is told of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from flows import wording
from flows.hub.pausing import IsPaused
from flows.hub.report import Report
from flows.hub.running import AlreadyRunning

Name: TypeAlias = Literal["Completed", "Skipped", "Stopped", "Unreachable", "Failed"]
NAMES: tuple[Name, ...] = get_args(Name)
GOOD: tuple[Name, ...] = ("Completed", "Skipped")
"""Those that are completed to Prefect; the others are failed."""


@dataclass(frozen=True)
class End:
    """NAME of the state that a run ends in. TEXT holds counts and keys, no values."""

    name: Name
    text: str

    @property
    def good(self) -> bool:
        return self.name in GOOD


def end_of(report: Report) -> End:
    """Return how the run of a pass ended."""
    if report.stops:
        return End("Stopped", wording.stopped(report.sync, [stop.text for stop in report.stops]))
    if report.trouble:
        return End("Unreachable", wording.unreachable(report.trouble))
    if report.state == "failed":
        return End("Failed", f"{report.sync}: nothing could be read")
    return End("Completed", counted(report))


def end_of_error(error: BaseException) -> End | None:
    """Return how a run ended that raised *error*; None for one that nobody expected."""
    if isinstance(error, AlreadyRunning):
        return End("Skipped", f"{error}; nothing was done, the next run comes by schedule")
    if isinstance(error, IsPaused):
        return End("Skipped", f"{error}; nothing was done")
    found = wording.advice(error)
    if found is None:
        return None
    names: dict[str, Name] = {"unreachable": "Unreachable", "stopped": "Stopped"}
    return End(names.get(found.ending, "Failed"), found.text)


def counted(report: Report) -> str:
    """Return what a pass did as one line of counts."""
    parts = [
        f"read {sum(report.read.values())}",
        f"made {sum(report.created.values())}",
        f"changed {sum(report.updated.values())}",
    ]
    open_ones = {"conflicts": report.conflicts, "parked": report.parked, "in doubt": report.in_doubt}
    parts += [f"{name} {number}" for name, number in open_ones.items() if number]
    return f"{report.sync}: {', '.join(parts)}"


def rows(report: Report) -> list[dict[str, str | int]]:
    """Return the counts of a pass, a row per system: what a run leaves behind."""
    form = report.as_json()
    columns = ("read", "created", "updated", "requests", "overhead")
    systems: Sequence[str] = list(form["read"])
    return [
        {"system": name, **{column: form[column][name] for column in columns}, "writing": report.writing.get(name, 0)}
        for name in systems
    ]
