"""What people have said about who is who: kept, so that nobody is asked twice and no rule answers otherwise."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from state import dictionaries
from state.store import Store


@dataclass(frozen=True)
class Choices:
    """
    Of one kind of record: APART are (entity, record) that are not the same, LEFT the entities that get no record there,
    RECORDS those that are nobody's.
    """

    apart: frozenset[tuple[str, str]] = frozenset()
    left: frozenset[str] = frozenset()
    records: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.apart or self.left or self.records)

    def __or__(self, other: "Choices") -> "Choices":
        return Choices(self.apart | other.apart, self.left | other.left, self.records | other.records)


NONE = Choices()


def load_choices(store: Store, sync: str, scopes: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Choices]:
    """Return what was said of the records of each of *scopes*, (system, kind), in *sync*."""
    names = {scope: ("", _name(sync, scope)) for scope in scopes}
    kept = dictionaries.recall_all(store, list(names.values()))
    return {scope: _choices_of(kept.get(name)) for scope, name in names.items()}


def add_choices(store: Store, sync: str, scope: tuple[str, str], *, more: Choices) -> Choices:
    """Keep *more* beside what was said before, and return all of it."""
    name = _name(sync, scope)
    return _choices_of(dictionaries.change(store, "", name=name, how=lambda form: _form(_choices_of(form) | more)))


def _choices_of(form: Mapping[str, Any] | None) -> Choices:
    said = form or {}
    apart = frozenset((entity, record) for entity, record in said.get("apart", ()))
    return Choices(apart, frozenset(said.get("left", ())), frozenset(said.get("records", ())))


def _form(said: Choices) -> dict[str, Any]:
    return {"apart": _sorted(map(list, said.apart)), "left": _sorted(said.left), "records": _sorted(said.records)}


def _sorted(given: Iterable[object]) -> list[object]:
    return sorted(given, key=repr)


def _name(sync: str, scope: tuple[str, str]) -> str:
    return f"choices:{sync}:{'/'.join(scope)}"
