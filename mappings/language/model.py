"""What the files of a hub say once they are read and checked: frozen values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from typing import Literal, TypeAlias

from pydantic import SecretStr

from mappings.attachments import FileLimits
from mappings.canonical.facts import FACTS, FactInfo
from mappings.canonical.values import Facts, Value
from mappings.exchange import View
from mappings.lens import Direction
from mappings.policy import Policy
from mappings.reconcile.gone import Gone
from mappings.reconcile.guards import Limits
from mappings.reconcile.meeting import SameFacts

from .conditions import Condition
from .problems import Mark
from .schema import Setting

# --- hub.yaml ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class System:
    """A connected system; SETTINGS are complete, secrets as `SecretStr`."""

    name: str
    type: str
    settings: Mapping[str, Setting]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Make:
    """A record of KIND is made in SYSTEM for what WHEN holds of (None: always); FIXED goes into the create."""

    system: str
    kind: str
    when: Condition | None
    fixed: Mapping[str, View]
    mark: Mark
    marks: Mapping[str, Mark] = field(default_factory=dict)
    """Where each place of `fixed` is written."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often a pass runs, and when everything is read (a cron line)."""

    every: timedelta = timedelta(minutes=2)
    full_scan: str = "0 3 * * *"


History: TypeAlias = Literal["none", "import"] | date
"""Nothing, all of it, or what is not older than that day."""


@dataclass(frozen=True, slots=True)
class EntitySync:
    """What a sync says of the entities of one kind beside its cases: where they are MADE, and who is right."""

    entity: str
    makes: tuple[Make, ...]
    policies: Mapping[str, Policy]


@dataclass(frozen=True, slots=True)
class Sync:
    """
    Cases born in OPENS, which appear in each of MAKES.

    BESIDE are the other kinds of entity (``item``, ``client``): where they are made, and who is right about them.

    POLICIES has an answer for every fact that is not derived, custom ones (FACTS) included. DEFAULTS are the values of
    a new case where no system says one.
    """

    name: str
    opens: str
    makes: tuple[Make, ...]
    stages: tuple[str, ...]
    facts: tuple[FactInfo, ...]
    defaults: Facts
    policies: Mapping[str, Policy]
    schedule: Schedule
    guards: Limits
    gone: Gone
    mark: Mark
    beside: Mapping[str, EntitySync] = field(default_factory=dict)
    files: Mapping[str, FileLimits] = field(default_factory=dict)
    """The systems that share files, and what may go into each."""
    history: History = "none"
    """Of what was said on a record before it was the case's: what becomes notes of the case."""

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems that take part, the one that opens first."""
        beside = [make.system for one in self.beside.values() for make in one.makes]
        return tuple(dict.fromkeys((self.opens, *(make.system for make in self.makes), *beside)))

    def makes_of(self, entity: str) -> tuple[Make, ...]:
        """Return where entities of the kind *entity* are made."""
        if entity == "case":
            return self.makes
        return self.beside[entity].makes if entity in self.beside else ()

    def with_kinds(self, mappings: Iterable["MappingSpec"]) -> "Sync":
        """Return the sync with the kind that each `make` leaves out, where its system maps just one kind so."""
        kinds: dict[tuple[str, str], set[str]] = {}
        for spec in mappings:
            kinds.setdefault((spec.system, spec.entity), set()).add(spec.kind)
        only = {place: next(iter(found)) for place, found in kinds.items() if len(found) == 1}

        def whole(makes: tuple[Make, ...], entity: str) -> tuple[Make, ...]:
            return tuple(replace(make, kind=make.kind or only.get((make.system, entity), "")) for make in makes)

        beside = {name: replace(one, makes=whole(one.makes, name)) for name, one in self.beside.items()}
        return replace(self, makes=whole(self.makes, "case"), beside=beside)

    @property
    def orders(self) -> Mapping[str, tuple[Value, ...]]:
        """The order of the values of ordered facts, lowest first."""
        return {"stage": self.stages} if self.stages else {}

    def fact(self, name: str) -> FactInfo | None:
        """Return the fact of a case called *name*, published or custom."""
        return next((info for info in (*FACTS["case"], *self.facts) if info.name == name), None)


@dataclass(frozen=True, slots=True)
class Person:
    """An exception of the people table: EMAILS are one person, IDS what systems call them where no e-mail tells."""

    key: str
    name: str | None
    emails: tuple[str, ...]
    ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Notify:
    """Where notices go, and when the digest leaves. The addresses may carry passwords; MARKS says where each stands."""

    attention: tuple[SecretStr, ...] = ()
    digest: time | None = None
    marks: tuple[Mark, ...] = ()


# --- mappings ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Clause:
    """A record shows one of VIEWS in PLACE (NEGATED: none of them). Views as written: ids or labels."""

    place: str
    views: tuple[View, ...]
    negated: bool
    mark: Mark

    @property
    def equals(self) -> bool:
        """It names one view, so that a new record can be made to satisfy it."""
        return len(self.views) == 1 and not self.negated


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """
    One entry of a mapping, as written: FACTS of the hub in places (AT) of a record, through the transform AS.

    SETTINGS are the transform's own. MARKS has where each key is written, those of `values` as ``values.KEY``.
    """

    name: str
    facts: tuple[str, ...]
    at: tuple[str, ...]
    transform: str
    settings: Mapping[str, object]
    direction: Direction
    lossy: bool
    adopt_defaults: bool
    required: bool
    of: str | None
    mark: Mark
    marks: Mapping[str, Mark]

    @property
    def reads(self) -> bool:
        return self.direction in ("both", "in")

    @property
    def writes(self) -> bool:
        return self.direction in ("both", "out", "once")


@dataclass(frozen=True, slots=True)
class Under:
    """
    How a record says which case it belongs to.

    By its parent, the record that it hangs on (AT is empty); or by what the place AT holds: the ``key`` of the case, or
    the id of the case's ``record`` in the same system. SEVERAL: the place holds other words too, of which none is
    replaced; it is written when a record is made, and only read from then on.

    Or by a ``query``: the case is the one whose facts ASKED (place, fact) the record shows. Read, and written when a
    record is made.
    """

    at: str = ""
    holds: str = "parent"
    several: bool = False
    asked: tuple[tuple[str, str], ...] = ()
    lists: frozenset[str] = frozenset()
    """The places asked that hold several views."""

    @property
    def places(self) -> tuple[str, ...]:
        """The places of a record that say where it belongs; none where its parent does."""
        return tuple(place for place, _ in self.asked) or ((self.at,) if self.at else ())


@dataclass(frozen=True, slots=True)
class MappingSpec:
    """
    One system's dictionary for one kind of record, as written, with all that it extends.

    SYSTEM is a system's name; a file that names a type is there once for each system of that type that has no file of
    its own. TRANSITIONS are workflow steps that the mapping declares: place -> view -> views. MARKER is the place where
    our id lives. CONFIRM are steps allowed although they cannot be taken back.
    """

    system: str
    kind: str
    entity: str
    take: tuple[Clause, ...]
    leave_when: tuple[Clause, ...]
    match: tuple[SameFacts, ...]
    marker: str | None
    fields: Mapping[str, FieldSpec]
    transitions: Mapping[str, Mapping[str, tuple[str, ...]]]
    confirm: tuple[str, ...]
    mark: Mark
    marks: Mapping[str, Mark]
    under: Under | None = None
    """Of entities that belong to a case: how a record says to which."""


@dataclass(frozen=True, slots=True)
class Hub:
    """Everything that the files of one hub say, checked across files."""

    database: SecretStr
    timezone: str
    systems: Mapping[str, System]
    syncs: Mapping[str, Sync]
    mappings: tuple[MappingSpec, ...]
    people: tuple[Person, ...]
    notify: Notify
    page: str = ""
    """The address at which people open the page; "" where it is opened on its own machine only."""

    def mappings_of(self, system: str, *, kind: str | None = None) -> tuple[MappingSpec, ...]:
        """Return the mappings of *system*, of one *kind* of record or of all."""
        return tuple(one for one in self.mappings if one.system == system and kind in (None, one.kind))

    def mapping(self, system: str, kind: str, *, entity: str) -> MappingSpec | None:
        """Return the mapping between *kind* in *system* and *entity*."""
        return next((one for one in self.mappings_of(system, kind=kind) if one.entity == entity), None)
