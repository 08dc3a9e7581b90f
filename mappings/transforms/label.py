"""A choice without a table: the label is the value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.lens import Refusal

from .base import Plain, malformed
from .settings import complete
from .vocabulary import Spot


@dataclass(frozen=True, slots=True)
class Label(Plain):
    """
    One of the choices of a place, by its label; LABELS is id -> label. Without them the id itself is the value.

    Where two ids have one label the one that stands is left, else the first is written.
    """

    name: ClassVar[str] = "choice"
    holds: ClassVar[type] = str

    labels: Mapping[str, str] = field(default_factory=dict, hash=False)

    @classmethod
    def built(cls, given: Mapping[str, Any], spot: Spot) -> "Label":
        complete(cls.declared, given)
        return cls(labels={choice.id: choice.label for choice in spot.choices})

    @property
    def lossless(self) -> bool:
        return True

    def settings(self) -> Mapping[str, Any]:
        return {}

    def means(self, view: View) -> Value | Refusal:
        if view in (None, ""):
            return None
        if not isinstance(view, str):
            return malformed("id of a choice", view)
        if not self.labels:
            return view
        return self.labels.get(view) or Refusal("unlisted", f"{view!r} is not among the choices of the place")

    def say(self, value: str, _view: View) -> View | Refusal:
        if not self.labels:
            return value
        ids = [one for one, label in self.labels.items() if label == value]
        return ids[0] if ids else Refusal("no view", f"no choice of the place is called {value!r}")
