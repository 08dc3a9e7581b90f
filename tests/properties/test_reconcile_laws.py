"""What reconcile promises for every world: it is idempotent, blind to the order of systems, and loses nothing."""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from random import Random
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mappings.exchange import View
from mappings.lens import Field, Unseen
from mappings.reconcile import chosen, reconcile, set_fact
from mappings.reconcile.judge import seen_view
from mappings.reconcile.model import Event, Link, Outcome, Side
from mappings.reconcile.note import HELD_BACK
from tests.properties.reconcile_worlds import World, views_of, worlds
from tests.reconcile_builders import HUB, after, settled, settlement, writes, written

laws: Callable[[Any], Any] = settings(
    max_examples=120,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


ASKED_ONCE = HELD_BACK - {"refused"}
"""What a system did not take. What our own lens refused may be tried again: that costs no request."""


def decided(world: World) -> Outcome:
    return reconcile(world.entity, world.sides, world.rules)


def told(events: Any, what: str) -> list[Event]:
    return [event for event in events if event.what == what]


@laws
@given(worlds())
def test_a_second_look_at_the_outcome_says_the_same_and_tells_nothing(world: World) -> None:
    first = decided(world)

    second = reconcile(first.entity, after_frozen(world, first), world.rules)

    assert second.entity == first.entity
    assert second.links == first.links
    assert second.events == ()


def after_frozen(world: World, outcome: Outcome) -> list[Side]:
    """The sides as the outcome leaves them; what is on its way still is."""
    later = after(world.sides, outcome)
    return [
        replace(now, link=replace(now.link, write=was.link.write)) for was, now in zip(world.sides, later, strict=True)
    ]


@laws
@given(worlds(frozen=False))
def test_once_all_writes_have_arrived_there_is_nothing_more_to_do(world: World) -> None:
    first = decided(world)
    sides = written(world.sides, first)

    second = reconcile(first.entity, sides, world.rules)

    assert (writes(second, sides), second.events, second.entity) == ({}, (), first.entity)


@laws
@given(worlds())
def test_no_write_says_what_is_shown_already(world: World) -> None:
    for side, change in zip(world.sides, decided(world).links, strict=True):
        for write in change.write:
            shown = seen_view(side, side.fields[write.field])
            assert write.view != write.expected
            assert write.expected == (None if isinstance(shown, Unseen) else shown)


@laws
@given(worlds())
def test_the_order_of_the_systems_does_not_matter(world: World) -> None:
    outcome = decided(world)

    for order in permutations(world.sides):
        assert reconcile(world.entity, order, world.rules) == outcome


@laws
@given(worlds(frozen=False))
def test_a_fact_is_not_held_up_by_another_that_is_in_conflict(world: World) -> None:
    whole = decided(world)
    disputed = set(whole.entity.conflicts)
    assume(disputed)
    sides = [without(side, disputed) for side in world.sides]

    rest = reconcile(replace(world.entity, conflicts={}), sides, world.rules)

    sharing = {
        fact
        for side in world.sides
        for entry in side.fields.values()
        for fact in entry.facts
        if disputed & set(entry.facts)
    }
    for fact, said in rest.entity.facts.items():
        if fact not in sharing:
            assert whole.entity.facts[fact] == said
    assert writes(rest, sides) == writes(whole, world.sides)


def without(side: Side, facts: set[str]) -> Side:
    """The side as if its fields with *facts* were not mapped."""
    kept = {name: entry for name, entry in side.fields.items() if not facts & set(entry.facts)}
    fresh = None if side.fresh is None else {name: view for name, view in side.fresh.items() if name in kept}
    return replace(side, fields=kept, fresh=fresh)


@laws
@given(worlds())
def test_whatever_a_system_newly_shows_is_in_the_history(world: World) -> None:
    outcome = decided(world)

    shown = {(event.system, event.field, repr(event.new)) for event in told(outcome.events, "read")}

    assert shown == {
        (side.link.system, name, repr(view))
        for side in world.sides
        for name, view in (side.fresh or {}).items()
        if side.fields[name].direction != "once" and view != last(side.link, side.fields[name])
    }


def last(link: Link, entry: Field) -> View:
    """The view of *entry* that was seen last: empty where none was, or only at another place."""
    bases = [link.bases[key] for _, key in entry.slots if key in link.bases]
    if any(not entry.at_place_of(base.lens) for base in bases):
        return None
    return link.seen.get(entry.name, bases[0].view if bases else None)


@laws
@given(worlds())
def test_every_value_that_the_hub_gives_up_is_in_the_history(world: World) -> None:
    outcome = decided(world)

    replaced = {(e.field, e.old, e.new) for e in told(outcome.events, "set")}

    assert replaced == {
        (fact, world.values().get(fact), said.value)
        for fact, said in outcome.entity.facts.items()
        if fact not in world.entity.facts or world.entity.facts[fact].value != said.value
    }


@laws
@given(worlds(frozen=False, directions=False))
def test_after_the_writes_every_field_fits_or_the_attention_list_says_why_not(world: World) -> None:
    first = decided(world)
    sides = written(world.sides, first)
    outcome = reconcile(first.entity, sides, world.rules)

    for side in after(sides, outcome):
        for entry in side.fields.values() if read_once(side.link) else ():
            view = seen_view(side, entry)
            told_of = entry.name in side.link.parked or set(entry.facts) & outcome.entity.conflicts.keys()
            for fact, key in entry.slots:
                said = outcome.entity.facts.get(fact)
                if told_of or said is None or isinstance(view, Unseen):
                    assert told_of or said is None or said.value is None
                elif not entry.lens.fits(fact, said.value, view):
                    assert side.link.bases[key].default
                    assert said.value is None


def read_once(link: Link) -> bool:
    return bool(link.bases or link.seen or link.parked or link.touched)


@laws
@given(worlds())
def test_a_base_stands_for_its_view(world: World) -> None:
    outcome = decided(world)

    for side in [*after(world.sides, outcome), *written(world.sides, outcome)]:
        for entry in side.fields.values():
            if entry.direction != "out":
                assert_bases_fit(side.link, entry)


@laws
@given(worlds(frozen=False))
def test_a_wish_that_is_set_aside_is_not_repeated(world: World) -> None:
    outcome = decided(world)
    planned = writes(outcome, world.sides)
    values = {name: said.value for name, said in outcome.entity.facts.items()}

    for side in world.sides:
        for name, parked in side.link.parked.items():
            entry = side.fields[name]
            same = dict(parked.value) == {fact: values[fact] for fact in entry.facts if fact in values}
            if same and parked.view == seen_view(side, entry) and parked.code in ASKED_ONCE:
                assert name not in planned.get(side.link.system, {})


@laws
@given(worlds(frozen=False))
def test_a_system_that_drops_every_write_is_asked_once(world: World) -> None:
    first = decided(world)
    wanted = {change.link: change.write for change in first.links}
    sides = [dropping(side, wanted[side.link.id]) for side in after(world.sides, first)]

    second = reconcile(first.entity, sides, world.rules)

    assert (writes(second, sides), second.entity) == ({}, first.entity)


def dropping(side: Side, wanted: Any) -> Side:
    return settled(side, wanted, {write.field: write.expected for write in wanted})


def was_read(side: Side) -> bool:
    link = side.link
    return side.fresh is not None or bool(link.seen) or any(not one.default for one in link.bases.values())


@laws
@given(worlds(frozen=False), st.data())
def test_a_conflict_ends_with_the_answer_of_any_party(world: World, data: st.DataObject) -> None:
    first = decided(world)
    assume(first.entity.conflicts)
    fact = data.draw(st.sampled_from(sorted(first.entity.conflicts)))
    conflict = first.entity.conflicts[fact]
    take = data.draw(st.sampled_from(["hub", *(party.system for party in conflict.parties)]))
    answer = chosen(conflict, take).value

    entity, sides, events = set_fact(first.entity, after(world.sides, first), fact, value=answer, origin=HUB)
    assume(all(was_read(side) for side in sides))  # else our write is the first to tell what is not shown there
    second = reconcile(entity, sides, world.rules)
    third = reconcile(second.entity, written(sides, second), world.rules)

    assert [event.what for event in events] == ["resolved"]
    assert fact not in second.entity.conflicts
    assert second.entity.facts[fact].value == answer
    assert (third.events, third.entity) == ((), second.entity)


@laws
@given(worlds(frozen=False), st.integers(0, 2**32), st.booleans())
def test_whatever_a_record_shows_after_a_write_is_told_and_the_wish_is_repeated_only_on_its_way(
    world: World, seed: int, proved: bool
) -> None:
    dice = Random(seed)  # noqa: S311 - no secrets
    first = decided(world)
    wanted = {change.link: change.write for change in first.links}
    for side in after(world.sides, first):
        writes_here = wanted[side.link.id]
        shown = {w.field: dice.choice((w.view, w.expected, *views_of(side.fields[w.field]))) for w in writes_here}
        result = settlement(side, writes_here, shown, proved=proved)
        later = settled(side, writes_here, shown, proved=proved)

        told_of = {(event.field, repr(event.new)) for event in result.events}
        for write in writes_here:
            entry, view = side.fields[write.field], shown[write.field]
            assert view == last(side.link, entry) or (write.field, repr(view)) in told_of
            assert seen_view(later, entry) == view
            if entry.direction != "out":
                assert_bases_fit(later.link, entry)

        second = reconcile(first.entity, [later], world.rules)
        for name in writes(second, [later]).get(side.link.system, {}).keys() & shown.keys():
            assert last(later.link, side.fields[name]) != last(side.link, side.fields[name])


def assert_bases_fit(link: Link, entry: Field) -> None:
    for fact, key in entry.slots:
        base = link.bases.get(key)
        if base is not None and base.lens == entry.fingerprint:
            assert base.default or entry.lens.fits(fact, base.value.get(fact), base.view), (link, key)
