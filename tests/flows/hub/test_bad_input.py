"""Bad input, whole passes: each has a message that says what to do, the rest of the pass goes on, nothing is lost."""

from dataclasses import replace

import httpx
import pytest

from connectors.base import Connector, MemoryShelf, Surroundings
from connectors.errors import RetryLater
from connectors.memory import MemoryConnector
from connectors.memory.traits import KindTraits
from connectors.redmine import RedmineConnector, RedmineSettings
from flows import wording
from flows.hub import parking
from flows.hub.casework import retry_parked
from flows.hub.wiring import install
from mappings.exchange import Choice, Cursor, Fault, Page, SystemPerson
from mappings.language import Problems
from state import attention, history
from tests.connectors.fake_redmine import FakeRedmine
from tests.connectors.redmine.desks import no_wait, prefixed
from tests.fault_builders import Clock, Hook, failing
from tests.hub_builders import CRM, HUB, PEOPLE, TRK, AHub, a_deal, a_hub


def a_world(tmp_path, *, deals=2, hub=None, **settings):
    hub = hub or a_hub(tmp_path, clock=Clock(), **settings)
    for number in range(deals):
        hub.systems["crm"].create("record", a_deal(f"Сделка {number + 1}"))
    return hub


def opened(tmp_path, **settings):
    hub = a_world(tmp_path, **settings)
    hub.sync()
    return hub


def titles(hub, system="trk"):
    return sorted(views["title"] for views in hub.records(system).values())


def parked(hub):
    return list(attention.parked_fields(hub.installation.store))


def at_peace(hub):
    """A pass has nothing to do, and nothing is open."""
    report = hub.sync()
    open_ones = [*attention.conflicts(hub.installation.store), *parked(hub)]
    assert (sum(report.writing.values()), open_ones, report.trouble) == (0, [], {})
    return True


# --- systems ---------------------------------------------------------------------------------------------------------


def test_a_wrong_key_is_told_with_what_to_renew_and_the_rest_goes_on(tmp_path):
    hub = opened(tmp_path)
    hub.systems["crm"].edit("record", "1", {"amount": "7"})
    hub.systems["trk"].locked_out = True

    report = hub.sync()
    hub.systems["trk"].locked_out = False
    hub.sync()

    assert report.refused_us == {"trk"}
    assert "renew the credentials" in wording.unreachable(report.trouble)
    assert "casehub check" in wording.unreachable(report.trouble)
    assert report.read["crm"] > 0
    assert hub.records("trk")["1"]["amount"] == "7"
    assert at_peace(hub)


def test_a_system_that_was_never_reached_gets_its_records_when_it_is(tmp_path):
    hub = a_world(tmp_path)
    hub.systems["trk"].hook = Hook("identify", "before", failing(DOWN), kind="")

    report = hub.sync()
    hub.sync()

    assert report.trouble == {"trk": str(DOWN)}
    assert titles(hub) == ["Сделка 1", "Сделка 2"]
    assert at_peace(hub)


DOWN = RetryLater("GET /records did not reach the server (ConnectError); try again later", system="trk")
BROKEN = RetryLater("GET /records answered 500; send it again later", system="crm")


def test_a_failure_in_the_middle_of_a_list_keeps_what_was_read_and_goes_on_from_there(tmp_path):
    hub = a_world(tmp_path, deals=5, traits={"crm": KindTraits(page_size=2)})
    hook = hub.systems["crm"].hook = Hook("list", "before", failing(BROKEN), skip=1)

    broken = hub.sync()
    half = titles(hub)
    hub.sync()

    assert broken.trouble == {"crm": str(BROKEN)}
    assert half == ["Сделка 1", "Сделка 2"]
    assert titles(hub) == [f"Сделка {number + 1}" for number in range(5)]
    assert hook.met == 4, "two pages are not read again"
    assert at_peace(hub)


def test_a_failure_in_the_middle_of_a_full_read_takes_nothing_for_deleted(tmp_path):
    hub = opened(tmp_path, deals=5, traits={"trk": KindTraits(page_size=2)})
    hub.systems["trk"].hook = Hook("list", "before", failing(DOWN), skip=1)

    broken = hub.sync(full=True)
    hub.sync(full=True)

    assert broken.trouble == {"trk": str(DOWN)}
    assert not any(link.tombstone for number in range(5) for link in hub.case(f"CASE-{number + 1}").links)
    assert at_peace(hub)


class Circling(MemoryConnector):
    """A system that shows its first page again, whatever page is asked for."""

    async def pull(self, kind, cursor, *, full=False):
        page = await super().pull(kind, None, full=full)
        return replace(page, more=True, cursor=Cursor(resume='{"after": "0", "at": null}'))


class OtherConnector(AHub):
    """A hub whose system NAME has the connector that the test gives."""

    given: dict[str, Connector]

    def make(self, installation, name):
        made = super().make(installation, name)
        return self.given[name](made) if name in self.given else made


def with_connectors(hub, **given):
    other = OtherConnector(hub.installation, hub.systems)
    other.given = given
    return other


def circling(made):
    made.__class__ = Circling
    return made


def test_a_page_that_repeats_itself_ends_with_a_clear_error_and_the_other_system_goes_on(tmp_path):
    hub = opened(tmp_path)
    hub.systems["crm"].edit("record", "1", {"amount": "7"})

    report = with_connectors(hub, trk=circling).sync()
    hub.sync()

    assert list(report.trouble) == ["trk"]
    assert "the same page again" in report.trouble["trk"]
    assert report.read["crm"] > 0
    assert hub.records("trk")["1"]["amount"] == "7"
    assert at_peace(hub)


def test_a_full_read_that_runs_in_a_circle_ends_too_and_takes_nothing_for_deleted(tmp_path):
    hub = opened(tmp_path)

    report = with_connectors(hub, trk=circling).sync(full=True)

    assert "the same page again" in report.trouble["trk"]
    assert at_peace(hub)


# --- records ---------------------------------------------------------------------------------------------------------


class Faulty(MemoryConnector):
    """A system of which one record cannot be read."""

    async def pull(self, kind, cursor, *, full=False):
        page = await super().pull(kind, cursor, full=full)
        good = tuple(record for record in page.records if record.id != "1")
        faults = (Fault("1", "the record is not as trk shows records (KeyError)"),)
        return Page(page.system, page.kind, good, page.began, page.cursor, more=page.more, faults=faults)


def faulty(made):
    made.__class__ = Faulty
    return made


def test_a_record_that_cannot_be_read_is_listed_and_the_others_go_on(tmp_path):
    hub = opened(tmp_path)
    for number in ("1", "2"):
        hub.systems["trk"].edit("record", number, {"amount": number})

    with_connectors(hub, trk=faulty).sync()
    [entry] = parked(hub)
    amounts = [hub.records("crm")[number]["amount"] for number in ("1", "2")]
    parking.retry(hub.wired(lambda wired: wired), entry, person="ann")
    hub.sync()

    assert (entry.key, entry.system, entry.record, entry.code) == ("CASE-1", "trk", "1", "fault")
    assert amounts == ["150000", "2"]
    assert hub.records("crm")["1"]["amount"] == "1"
    assert at_peace(hub)


UNFIT = {
    "an unmapped stage": ("trk", {"status": "Ждём клиента"}, "position", "values:"),
    "an unknown person": ("crm", {"owner": "99"}, "owner", "people:"),
    "an invalid date": ("crm", {"deadline": "32.13.2026"}, "deadline", "there"),
    "an amount that is none": ("crm", {"amount": "сто тысяч"}, "amount", "there"),
    "an amount in a wrong currency": ("trk", {"amount": "5", "currency": "руб."}, "amount", "there"),
}


@pytest.mark.parametrize("what", UNFIT)
def test_what_cannot_be_read_waits_for_a_person_and_all_else_goes_on(tmp_path, what):
    system, views, field, advice = UNFIT[what]
    hub = opened(tmp_path)
    hub.systems[system].edit("record", "1", {**views, "next_step": "позвонить"})
    hub.systems[system].edit("record", "2", {"next_step": "написать"})
    other = "trk" if system == "crm" else "crm"
    before = dict(hub.records(other)["1"])

    hub.sync()
    quiet = hub.sync()
    [entry] = parked(hub)

    assert (entry.key, entry.system, entry.field, entry.code) == ("CASE-1", system, field, "unreadable")
    assert advice in entry.text
    assert hub.records(other)["1"] == {**before, "next_step": "позвонить"}
    assert hub.records(other)["2"]["next_step"] == "написать"
    assert sum(quiet.writing.values()) == 0
    told = [line.event for line in history.history(hub.installation.store, entity=hub.case().entity.id)]
    assert [event.cause for event in told if event.field == field][-1:] == ["unreadable"] or "parked" in {
        event.what for event in told
    }


def test_what_a_person_mends_there_goes_on(tmp_path):
    hub = opened(tmp_path)
    hub.systems["crm"].edit("record", "1", {"deadline": "32.13.2026"})
    hub.sync()
    hub.systems["crm"].edit("record", "1", {"deadline": "2026-12-31"})

    hub.sync()

    assert hub.records("trk")["1"]["deadline"] == "2026-12-31"
    assert at_peace(hub)


def test_an_unknown_person_is_asked_about_once_and_goes_on_when_known(tmp_path):
    hub = opened(tmp_path)
    hub.systems["crm"].edit("record", "1", {"owner": "99"})
    hub.sync()
    since = parked(hub)[0].since
    hub.systems["crm"].edit("record", "1", {"amount": "7"})
    hub.sync()
    [still] = parked(hub)
    newcomer = SystemPerson("99", "Новый", email="new@example.com")
    for name in ("crm", "trk"):
        hub.systems[name].people = (*PEOPLE, newcomer)
    hub.systems["crm"].clock.ahead(hours=2)  # people are asked for once an hour

    hub.sync()

    assert still.since == since
    assert hub.records("trk")["1"]["owner"] == "99"
    assert at_peace(hub)


def test_a_person_who_is_named_in_hub_yaml_is_known_at_once(tmp_path):
    hub = opened(tmp_path)
    hub.systems["crm"].edit("record", "1", {"owner": "99"})
    hub.sync()
    people = 'people:\n  bob@example.com: {name: Bob, crm: "99"}\n'
    (tmp_path / "hub.yaml").write_text((tmp_path / "hub.yaml").read_text(encoding="utf-8") + people, encoding="utf-8")
    named = replace(hub, installation=install(tmp_path, {}, clock=hub.installation.store.clock))

    named.sync()

    assert hub.records("trk")["1"]["owner"] == "8"
    assert at_peace(named)


def test_a_person_whom_the_other_system_lacks_is_written_once_known_there(tmp_path):
    hub = a_hub(tmp_path, clock=Clock())
    hub.systems["trk"].people = PEOPLE[:1]
    hub.systems["crm"].create("record", a_deal("Сделка", owner="8"))
    hub.sync()
    [entry] = parked(hub)
    hub.systems["trk"].people = PEOPLE
    hub.systems["crm"].clock.ahead(hours=2)

    hub.sync()

    assert (entry.system, entry.field, entry.code, "people:" in entry.text) == ("trk", "owner", "refused", True)
    assert hub.records("trk")["1"]["owner"] == "8"
    assert at_peace(hub)


def test_a_stage_goes_on_when_the_mapping_has_it(tmp_path):
    hub = opened(tmp_path)
    hub.systems["trk"].edit("record", "1", {"status": "Ждём клиента"})
    hub.sync()
    new_choice(hub, "trk", "Ждём клиента")
    trk = TRK.replace("      Closed:", "      Ждём клиента: {stage: proposal, outcome: open}\n      Closed:")
    (tmp_path / "record.trk.yaml").write_text(trk, encoding="utf-8")
    mended = replace(hub, installation=install(tmp_path, {}, clock=hub.installation.store.clock))

    stopped = mended.sync()
    mended.sync(approved=True)

    assert [stop.guard for stop in stopped.stops] == ["mapping"]
    assert hub.facts()["stage"] == "proposal"
    assert at_peace(mended)


def new_choice(hub, system, name):
    traits = hub.systems[system].kinds["record"]
    places = tuple(
        replace(place, choices=(*place.choices, Choice(name, name))) if place.choices else place
        for place in traits.places
    )
    hub.systems[system].kinds["record"] = replace(traits, places=places)


def place_limit(hub, system, name, most):
    traits = hub.systems[system].kinds["record"]
    places = tuple(replace(place, max_length=most) if place.name == name else place for place in traits.places)
    hub.systems[system].kinds["record"] = replace(traits, places=places)


def test_an_oversized_text_is_refused_with_both_numbers_and_the_rest_is_written(tmp_path):
    hub = a_hub(tmp_path, clock=Clock())
    place_limit(hub, "trk", "next_step", 20)
    hub.systems["crm"].create("record", a_deal("Сделка", next_step="ж" * 300))

    hub.sync()
    quiet = hub.sync()
    [entry] = parked(hub)
    hub.systems["crm"].edit("record", "1", {"next_step": "короче"})
    hub.sync()

    assert (entry.key, entry.system, entry.field, entry.code) == ("CASE-1", "trk", "next_step", "refused")
    assert "300" in entry.text
    assert "20" in entry.text
    assert "max_length" in entry.text
    assert sum(quiet.writing.values()) == 0
    assert (titles(hub), hub.records("trk")["1"]["next_step"]) == (["Сделка"], "короче")
    assert at_peace(hub)


# --- writes that are refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [True, False])
@pytest.mark.parametrize("exact", [True, False])
def test_of_a_refused_update_only_what_fails_is_parked(tmp_path, names, exact):
    hub = opened(tmp_path, traits={"trk": KindTraits(names=names, conditional_writes=exact)})
    trk = hub.systems["trk"]
    trk.kinds["record"] = replace(trk.kinds["record"], refused=frozenset({"channel"}))
    hub.systems["crm"].edit(
        "record", "1", {"channel": "сайт", "title": "Имя", "amount": "7", "next_step": "шаг", "deadline": "2026-12-01"}
    )

    hub.sync()
    quiet = hub.sync()
    [entry] = parked(hub)
    trk.kinds["record"] = replace(trk.kinds["record"], refused=frozenset())
    hub.act("CASE-1", lambda act: retry_parked(act, "trk", "channel"))
    hub.sync()

    assert (entry.system, entry.field, entry.code) == ("trk", "channel", "rejected")
    assert sum(quiet.writing.values()) == 0
    written = {name: hub.records("trk")["1"][name] for name in ("title", "amount", "next_step", "deadline", "channel")}
    assert written == {
        "title": "Имя",
        "amount": "7",
        "next_step": "шаг",
        "deadline": "2026-12-01",
        "channel": "сайт",
    }
    assert at_peace(hub)


@pytest.mark.parametrize("names", [True, False])
def test_of_a_refused_create_only_what_fails_is_left_out(tmp_path, names):
    hub = a_hub(tmp_path, clock=Clock(), traits={"trk": KindTraits(names=names, refused=frozenset({"owner"}))})
    hub.systems["crm"].create("record", a_deal("Сделка", next_step="шаг"))

    hub.sync()
    hub.sync()

    [entry] = parked(hub)
    assert (entry.key, entry.system, entry.field, entry.code) == ("CASE-1", "trk", "owner", "rejected")
    assert (titles(hub), hub.records("trk")["1"]["next_step"]) == (["Сделка"], "шаг")


# --- a lost permission -----------------------------------------------------------------------------------------------

GUARDED = HUB + "    guards: {max_clears: 3}\n"


def emptied(tmp_path):
    """The hub's account can no longer see a field: all records show it empty."""
    hub = a_hub(tmp_path, clock=Clock(), hub=GUARDED)
    for number in range(5):
        hub.systems["crm"].create("record", a_deal(f"Сделка {number + 1}", channel=f"канал {number}"))
    hub.sync()
    for number in range(5):
        hub.systems["crm"].edit("record", str(number + 1), {"channel": None}, by="permissions")
    return hub


def channels(hub, system):
    return [views["channel"] for _, views in sorted(hub.records(system).items())]


def test_a_field_emptied_everywhere_stops_the_pass_and_says_how_to_go_on(tmp_path):
    hub = emptied(tmp_path)

    report = hub.sync()

    text = wording.stopped("presales", [stop.text for stop in report.stops])
    assert "channel was emptied in 5 records of crm" in text
    assert "casehub plan presales -o FILE" in text
    assert channels(hub, "trk") == [f"канал {number}" for number in range(5)]


def test_when_the_permission_is_given_back_nothing_was_lost(tmp_path):
    hub = emptied(tmp_path)
    hub.sync()
    for number in range(5):
        hub.systems["crm"].edit("record", str(number + 1), {"channel": f"канал {number}"}, by="permissions")

    still = hub.sync()
    hub.sync(approved=True)

    assert still.writing == {"crm": 0, "trk": 0}
    assert channels(hub, "trk") == channels(hub, "crm") == [f"канал {number}" for number in range(5)]
    assert at_peace(hub)


# --- over HTTP -------------------------------------------------------------------------------------------------------

ISSUES = """
system: trk
kind: issue
entity: case
take: {tracker: Кейс}
marker: cf[CRM deal id]
fields:
  title:     {at: subject, as: text}
  next_step: {at: description, as: text}
"""
REDMINE = '{type: redmine, url: "https://redmine.test/pm", key: "${KEY}", project: presales}'
OVER_HTTP = HUB.replace("trk: {type: memory}", f"trk: {REDMINE}")


class HttpHub(AHub):
    """A hub whose tracker is a Redmine that answers over HTTP."""

    redmine: FakeRedmine

    def make(self, installation, name):
        if name != "трекер":
            return super().make(installation, name)
        around = Surroundings(
            clock=self.systems["crm"].clock,
            sleep=no_wait,
            transport=prefixed(self.redmine),
            markers={"issue": "cf[CRM deal id]"},
            shelf=MemoryShelf(),
        )
        settings = {"url": "https://redmine.test/pm", "key": "admin-key", "project": "presales", "concurrency": 1}
        return RedmineConnector(name, RedmineSettings.model_validate(settings), around)


def an_http_hub(tmp_path):
    """Three deals with their issues."""
    text = OVER_HTTP.replace("trk:", "трекер:")
    crm = CRM.replace("of: trk", "of: трекер")
    mappings = {"record.crm.yaml": crm, "issue.трекер.yaml": ISSUES.replace("system: trk", "system: трекер")}
    made = a_hub(tmp_path, hub=text, mappings=mappings, clock=Clock(), env={"KEY": "admin-key"})
    hub = HttpHub(made.installation, made.systems)
    hub.redmine = FakeRedmine()
    a_world(tmp_path, deals=3, hub=hub)
    hub.redmine.create("Не сделка")
    hub.sync()
    return hub


def subjects(hub):
    return sorted(issue["subject"] for issue in hub.redmine.issues.values())


HALF = httpx.Response(200, content=b'{"issues": [{"id": 1, "subject": "\xd0\xa1')
PROXY = httpx.Response(200, html="<html>Log in</html>")
ANSWERS = {
    "half a JSON": (HALF, "something that is not whole JSON; is the address right, is there a proxy?"),
    "the page of a proxy": (PROXY, "with HTML; is the address right, is there a proxy?"),
    "another JSON": (httpx.Response(200, json=[1]), "without a JSON object; is the address right?"),
    "an error in the middle": (httpx.Response(500), "answered 500; send it again later"),
    "too many requests": (httpx.Response(429, headers={"Retry-After": "90"}), "answered 429; send it again later"),
    "a wrong key": (httpx.Response(401), "answered 401; renew the credentials"),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_a_list_answered_wrongly_is_told_and_the_next_pass_goes_on(tmp_path, what):
    hub = an_http_hub(tmp_path)
    answer, words = ANSWERS[what]
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя"})
    hub.redmine.edit(2, description="позвонить")
    hub.redmine.fault = lambda request: answer if request.url.path == "/issues.json" else None

    report = hub.sync()
    hub.redmine.fault = lambda request: None
    hub.sync()

    assert words in report.trouble["трекер"]
    assert report.read["crm"] > 0
    assert subjects(hub) == ["Не сделка", "Новое имя", "Сделка 2", "Сделка 3"]
    assert "позвонить" in {views.get("next_step") for views in hub.records("crm").values()}
    assert at_peace(hub)


@pytest.mark.parametrize("what", ["half a JSON", "the page of a proxy", "an error in the middle"])
@pytest.mark.parametrize("applied", [True, False])
def test_a_create_answered_wrongly_ends_in_one_issue(tmp_path, what, applied):
    hub = an_http_hub(tmp_path)
    answer, _ = ANSWERS[what]
    hub.systems["crm"].create("record", a_deal("Сделка 4"))
    broken = [answer]

    def once(request):
        return broken.pop() if request.method == "POST" and broken else None

    if applied:
        hub.redmine.applied = once
    else:
        hub.redmine.fault = once
    hub.sync()
    for _ in range(3):
        hub.systems["crm"].clock.ahead(minutes=2)
        hub.sync()

    assert broken == []
    assert subjects(hub) == ["Не сделка", "Сделка 1", "Сделка 2", "Сделка 3", "Сделка 4"]
    assert at_peace(hub)


def test_an_issue_that_is_no_issue_is_listed_and_the_others_go_on(tmp_path):
    hub = an_http_hub(tmp_path)
    hub.redmine.edit(2, description="позвонить")
    hub.redmine.edit(3, description="написать")
    stamp = hub.redmine.issues[3].pop("updated_on")

    hub.sync()
    [entry] = parked(hub)
    hub.redmine.issues[3]["updated_on"] = stamp
    hub.redmine.edit(3, description="написать письмо")
    hub.sync()

    assert (entry.system, entry.record, entry.code) == ("трекер", "3", "fault")
    assert {views.get("next_step") for views in hub.records("crm").values()} == {"позвонить", "написать письмо", None}
    assert at_peace(hub)


# --- files -----------------------------------------------------------------------------------------------------------


def test_every_problem_of_the_files_is_told_at_once_with_its_line(tmp_path):
    broken = HUB.replace("default: {home: crm}", "default: {home: crn}").replace("type: memory}", "type: memori}", 1)
    trk = TRK.replace("stage: defence", "stage: defense", 1)

    with pytest.raises(Problems) as told:
        a_hub(tmp_path, hub=broken, mappings={"record.crm.yaml": CRM, "record.trk.yaml": trk})

    text = wording.advice(told.value).text
    assert "did you mean" in text
    assert "hub.yaml" in text
    assert "casehub check" in text


def test_an_installation_with_broken_files_leaves_the_database_alone(tmp_path):
    hub = opened(tmp_path)
    (tmp_path / "record.trk.yaml").write_text("system: trk\nkind: record\nentity: кейс\n", encoding="utf-8")

    with pytest.raises(Problems):
        install(tmp_path, {}, clock=hub.installation.store.clock)

    (tmp_path / "record.trk.yaml").write_text(TRK, encoding="utf-8")
    assert at_peace(replace(hub, installation=install(tmp_path, {}, clock=hub.installation.store.clock)))
