"""
The systems as they are met: who we are there, and what they have to offer.

One that cannot be reached now is told, and works with what it said last time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from httpx import AsyncBaseTransport
from pydantic import ValidationError

from connectors import connector_class
from connectors.base import Connector, Surroundings
from connectors.errors import AuthFailed, ConnectorError
from connectors.limiter import Reserve, Wanted
from mappings.exchange import Account, Discovery, SystemPerson
from mappings.language import (
    Hub,
    Problem,
    Problems,
    System,
)
from mappings.transforms.vocabulary import Vocabulary
from state import budgets
from state.store import Store

from ..attachments.spool import spool_in
from ..people import Everybody, everybody, told_names
from ..shelf import StateShelf, load_discovery, save_discovery
from ..wired import Scope
from .installation import Installation


@dataclass
class Contact:
    """A system as it was met when the sync was wired: its connector, and what it has to offer per kind."""

    connector: Connector
    discovered: dict[str, Discovery] = field(default_factory=dict)
    trouble: str = ""
    refused_us: bool = False
    account: Account | None = None


LEFT = 8
"""Requests of a vendor's budget that scheduled passes leave to the fast path: to open a system anew, and some looks."""


def make_connector(
    installation: Installation, name: str, transport: AsyncBaseTransport | None = None, *, leave: int = LEFT
) -> Connector:
    """
    Return the connector of the system *name*, not yet open; its requests go through TRANSPORT where one is given.

    All processes of the hub share the vendor's budget; of it this one leaves LEAVE requests to others. Raises
    `Problems` where its settings do not fit.
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
    around = Surroundings(
        markers=markers,
        shelf=shelf,
        transport=transport,
        reserve=_budget(installation, name, leave),
        spool=spool_in(installation.folder),
    )
    return made(name, settings, around)  # type: ignore[call-arg, arg-type, return-value]  # every connector is made so


def urgent_connector(installation: Installation, name: str) -> Connector:
    """As `make_connector`, for somebody who must not wait behind a scheduled pass."""
    return make_connector(installation, name, leave=0)


def _budget(installation: Installation, name: str, leave: int) -> Reserve:
    """Return how a process asks for its share of the budget of a system."""

    def reserve(share: Wanted) -> tuple[int, float]:
        granted = budgets.reserve(
            installation.store,
            name,
            rate=share.per_second,
            burst=share.at_once,
            want=share.wanted,
            leave=min(leave, int(share.at_once) - 1),
            sent=share.sent,
            refused=share.refused,
        )
        return granted, 1.0 / share.per_second

    return reserve


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
        contact.account = await connector.identify()
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


def everybody_in(hub: Hub, contacts: Mapping[str, Contact], store: Store | None = None) -> Everybody:
    """Return the people whom the systems list, and who they are; with what STORE remembers, where one is given."""
    people = {
        name: [member for found in contact.discovered.values() for member in found.people]
        for name, contact in contacts.items()
    }
    return everybody(hub, people, store)


def vocabularies(hub: Hub, contacts: Mapping[str, Contact], seen: Everybody | None = None) -> dict[Scope, Vocabulary]:
    """Return the words of each system for each kind; people are told apart over all systems, as they were SEEN."""
    seen = seen or everybody_in(hub, contacts)
    people, who = seen.listed, seen.who
    known_as, namesakes = names_of(hub, people, who)
    words = {}
    for name, contact in contacts.items():
        inactive, called = seen.inactive(name), seen.called.setdefault(name, {})
        for kind, found in contact.discovered.items():
            there = Vocabulary.of(found.places, people=who[name], inactive=inactive, called=called, zone=hub.timezone)
            words[name, kind] = replace(
                there,
                system=name,
                account=_account(contact),
                systems=tuple(hub.systems),
                members=tuple(people[name]),
                known_as=known_as,
                namesakes=namesakes,
            )
    return words


def names_of(
    hub: Hub, people: Mapping[str, Sequence[SystemPerson]], who: Mapping[str, Mapping[str, str]]
) -> tuple[dict[str, str], frozenset[str]]:
    """
    Return what each canonical person is called wherever the hub names them, and the names that are several people's.

    The hub's own table is asked first, then the systems in the order of their names.
    """
    known_as = told_names(hub)
    bearers: dict[str, set[str]] = {}
    for system, members in sorted(people.items()):
        for member in members:
            identity = who[system].get(member.id)
            name = known_as.setdefault(identity, member.name) if identity else member.name
            bearers.setdefault(name, set()).add(identity or f"{system} {member.id}")
    return known_as, frozenset(name for name, those in bearers.items() if len(those) > 1)


def _account(contact: Contact) -> str | None:
    """Who we are there, as it says now or said last."""
    shown = [contact.account, *(found.account for found in contact.discovered.values())]
    return next((account.id for account in shown if account is not None), None)


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
