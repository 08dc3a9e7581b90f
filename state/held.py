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
        if fact not in entity.facts:
            return entity.held[fact]
        return (entity.facts[fact].value, *entity.held.get(fact, ()))

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self._entity.held), **dict.fromkeys(self._entity.facts)})

    def __len__(self) -> int:
        return len({*self._entity.held, *self._entity.facts})
