"""One call of a method, alone or inside a batch, and what it gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import missing
from .portal import Hook, Portal


@dataclass(frozen=True, slots=True)
class Call:
    """METHOD with its PARAMS, called through HOOK."""

    portal: Portal
    hook: Hook
    method: str
    params: Mapping[str, Any]

    def need(self, name: str) -> Any:
        """Return a parameter. Raises Refused without it."""
        if name not in self.params:
            raise missing(name)
        return self.params[name]

    def mapping(self, *names: str) -> Mapping[str, Any]:
        """Return the first parameter of these names that is a mapping, else an empty one."""
        return next((self.params[name] for name in names if isinstance(self.params.get(name), Mapping)), {})


@dataclass(frozen=True, slots=True)
class Result:
    """VALUE is the `result`; EVENT (kind, verb, id) is told to outgoing webhooks."""

    value: Any
    total: int | None = None
    next: int | None = None
    event: tuple[int | str, str, int] | None = None

    def shown(self) -> dict[str, Any]:
        found = {"result": self.value}
        if self.next is not None:
            found["next"] = self.next
        if self.total is not None:
            found["total"] = self.total
        return found


def whole(value: Any) -> int:
    """Read a number as PHP does: what is none is 0."""
    try:
        return int(str(value))
    except ValueError:
        return 0
