"""What a system has shown, as it may come in: whatever is read goes through here."""

from dataclasses import replace

from mappings.exchange import VendorRecord

from .kin import placed
from .notes import sealed
from .wired import Wired


def admitted(wired: Wired, record: VendorRecord) -> VendorRecord:
    """Return a record of a system without what is not for the hub, placed below its parent, signed by its editor."""
    return signed(wired, sealed(wired.whole, placed(wired, record)))


def signed(wired: Wired, record: VendorRecord) -> VendorRecord:
    """Return *record* with the name of who changed it last; what the hub itself has written says nothing of that."""
    if not record.editor:
        return record
    account = wired.accounts.get(record.system)
    if account is None or account.id == record.editor:
        return replace(record, editor="")
    name = record.people.get(record.editor) or wired.people.name(record.system, record.editor)
    return replace(record, editor=name)
