"""Status paths: six steps lead to a target at most, no circle is walked twice, and the end of a way is told."""

import itertools
from dataclasses import replace

import pytest

from connectors.memory.traits import KindTraits
from flows.hub.casework import set_value
from mappings.exchange import Choice, Transition
from state import attention, dictionaries
from tests.hub_builders import CRM, TRK, a_deal, a_hub


def chain(*views: str, more: dict[str, tuple[str, ...]] | None = None) -> KindTraits:
    """A tracker in which a status leads to the next of *views* only."""
    steps = {here: (there,) for here, there in itertools.pairwise(views)}
    return KindTraits(workflow={"status": {**steps, **(more or {})}})


def a_world(tmp_path, traits, *between: str):
    """A hub with one case; its tracker has the statuses BETWEEN beside its own, and the mapping lists them."""
    listed = "".join(f"      {name}: {{stage: proposal, outcome: open}}\n" for name in between)
    trk = TRK.replace("      Resolved:", f"{listed}      Resolved:")
    crm = CRM.replace("[in_work, estimate]", "[in_work, estimate, proposal, defence]")  # all that is asked for here
    hub = a_hub(tmp_path, traits={"trk": traits}, mappings={"record.crm.yaml": crm, "record.trk.yaml": trk})
    kind = hub.systems["trk"].kinds["record"]
    more = tuple(Choice(name, name) for name in between)
    places = [replace(one, choices=one.choices + more) if one.name == "status" else one for one in kind.places]
    hub.systems["trk"].kinds["record"] = replace(kind, places=tuple(places))
    hub.systems["crm"].create("record", a_deal())
    hub.sync()
    return hub


def want(hub, stage):
    hub.act("CASE-1", lambda act: set_value(act, "stage", stage))


def stood(hub):
    """The statuses of the issue, in order."""
    return [truth.new for truth in hub.systems["trk"].truth if truth.place == "status" and truth.by == "hub"]


def entry(hub):
    [found] = [one for one in attention.parked_fields(hub.installation.store) if one.field == "position"]
    return found


def test_a_circle_ends_parked_and_is_not_walked_again(tmp_path):
    hub = a_world(tmp_path, chain("New", "A", "B", "C", "A"), "A", "B", "C")
    want(hub, "defence")

    hub.sync()
    walked = stood(hub)
    writes = hub.writes("trk")
    hub.sync()
    hub.sync()

    assert walked == ["New", "A", "B", "C"]
    assert hub.writes("trk") == writes
    assert (entry(hub).code, entry(hub).parked.view, entry(hub).parked.allowed) == ("no way", "C", ("A",))
    assert "it stands at C, where the workflow allows A" in entry(hub).text


def test_what_was_known_and_is_no_longer_so_does_not_lead_round_and_round(tmp_path):
    hub = a_world(tmp_path, chain("New", "A", "New"), "A")
    steps = [Transition("New", "A"), Transition("A", "Resolved"), Transition("A", "New")]
    dictionaries.learn(hub.installation.store, "trk", kind="record", transitions=steps)
    want(hub, "defence")

    hub.sync()
    writes = hub.writes("trk")
    hub.sync()

    assert stood(hub) == ["New", "A"]
    assert hub.writes("trk") == writes
    assert (entry(hub).code, entry(hub).parked.allowed) == ("no way", ("New",))
    known = dictionaries.transitions(hub.installation.store, "trk", kind="record")
    assert Transition("A", "Resolved") not in known


@pytest.mark.parametrize(("steps", "ends"), [(6, "Resolved"), (7, "S5")])
def test_six_steps_are_taken_and_not_a_seventh(tmp_path, steps, ends):
    between = [f"S{number}" for number in range(1, steps)]
    hub = a_world(tmp_path, chain("New", *between, "Resolved"), *between)
    want(hub, "defence")

    for _ in range(3):
        hub.sync()

    assert hub.records("trk")["1"]["status"] == ends
    assert len(stood(hub)) == 1 + (6 if ends == "Resolved" else 5)
    parked = [one.code for one in attention.parked_fields(hub.installation.store)]
    assert parked == ([] if ends == "Resolved" else ["no way"])


def test_another_target_begins_a_way_of_its_own(tmp_path):
    hub = a_world(tmp_path, chain("New", "A", "B", "A", more={"B": ("A", "Closed")}), "A", "B")
    want(hub, "defence")
    hub.sync()
    assert entry(hub).code == "no way"

    hub.act("CASE-1", lambda act: set_value(act, "outcome", "won"))
    hub.sync()

    assert hub.records("trk")["1"]["status"] == "Closed"
    assert attention.parked_fields(hub.installation.store) == ()


def test_a_person_who_moves_it_on_ends_the_way(tmp_path):
    hub = a_world(tmp_path, chain("New", "A", "B", "A"), "A", "B")
    want(hub, "defence")
    hub.sync()

    hub.systems["trk"].edit("record", "1", {"status": "Resolved"})
    hub.sync()

    assert attention.parked_fields(hub.installation.store) == ()
    assert hub.facts()["stage"] == "defence"
