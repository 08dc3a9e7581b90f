"""
Where a record belongs: the key of its case, and of the item that it is a part of.

Not in the table of transforms: the hub itself puts these views beside what a record shows, as it alone knows which
record is whose, and turns what is written back into the record's parent or into the place that names it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.lens import Field, Refusal, Single

from .base import Plain, malformed
from .vocabulary import Spot

CASE, PARENT = "@case", "@parent"
"""Places that no system has: the key of the case, and of the item, that a record hangs on."""
HUNG: Mapping[str, str] = {"case": CASE, "parent": PARENT}
"""Fact -> the place that says it."""


@dataclass(frozen=True, slots=True)
class Belonging(Plain):
    """
    A key. What hangs on nothing, or on what is no record of ours, is refused: the entity stays where it is, and a
    person is told. LOOSE: it need not hang on anything.
    """

    name: ClassVar[str] = "belonging"
    holds: ClassVar[type] = str

    loose: bool = False

    @classmethod
    def built(cls, given: Mapping[str, Any], spot: Spot) -> "Belonging":
        del given
        return cls(loose=spot.facts == ("parent",))

    @property
    def lossless(self) -> bool:
        return True

    def settings(self) -> Mapping[str, Any]:
        return {"loose": True} if self.loose else {}

    def means(self, view: View) -> Value | Refusal:
        match view:
            case None if self.loose:
                return None
            case None:
                return Refusal("unlisted", "it belongs to no case any more")
            case str() if view:
                return view
            case {"unknown": str(name)}:
                return Refusal("unlisted", f"it hangs on {name}, which is no case's")
            case _:
                return malformed("key", view)

    def say(self, value: str, view: View) -> View | Refusal:
        return value

    def empty(self, _view: View) -> View | Refusal:
        return None if self.loose else Refusal("no view", "it must belong to a case")


def hung(facts: Sequence[str], *, moves: bool, file: str, line: int) -> dict[str, Field]:
    """Return the fields of *facts* that say where a record belongs; MOVES: it can be put elsewhere."""
    return {
        fact: Field(
            fact,
            (HUNG[fact],),
            Single(fact, Belonging(loose=fact == "parent")),
            direction="both" if moves else "in",
            file=file,
            line=line,
        )
        for fact in facts
    }
