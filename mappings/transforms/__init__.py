"""
Lenses of one field: named pairs of read and write that pass the laws of `mappings.lens`.

A transform is one file here and one line in the table below. What may stand beside its ``as:`` is declared on it
(`SETTINGS`); `problems_of` says what is wrong with what was given, `make` gives the lens.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from mappings.lens import Lens

from .boolean import Bool
from .choice import Choice
from .day import Day
from .keys import Resolved, resolve_keys
from .labels import Labels
from .merge3 import merge3
from .moment import Moment
from .money import Amount
from .number import Number
from .person import Person
from .reference import Reference
from .settings import BadSettings, Problem, Setting, nearest
from .text import Text
from .vocabulary import Spot, Vocabulary

__all__ = [
    "SETTINGS",
    "TRANSFORMS",
    "BadSettings",
    "Maker",
    "Problem",
    "Resolved",
    "Setting",
    "Spot",
    "Vocabulary",
    "make",
    "merge3",
    "nearest",
    "problems_of",
    "resolve_keys",
]


class Maker(Protocol):
    """What stands in the table: a class that declares its settings and makes lenses from them."""

    name: ClassVar[str]
    declared: ClassVar[tuple[Setting, ...]]

    @classmethod
    def make(cls, given: Mapping[str, Any], spot: Spot) -> Lens:
        """Return the lens over `spot.facts`. Raises `BadSettings`."""
        ...


TRANSFORMS: Mapping[str, type[Maker]] = MappingProxyType(
    {
        "text": Text,
        "number": Number,
        "money": Amount,
        "bool": Bool,
        "date": Day,
        "datetime": Moment,
        "choice": Choice,
        "set": Labels,
        "person": Person,
        "reference": Reference,
    }
)
"""The word in ``as:`` -> what makes its lenses."""

SETTINGS: Mapping[str, tuple[Setting, ...]] = MappingProxyType(
    {name: maker.declared for name, maker in TRANSFORMS.items()}
)
"""The word in ``as:`` -> the keys that may stand beside it."""


def problems_of(name: str, given: Mapping[str, Any], *, spot: Spot) -> tuple[Problem, ...]:
    """Return everything that is wrong with the settings *given* to a transform *name*; nothing where all is right."""
    try:
        make(name, given, spot=spot)
    except BadSettings as bad:
        return bad.problems
    return ()


def make(name: str, given: Mapping[str, Any], *, spot: Spot) -> Lens:
    """Return the lens called *name* with the settings *given*, at work on *spot*. Raises `BadSettings`."""
    maker = TRANSFORMS.get(name)
    if maker is None:
        raise BadSettings([Problem("as", f"unknown transform {name!r}", nearest(name, TRANSFORMS))])
    return maker.make(given, spot)
