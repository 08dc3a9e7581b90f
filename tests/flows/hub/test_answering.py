"""A first meeting that a person answers in the file: exactly the answers are carried out, and nobody is asked twice."""

import pytest
import yaml

from flows.hub.answering import apply_first
from flows.hub.applying import Applying, Stale
from flows.hub.first import FirstMeeting, facts_form, meetings_text, summary
from flows.hub.plan_file import BadPlanFile, read_plan, write_plan
from flows.hub.planning import planned
from flows.hub.telling import Words
from state import cases
from tests.hub_builders import CRM, HUB, TRK, a_deal, a_hub

CLIENT = "ООО «Ромашка»"


def an_issue(title, **views):
    return {"title": title, "client": CLIENT, "status": "New", **views}


@pytest.fixture
def world(tmp_path):
    """
    Deals 1 to 5, issues 1 to 5: deal 1 is issue 1; deal 2 may be issue 2 or 3; deals 3 and 4 are doubles and alone;
    deal 5 is too early for an issue; issues 4 and 5 are nobody's.
    """
    hub = a_hub(tmp_path)
    for title in ("Внедрение", "Обучение", "Двойник", "Двойник"):
        hub.systems["crm"].create("record", a_deal(title))
    hub.systems["crm"].create("record", a_deal("Рано", stage="NEW"))
    for title in ("внедрение", "Обучение", "Обучение", "Чужая", "Своя"):
        hub.systems["trk"].create("record", an_issue(title))
    hub.path = tmp_path / "first.yaml"
    return hub


def plan(hub):
    async def work(wired):
        async with planned(wired, FirstMeeting, everything=True) as planning:
            found, met = planning.plan(), planning.meetings()
        write_plan(hub.path, found, Words(wired.shape, "UTC", wired.clock()), more=meetings_text(met))
        return found, met[0]

    return hub.wired(work)


def apply(hub, **how):
    async def work(wired):
        return await apply_first(wired, read_plan(hub.path), Applying("ann", **how))

    return hub.wired(work)


def answer(hub, **answers):
    """Answer by case (``deal_2="link 3"``) or by record (``issue_4="leave"``)."""
    form = yaml.safe_load(hub.path.read_text(encoding="utf-8"))
    [met] = form["meetings"]
    rows = [row for name in ("matched", "unclear", "only_here", "only_there") for row in met[name]]
    for name, said in answers.items():
        side, number = name.split("_")
        wanted = f"new case for #{number}"
        if side == "deal":
            [row] = [one for one in rows if one.get("case") == wanted]
        else:
            [row] = [one for one in rows if not one.get("case") and one["record"] == number]
        row["do"] = said
    hub.path.write_text(yaml.safe_dump(form, allow_unicode=True), encoding="utf-8")


def linked(hub):
    """Title of a deal -> the issue of its case."""
    found = {}
    for number in range(1, 9):
        whole = cases.case(hub.installation.store, f"CASE-{number}")
        if whole:
            links = {link.system: link.external_id for link in whole.links}
            found[links["crm"]] = links.get("trk")
    return found


def test_everybody_is_counted_by_rule_and_doubles_are_named(world):
    found, met = plan(world)

    assert met.counts == {"matched": 1, "unclear": 1, "only_here": 3, "only_there": 2, "doubles": 2}
    assert summary(met) == "trk record: 1 matched, 1 unclear, 3 only here, 2 only there, 2 doubles"
    [matched], [unclear] = met.matched, met.unclear
    assert (matched.case, matched.records, matched.why, matched.do) == (
        "new case for #1",
        ("1",),
        "same title, client",
        "link 1",
    )
    assert (unclear.case, unclear.records, unclear.do) == ("new case for #2", ("2", "3"), "ask")
    assert [row.do for row in met.only_here] == ["create", "create", "ask"]
    assert met.doubles == (
        f"here: new case for #3, new case for #4: Двойник · {CLIENT}",
        f"there: #2, #3: Обучение · {CLIENT}",
    )
    assert (found.creates, world.writes("trk")) == (2, 0)


def test_the_proposed_answers_are_carried_out_and_only_the_question_is_left(world):
    plan(world)

    report = apply(world)
    _, left = plan(world)

    assert {deal: issue for deal, issue in linked(world).items() if issue} == {"1": "1", "3": "6", "4": "7"}
    assert report.created["trk"] == 2
    assert left.counts == {"matched": 0, "unclear": 1, "only_here": 1, "only_there": 2, "doubles": 1}


def test_another_record_may_be_chosen(world):
    plan(world)
    answer(world, deal_2="link 3")

    apply(world)
    world.sync()

    assert linked(world)["2"] == "3"
    assert len(world.records("trk")) == 7
    _, left = plan(world)
    assert left.counts["unclear"] == 0


def test_what_is_not_the_same_is_never_matched_again(world):
    plan(world)
    answer(world, deal_1="not the same", deal_2="not the same", deal_3="ask", deal_4="ask")

    apply(world)
    after = linked(world)
    world.sync()

    assert after["1"] is None
    assert after["2"] is None
    assert len(world.records("trk")) == 9
    assert linked(world)["1"] not in (None, "1")
    assert linked(world)["2"] not in (None, "2", "3")


OUT = [("matched", "1", {"3": "6", "4": "7"}), ("only_here", "3", {"1": "1", "4": "6"})]


@pytest.mark.parametrize(("section", "deal", "done"), OUT)
def test_a_case_that_is_taken_out_stays_undone_and_does_not_stop_the_rest(world, section, deal, done):
    plan(world)
    form = yaml.safe_load(world.path.read_text(encoding="utf-8"))
    assert form["meetings"][0][section].pop(0)["case"] == f"new case for #{deal}"
    world.path.write_text(yaml.safe_dump(form, allow_unicode=True), encoding="utf-8")
    apply(world)

    assert {one: issue for one, issue in linked(world).items() if issue} == done


def test_a_record_is_made_where_a_person_says_so(world):
    plan(world)
    answer(world, deal_2="create", deal_3="ask", deal_4="ask")

    apply(world)

    assert linked(world)["2"] == "6"
    assert len(world.records("trk")) == 6
    assert world.records("trk")["6"]["title"] == "Обучение"


def test_what_is_left_gets_no_record_and_is_not_asked_about_again(world):
    plan(world)
    answer(world, deal_2="leave", deal_3="leave", deal_4="leave", deal_5="leave", issue_4="leave", issue_5="leave")

    apply(world)
    for _ in range(2):
        world.sync()
    _, left = plan(world)

    assert {deal: issue for deal, issue in linked(world).items() if issue} == {"1": "1"}
    assert len(world.records("trk")) == 5
    assert left.counts["only_here"] == left.counts["unclear"] == left.counts["matched"] == 0


def test_a_record_that_is_only_there_may_be_given_to_a_case(world):
    plan(world)
    answer(world, issue_4="link New Case for #3", deal_4="ask")  # in large or small letters, as a key

    apply(world)
    before = world.records("trk")["4"]["title"]
    world.sync()

    assert linked(world)["3"] == "4"
    assert before == "Чужая"  # what follows from the link was in no plan yet


def test_nothing_happens_where_a_record_has_changed_since(world):
    plan(world)
    world.systems["trk"].edit("record", "1", {"title": "Внедрение 2"})

    with pytest.raises(Stale) as stale:
        apply(world)

    assert any("new case for #1" in text for text in stale.value.moved.gone)
    assert linked(world) == {}
    assert len(world.records("trk")) == 5


def test_the_rest_is_carried_out_on_request(world):
    plan(world)
    world.systems["trk"].edit("record", "1", {"title": "Внедрение 2"})

    apply(world, still_valid=True)

    assert {deal: issue for deal, issue in linked(world).items() if issue} == {"3": "6", "4": "7"}


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"deal_2": "merge"}, "'merge' is no answer; it is `link ID`, `create`, `leave`"),
        ({"deal_2": "link 1"}, "#1 is linked with new case for #1 and with new case for #2"),
        ({"issue_4": "create"}, "#4 is only there"),
    ],
)
def test_what_cannot_be_meant_is_told(world, answers, says):
    plan(world)
    answer(world, **answers)

    with pytest.raises(BadPlanFile, match=says):
        apply(world)


def test_a_link_may_be_written_as_a_pair(world):
    plan(world)
    answer(world, deal_2={"link": 2}, deal_3="ask", deal_4="ask")

    apply(world)

    assert linked(world)["2"] == "2"


BESIDE = """
system: trk
kind: record
entity: item
under: {at: labels, holds: key}
take: {channel: Task}
match: [{same: title}]
marker: marker
fields:
  title: {at: title}
"""


@pytest.fixture
def tasks(tmp_path):
    """Issues that are cases and issues that are items: a case with its issue, one without, and an issue of nobody's."""
    trk = TRK.replace("fields:\n", "take: {channel: Case}\nfields:\n  channel: null\n")
    mappings = {"record.crm.yaml": CRM, "record.trk.yaml": trk, "record.trk.item.yaml": BESIDE}
    hub = a_hub(tmp_path, hub=HUB.replace("    stages:", "    items: {trk: {}}\n    stages:"), mappings=mappings)
    hub.path = tmp_path / "first.yaml"
    hub.systems["crm"].create("record", a_deal("Внедрение"))
    hub.systems["crm"].create("record", a_deal("Рано", stage="NEW"))
    hub.systems["trk"].create("record", an_issue("Чужая", channel="Case"))
    return hub


def asked(met):
    return {name: [(row.case, *row.records) for row in rows] for name, rows in met.sections.items() if rows}


def test_a_task_of_nobodys_is_no_case_whatever_it_is_called(tasks):
    tasks.systems["trk"].create("record", an_issue("Рано", channel="Task"))
    tasks.sync()

    _, met = plan(tasks)

    assert asked(met) == {"only_here": [("CASE-2",)], "only_there": [("", "1")]}


def test_a_new_task_of_a_case_does_not_stand_in_place_of_the_cases(tasks):
    tasks.sync()
    tasks.systems["trk"].create("record", an_issue("Задача", channel="Task", labels=["CASE-1"]))

    _, met = plan(tasks)

    assert asked(met) == {"only_here": [("CASE-2",)], "only_there": [("", "1")]}


class Word(str):
    """A word that shares its place with all others: sets of them are in the order in which they were made."""

    __slots__ = ()

    def __hash__(self):
        return 7


def test_what_a_set_says_is_the_same_to_whoever_applies_the_file():
    one, other = frozenset([Word("а"), Word("б")]), frozenset([Word("б"), Word("а")])

    assert list(one) != list(other)
    assert facts_form({"labels": one}) == facts_form({"labels": other}) == [["labels", {"set": ["а", "б"]}]]
