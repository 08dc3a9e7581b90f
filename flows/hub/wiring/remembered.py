"""A sync as its systems were when they were last met: for reading what the hub remembers. Asks no system."""

from collections.abc import Iterable

from mappings.language import compile_sync

from ..shelf import load_discovery
from ..wired import SyncShape, Wired
from .contacts import Contact, Maker, everybody_in, make_connector, vocabularies
from .installation import Installation
from .syncs import assembled, sync_shape


def remembered_shape(installation: Installation, name: str | None) -> SyncShape:
    """Return the shape of the sync *name* in the words that its systems had. Raises NoSuchSync, `Problems`."""
    hub, sync = installation.hub, installation.sync(name)
    contacts = _contacts(installation, sync.systems, make_connector)
    words = vocabularies(hub, contacts, everybody_in(hub, contacts, installation.store))
    return sync_shape(sync, compile_sync(hub, sync, words), contacts)


def at_rest(installation: Installation, name: str | None, make: Maker = make_connector) -> Wired:
    """
    Return the sync *name* wired as its systems were when they were last met; its connectors (MAKE gives them) are not
    open, so that it can decide and store, and neither read nor write. Raises NoSuchSync, `Problems`.
    """
    hub, sync = installation.hub, installation.sync(name)
    contacts = _contacts(installation, sync.systems, make)
    seen = everybody_in(hub, contacts, installation.store)
    compiled = compile_sync(hub, sync, vocabularies(hub, contacts, seen))
    return assembled(installation, sync, compiled, contacts=contacts, seen=seen)


def _contacts(installation: Installation, systems: Iterable[str], make: Maker) -> dict[str, Contact]:
    """The systems with what they had to offer when they were last met."""
    contacts = {system: Contact(make(installation, system)) for system in systems}
    for system, contact in contacts.items():
        for spec in installation.hub.mappings_of(system):
            found = load_discovery(installation.store, system, spec.kind)
            if found is not None:
                contact.discovered[spec.kind] = found
    return contacts
