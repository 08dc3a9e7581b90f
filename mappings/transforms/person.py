"""One person, known in each system by an id of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.lens import UNKNOWN, Refusal

from .base import Plain, malformed
from .settings import Setting, complete
from .vocabulary import Spot


@dataclass(frozen=True, slots=True)
class Person(Plain):
    """
    A person by the canonical name that the DIRECTORY gives for an id: the e-mail in lower case, or the key of the
    people table. Several ids may be one person: the one that stands is left, else the first that is not INACTIVE is
    written.

    Nobody is no person and no person is nobody: an id that the directory lacks, and a person without an id there, are
    refused (``unknown person``), and so is one who can no longer be chosen there (``inactive person``); none is ever
    read or written as empty. CALLED is what the system calls people, known or not.
    """

    name: ClassVar[str] = "person"
    holds: ClassVar[type] = str
    declared: ClassVar[tuple[Setting, ...]] = ()

    directory: Mapping[str, str] = field(default_factory=dict, hash=False)
    inactive: frozenset[str] = field(default_factory=frozenset)
    called: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)

    @classmethod
    def built(cls, given: Mapping[str, Any], spot: Spot) -> "Person":
        complete(cls.declared, given)
        return cls(directory=spot.words.people, inactive=spot.words.inactive, called=spot.words.called)

    @property
    def lossless(self) -> bool:
        return True

    def settings(self) -> Mapping[str, Any]:
        return {}

    def means(self, view: View) -> Value | Refusal:
        if view in (None, ""):
            return None
        if not isinstance(view, str):
            return malformed("id of a person", view)
        known = self.directory.get(view)
        return known if known is not None else Refusal(UNKNOWN, nobody(view, self.called))

    def say(self, value: str, _view: View) -> View | Refusal:
        ids = [one for one, person in self.directory.items() if person == value]
        active = [one for one in ids if one not in self.inactive]
        if active:
            return active[0]
        if ids:
            return Refusal("inactive person", f"{value} can no longer be chosen there")
        return Refusal(UNKNOWN, f"{value} is not known there")


def nobody(view: str, called: Mapping[str, str]) -> str:
    """Return what is said of the id of somebody whom nobody knows: the name that stands there is told, not lost."""
    name = called.get(view, view)
    return f"nobody is known by {view!r} there" + (f" ({name})" if name != view else "")
