"""What is remembered of systems between runs: dictionaries for an hour, what they offer until they say otherwise."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from mappings.exchange import Account, Choice, Discovery, Json, Place, SystemPerson, Transition
from state import dictionaries
from state.store import Store


class StateShelf:
    """A connector's shelf, kept in the hub's database under the name of its system."""

    def __init__(self, store: Store, system: str) -> None:
        self._store = store
        self._system = system

    def get(self, key: str) -> Json:
        """Return what was put there, or None if there is nothing or it is too old."""
        kept = dictionaries.recall(self._store, self._system, name=key, within=FOR_EVER)
        if kept is None or datetime.fromisoformat(kept["until"]) <= self._store.clock():
            return None
        return kept["value"]

    def put(self, key: str, value: Json, *, seconds: float) -> None:
        """Keep *value* for so long."""
        until = self._store.clock() + timedelta(seconds=seconds)
        form = {"until": until.isoformat(), "value": value}
        dictionaries.remember(self._store, self._system, name=key, form=form)


FOR_EVER = timedelta(days=3650)


def save_discovery(store: Store, found: Discovery) -> None:
    """Remember what a system offers, for the day on which it does not answer."""
    name, form = f"discovery:{found.kind}", asdict(found)
    if dictionaries.recall(store, found.system, name=name, within=FOR_EVER) != json.loads(json.dumps(form)):
        dictionaries.remember(store, found.system, name=name, form=form)


def load_discovery(store: Store, system: str, kind: str) -> Discovery | None:
    """Return what *system* offered when it last answered."""
    form = dictionaries.recall(store, system, name=f"discovery:{kind}", within=FOR_EVER)
    return None if form is None else _discovery(form)


def _discovery(form: Mapping[str, Any]) -> Discovery:
    places = tuple(
        Place(**{**place, "choices": tuple(Choice(**choice) for choice in place["choices"])})
        for place in form["places"]
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
