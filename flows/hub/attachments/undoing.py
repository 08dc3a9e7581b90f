"""Copies of files that a run has made are taken away again, where nobody has touched them. Names are only told."""

from collections.abc import Container, Iterator

from connectors.base import Connector
from mappings.attachments import Held
from mappings.reconcile.model import Entity
from state import attachments, cases
from state.history import Line
from state.store import Store

from ..beside import Beside
from ..remembering import all_lines
from ..wired import Wired
from .copying import COPIED, RENAMED
from .removing import remove
from .room import KIND

TAKEN = "taken away by an undo"


def made_by(store: Store, run: str, only: Container[str] | None) -> Iterator[Beside]:
    """Yield the copies that the run *run* has made and those that it has renamed, for some (ONLY) or for all."""
    told = [line for line in all_lines(store, run=run) if line.kind == KIND and line.event.what in (COPIED, RENAMED)]
    known = cases.by_ids(store, sorted({line.entity for line in told if line.entity}))
    those = [line for line in told if only is None or line.entity in only]
    lines = [line for line in those if line.entity in known]
    made = {(line.event.system, line.record) for line in lines if line.event.what == COPIED}
    for line in lines:
        entity, place = known[line.entity or ""].entity, (line.event.system, line.record)
        held = _held(store, entity.sync, owner=entity.id, system=line.event.system, record=line.record)
        if line.event.what == COPIED:
            yield _made(entity, line, held)
        elif place not in made and held is not None and not held.gone and held.name == line.event.new:
            yield _renamed(entity, line, held)


def _made(entity: Entity, line: Line, held: Held | None) -> Beside:
    why = "it is not there any more" if held is None or held.gone else ""
    name, digest = held.name if held else line.event.field, str(line.event.new)
    return Beside("file", entity.key, entity.id, line.event.system, KIND, line.record, name=name, label=digest, why=why)


def _renamed(entity: Entity, line: Line, held: Held) -> Beside:
    """The name that somebody gave it elsewhere would come right back; whoever wants the old one gives it to all."""
    why = f"it keeps this name, which an undo does not take back; it was {line.event.old}"
    return Beside("file", entity.key, entity.id, held.system, KIND, held.record, name=held.name, why=why)


def _held(store: Store, sync: str, *, owner: str, system: str, record: str) -> Held | None:
    files = attachments.of_case(store, sync, owner).held
    return next((one for one in files if (one.system, one.record) == (system, record)), None)


async def take_away(wired: Wired, connector: Connector, one: Beside) -> str:
    """Delete a copy as it was seen last; return why it is left, or nothing."""
    held = _held(wired.store, wired.whole.name, owner=one.owner, system=one.system, record=one.record)
    if held is None:
        return "it is not there any more"
    return await remove(wired, connector, one.owner, held=held, why=TAKEN)
