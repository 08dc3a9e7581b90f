"""What a newcomer is told of a pass: one line for each change that travelled, and for what waits."""

from flows.hub.casework import Act, set_value
from flows.hub.demo.news import News, news_since
from tests.hub_builders import CRM, TRK, a_deal, opened


def news(hub, seen=0):
    return hub.wired(lambda wired: news_since(wired, seen))


def opened_and_told(folder, **settings):
    hub, deal = opened(folder, **settings)
    number, _ = news(hub)
    return hub, deal, number


def test_a_new_case_is_told_with_the_record_that_was_made(tmp_path):
    hub, deal = opened(tmp_path)

    _, told = news(hub)

    assert [one.text for one in told] == [f"CASE-1  new  crm #{deal}", "CASE-1  trk #1 was made"]


def test_a_change_is_told_with_its_values_and_its_way(tmp_path):
    hub, deal, seen = opened_and_told(tmp_path)
    hub.systems["crm"].edit("record", deal, {"amount": "175000"})
    hub.systems["trk"].edit("record", "1", {"status": "In Progress"})
    hub.sync()

    number, told = news(hub, seen)

    assert {one.text.replace("\u00a0", " ") for one in told} == {
        "CASE-1  amount  150 000 ₽ → 175 000 ₽  (crm → trk #1)",
        f"CASE-1  stage  qualified → in_work  (trk → crm #{deal})",
    }
    assert number > seen


def test_a_change_that_the_other_side_says_already_is_told_so(tmp_path):
    hub, deal, seen = opened_and_told(tmp_path)
    hub.systems["crm"].edit("record", deal, {"stage": "NEW"})
    hub.sync()

    _, told = news(hub, seen)

    assert [one.text for one in told] == ["CASE-1  stage  qualified → lead  (crm; trk says so already)"]


def entered(hub, fact, value, *, by):
    """Somebody sets a fact of CASE-1 at the hub, and a pass carries it where it can."""
    case = hub.case().entity.id
    hub.wired(lambda wired: set_value(Act(wired, case, by), fact, value))
    hub.sync()


def test_what_somebody_without_a_name_enters_is_told_as_the_hubs(tmp_path):
    hub, deal, seen = opened_and_told(tmp_path)
    entered(hub, "title", "Пилот", by="")

    _, told = news(hub, seen)

    assert [one.text for one in told] == [f"CASE-1  title  Внедрение CRM → Пилот  (the hub → crm #{deal}, trk #1)"]


def test_a_system_that_could_not_take_a_value_does_not_say_it(tmp_path):
    hub, _deal, seen = opened_and_told(tmp_path)
    entered(hub, "owner", "nobody@example.com", by="ann")

    _, told = news(hub, seen)

    assert told[0].text.endswith("nobody@example.com  (ann)")
    assert [one.text.split()[1] for one in told if one.waits] == ["crm", "trk"]


def test_a_fact_that_no_system_shows_is_said_by_none(tmp_path):
    without = {f"record.{name}.yaml": f"{text}  next_step: null\n" for name, text in (("crm", CRM), ("trk", TRK))}
    hub, _deal, seen = opened_and_told(tmp_path, mappings=without)
    entered(hub, "next_step", "позвонить", by="")

    _, told = news(hub, seen)

    assert [one.text for one in told] == ["CASE-1  next_step  — → позвонить  (the hub)"]


def test_a_conflict_waits_and_says_how_it_is_settled(tmp_path):
    hub, deal, seen = opened_and_told(tmp_path)
    hub.systems["crm"].edit("record", deal, {"title": "А"})
    hub.systems["trk"].edit("record", "1", {"title": "Б"})
    hub.sync()

    _, told = news(hub, seen)

    how = "casehub conflicts resolve CASE-1 title --take crm"
    assert told == [News(f"CASE-1  title: the two sides differ, and a person decides: {how}", waits=True)]


def test_nothing_is_told_twice(tmp_path):
    hub, _deal, seen = opened_and_told(tmp_path)
    hub.sync()

    assert news(hub, seen) == (seen, [])


def test_cases_are_told_apart(tmp_path):
    hub, _deal, seen = opened_and_told(tmp_path)
    hub.systems["crm"].create("record", a_deal("Пилот"))
    hub.sync()

    _, told = news(hub, seen)

    assert {one.text.split()[0] for one in told} == {"CASE-2"}
