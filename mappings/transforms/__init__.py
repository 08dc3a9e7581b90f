"""
Lenses of one field: named pairs of read and write that pass the laws of `mappings.lens`.

A transform is one file here and one line in the table below. What may stand beside its ``as:`` is declared on it
(`SETTINGS`); `problems_of` says what is wrong with what was given, `make` gives the lens.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, Protocol, TypeVar

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
from .ties import Ties
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


_T = TypeVar("_T")


class Maker(Protocol):
    """What stands in the table: a class that declares its settings and makes lenses from them."""

    name: ClassVar[str]
    declared: ClassVar[tuple[Setting, ...]]

    @classmethod
    def make(cls, given: Mapping[str, Any], spot: Spot) -> Lens:
        """Return the lens over `spot.facts`. Raises `BadSettings`."""
        ...


class _Late(Mapping[str, _T]):
    """A table whose rows are looked up when they are asked for: who uses no markup does not load its libraries."""

    def __init__(self, rows: Mapping[str, Callable[[], _T]]) -> None:
        self._rows = rows

    def __getitem__(self, name: str) -> _T:
        return self._rows[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _markup() -> type[Maker]:
    from .markup import Markup

    return Markup


def _signed() -> type[Maker]:
    from .signed import Signed

    return Signed


TRANSFORMS: Mapping[str, type[Maker]] = _Late(
    {
        "text": lambda: Text,
        "number": lambda: Number,
        "money": lambda: Amount,
        "bool": lambda: Bool,
        "date": lambda: Day,
        "datetime": lambda: Moment,
        "choice": lambda: Choice,
        "set": lambda: Labels,
        "ties": lambda: Ties,
        "person": lambda: Person,
        "reference": lambda: Reference,
        "markup": _markup,
        "signed": _signed,
    }
)
"""The word in ``as:`` -> what makes its lenses."""


def _declared(name: str) -> tuple[Setting, ...]:
    return TRANSFORMS[name].declared


SETTINGS: Mapping[str, tuple[Setting, ...]] = _Late({name: partial(_declared, name) for name in TRANSFORMS})
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
