"""One sync, wired: its store, its connectors and what its mappings say. Made by `wiring`, used by the pass."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from connectors.base import Connector, RequestCount
from mappings.canonical.values import Value
from mappings.exchange import Account, Transition, VendorRecord, View, Views
from mappings.language.compiled import CompiledMapping
from mappings.language.model import History
from mappings.lens import Field, Single, Unseen
from mappings.policy import Condition, Policy, When
from mappings.reconcile.gone import Gone
from mappings.reconcile.guards import Limits
from mappings.reconcile.model import Interval
from mappings.reconcile.newest import facts_by_time
from mappings.reconcile.rules import Drift
from mappings.transforms.ties import Ties, ties_in
from state.store import Store
from state.types import Lease, Worker

from .choices import NONE, Choices
from .kept import Papers, Sharing
from .neighbours import Neighbour
from .people import Everybody

Scope = tuple[str, str]
"""(system, kind)."""
LEFT = "left scope"
"""The code of a record that is still there and no longer takes part (`leave_when`)."""
IN_DOUBT = "in doubt"
"""The code of a create of which nobody knows, after all the waiting, whether it was carried out."""
TEMPLATE = "template"
"""The code of a template of documents that cannot be used; it is no record's."""
WHOLE = ""
"""The name under which something is parked that concerns a record as a whole."""


@dataclass(frozen=True)
class Channel:
    """A mapping at work on one kind of record of one system, with what that system says about it."""

    mapping: CompiledMapping
    status: frozenset[str] = frozenset()
    """Places that stand in a workflow."""
    transitions: tuple[Transition, ...] = ()
    """Steps of the workflow that the mapping declares or the system publishes."""
    closing: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Place -> the views that close a record."""
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Place -> view -> the label a person sees."""

    @property
    def system(self) -> str:
        return self.mapping.system

    @property
    def kind(self) -> str:
        return self.mapping.kind

    @property
    def scope(self) -> Scope:
        return (self.system, self.kind)

    @property
    def fields(self) -> Mapping[str, Field]:
        return self.mapping.fields

    def views(self, views: Views) -> dict[str, View]:
        """Return field -> view of what *views* carry whole: an unseen field is left out."""
        shown = {name: views[place] for name, place in self._plain if place in views}
        for name, entry in self._composite:
            view = entry.view(views)
            if not isinstance(view, Unseen):
                shown[name] = view
        return shown

    @cached_property
    def _plain(self) -> tuple[tuple[str, str], ...]:
        """The fields that are read from one place; every record is asked for all of them."""
        return tuple((name, one.places[0]) for name, one in self.fields.items() if _is_read(one, places=1))

    @cached_property
    def _composite(self) -> tuple[tuple[str, Field], ...]:
        return tuple((name, one) for name, one in self.fields.items() if _is_read(one) and len(one.places) != 1)

    @cached_property
    def people(self) -> Mapping[str, Field]:
        """The fields in which one person stands."""
        return {name: one for name, one in self.fields.items() if _is_read(one) and _of_a_person(one)}

    @cached_property
    def ties(self) -> Sequence[tuple[Field, Ties]]:
        """The fields that name other records of the system: what blocks an item."""
        return ties_in(self.fields)

    def takes(self, record: VendorRecord) -> bool:
        """Say whether *record* may enter through this mapping."""
        return record.in_scope and self.mapping.takes(record.views)

    def label(self, place: str, view: View) -> str:
        """Return what a person calls *view*."""
        text = str(view["name"]) if isinstance(view, Mapping) and "name" in view else str(view)
        return self.labels.get(place, {}).get(text, text)


def _of_a_person(entry: Field) -> bool:
    return isinstance(entry.lens, Single) and entry.lens.transform.name == "person"


def _is_read(entry: Field, *, places: int | None = None) -> bool:
    return entry.direction != "once" and places in (None, len(entry.places))


@dataclass(frozen=True)
class Make:
    """A record of the entity is made in a system when WHEN holds."""

    system: str
    kind: str
    when: Condition


@dataclass(frozen=True)
class SyncShape:
    """
    What one sync says of one kind of ENTITY: where it is born, where it appears, who is right.

    The shape of a sync is that of its cases; OTHERS are the shapes of the other kinds, by kind. BIRTHS are the places
    where records open entities: OPENS alone for cases. FINGERPRINT is that of the whole sync: a pass over a changed one
    is a plan first.
    """

    name: str
    entity: str
    opens: Scope
    channels: Mapping[Scope, Channel]
    makes: tuple[Make, ...] = ()
    policies: Mapping[str, Policy] = field(default_factory=dict)
    orders: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    dotted: Callable[[Mapping[str, Value]], Mapping[str, Value]] = dict
    limits: Limits = field(default_factory=Limits)
    gone: Gone = "detach"
    fingerprint: str = ""
    history: History = "none"
    """Of what was said on a record before it was the case's: what becomes notes."""
    prefix: str = "CASE"
    births: frozenset[Scope] = frozenset()
    others: Mapping[str, "SyncShape"] = field(default_factory=dict)

    @property
    def born_in(self) -> frozenset[Scope]:
        """Where a record that nobody knows opens an entity."""
        return self.births or frozenset({self.opens})

    @property
    def each(self) -> tuple["SyncShape", ...]:
        """The shapes of all kinds of entity, that of cases first."""
        return (self, *self.others.values())

    @cached_property
    def has_families(self) -> bool:
        """Some kind of entity belongs to a case."""
        return any(one.belongs for one in self.each)

    @cached_property
    def has_ties(self) -> bool:
        """Some records say which others they are tied to."""
        return any(channel.ties for one in self.each for channel in one.channels.values())

    @cached_property
    def has_queries(self) -> bool:
        """Some records say by a query which case they belong to."""
        unders = (channel.mapping.under for one in self.each for channel in one.channels.values())
        return any(under.asked for under in unders if under)

    @cached_property
    def has_relations(self) -> bool:
        """Some records say by one of several ties to others which case they belong to."""
        unders = (channel.mapping.under for one in self.each for channel in one.channels.values())
        return any(under.several and under.holds == "record" for under in unders if under)

    @cached_property
    def belongs(self) -> bool:
        """Entities of this kind belong to a case."""
        return any(channel.mapping.under for channel in self.channels.values())

    def taker(self, record: VendorRecord) -> "SyncShape | None":
        """Return the shape whose mapping takes *record*; `take` keeps them apart."""
        scope = (record.system, record.kind)
        return next((one for one in self.each if scope in one.channels and one.channels[scope].takes(record)), None)

    @cached_property
    def is_conditional(self) -> bool:
        """Some policy depends on the facts of the entity."""
        return any(isinstance(policy, When) for policy in self.policies.values())

    @cached_property
    def by_time(self) -> frozenset[str]:
        """Facts that may be decided by whose edit was last."""
        return facts_by_time(self.policies)

    @cached_property
    def reported(self) -> frozenset[str]:
        """The systems in which work is done and of whose progress another system tells."""
        tells = {scope[0] for scope, one in self.channels.items() if _tells_progress(one)}
        return frozenset(make.system for make in self.makes if tells - {make.system})


def _tells_progress(channel: Channel) -> bool:
    return any(entry.facts == ("progress",) for entry in channel.fields.values())


@dataclass
class Wired:
    """One sync, ready to run: everything a pass needs, and nothing that it makes itself."""

    shape: SyncShape
    store: Store
    connectors: Mapping[str, Connector]
    worker: Worker
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    lease: Lease | None = None
    run: str = ""
    learned: dict[Scope, tuple[Transition, ...]] = field(default_factory=dict)
    accounts: Mapping[str, Account] = field(default_factory=dict)
    """System -> who we are there, as it said when it was met."""
    all_read: set[Scope] = field(default_factory=set)
    """What this pass has read whole, and found as whole as ever."""
    pulled_before: dict[Scope, datetime | None] = field(default_factory=dict)
    """When each kind was last asked for what is new before this pass, and answered to the end."""
    edits: dict[tuple[str, str, str, str], tuple[View, Interval]] = field(default_factory=dict)
    """(system, kind, record, field) -> a view, and when a change log says that it was put there (`newest`)."""
    refuted: set[tuple[Scope, str, str]] = field(default_factory=set)
    """Steps (scope, from, to) that a workflow has refused in this pass, whatever a mapping declares."""
    people: Everybody = field(default_factory=Everybody)
    """Who is who, as the systems list people and as it was remembered when the sync was wired."""
    choices: dict[Scope, Choices] = field(default_factory=dict)
    """What people have said of who is who."""
    trouble: dict[str, str] = field(default_factory=dict)
    """System -> why it could not be met; the pass leaves it out."""
    refused_us: set[str] = field(default_factory=set)
    drift: Drift = "overlook"
    """What is made of fields at rest that no longer fit: a plan shows their repair, a full read reports them."""
    words: str = ""
    """A fingerprint of the systems' own words: their people, choices and limits."""
    reworded: bool = False
    """The words are others than in the last pass: what could not be said then is tried again."""
    notices: list[str] = field(default_factory=list)
    """What a person should know and nothing stops for: a renamed status that a mapping still calls by its old name."""
    papers: Papers | None = None
    """Keeps the documents of the cases, at the end of a pass; None where they get none."""
    sharing: Sharing | None = None
    """Shares the files of the cases, at the end of a pass; None where nobody does."""
    counted: dict[str, RequestCount] = field(default_factory=dict)
    """Requests that belong to earlier passes, where the systems stay open from one pass to the next."""
    neighbours: Mapping[str, Neighbour] = field(default_factory=dict)
    """The other syncs of the hub, by name: they may read the same records."""
    requests_at_once: dict[str, int] = field(default_factory=dict)
    """System -> for how many requests writes are taken together: more where it is quick (see `sending`)."""

    main: SyncShape | None = None
    """The shape of the cases, where SHAPE is that of another kind of entity."""

    @property
    def whole(self) -> SyncShape:
        """The shape of the sync, whatever kind of entity is looked at."""
        return self.main or self.shape

    def of(self, entity: str) -> "Wired":
        """Return the sync as it is wired for entities of the kind *entity*."""
        if entity == self.shape.entity:
            return self
        whole = self.whole
        shape = whole if entity == whole.entity else whole.others.get(entity)
        if shape is None:  # its mappings were taken away
            shape = replace(whole, entity=entity, channels={}, makes=(), others={})
        return replace(self, shape=shape, main=whole)

    @property
    def scopes(self) -> list[Scope]:
        return sorted({scope for one in self.whole.each for scope in one.channels})

    def chosen(self, scope: Scope) -> Choices:
        """Return what people have said about the records of *scope*."""
        return self.choices.get(scope, NONE)

    def transitions(self, scope: Scope) -> tuple[Transition, ...]:
        """Return the workflow as far as it is known: declared, and learned."""
        known = (*self.shape.channels[scope].transitions, *self.learned.get(scope, ()))
        return tuple(one for one in known if (scope, one.source, one.target) not in self.refuted)
