"""What an entity holds and held: what an ambiguous view is read with."""

from collections.abc import Iterator, Mapping

from mappings.canonical.values import Value
from mappings.reconcile.model import Entity


class Held(Mapping[str, tuple[Value, ...]]):
    """What an entity holds and held, fact by fact."""

    __slots__ = ("_entity",)

    def __init__(self, entity: Entity) -> None:
        self._entity = entity

    def __getitem__(self, fact: str) -> tuple[Value, ...]:
        entity = self._entity
        now = entity.facts.get(fact)
        return entity.held[fact] if now is None else (now.value, *entity.held.get(fact, ()))

    def __contains__(self, fact: object) -> bool:
        return fact in self._entity.facts or fact in self._entity.held

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self._entity.held), **dict.fromkeys(self._entity.facts)})

    def __len__(self) -> int:
        return len({*self._entity.held, *self._entity.facts})
