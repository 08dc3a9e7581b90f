"""A sync at work: its mappings compiled against what its systems offer, and its systems kept open."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from connectors.base import Connector
from mappings.canonical.facts import belongs
from mappings.canonical.records import dotted
from mappings.exchange import Discovery
from mappings.language import Problems, compile_sync
from mappings.language.compiled import CompiledMapping
from mappings.language.model import Make as LanguageMake
from mappings.language.model import Sync
from mappings.reconcile.gone import rule_for
from state import dictionaries

from ..choices import load_choices
from ..neighbours import neighbours_of
from ..notes import NOTE, told_on
from ..people import Everybody, remember
from ..rewording import fingerprint
from ..wired import Channel, Make, SyncShape, Wired
from .contacts import Contact, Maker, everybody_in, make_connector, meet_system, renamed, vocabularies
from .installation import Installation


@asynccontextmanager
async def open_sync(installation: Installation, name: str | None, make: Maker = make_connector) -> AsyncIterator[Wired]:
    """
    Wire the sync *name* and keep its systems open for the while; MAKE gives the connectors.

    Raises NoSuchSync, and `Problems` where a mapping names what its system does not have.
    """
    from ..attachments.passing import sharer_of
    from ..documents.passing import papers_of  # both stand above the wiring, and are wired here

    sync = installation.sync(name)
    connectors = {system: make(installation, system) for system in sync.systems}
    try:
        for connector in connectors.values():
            await connector.open()
        wired = await _wire(installation, sync, connectors)
        wired.papers = papers_of(installation, sync, make)
        wired.sharing = sharer_of(installation, sync, {system: one.kinds for system, one in connectors.items()})
        yield wired
    finally:
        for connector in connectors.values():
            await connector.close()


async def _wire(installation: Installation, sync: Sync, connectors: Mapping[str, Connector]) -> Wired:
    hub, store = installation.hub, installation.store
    kinds = {system: list(dict.fromkeys(s.kind for s in hub.mappings_of(system))) for system in sync.systems}

    async def meet(*, anew: bool) -> dict[str, Contact]:
        meetings = [meet_system(one, store, kinds[name], anew=anew) for name, one in connectors.items()]
        return dict(zip(connectors, await asyncio.gather(*meetings), strict=True))

    contacts = await meet(anew=False)
    seen = everybody_in(hub, contacts, store)
    words = vocabularies(hub, contacts, seen)
    try:
        compiled = compile_sync(hub, sync, words)
    except Problems:  # perhaps of something that is there since less than an hour
        contacts = await meet(anew=True)
        seen = everybody_in(hub, contacts, store)
        words = vocabularies(hub, contacts, seen)
        compiled = compile_sync(hub, sync, words)
    remember(store, seen)
    return replace(
        assembled(installation, sync, compiled, contacts=contacts, seen=seen),
        words=fingerprint(words),
        notices=[*renamed(hub, contacts), *(f"{one.system}: {one.text}" for one in seen.odd if one.apart)],
    )


def assembled(
    installation: Installation,
    sync: Sync,
    compiled: Sequence[CompiledMapping],
    *,
    contacts: Mapping[str, Contact],
    seen: Everybody,
) -> Wired:
    """Put a sync together from its COMPILED mappings and the systems as they were met; sends and stores nothing."""
    store = installation.store
    shape = sync_shape(sync, compiled, contacts)
    scopes = {scope for one in shape.each for scope in one.channels}
    used = {system for system, _ in scopes}
    return Wired(
        shape=shape,
        store=store,
        connectors={name: contact.connector for name, contact in contacts.items() if name in used},
        worker=store.worker(),
        clock=store.clock,
        new_id=lambda: secrets.token_hex(6),
        learned={scope: dictionaries.transitions(store, scope[0], kind=scope[1]) for scope in scopes},
        trouble={name: contact.trouble for name, contact in contacts.items() if contact.trouble},
        refused_us={name for name, contact in contacts.items() if contact.refused_us},
        accounts={name: contact.account for name, contact in contacts.items() if contact.account is not None},
        choices=load_choices(store, sync.name, scopes),
        people=seen,
        neighbours=neighbours_of(installation.hub, sync),
    )


PREFIXES = {
    "case": "CASE",
    "item": "ITEM",
    "note": "NOTE",
    "document": "DOC",
    "client": "CLIENT",
    "contact": "CONTACT",
    "person": "PERSON",
}
"""Kind of entity -> what its keys begin with."""


def sync_shape(sync: Sync, compiled: Sequence[CompiledMapping], contacts: Mapping[str, Contact]) -> SyncShape:
    """Return what the sync says, at work: every kind of entity takes part that one of its systems has a mapping of."""
    kinds = dict.fromkeys(one.entity for one in compiled if one.entity in sync.beside)
    cases = _shape(sync, "case", compiled, contacts=contacts)
    others = {kind: _shape(sync, kind, compiled, contacts=contacts) for kind in kinds}
    mappings = sorted(one.fingerprint for one in compiled if one.entity in ("case", *others))
    fingerprint = "-".join([*mappings, rules_fingerprint(sync)])
    others = {kind: replace(one, fingerprint=fingerprint) for kind, one in others.items()}
    return replace(cases, others=others, fingerprint=fingerprint)


def _shape(
    sync: Sync, entity: str, compiled: Sequence[CompiledMapping], *, contacts: Mapping[str, Contact]
) -> SyncShape:
    mappings = [one for one in compiled if one.entity == entity]
    channels = {(one.system, one.kind): _channel(one, contacts[one.system]) for one in mappings}
    opens = next((scope for scope in channels if scope[0] == sync.opens), (sync.opens, ""))
    return SyncShape(
        name=sync.name,
        entity=entity,
        opens=opens,
        channels=channels,
        makes=tuple(
            Make(make.system, make.kind, told_on(make.when or _always) if entity == NOTE else make.when or _always)
            for make in sync.makes_of(entity)
        ),
        policies=sync.policies if entity == "case" else sync.beside[entity].policies,
        orders=sync.orders,
        dotted=lambda facts: dotted(facts, entity),
        limits=sync.guards,
        history=sync.history,
        gone=rule_for(entity, sync.gone),
        prefix=PREFIXES[entity],
        births=frozenset(channels) if belongs(entity) else frozenset({opens}),
    )


def rules_fingerprint(sync: Sync) -> str:
    """Return a hash of what hub.yaml says of a sync and a pass decides by: what is made when, and who is right."""
    makes = [(entity, one.system, one.kind, str(one.when or "")) for entity, one in _all_makes(sync)]
    beside = {name: sorted(map(repr, one.policies.items())) for name, one in sorted(sync.beside.items())}
    said = [sync.opens, sorted(makes), sync.stages, sorted(map(repr, sync.policies.items())), beside, sync.gone]
    said += [sorted(map(repr, sync.files.items()))] if sync.files else []
    if sync.history != "none":
        said.append(str(sync.history))
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def _all_makes(sync: Sync) -> list[tuple[str, LanguageMake]]:
    beside = [(name, make) for name, one in sync.beside.items() for make in one.makes]
    return [*(("case", make) for make in sync.makes), *beside]


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
