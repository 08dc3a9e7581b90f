"""Copies of files that a run has made are taken away again, where nobody has touched them."""

from collections.abc import Iterator

from connectors.base import Connector
from mappings.attachments import Held
from state import attachments, cases
from state.store import Store

from ..beside import Beside
from ..remembering import all_lines
from ..wired import Wired
from .copying import COPIED
from .removing import remove
from .room import KIND

TAKEN = "taken away by an undo"


def made_by(store: Store, run: str, only: str | None) -> Iterator[Beside]:
    """Yield the copies that the run *run* has made, for one case (ONLY) or for all."""
    lines = [line for line in all_lines(store, run=run) if line.event.what == COPIED and line.kind == KIND]
    known = cases.by_ids(store, sorted({line.entity for line in lines if line.entity}))
    for line in lines:
        whole = known.get(line.entity or "")
        if whole is None or only not in (None, whole.entity.id):
            continue
        held = _held(store, whole.entity.sync, owner=whole.entity.id, system=line.event.system, record=line.record)
        why = "it is not there any more" if held is None or held.gone else ""
        name = held.name if held else line.event.field
        yield Beside(
            "file",
            whole.entity.key,
            whole.entity.id,
            line.event.system,
            KIND,
            line.record,
            name=name,
            label=str(line.event.new),
            why=why,
        )


def _held(store: Store, sync: str, *, owner: str, system: str, record: str) -> Held | None:
    files = attachments.of_case(store, sync, owner).held
    return next((one for one in files if (one.system, one.record) == (system, record)), None)


async def take_away(wired: Wired, connector: Connector, one: Beside) -> str:
    """Delete a copy as it was seen last; return why it is left, or nothing."""
    held = _held(wired.store, wired.whole.name, owner=one.owner, system=one.system, record=one.record)
    if held is None:
        return "it is not there any more"
    return await remove(wired, connector, one.owner, held=held, why=TAKEN)
