"""A case over some systems, in few words: `a_case`, `a_side`, `agreed`. Valid by default; a test names what matters."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from mappings import transforms
from mappings.canonical.values import Value
from mappings.exchange import Receipt, VendorRecord, View
from mappings.lens import Clash, Direction, Field, Lens, Refusal, Single, Unseen
from mappings.policy import Policy
from mappings.reconcile import Rules, Settlement, reconcile, settle, slot
from mappings.reconcile.judge import seen_view
from mappings.reconcile.model import Base, Entity, Fact, FieldWrite, Link, LinkChange, OpenWrite, Origin, Outcome, Side
from mappings.transforms.vocabulary import Spot, Vocabulary

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HUB = Origin("person", "ann", NOW)


class Word:
    """The plainest transform there is: a view is a text, and that is its value; ``!`` cannot be read."""

    name = "word"
    lossless = True

    def read(self, view: View, held: Sequence[Value] = ()) -> Value | Refusal:
        return Refusal("malformed", "no word") if view == "!" else view

    def kept(self, value: Value) -> Value:
        return value

    def fits(self, value: Value, view: View) -> bool:
        return view != "!" and value == view

    def write(self, value: Value, view: View) -> View | Refusal:
        return Refusal("no view", "cannot hold it") if value == "too much" else value

    def step(self, old: Value, new: Value, onto: Value) -> Value | Clash:
        return onto if old == new else new

    def drops(self, value: Value, view: View) -> tuple[str, ...]:
        return ()

    def settings(self) -> Mapping[str, Any]:
        return {}


def a_field(name: str = "title", lens: Lens | None = None, **settings: Any) -> Field:
    return Field(name, (name,), lens or Single(name, Word()), **settings)


def a_lens(name: str, *facts: str, words: Vocabulary | None = None, places: Sequence[str] = (), **given: Any) -> Lens:
    """A lens as a mapping would ask for it: ``a_lens("text", "title", max_length=6)``."""
    return transforms.make(name, given, spot=Spot(facts, tuple(places) or facts, words or Vocabulary()))


def a_choice(field: str = "stage", **settings: Any) -> Field:
    """A field with one fact and a table of values: ``a_choice(values={"P": ["in_work", "estimate"]})``."""
    return a_field(field, a_lens("choice", field, **settings))


def a_cell(values: Mapping[str, Any], *, direction: Direction = "both", **settings: Any) -> Field:
    """A field ``position`` that holds two facts, stage and outcome."""
    facts = ["stage", "outcome"]
    return a_field("position", a_lens("choice", *facts, values=values, sets=facts, **settings), direction=direction)


def a_link(system: str, number: int, **settings: Any) -> Link:
    return Link(number, system, "record", f"{system}-{number}", **settings)


def based(fields: Sequence[Field], values: Mapping[str, Value], views: Mapping[str, View]) -> dict[str, Base]:
    """Return bases that say *values* (by fact) and show *views* (by field)."""
    return {
        slot(field, fact): Base({fact: values.get(fact)}, views[field.name], field.fingerprint)
        for field in fields
        for fact in field.facts
        if field.name in views
    }


def a_side(
    system: str,
    number: int = 1,
    *,
    fields: Sequence[Field] | None = None,
    values: Mapping[str, Value] | None = None,
    views: Mapping[str, View] | None = None,
    fresh: Mapping[str, View] | None = None,
    **link: Any,
) -> Side:
    """A link whose bases agree on *values* (views the same words), and a *fresh* snapshot, if any."""
    fields = fields or [a_field()]
    values = {} if values is None else values
    views = dict(values) if views is None else views
    bases = based(fields, values, views)
    return Side(a_link(system, number, bases=bases, **link), {f.name: f for f in fields}, fresh)


def a_case(facts: Mapping[str, Value] | None = None, *, origin: Origin = HUB, **settings: Any) -> Entity:
    said = {name: Fact(value, origin) for name, value in (facts or {}).items()}
    return Entity("e1", "case", "CASE-1", "presales", said, **settings)


def rules(policies: Mapping[str, Policy] | None = None, **settings: Any) -> Rules:
    return Rules(policies or {}, settings.pop("now", NOW), **settings)


def value(outcome: Outcome, fact: str = "title") -> Value:
    return outcome.entity.facts[fact].value if fact in outcome.entity.facts else None


def claims(outcome: Outcome, fact: str = "title") -> list[tuple[str, Value]]:
    """Who says what in the conflict over *fact*."""
    return [(party.system, party.value) for party in outcome.entity.conflicts[fact].parties]


def writes(outcome: Outcome, sides: Sequence[Side]) -> dict[str, dict[str, View]]:
    """System -> field -> the view that is to be written."""
    systems = {side.link.id: side.link.system for side in sides}
    return {
        systems[change.link]: {write.field: write.view for write in change.write}
        for change in outcome.links
        if change.write
    }


def after(sides: Sequence[Side], outcome: Outcome, fresh: Mapping[str, Mapping[str, View]] | None = None) -> list[Side]:
    """The sides as the outcome leaves them, with new snapshots (system -> field -> view) where given."""
    changes = {change.link: change for change in outcome.links}
    result = []
    for side in sides:
        link = _left_with(side, changes[side.link.id])
        link = replace(link, touched=NOW if side.fresh is not None else link.touched)
        result.append(replace(side, link=link, fresh=(fresh or {}).get(side.link.system)))
    return result


def _left_with(side: Side, change: LinkChange) -> Link:
    return replace(
        side.link, bases=change.bases, seen=change.seen, parked=change.parked, answers=change.answers, write=None
    )


def written(sides: Sequence[Side], outcome: Outcome) -> list[Side]:
    """The sides after every write of the outcome has arrived as it was meant, and been settled."""
    writes_of = {change.link: change.write for change in outcome.links}
    return [settled(side, writes_of[side.link.id]) for side in after(sides, outcome)]


def settled(side: Side, wanted: Sequence[FieldWrite], shown: Mapping[str, View] | None = None, **receipt: Any) -> Side:
    """The side after *wanted* was sent and answered: the record then shows what was written, or SHOWN (by field)."""
    if not wanted:
        return side
    return replace(side, link=_left_with(side, settlement(side, wanted, shown, **receipt).change))


def settlement(
    side: Side, wanted: Sequence[FieldWrite], shown: Mapping[str, View] | None = None, **receipt: Any
) -> Settlement:
    """What a receipt (``done``, unless said otherwise) means for *wanted*."""
    views = {name: seen_view(side, entry) for name, entry in side.fields.items()}
    views |= {write.field: write.view for write in wanted if write.field in side.fields} | dict(shown or {})
    link = side.link
    record = VendorRecord(link.system, link.kind, link.external_id, _places(side, views))
    given = {"state": "done", "record": record, **receipt}
    verb, held, now = given.pop("verb", "update"), given.pop("held", {}), given.pop("now", NOW)
    more = {"onward": given.pop("onward", None), "found_again": given.pop("found_again", False)}
    write = OpenWrite("w1", "sent", verb, tuple(wanted))
    return settle(link, write, Receipt("w1", **given), fields=side.fields, held=held, now=now, **more)


def _places(side: Side, views: Mapping[str, View]) -> dict[str, View]:
    shown = {name: view for name, view in views.items() if not isinstance(view, Unseen)}
    return {place: view for name, whole in shown.items() for place, view in side.fields[name].spread(whole).items()}


def passes(entity: Entity, sides: Sequence[Side], told: Rules) -> tuple[Outcome, list[Side]]:
    """One pass whose writes arrive."""
    outcome = reconcile(entity, sides, told)
    return outcome, written(sides, outcome)
