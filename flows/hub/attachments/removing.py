"""A copy that the hub has put somewhere is taken away again: because of an undo, or of `gone: close`."""

from connectors.base import Connector
from connectors.errors import ConnectorError
from mappings.attachments import COPIED, Copied, Held
from mappings.exchange import Delete, Receipt
from mappings.reconcile.model import Event
from state import attachments, history

from ..wired import Wired
from .room import KIND


async def remove(wired: Wired, connector: Connector, owner: str, *, held: Held, why: str) -> str:
    """
    Delete the copy HELD of the case *owner* as it was seen last, because of WHY; return why it stays, or nothing.

    That it was taken away is noted before the request leaves, so that nothing puts it back if no answer comes.
    """
    store = wired.store
    if not connector.abilities_of(KIND).deletes:
        return f"the hub cannot delete files of {held.system}"
    taken = Copied(held.system, held.identity, "removed", text=why)
    attachments.note(store, owner, [taken], name=held.name)
    try:
        delete = Delete(store.fresh_id(), held.system, KIND, held.record, {"name": held.name})
        [receipt] = await connector.push([delete])
    except ConnectorError as error:
        receipt = Receipt("", "unsent", reason=str(error))
    return _settled(wired, owner, held, receipt=receipt, why=why)


def _settled(wired: Wired, owner: str, held: Held, *, receipt: Receipt, why: str) -> str:
    store, system = wired.store, held.system
    if receipt.state == "gone":
        attachments.bury(store, wired.whole.name, system, records=[held.record])
        told = Event("deleted", held.name, held.identity, None, system, cause=f"#{held.record} was deleted: {why}")
        history.tell(store, told, entity=owner, kind=KIND, record=held.record, run=wired.run)
        return ""
    if receipt.state != "unclear":
        text = COPIED if receipt.state == "unsent" else ""  # nobody has touched it: it is the hub's as before
        stays = Copied(system, held.identity, "here", text, held.record)
        attachments.note(store, owner, [stays], name=held.name)
    return receipt.reason or "it is not known what became of it; look at it there"
