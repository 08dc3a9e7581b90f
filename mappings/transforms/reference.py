"""A record of another kind, by its name: the company of a deal, the contact of a case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.lens import Refusal

from .base import Plain, malformed
from .settings import Setting, complete
from .vocabulary import Spot


@dataclass(frozen=True, slots=True)
class Reference(Plain):
    """
    The name of another record. The view carries its id and its name, ``{"id": "17", "name": "ООО «Ромашка»"}``, so that
    a company that is renamed is renamed here; a bare id is read where RECORDS lists it.

    It is pointed at another record only where exactly one of RECORDS (id, name) has that name; otherwise it is refused
    (``no view``): a name is no proof of who is meant, and none is made here.
    """

    name: ClassVar[str] = "reference"
    holds: ClassVar[type] = str
    declared: ClassVar[tuple[Setting, ...]] = ()

    records: Mapping[str, str] = field(default_factory=dict, hash=False)

    @classmethod
    def built(cls, given: Mapping[str, Any], spot: Spot) -> "Reference":
        complete(cls.declared, given)
        return cls(records={choice.id: choice.label for choice in spot.choices})

    @property
    def lossless(self) -> bool:
        return True

    def settings(self) -> Mapping[str, Any]:
        return {}

    def means(self, view: View) -> Value | Refusal:
        match view:
            case None | "":
                return None
            case {"id": str(), "name": str(name)} if name:
                return name
            case str():
                return self.records.get(view) or Refusal("unlisted", f"no record with the id {view!r} is known there")
            case _:
                return malformed("record with an id and a name", view)

    def say(self, value: str, view: View) -> View | Refusal:
        ids = [one for one, name in self.records.items() if name == value]
        if len(ids) != 1:
            why = "several records have" if ids else "no record that is known there has"
            return Refusal("no view", f"{why} the name {value!r}")
        return ids[0] if isinstance(view, str) and view else {"id": ids[0], "name": value}
