"""Every guard stops a pass before its first write, has a way out that works, and lets go when its cause is gone."""

from dataclasses import replace

import pytest

from flows.hub.missing import NotMissing, approve, chosen, missing
from mappings.exchange import Account
from tests.flows.hub.guard_builders import a_crowd, guards
from tests.hub_builders import HUB, a_deal, a_hub

GUARDS = HUB + "    guards: {max_creates: 3, max_clears: 3, max_changes: 3, max_deletes: 20%}\n"


def test_too_many_creates_stop_and_go_on_when_the_limit_is_raised(tmp_path):
    hub = a_hub(tmp_path, hub=GUARDS)
    for number in range(5):
        hub.systems["crm"].create("record", a_deal(f"Сделка {number}"))

    stopped = guards(hub.sync())
    assert (stopped, guards(hub.sync()), len(hub.records("trk"))) == (["max_creates"], ["max_creates"], 0)

    again = a_hub_again(tmp_path, hub, GUARDS.replace("max_creates: 3", "max_creates: 9"))
    assert (guards(again.sync()), len(again.records("trk"))) == ([], 5)


def a_hub_again(folder, hub, text):
    """The same hub after somebody has edited hub.yaml."""
    from flows.hub.wiring import install

    (folder / "hub.yaml").write_text(text, encoding="utf-8")
    return replace(hub, installation=install(folder, {}, clock=hub.installation.store.clock))


def test_too_many_creates_pass_when_they_are_approved(tmp_path):
    hub = a_hub(tmp_path, hub=GUARDS)
    for number in range(5):
        hub.systems["crm"].create("record", a_deal(f"Сделка {number}"))
    hub.sync()

    assert (guards(hub.sync(approved=True)), len(hub.records("trk")), guards(hub.sync())) == ([], 5, [])


@pytest.mark.parametrize(("guard", "view"), [("max_clears", None), ("max_changes", "то же самое")])
def test_a_pass_goes_on_by_itself_when_a_lost_permission_is_back(tmp_path, guard, view):  # H36
    hub = a_crowd(tmp_path, 6, hub=GUARDS)
    for number in range(6):
        hub.systems["crm"].edit("record", str(number + 1), {"channel": view})

    assert guards(hub.sync()) == guards(hub.sync()) == [guard]
    for number in range(6):
        hub.systems["crm"].edit("record", str(number + 1), {"channel": f"канал {number}"})

    assert guards(hub.sync()) == []
    assert [row["channel"] for row in hub.records("trk").values()] == [f"канал {number}" for number in range(6)]


@pytest.mark.parametrize(("guard", "view"), [("max_clears", None), ("max_changes", "то же самое")])
def test_what_was_meant_passes_when_it_is_approved(tmp_path, guard, view):
    hub = a_crowd(tmp_path, 6, hub=GUARDS)
    for number in range(6):
        hub.systems["crm"].edit("record", str(number + 1), {"channel": view})

    assert guards(hub.sync()) == [guard]
    assert guards(hub.sync(approved=True)) == []
    assert {row["channel"] for row in hub.records("trk").values()} == {view}


# --- deletions --------------------------------------------------------------------------------------------------------


def test_an_empty_list_stops_and_the_pass_goes_on_by_itself_when_it_is_full_again(tmp_path):
    hub = a_crowd(tmp_path, 3, hub=GUARDS)
    for number in range(3):
        hub.systems["trk"].move_away("record", str(number + 1))
    hub.systems["crm"].edit("record", "1", {"next_step": "КП"})

    assert guards(hub.sync(full=True)) == guards(hub.sync()) == ["empty"]
    assert hub.records("trk")["1"].get("next_step") is None
    for number in range(3):
        hub.systems["trk"].move_away("record", str(number + 1), away=False)

    assert guards(hub.sync()) == []
    assert hub.records("trk")["1"]["next_step"] == "КП"
    assert missing(hub.installation, "presales") == []


def test_deletions_are_approved_one_by_one(tmp_path):
    hub = a_crowd(tmp_path, 8, hub=GUARDS)
    for number in range(6):
        hub.systems["trk"].delete("record", str(number + 1))
    assert guards(hub.sync(full=True)) == ["max_deletes"]
    listed = missing(hub.installation, "presales")
    first, second, *others = listed
    assert sorted(one.record for one in listed) == ["1", "2", "3", "4", "5", "6"]
    assert first.title.startswith("Сделка ")

    named = [first.key.lower(), f"trk#{second.record}"]
    left = approve(hub.installation, "presales", chosen(listed, named))

    assert left == others
    assert guards(hub.sync()) == []  # four more are few enough to be looked up by themselves
    assert all(hub.case(one.key).links[1].tombstone for one in listed)


def test_those_that_are_not_approved_go_on_stopping(tmp_path):
    hub = a_crowd(tmp_path, 9, hub=GUARDS)
    for number in range(8):
        hub.systems["trk"].delete("record", str(number + 1))
    hub.sync(full=True)
    first, *others = missing(hub.installation, "presales")

    approve(hub.installation, "presales", [first])

    assert guards(hub.sync()) == ["max_deletes"]
    assert [hub.case(one.key).links[1].tombstone for one in (first, others[0])] == [True, False]
    assert missing(hub.installation, "presales") == others


def test_all_deletions_are_approved_and_the_sync_is_free_at_once(tmp_path):
    hub = a_crowd(tmp_path, 3, hub=GUARDS)
    for number in range(3):
        hub.systems["trk"].delete("record", str(number + 1))
    assert guards(hub.sync(full=True)) == ["empty"]

    assert approve(hub.installation, "presales", missing(hub.installation, "presales")) == []

    assert guards(hub.sync()) == []
    assert all(hub.case(f"CASE-{number}").links[1].tombstone for number in (1, 2, 3))


def test_what_is_still_there_is_never_taken_for_deleted(tmp_path):
    hub = a_crowd(tmp_path, 3, hub=GUARDS)
    for number in range(3):
        hub.systems["trk"].move_away("record", str(number + 1))
    hub.sync(full=True)

    approve(hub.installation, "presales", missing(hub.installation, "presales"))
    hub.sync()

    assert not any(hub.case(f"CASE-{number}").links[1].tombstone for number in (1, 2, 3))


def test_a_record_that_is_not_missing_cannot_be_approved(tmp_path):
    hub = a_crowd(tmp_path, 3, hub=GUARDS)

    with pytest.raises(NotMissing, match="CASE-1"):
        chosen(missing(hub.installation, "presales"), ["CASE-1"])


# --- who we are -------------------------------------------------------------------------------------------------------


def as_somebody_else(hub, name="Другой"):
    """The hub's credentials in the tracker belong to another account from now on."""
    plain = type(hub).make

    def make(installation, system):
        connector = plain(hub, installation, system)
        if system == "trk":
            connector.identify = identify
        return connector

    async def identify():
        return Account(name, name)

    hub.make = make


def test_another_account_stops_before_anything_is_read(tmp_path):
    hub = a_crowd(tmp_path, 1, hub=GUARDS)
    hub.systems["crm"].edit("record", "1", {"next_step": "КП"})
    as_somebody_else(hub)

    stopped = hub.sync()

    assert (guards(stopped), dict(stopped.read)) == (["account"], {})
    assert "the hub is Другой in trk now, and was hub" in stopped.stops[0].text
    assert hub.records("trk")["1"].get("next_step") is None


def test_with_the_old_account_the_pass_goes_on_by_itself(tmp_path):
    hub = a_crowd(tmp_path, 1, hub=GUARDS)
    as_somebody_else(hub)
    assert guards(hub.sync()) == ["account"]

    as_somebody_else(hub, "hub")

    assert guards(hub.sync()) == []


def test_another_account_is_taken_when_it_is_approved(tmp_path):
    hub = a_crowd(tmp_path, 1, hub=GUARDS)
    as_somebody_else(hub)
    hub.sync()

    assert guards(hub.sync(approved=True)) == guards(hub.sync()) == []
