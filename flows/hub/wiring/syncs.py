"""A sync at work: its mappings compiled against what its systems offer, and its systems kept open."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from connectors.base import Connector
from mappings.canonical.records import dotted
from mappings.exchange import Discovery
from mappings.language import (
    Problems,
    compile_sync,
)
from mappings.language.compiled import CompiledMapping
from mappings.language.model import Sync
from state import dictionaries

from ..rewording import fingerprint
from ..wired import Channel, Make, SyncShape, Wired
from .contacts import Contact, Maker, make_connector, meet_system, renamed, vocabularies
from .installation import Installation


@asynccontextmanager
async def open_sync(installation: Installation, name: str | None, make: Maker = make_connector) -> AsyncIterator[Wired]:
    """
    Wire the sync *name* and keep its systems open for the while; MAKE gives the connectors.

    Raises NoSuchSync, and `Problems` where a mapping names what its system does not have.
    """
    sync = installation.sync(name)
    connectors = {system: make(installation, system) for system in sync.systems}
    try:
        for connector in connectors.values():
            await connector.open()
        yield await _wire(installation, sync, connectors)
    finally:
        for connector in connectors.values():
            await connector.close()


async def _wire(installation: Installation, sync: Sync, connectors: Mapping[str, Connector]) -> Wired:
    hub, store = installation.hub, installation.store
    kinds = {system: [spec.kind for spec in hub.mappings_of(system)] for system in sync.systems}

    async def meet(*, anew: bool) -> dict[str, Contact]:
        meetings = [meet_system(one, store, kinds[name], anew=anew) for name, one in connectors.items()]
        return dict(zip(connectors, await asyncio.gather(*meetings), strict=True))

    contacts = await meet(anew=False)
    try:
        compiled = compile_sync(hub, sync, vocabularies(hub, contacts))
    except Problems:  # perhaps of something that is there since less than an hour
        contacts = await meet(anew=True)
        compiled = compile_sync(hub, sync, vocabularies(hub, contacts))
    shape = sync_shape(sync, compiled, contacts)
    return Wired(
        shape=shape,
        store=store,
        connectors={name: one for name, one in connectors.items() if any(s[0] == name for s in shape.channels)},
        worker=store.worker(),
        clock=store.clock,
        new_id=lambda: secrets.token_hex(6),
        learned={scope: dictionaries.transitions(store, scope[0], kind=scope[1]) for scope in shape.channels},
        trouble={name: contact.trouble for name, contact in contacts.items() if contact.trouble},
        refused_us={name for name, contact in contacts.items() if contact.refused_us},
        words=fingerprint(vocabularies(hub, contacts)),
        notices=renamed(hub, contacts),
    )


def sync_shape(sync: Sync, compiled: Sequence[CompiledMapping], contacts: Mapping[str, Contact]) -> SyncShape:
    """Return what the sync says, at work: only mappings of cases take part."""
    cases = [one for one in compiled if one.entity == "case"]
    channels = {(one.system, one.kind): _channel(one, contacts[one.system]) for one in cases}
    opens = next((scope for scope in channels if scope[0] == sync.opens), (sync.opens, ""))
    makes = tuple(Make(make.system, make.kind, make.when or _always) for make in sync.makes)
    return SyncShape(
        name=sync.name,
        entity="case",
        opens=opens,
        channels=channels,
        makes=makes,
        policies=sync.policies,
        orders=sync.orders,
        dotted=lambda facts: dotted(facts, "case"),
        limits=sync.guards,
        gone=sync.gone,
        fingerprint="-".join(sorted(one.fingerprint for one in cases)),
    )


def _always(_: Mapping[str, Any]) -> bool:
    return True


def _channel(mapping: CompiledMapping, contact: Contact) -> Channel:
    found = contact.discovered[mapping.kind]
    declared = tuple(step for steps in mapping.transitions.values() for step in steps)
    closing = {place.name: frozenset(choice.id for choice in place.choices if choice.closes) for place in found.places}
    status = frozenset(place for place, views in closing.items() if views) | frozenset(mapping.transitions)
    return Channel(
        mapping,
        status=status,
        transitions=(*declared, *found.transitions),
        closing={place: views for place, views in closing.items() if views},
        labels=labels_of(found),
    )


def labels_of(found: Discovery) -> dict[str, dict[str, str]]:
    """Return place -> view -> what a person calls it, of choices and people."""
    labels = {place.name: {choice.id: choice.label for choice in place.choices} for place in found.places}
    people = {member.id: member.name for member in found.people}
    return labels | {place.name: people for place in found.places if place.type == "person"}
