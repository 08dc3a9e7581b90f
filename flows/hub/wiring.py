"""
The one place that puts things together: files, environment, database and connectors become one sync that can run.

A system that cannot be reached now is told, and works with what it said last time; the others go on.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from httpx import AsyncBaseTransport
from pydantic import ValidationError

from connectors import connector_class
from connectors.base import Connector, Surroundings, setting_keys
from connectors.errors import AuthFailed, ConnectorError
from mappings.canonical.people import KnownPerson, directories
from mappings.canonical.records import dotted
from mappings.exchange import Discovery
from mappings.language import (
    Hub,
    Problem,
    Problems,
    System,
    SystemSchema,
    compile_sync,
    load_hub,
    load_systems,
    types_named,
)
from mappings.language.compiled import CompiledMapping
from mappings.language.model import Sync
from mappings.language.schema import SettingKey
from mappings.transforms.vocabulary import Vocabulary
from state import dictionaries, engine
from state.store import Store, utc_now

from .files import read_hub
from .shelf import StateShelf, load_discovery, save_discovery
from .wired import Channel, Make, Scope, SyncShape, Wired


class NoSuchSync(LookupError):
    """hub.yaml has no sync of that name; the message names those it has."""


@dataclass(frozen=True)
class Installation:
    """A hub as its files describe it, with its open database."""

    folder: Path
    hub: Hub
    store: Store

    def sync(self, name: str | None) -> Sync:
        """Return the sync *name*, or the only one. Raises NoSuchSync."""
        names = ", ".join(self.hub.syncs)
        if name is None and len(self.hub.syncs) == 1:
            return next(iter(self.hub.syncs.values()))
        if name is None:
            raise NoSuchSync(f"say which sync: {names}")
        if name not in self.hub.syncs:
            raise NoSuchSync(f"there is no sync {name!r}; there is: {names}")
        return self.hub.syncs[name]


def load_installation(folder: Path, env: Mapping[str, str]) -> Hub:
    """Read and check the files in *folder*. Raises `Problems`, and what `files.read_hub` raises."""
    files, catalog = read_hub(folder)
    return load_hub(files, env, schemas=_schemas(files), catalog=catalog)


def _schemas(files: Mapping[str, str]) -> dict[str, SystemSchema]:
    return {name: _schema(name) for name in types_named(files.get("hub.yaml", "")) if _known(name)}


def _known(type_name: str) -> bool:
    try:
        connector_class(type_name)
    except LookupError:
        return False
    return True


def _schema(type_name: str) -> SystemSchema:
    keys = setting_keys(connector_class(type_name).settings_model)
    listed = [SettingKey(key.name, key.kind, required=key.required, meaning=key.meaning) for key in keys]
    return SystemSchema.of(type_name, listed)


def install(
    folder: Path, env: Mapping[str, str] | None = None, *, clock: Callable[[], datetime] = utc_now
) -> Installation:
    """Open the hub in *folder*; an empty database is filled, an old one refused with the command that helps."""
    return _opened(folder, load_installation(folder, os.environ if env is None else env), clock=clock)


def install_systems(folder: Path, env: Mapping[str, str] | None = None) -> Installation:
    """
    As `install`; where mappings or syncs are still wrong, the hub knows its systems only.

    Raises `Problems` where hub.yaml itself is wrong.
    """
    given = os.environ if env is None else env
    try:
        hub = load_installation(folder, given)
    except Problems:
        files, _ = read_hub(folder)
        hub = load_systems(files, given, schemas=_schemas(files))
    return _opened(folder, hub)


def _opened(folder: Path, hub: Hub, *, clock: Callable[[], datetime] = utc_now) -> Installation:
    url = database_url(hub, folder)
    if engine.current(url) is None:
        engine.upgrade(url)
    return Installation(folder, hub, engine.open_store(url, clock=clock))


def database_url(hub: Hub, folder: Path) -> str:
    """A SQLite file without a full path lies next to hub.yaml, wherever the command is given."""
    url, prefix = hub.database.get_secret_value(), "sqlite:///"
    if not url.startswith(prefix) or url.startswith(prefix + "/") or url == prefix:
        return url
    return f"{prefix}{(folder / url.removeprefix(prefix)).resolve()}"


# --- connectors ------------------------------------------------------------------------------------------------------


@dataclass
class Contact:
    """A system as it was met when the sync was wired: its connector, and what it has to offer per kind."""

    connector: Connector
    discovered: dict[str, Discovery] = field(default_factory=dict)
    trouble: str = ""
    refused_us: bool = False


def make_connector(installation: Installation, name: str, transport: AsyncBaseTransport | None = None) -> Connector:
    """
    Return the connector of the system *name*, not yet open; its requests go through TRANSPORT where one is given.

    Raises `Problems` where its settings do not fit.
    """
    hub = installation.hub
    system = hub.systems[name]
    made = connector_class(system.type)
    try:
        settings = made.settings_model.model_validate(_settings(installation, system.settings))
    except ValidationError as error:
        raise Problems([_told(system, one) for one in error.errors(include_input=False)]) from None
    markers = {spec.kind: spec.marker for spec in hub.mappings_of(name) if spec.marker}
    shelf = StateShelf(installation.store, name)
    around = Surroundings(markers=markers, shelf=shelf, transport=transport)
    return made(name, settings, around)  # type: ignore[call-arg, arg-type, return-value]  # every connector is made so


def _told(system: System, error: Mapping[str, Any]) -> Problem:
    """What is wrong with a setting, without what was given for it: that may be a secret."""
    where = ".".join(str(part) for part in error["loc"])
    text = str(error["msg"]).removeprefix("Value error, ")
    return system.mark.problem(f"{where}: {text}" if where else text)


def _settings(installation: Installation, settings: Mapping[str, Any]) -> dict[str, Any]:
    """A path among the settings (the memory system's file) is relative to the hub's folder."""
    given = dict(settings)
    if isinstance(given.get("path"), str):
        given["path"] = str((installation.folder / given["path"]).resolve())
    return given


Maker = Callable[[Installation, str], Connector]
"""Makes the connector of a system, not yet open."""


REMEMBERED = timedelta(hours=1)
"""So long a system is not asked again what it offers, unless a mapping names something that it did not offer."""


async def meet_system(connector: Connector, store: Store, kinds: Sequence[str], *, anew: bool = True) -> Contact:
    """
    Prove who we are and ask what there is; a system that does not answer is met as it was last time.

    Without ANEW what it offered within the last hour is not asked again.
    """
    contact = Contact(connector)
    try:
        await connector.identify()
        for kind in kinds:
            known = None if anew else load_discovery(store, connector.name, kind, REMEMBERED)
            if known is not None:
                contact.discovered[kind] = known
                continue
            contact.discovered[kind] = save_discovery(store, await connector.discover(kind))
    except AuthFailed as error:
        contact.trouble, contact.refused_us = str(error), True
    except ConnectorError as error:
        contact.trouble = str(error)
    for kind in kinds:
        remembered = load_discovery(store, connector.name, kind) if kind not in contact.discovered else None
        if remembered is not None:
            contact.discovered[kind] = remembered
    return contact


# --- a sync ----------------------------------------------------------------------------------------------------------


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
        notices=renamed(hub, contacts),
    )


def renamed(hub: Hub, contacts: Mapping[str, Contact]) -> list[str]:
    """Return what a person should change in a mapping: values named there that are called otherwise by now."""
    told = []
    for spec in hub.mappings:
        found = contacts[spec.system].discovered.get(spec.kind) if spec.system in contacts else None
        choices = {place.name: place.choices for place in found.places} if found else {}
        for entry in spec.fields.values():
            values = entry.settings.get("values")
            for key in values if isinstance(values, Mapping) else ():
                for one in choices.get(entry.at[0], ()):
                    if key in one.former:
                        mark = entry.marks.get(f"values.{key}", entry.mark)
                        told.append(f"{mark.file}:{mark.line}: {key!r} is called {one.label!r} in {spec.system} by now")
    return told


def vocabularies(hub: Hub, contacts: Mapping[str, Contact]) -> dict[Scope, Vocabulary]:
    """Return the words of each system for each kind; people are told apart over all systems."""
    people = {
        name: [member for found in contact.discovered.values() for member in found.people]
        for name, contact in contacts.items()
    }
    known = [KnownPerson(person.key, person.emails, person.ids) for person in hub.people]
    who = directories(people, known)
    words = {}
    for name, contact in contacts.items():
        inactive = frozenset(member.id for member in people[name] if not member.active)
        for kind, found in contact.discovered.items():
            words[name, kind] = Vocabulary.of(found.places, people=who[name], inactive=inactive, zone=hub.timezone)
    return words


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
