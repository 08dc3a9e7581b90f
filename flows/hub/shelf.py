"""What is remembered of systems between runs: dictionaries for an hour, what they offer until they say otherwise."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from connectors.base import MemoryShelf
from mappings.exchange import Account, Choice, Discovery, Json, Place, SystemPerson, Transition
from state import dictionaries
from state.store import Store


class StateShelf:
    """A connector's shelf, kept in the hub's database under the name of its system."""

    def __init__(self, store: Store, system: str) -> None:
        self._store = store
        self._system = system
        self._secrets = MemoryShelf()

    def get(self, key: str) -> Json:
        """Return what was put there, or None if there is nothing or it is too old."""
        if _secret(key):
            return self._secrets.get(key)
        kept = dictionaries.recall(self._store, self._system, name=key, within=FOR_EVER)
        if kept is None or datetime.fromisoformat(kept["until"]) <= self._store.clock():
            return None
        return kept["value"]

    def put(self, key: str, value: Json, *, seconds: float) -> None:
        """Keep *value* for so long; a session opens doors, so it never leaves this process."""
        if _secret(key):
            self._secrets.put(key, value, seconds=seconds)
            return
        until = self._store.clock() + timedelta(seconds=seconds)
        form = {"until": until.isoformat(), "value": value}
        dictionaries.remember(self._store, self._system, name=key, form=form)


def _secret(key: str) -> bool:
    return "session" in key or "token" in key


FOR_EVER = timedelta(days=3650)


def save_discovery(store: Store, found: Discovery) -> Discovery:
    """
    Remember what a system offers, for the day on which it does not answer.

    Returns it with the former labels of choices that have been renamed since.
    """
    before = load_discovery(store, found.system, found.kind)
    if before is not None:
        known = {(place.name, one.id): one for place in before.places for one in place.choices}
        found = replace(found, places=tuple(_with_former(place, known) for place in found.places))
    dictionaries.remember(store, found.system, name=f"discovery:{found.kind}", form=asdict(found))
    return found


def _with_former(place: Place, known: Mapping[tuple[str, str], Choice]) -> Place:
    return replace(place, choices=tuple(_renamed(one, known.get((place.name, one.id))) for one in place.choices))


def _renamed(now: Choice, before: Choice | None) -> Choice:
    if before is None:
        return now
    labels = dict.fromkeys([*before.former, before.label])
    return replace(now, former=tuple(label for label in labels if label != now.label))


def load_discovery(store: Store, system: str, kind: str, within: timedelta = FOR_EVER) -> Discovery | None:
    """Return what *system* offered when it was last asked, if that was not longer ago than WITHIN."""
    form = dictionaries.recall(store, system, name=f"discovery:{kind}", within=within)
    return None if form is None else _discovery(form)


def load_discoveries(store: Store, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], Discovery]:
    """As `load_discovery`, of many (system, kind) at once; those that never said anything are left out."""
    forms = dictionaries.recall_all(store, [(system, f"discovery:{kind}") for system, kind in places])
    return {(system, name.removeprefix("discovery:")): _discovery(form) for (system, name), form in forms.items()}


def _choice(form: Mapping[str, Any]) -> Choice:
    return Choice(**{**form, "former": tuple(form.get("former", ()))})


def _discovery(form: Mapping[str, Any]) -> Discovery:
    places = tuple(
        Place(**{**place, "choices": tuple(_choice(choice) for choice in place["choices"])}) for place in form["places"]
    )
    account = form["account"]
    return Discovery(
        form["system"],
        form["kind"],
        places,
        people=tuple(SystemPerson(**person) for person in form["people"]),
        account=Account(**{**account, "rights": tuple(account["rights"])}) if account else None,
        transitions=tuple(Transition(**step) for step in form["transitions"]),
        notes=tuple(form["notes"]),
    )
