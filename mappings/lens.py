"""
A field is a lens between a view and canonical facts.

Laws (design: "the mapping language"), for every view ``v``, value ``x`` and ``held``:

1. what was read fits: ``fits(read(v, held), v)``, unless `read` refuses;
2. what fits is left alone: ``fits(x, v)`` implies ``write(x, v) == v``;
3. a write arrives or refuses: ``fits(x, write(x, v))``;
4. nothing undeclared: where no loss is declared and views and values are one to one,
   ``read(write(x, v)) == x`` and ``write(b, write(a, v)) == write(b, v)``.

`Transform` is the lens of one fact; `Lens` is what reconcile works with, over one or several facts.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from mappings.canonical.values import Facts, Value
from mappings.exchange import View, Views

UNKNOWN = "unknown person"
"""The code of a view of somebody whom nobody knows, and of a person who is not known there."""
Held: TypeAlias = Mapping[str, Sequence[Value]]
"""Fact -> the values it holds or held last, newest first; the first is the present one."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    A lens would not read or write. CODE is for programs, TEXT for people (lower case, no final stop).

    Codes: ``unlisted`` (a view that the mapping does not list), ``no view`` (no view stands for the value),
    ``unknown person``, ``currency``, ``malformed``, ``too long``, ``range``, ``drops`` (a write would lose content).
    """

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Clash:
    """A step that cannot be applied; reconcile makes it a conflict."""

    text: str


@runtime_checkable
class Transform(Protocol):
    """
    One fact, one view. Frozen and hashable by its settings; pure.

    ``name`` is its word in a mapping's ``as:``. ``lossless`` says that every value survives in a view unchanged.
    """

    @property
    def name(self) -> str: ...

    @property
    def lossless(self) -> bool: ...

    def read(self, view: View, held: Sequence[Value] = ()) -> Value | Refusal:
        """Return what *view* means; *held* decides where it is ambiguous."""
        ...

    def kept(self, value: Value) -> Value:
        """Return what of *value* survives in a view."""
        ...

    def fits(self, value: Value, view: View) -> bool:
        """Say whether *view* already says *value*."""
        ...

    def write(self, value: Value, view: View) -> View | Refusal:
        """Return the view that says *value*, changing *view* as little as it can."""
        ...

    def step(self, old: Value, new: Value, onto: Value) -> Value | Clash:
        """Apply the change from *old* to *new* to *onto*. A plain value takes *new*."""
        ...

    def drops(self, value: Value, view: View) -> tuple[str, ...]:
        """Name what is present in *view* and would be lost by writing *value* (``table``, ``image`` …)."""
        ...

    def settings(self) -> Mapping[str, Any]:
        """Return what the transform was made with, as JSON: equal settings behave equally."""
        ...


class Lens(Protocol):
    """What reconcile asks of a field: the same promises as `Transform`, per fact."""

    @property
    def facts(self) -> tuple[str, ...]: ...

    def read(self, view: View, held: Held) -> Facts | Refusal:
        """Return what *view* says. A fact on which it is silent is left out."""
        ...

    def candidates(self, fact: str, view: View) -> tuple[Value, ...] | None:
        """Return the values that *view* may stand for, in the mapping's order; None where only `read` can say."""
        ...

    def fits(self, fact: str, value: Value, view: View) -> bool:
        """Say whether *view* already says *value* of *fact*."""
        ...

    def write(self, facts: Facts, view: View) -> View | Refusal:
        """Return the view that says *facts* (all facts of the lens that are known)."""
        ...

    def step(self, fact: str, old: Value, new: Value, onto: Value) -> Value | Clash: ...

    def drops(self, facts: Facts, view: View) -> tuple[str, ...]: ...

    def settings(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Single:
    """The lens of one fact through one transform."""

    fact: str
    transform: Transform

    @property
    def facts(self) -> tuple[str, ...]:
        return (self.fact,)

    def read(self, view: View, held: Held) -> Facts | Refusal:
        value = self.transform.read(view, held.get(self.fact, ()))
        return value if isinstance(value, Refusal) else {self.fact: value}

    def candidates(self, fact: str, view: View) -> tuple[Value, ...] | None:
        return None

    def fits(self, fact: str, value: Value, view: View) -> bool:
        return self.transform.fits(value, view)

    def write(self, facts: Facts, view: View) -> View | Refusal:
        return self.transform.write(facts[self.fact], view)

    def step(self, fact: str, old: Value, new: Value, onto: Value) -> Value | Clash:
        return self.transform.step(old, new, onto)

    def drops(self, facts: Facts, view: View) -> tuple[str, ...]:
        return self.transform.drops(facts[self.fact], view)

    def settings(self) -> Mapping[str, Any]:
        return {"as": self.transform.name, "fact": self.fact, **self.transform.settings()}


Direction: TypeAlias = Literal["both", "in", "out", "once"]


@dataclass(frozen=True, slots=True)
class Field:
    """
    One entry of a mapping, resolved against its system: facts of the hub <-> places of a record.

    With one place the view of the field is that place's view; with several (a composite) it is the mapping
    place -> view, and it is seen only when all of them are.
    """

    name: str
    places: tuple[str, ...]
    lens: Lens
    direction: Direction = "both"
    lossy: bool = False
    adopt_defaults: bool = False
    of: str | None = None
    """For derived facts (`link`): the system they speak of."""
    line: int = 0
    file: str = ""
    beside: frozenset[str] = frozenset()
    """Of its places those that are read beside the others and never written (who wrote a comment, and when)."""
    facts: tuple[str, ...] = field(init=False, repr=False, compare=False)
    slots: tuple[tuple[str, str], ...] = field(init=False, repr=False, compare=False)
    """Each fact with the key of its base: the field's name, and the fact's where there are several."""
    fingerprint: str = field(init=False, repr=False, compare=False)
    """
    Short hashes of where this field is, and of all that decides how it reads and writes; a base made by another one is
    no base.
    """

    def __post_init__(self) -> None:
        """Work out once what reconcile asks of every field of every record."""
        facts = self.lens.facts
        keys = [self.name] if len(facts) == 1 else [f"{self.name}.{fact}" for fact in facts]
        where, how = _short(list(self.places)), _short([list(self.places), self.direction, self.lens.settings()])
        object.__setattr__(self, "facts", facts)
        object.__setattr__(self, "slots", tuple(zip(facts, keys, strict=True)))
        object.__setattr__(self, "fingerprint", f"{where}{how}")

    def at_place_of(self, fingerprint: str) -> bool:
        """Say whether the field with that *fingerprint* was read at the places of this one."""
        return fingerprint == self.fingerprint or fingerprint[:SHORT] == self.fingerprint[:SHORT]

    def view(self, views: Views) -> "View | Unseen":
        """Return the field's view in a record's *views*, or UNSEEN where the record does not carry it whole."""
        if len(self.places) == 1:
            return views.get(self.places[0], UNSEEN)
        if any(place not in views for place in self.places):
            return UNSEEN
        return {place: views[place] for place in self.places}

    def spread(self, view: View) -> dict[str, View]:
        """Return *view* as place -> view: the inverse of `view`."""
        if len(self.places) == 1:
            return {self.places[0]: view}
        return {place: view[place] for place in self.places}


SHORT = 8
"""Letters of a short hash."""


def _short(form: list[object]) -> str:
    text = json.dumps(form, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:SHORT]


class Unseen:
    """The type of UNSEEN: the system did not say."""

    _only: "Unseen | None" = None

    def __new__(cls) -> "Unseen":
        cls._only = cls._only or super().__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        return "UNSEEN"


UNSEEN = Unseen()
