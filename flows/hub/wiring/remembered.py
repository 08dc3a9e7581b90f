"""A sync as its systems were when they were last met: for reading what the hub remembers. Asks no system."""

from mappings.language import compile_sync

from ..shelf import load_discovery
from ..wired import SyncShape
from .contacts import Contact, everybody_in, make_connector, vocabularies
from .installation import Installation
from .syncs import sync_shape


def remembered_shape(installation: Installation, name: str | None) -> SyncShape:
    """Return the shape of the sync *name* in the words that its systems had. Raises NoSuchSync, `Problems`."""
    hub, store = installation.hub, installation.store
    sync = installation.sync(name)
    contacts = {system: Contact(make_connector(installation, system)) for system in sync.systems}
    for system, contact in contacts.items():
        for spec in hub.mappings_of(system):
            found = load_discovery(store, system, spec.kind)
            if found is not None:
                contact.discovered[spec.kind] = found
    words = vocabularies(hub, contacts, everybody_in(hub, contacts, store))
    return sync_shape(sync, compile_sync(hub, sync, words), contacts)
