"""What a run did in the systems, read from the history: fields written, records made, records let go by an undo."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from mappings.exchange import View
from mappings.reconcile.guards import AFTER_WRITE
from mappings.reconcile.removal import DELETED
from state import runs
from state.history import Line
from state.runs import Run
from state.store import Store

from ..remembering import all_lines

DETACHED = "detached"
"""The history's word for a record that an undo took out of the sync."""
SHORTEST = 4
"""Letters of a run's name that are enough, if no other run begins with them."""


class NoSuchRun(LookupError):
    """No run has that name, or several begin with it; the message says which."""


def find_run(store: Store, name: str) -> Run:
    """Return the run that *name* begins, as `casehub log` lists it. Raises NoSuchRun."""
    found = runs.find(store, name) if len(name) >= SHORTEST else ()
    exact = [run for run in found if run.id == name] or list(found)
    if len(exact) == 1:
        return exact[0]
    why = "several runs begin with it; give more of its name" if exact else "there is no such run"
    raise NoSuchRun(f"{name!r}: {why}")


@dataclass(frozen=True)
class Place:
    """A linked record."""

    system: str
    kind: str
    record: str

    @property
    def scope(self) -> tuple[str, str]:
        return self.system, self.kind


@dataclass
class Wrote:
    """A field that the run wrote, perhaps several times: it showed BEFORE, then AFTER, from LINE of the history on."""

    place: Place
    field: str
    before: View
    after: View
    line: int = 0


@dataclass
class Traces:
    """
    What a run did to one entity. MADE are the records that it made, LET_GO (system, id) those it took out, DELETED
    those it took away.
    """

    wrote: dict[tuple[Place, str], Wrote] = field(default_factory=dict)
    made: list[Place] = field(default_factory=list)
    let_go: list[tuple[str, str]] = field(default_factory=list)
    deleted: list[Place] = field(default_factory=list)


def traces_of(store: Store, run: str, *, only: Container[str] | None = None) -> Mapping[str, Traces]:
    """Return entity -> what the run *run* did to it, of some entities (ONLY) or of all."""
    found: dict[str, Traces] = {}
    for line in all_lines(store, run=run):
        if line.entity is None or (only is not None and line.entity not in only):
            continue
        told, place = line.event, Place(line.event.system, line.kind, line.record)
        if told.what == "write":
            traces = found.setdefault(line.entity, Traces())
            first = traces.wrote.setdefault((place, told.field), Wrote(place, told.field, told.old, told.new))
            first.after, first.line = told.new, line.id
        elif told.what == "linked" and told.cause.endswith("was made"):
            found.setdefault(line.entity, Traces()).made.append(place)
        elif told.what == "gone" and told.cause == DELETED:
            found.setdefault(line.entity, Traces()).deleted.append(place)
        elif told.what == DETACHED:
            found.setdefault(line.entity, Traces()).let_go.append((told.system, str(told.new)))
    return found


def last_edit(lines: list[Line], place: Place, field: str | None = None, *, since: int = 0) -> Line | None:
    """Return the newest line, after line SINCE, about somebody's edit of a record (of one FIELD of it, or of any)."""
    for line in reversed(lines):
        told = line.event
        if line.id <= since:
            return None
        here = told.system == place.system and line.record in ("", place.record)
        if here and told.what == "read" and told.cause != AFTER_WRITE and field in (None, told.field):
            return line
    return None
