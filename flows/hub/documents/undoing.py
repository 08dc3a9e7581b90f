"""The documents that a run has made are taken away again, where nobody has worked on them."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import replace

from connectors.base import Connector
from connectors.errors import ConnectorError
from mappings.exchange import Change, Delete, Found, Receipt, Update
from mappings.reconcile.model import Event, Link
from state import cases, documents
from state.documents import KIND, Kept, Paper, Stand
from state.types import Whole

from ..beside import Beside
from ..remembering import all_lines
from ..wired import Wired
from .folders import stand_of
from .paper import GONE, MADE, SENT, fact, told

TAKEN = "taken away by an undo"
OLD = "it was made by an earlier version of the hub, so nobody can tell whether it was edited since"


def made_by(wired: Wired, run: str, only: Container[str] | None) -> Iterator[tuple[Beside, Whole]]:
    """Yield the documents that the run *run* has made, of some (ONLY) or of all cases, that are where they were."""
    ids = {line.entity: line for line in all_lines(wired.store, run=run) if line.event.what == "made" and line.entity}
    known = cases.by_ids(wired.store, sorted(ids))
    for number, line in ids.items():
        whole = known.get(number)
        if whole is None or whole.entity.kind != KIND:
            continue
        owner = str(fact(whole.entity, "case_id"))
        link = next((one for one in whole.links if one.system == line.event.system), None)
        if link is None or (only is not None and owner not in only):
            continue
        key, name = str(fact(whole.entity, "case")), str(fact(whole.entity, "title"))
        found = Beside(
            "document", key, owner, link.system, link.kind, link.external_id, name=name, label=line.event.field
        )
        yield replace(found, why=_left(whole, link)), whole


def _left(whole: Whole, link: Link) -> str:
    if link.tombstone:
        return "it is not there any more"
    if fact(whole.entity, "state") == SENT:
        return "it was sent"
    return OLD if link.kind == "folder" and MADE not in link.bases else ""


async def take_away(wired: Wired, connector: Connector, one: Beside, whole: Whole) -> str:
    """Delete a document, or empty its page where the account may not delete; return why it is left, or nothing."""
    [link] = [link for link in whole.links if link.system == one.system]
    try:
        [found] = await connector.get(one.kind, [one.record])
        receipt = await _deleted(wired, connector, link, found=found)
        if receipt.state == "refused" and one.kind == "page" and found.record is not None:
            receipt = await _emptied(wired, connector, link, found=found)
    except ConnectorError as error:
        return str(error)
    if receipt.state not in ("gone", "done"):
        return receipt.reason or "it is not known what became of it; look at it there"
    _forget(wired, one, whole, link, emptied=receipt.state == "done")
    return ""


async def _deleted(wired: Wired, connector: Connector, link: Link, *, found: Found) -> Receipt:
    expected: Mapping[str, object] = {}
    if link.kind == "folder" and found.record is not None:
        if MADE not in link.bases or link.bases[MADE].view != stand_of(found.record).version:
            return Receipt("", "moved", reason="something in it was edited since")
        expected = {"entries": found.record.views["entries"]}
    delete = Delete(wired.store.fresh_id(), link.system, link.kind, link.external_id, expected, link.version)
    [receipt] = await connector.push([delete])
    return receipt


async def _emptied(wired: Wired, connector: Connector, link: Link, *, found: Found) -> Receipt:
    """A page without a text is what remains of one that only an administrator could delete."""
    if found.record is None:
        return Receipt("", "gone")
    change = Change("text", "", found.record.views.get("text"))
    update = Update(
        wired.store.fresh_id(), link.system, link.kind, link.external_id, (change,), version=found.record.version
    )
    [receipt] = await connector.push([update])
    return receipt


def _forget(wired: Wired, one: Beside, whole: Whole, link: Link, *, emptied: bool) -> None:
    """It stands nowhere now: its address goes from the case, and it is made again only when somebody asks."""
    cause = f"{one.name} was {'emptied' if emptied else 'deleted'}: undo"
    paper = told(Paper(whole.entity, one.owner, one.label, one.system, one.kind), wired.clock(), state=GONE, url=None)
    stand = Stand(link.external_id, link.version, None, dict(link.bases), gone=TAKEN)
    events = (Event("deleted", one.label, system=one.system, cause=cause),)
    documents.keep(wired.store, paper, Kept(stand, None, events, run=wired.run))
