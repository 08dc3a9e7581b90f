"""Plan files, and what has moved since one was made."""

import pytest

from flows.hub.applying import BadPlanFile, Stale, apply_plan, compare, read_plan, write_plan
from flows.hub.plan import Plan, PlannedWrite
from flows.hub.planning import make_plan
from mappings.reconcile.model import FieldWrite
from tests.hub_builders import a_deal, a_hub


def a_write(record: str = "41", view: str = "Б", field: str = "title") -> PlannedWrite:
    fields = (FieldWrite(field, {field: view}, view, "А"),)
    return PlannedWrite("CASE-1", "Кейс", "trk", "update" if record else "create", record, fields, kind="issue")


def a_plan(*writes: PlannedWrite, mapping: str = "m") -> Plan:
    return Plan("presales", mapping, writes, (), (), {})


def kept(tmp_path, plan):
    write_plan(tmp_path / "plan.json", plan)
    return read_plan(tmp_path / "plan.json")


def test_a_plan_file_is_for_its_owner_alone_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text("old")
    path.chmod(0o644)

    write_plan(path, a_plan(a_write()))

    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["plan.json"]


def test_a_plan_is_read_as_it_was_written(tmp_path):
    plan = a_plan(a_write())

    found = kept(tmp_path, plan)

    assert (found.sync, found.fingerprint, found.mapping) == ("presales", plan.fingerprint, "m")
    assert compare(found, plan) == type(compare(found, plan))()


def test_what_moved_is_told_by_case_system_and_field(tmp_path):
    before = kept(tmp_path, a_plan(a_write("41", "Б"), a_write("42")))

    moved = compare(before, a_plan(a_write("41", "В"), a_write(""), mapping="n"))

    assert moved.changed == ("CASE-1: trk #41: title",)
    assert moved.gone == ("CASE-1: trk #42: title",)
    assert moved.new == ("CASE-1: trk a new record: title",)
    assert moved.mapping


def test_the_order_of_writes_does_not_matter():
    one, other = a_write("41"), a_write("42")

    assert a_plan(one, other).fingerprint == a_plan(other, one).fingerprint
    assert a_plan(one).fingerprint != a_plan(one, other).fingerprint


@pytest.mark.parametrize("form", ['{"casehub": 1}', "7", "{", '{"casehub": 1, "sync": 2}'])
def test_what_is_no_plan_is_refused(tmp_path, form):
    path = tmp_path / "plan.json"
    path.write_text(form)

    with pytest.raises(BadPlanFile, match="is no plan file"):
        read_plan(path)


def test_a_stale_plan_writes_nothing(tmp_path):
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal())

    async def plan(wired):
        return await make_plan(wired)

    before = kept(tmp_path, hub.wired(plan))
    hub.systems["crm"].edit("record", "1", {"title": "Другое"})

    async def apply(wired):
        return await apply_plan(wired, before)

    with pytest.raises(Stale) as stale:
        hub.wired(apply)
    assert stale.value.moved.changed == ("new case for #1: trk a new record: title",)
    assert hub.records("trk") == {}
