"""Plan files: readable, for their owner alone, and known again line by line."""

from copy import deepcopy
from dataclasses import dataclass

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.hub.applying import compare
from flows.hub.plan import Plan, PlannedWrite
from flows.hub.plan_file import BadPlanFile, cases_of, read_plan, word, write_plan
from flows.hub.telling import Words
from flows.hub.wired import SyncShape
from mappings.reconcile.guards import Stop
from mappings.reconcile.model import FieldWrite
from tests.hub_builders import a_clock

WORDS = Words(SyncShape("presales", "case", ("crm", "deal"), {}), "UTC", a_clock()())


@dataclass(frozen=True)
class Calling(Words):
    """The words of a tracker in which account 5 is called NAME."""

    name: str = ""

    def shown(self, channel, entry, view):
        return self.name if view == "5" else super().shown(channel, entry, view)


def a_write(record: str = "41", view: str = "Б", field: str = "title", case: str = "CASE-1") -> PlannedWrite:
    fields = (FieldWrite(field, {field: view}, view, "А"),)
    return PlannedWrite(case, "Кейс: «№ 1»", "trk", "update" if record else "create", record, fields, kind="issue")


def a_plan(*writes: PlannedWrite, mapping: str = "m") -> Plan:
    return Plan("presales", mapping, writes, (), (Stop("mapping", "the mapping has changed"),), {})


def kept(tmp_path, plan):
    write_plan(tmp_path / "plan.yaml", plan, WORDS)
    return read_plan(tmp_path / "plan.yaml")


def test_a_plan_file_is_for_its_owner_alone_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text("old")
    path.chmod(0o644)

    write_plan(path, a_plan(a_write()), WORDS)

    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["plan.yaml"]


def test_a_plan_file_reads_like_a_plan(tmp_path):
    write_plan(tmp_path / "plan.yaml", a_plan(a_write()), WORDS)

    text = (tmp_path / "plan.yaml").read_text(encoding="utf-8")

    assert '- case: "CASE-1"\n  title: "Кейс: «№ 1»"\n' in text
    assert '    - {field: "title", from: "А", to: "Б", print: "' in text
    assert 'asks: ["the mapping has changed"]' in text
    assert 'summary: {"create": 0, "change": 1, "conflicts": 0, "parked": 0}' in text


def test_of_a_long_text_the_file_shows_what_would_change(tmp_path):
    goal = "Цель проекта: один реестр заявок на всех, с историей и сроками, до конца "
    long = FieldWrite("description", {"description": f"{goal}марта"}, f"{goal}марта", f"{goal}года")
    write_plan(tmp_path / "plan.yaml", a_plan(PlannedWrite("CASE-1", "", "trk", "update", "41", (long,))), WORDS)

    text = (tmp_path / "plan.yaml").read_text(encoding="utf-8")

    assert 'from: "…сроками, до конца года", to: "…сроками, до конца марта"' in text


def test_a_plan_is_read_as_it_was_written(tmp_path):
    plan = a_plan(a_write(), a_write("", case="new case for #7"))

    found = kept(tmp_path, plan)

    assert (found.sync, found.fingerprint, found.mapping) == ("presales", plan.fingerprint, "m")
    assert not compare(found, cases_of(plan, WORDS), mapping="m")


@pytest.mark.parametrize("odd", ["\ufffe", "\uffff", "\ufeff", "\x7f", "\x85", "\u2028", "\0", "\U0001f600"])
def test_a_plan_is_read_whatever_characters_stand_in_a_case(tmp_path, odd):
    plan = a_plan(a_write(view=f"до{odd}после"))

    assert not compare(kept(tmp_path, plan), cases_of(plan, WORDS), mapping="m")


def test_what_moved_is_told_by_case_system_field_and_value(tmp_path):
    before = kept(tmp_path, a_plan(a_write("41", "Б"), a_write("42")))

    now = cases_of(a_plan(a_write("41", "В"), a_write("")), WORDS)
    moved = compare(before, now, mapping="n")

    assert moved.changed == ("CASE-1: trk #41 title: the plan says А → Б, by now it is А → В",)
    assert moved.gone == ("CASE-1: trk #42 title: А → Б",)
    assert moved.new == ("CASE-1: trk a new record title: Б",)
    assert (moved.mapping, moved.cases) == (True, {"CASE-1"})


def test_what_its_system_calls_otherwise_now_has_moved_and_was_rewritten_by_nobody(tmp_path):
    plan = a_plan(a_write(view="5", field="owner"))
    write_plan(tmp_path / "plan.yaml", plan, Calling(WORDS.shape, "UTC", WORDS.now, name="Анна Ли"))
    married = Calling(WORDS.shape, "UTC", WORDS.now, name="Анна Иванова")

    moved = compare(read_plan(tmp_path / "plan.yaml"), cases_of(plan, married), mapping="m")

    assert moved.changed == ("CASE-1: trk #41 owner: the plan says А → Анна Ли, by now it is А → Анна Иванова",)


def test_the_same_words_in_another_record_are_another_line(tmp_path):
    before = kept(tmp_path, a_plan(a_write("41")))

    assert compare(before, cases_of(a_plan(a_write("42")), WORDS), mapping="m")


def test_the_order_of_writes_does_not_matter():
    one, other = a_write("41"), a_write("42")

    assert a_plan(one, other).fingerprint == a_plan(other, one).fingerprint
    assert a_plan(one).fingerprint != a_plan(one, other).fingerprint


FORM = {"casehub": 2, "sync": "a", "fingerprint": "b", "mapping": "c"}


@pytest.mark.parametrize(
    ("form", "says"),
    [
        (7, "is no plan file; `casehub plan -o FILE` makes one"),
        ({"casehub": 1}, "is a plan file of format 1; this version reads 2"),
        ({"casehub": 2, "sync": 2}, "is no plan file: sync"),
        ({**FORM, "cases": [{"case": "CASE-1", "more": 1}]}, "cases.0.more"),
        ({**FORM, "cases": [{"case": "CASE-1", "do": "maybe"}]}, "cases.0.do"),
    ],
)
def test_what_is_no_plan_is_refused(tmp_path, form, says):
    path = tmp_path / "plan.yaml"
    path.write_text(yaml.safe_dump(form), encoding="utf-8")

    with pytest.raises(BadPlanFile, match=says):
        read_plan(path)


@pytest.mark.parametrize(
    ("part", "says"),
    [
        (lambda form: form["cases"], "CASE-1"),
        (lambda form: form["cases"][0]["writes"], "CASE-1: trk issue #41"),
        (lambda form: form["cases"][0]["writes"][0]["fields"], "CASE-1: trk issue #41 title"),
    ],
)
def test_what_stands_in_it_twice_is_refused(tmp_path, part, says):
    kept(tmp_path, a_plan(a_write("41")))
    path = tmp_path / "plan.yaml"
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    part(form).append({**deepcopy(part(form)[0]), "do": False})
    path.write_text(yaml.safe_dump(form), encoding="utf-8")

    with pytest.raises(BadPlanFile, match=f": {says} stands in it twice"):
        read_plan(path)


def test_what_is_no_yaml_is_refused_with_its_line(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text("casehub: 2\nsync: {", encoding="utf-8")

    with pytest.raises(BadPlanFile, match=r"not YAML: .*, line 3"):
        read_plan(path)


@given(st.text())
@settings(derandomize=True, deadline=None, max_examples=200)
def test_every_text_is_read_from_yaml_as_it_was_written(text):
    readable = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    assert yaml.safe_load(word(readable)) == readable
