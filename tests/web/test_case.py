"""The page of one case: everything that is known of it, and what people do there."""

import html
import re

import pytest
import sqlalchemy as sa

from flows.hub.access import Access
from flows.hub.acting import Desk
from flows.hub.reach import Reach
from mappings.canonical import Money
from state import attention
from state.tables import event
from tests.hub_builders import PEOPLE, AHub, a_deal, a_hub, opened
from tests.notes_builders import talking
from tests.web_builders import Browser, a_viewer

ANNA, BOB = (one.email for one in PEOPLE)


def in_conflict(tmp_path) -> AHub:
    hub, _ = opened(tmp_path)
    hub.systems["crm"].edit(
        "record", "1", {"deadline": "2026-12-01", "description": "<script>alert(1)</script> **да**"}
    )
    hub.systems["trk"].edit("record", "1", {"deadline": "2026-12-05"})
    hub.sync()
    return hub


def shown_acts(page):
    """What a preview would send: acts and their marks, as their form holds them."""
    acts = re.findall(r'name="deed" value="([^"]*)"', page)
    marks = re.findall(r'name="mark" value="([^"]*)"', page)
    return {"deed": [html.unescape(one) for one in acts], "mark": marks}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_case_shows_with_little_and_with_a_conflict_in_a_dozen_statements(tmp_path, language):
    hub = in_conflict(tmp_path)
    browser = Browser(hub.installation, a_viewer(), language=language)
    browser.get("/cases/CASE-1")
    before = hub.installation.store.statements

    page = browser.get("/cases/CASE-1")

    assert hub.installation.store.statements - before <= 12
    assert page.status_code == 200
    assert {"en": "Systems differ: Deadline", "ru": "Системы расходятся: Срок"}[language] in page.text
    assert {"en": "5 Dec 2026", "ru": "5 дек. 2026"}[language] in page.text
    assert "<script>alert" not in page.text
    assert "<strong>да</strong>" in page.text


def test_a_value_is_given_in_three_steps_and_reaches_both_systems(tmp_path):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer())
    asked = browser.get("/cases/CASE-1/edit/amount").text

    seen = browser.post("/cases/CASE-1/edit/amount", {"text": "175 000", "currency": "RUB"})
    done = browser.post("/acts", {**shown_acts(seen.text), "back": "/cases/CASE-1"})
    hub.sync()

    assert 'value="150000"' in asked
    assert "₽175,000" in seen.text or "RUB" in seen.text
    assert (seen.status_code, done.status_code, done.headers["location"]) == (200, 303, "/cases/CASE-1")
    assert hub.facts()["amount"] == Money(hub.facts()["amount"].amount, "RUB")
    assert {hub.records(one)["1"]["amount"] for one in ("crm", "trk")} == {"175000"}
    assert ANNA not in seen.text


def test_a_conflict_is_settled_on_the_page_of_its_case(tmp_path):
    hub = in_conflict(tmp_path)
    browser = Browser(hub.installation, a_viewer(), language="ru")
    browser.get("/cases/CASE-1")

    seen = browser.post("/acts/look", {"pick": "conflict:CASE-1:deadline", "do": "take:trk", "back": "/attention"})
    done = browser.post("/acts", {**shown_acts(seen.text), "back": "/attention"})
    hub.sync()

    assert "решает конфликт" in seen.text
    assert done.headers["location"] == "/attention"
    assert hub.records("crm")["1"]["deadline"] == "2026-12-05"
    assert attention.conflicts(hub.installation.store) == ()
    told = browser.get("/cases/CASE-1/feed?what=questions").text
    assert re.search(r"anna@example\.org</p>\s*<p class=\"line\">решено <b>Срок</b>", told)


def test_what_has_moved_is_shown_anew_and_not_done(tmp_path):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer())
    browser.get("/cases/CASE-1")
    seen = browser.post("/cases/CASE-1/edit/title", {"text": "Внедрение CRM и портала"})
    hub.systems["crm"].edit("record", "1", {"title": "Внедрение"})
    hub.sync()

    answer = browser.post("/acts", {**shown_acts(seen.text), "back": "/cases/CASE-1"})

    assert answer.status_code == 409
    assert "has moved since it was shown" in answer.text
    assert hub.facts()["title"] == "Внедрение"
    assert browser.post("/acts", shown_acts(answer.text)).status_code == 303


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("/cases/CASE-1/edit/amount", {"text": "много", "currency": "RUB"}, 422),
        ("/cases/CASE-1/edit/stage", {"text": "nowhere"}, 422),
        ("/cases/CASE-9/edit/stage", {"text": "lead"}, 404),
        ("/acts/look", {"pick": "nonsense"}, 422),
        ("/acts/look", {"pick": '{"do": "give"', "do": "again"}, 422),
        ("/acts", {"deed": "{}", "mark": ""}, 422),
        ("/acts", {"deed": "{}"}, 422),
    ],
)
def test_a_form_that_says_nothing_sensible_is_answered(tmp_path, path, form, status):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer())
    browser.get("/cases/CASE-1")

    assert browser.post(path, form).status_code == status


def test_an_amount_that_cannot_be_read_comes_back_as_it_was_typed(tmp_path):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer())
    browser.get("/cases/CASE-1")

    form = browser.post("/cases/CASE-1/edit/amount", {"text": "12o", "currency": "USD"}).text

    assert 'value="12o"' in form
    assert "<option selected>USD</option>" in form
    assert form.count("selected") == 1


@pytest.mark.parametrize("text", ["раз\n\nдва", "  - раз\n  - два"])
def test_a_description_that_is_sent_back_as_it_was_is_no_other_one(tmp_path, text):
    hub, _ = opened(tmp_path)
    hub.systems["crm"].edit("record", "1", {"description": text})
    hub.sync()
    browser = Browser(hub.installation, a_viewer())
    browser.get("/cases/CASE-1")

    sent = text.replace("\n", "\r\n")  # browsers write lines so
    seen = browser.post("/cases/CASE-1/edit/description", {"text": sent})

    assert "It has that value already" in seen.text


def test_lines_of_a_short_text_have_room_in_its_form(tmp_path):
    hub, _ = opened(tmp_path)
    hub.systems["crm"].edit("record", "1", {"next_step": "Позвонить\nОтправить смету"})
    hub.sync()

    form = Browser(hub.installation, a_viewer()).get("/cases/CASE-1/edit/next_step").text

    assert re.findall(r"<textarea[^>]*>([^<]*)</textarea>", form) == ["Позвонить\nОтправить смету"]


def test_a_note_that_is_being_written_stays_while_the_page_follows_the_news(tmp_path):
    hub, *_ = talking(tmp_path)

    page = Browser(hub.installation, a_viewer()).get("/cases/CASE-1").text
    _, _, followed = page.partition('<div id="case"')

    kept = re.findall(r'<(\w+) [^>]*id="([\w-]+)"[^>]* hx-preserve', followed)
    assert kept == [("textarea", "note-text"), ("input", "note-internal")]


def test_a_label_with_a_comma_stays_one(tmp_path):
    hub, _ = opened(tmp_path)
    hub.systems["crm"].edit("record", "1", {"labels": ["Москва, центр", "срочно"]})
    hub.sync()
    browser = Browser(hub.installation, a_viewer())
    [text] = re.findall(r'name="text" value="([^"]*)"', browser.get("/cases/CASE-1/edit/labels").text)

    seen = browser.post("/cases/CASE-1/edit/labels", {"text": html.unescape(text) + ", новый"})
    browser.post("/acts", shown_acts(seen.text))

    assert hub.facts()["labels"] == frozenset({"Москва, центр", "срочно", "новый"})


def test_participants_are_called_by_their_names(tmp_path):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer())
    browser.get("/me")
    seen = browser.post("/cases/CASE-1/edit/participants", {"text": [one.email for one in PEOPLE]})
    browser.post("/acts", shown_acts(seen.text))

    page = re.sub(r"<[^>]+>", "", browser.get("/cases/CASE-1").text)

    assert page.count("Анна Ли, Bob") == 2  # among the facts and in the history
    assert "ann@example.com" not in page


def test_a_participant_whom_no_system_lists_stays_one(tmp_path):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer())
    browser.get("/cases/CASE-1")
    seen = browser.post("/cases/CASE-1/edit/participants", {"text": ["guest@example.org", BOB]})
    browser.post("/acts", shown_acts(seen.text))

    form = browser.get("/cases/CASE-1/edit/participants").text

    assert re.findall(r"<option[^>]* selected>([^<]*)", form) == ["Bob", "guest@example.org"]


def test_an_entry_that_is_over_is_told(tmp_path):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer())
    browser.get("/cases/CASE-1")

    assert "somebody was faster" in browser.post("/acts/look", {"pick": "entry:99", "do": "again"}).text


def two(tmp_path):
    """A case of Bob's."""
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal(owner="8"))
    hub.sync()
    return hub


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "path", ["/cases/CASE-1", "/cases/CASE-1/feed", "/cases/CASE-1/edit/title", "/cases/CASE-1/notes"]
)
def test_a_case_out_of_reach_is_not_there(tmp_path, method, path):
    hub = two(tmp_path)
    anna = a_viewer("participant", access=Access(frozenset({ANNA}), ANNA))
    browser = Browser(hub.installation, anna)
    browser.get("/cases")

    answer = getattr(browser, method)(path)

    assert answer.status_code in ((404, 405) if path.endswith(("notes", "feed", "CASE-1")) else (404,))
    assert "Внедрение" not in answer.text


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("participant", 200), ("manager", 200), ("admin", 200)])
def test_who_may_only_look_on_changes_nothing(tmp_path, role, status):
    hub = two(tmp_path)
    bob = a_viewer(role, person=BOB, access=Access(frozenset({BOB}), BOB))
    assert bob.reach == Reach(BOB)
    browser = Browser(hub.installation, bob)
    page = browser.get("/cases/CASE-1").text

    answer = browser.post("/cases/CASE-1/edit/title", {"text": "Другое"})
    act = browser.post("/acts", {"deed": '{"do":"give","key":"CASE-1","fact":"title","text":"Другое"}', "mark": "x"})

    assert answer.status_code == status
    assert act.status_code == (409 if status == 200 else 403)
    assert ("/cases/CASE-1/edit/title" in page) == (status == 200)


def test_the_history_goes_back_page_by_page_and_by_filter(tmp_path):
    hub, _ = opened(tmp_path)
    with hub.installation.store.write() as conn:
        row = dict(conn.execute(sa.select(event).where(event.c.what == "read")).mappings().first() or {})
        row |= {"entity": hub.case().entity.id, "system": "crm", "field": "next_step", "more": [], "lines": 1}
        row.pop("id")
        conn.execute(sa.insert(event), [{**row, "new": {"view": f"Шаг {number}"}} for number in range(60)])
    browser = Browser(hub.installation, a_viewer(), language="ru")

    first = browser.get("/cases/CASE-1").text
    older = browser.get(re.search(r'href="(/cases/CASE-1/feed[^"]*)"', first)[1].replace("&amp;", "&")).text
    written = browser.get("/cases/CASE-1?system=trk&what=written").text

    assert re.search(r'<ol class="feed">.*?</ol>', first, re.DOTALL)[0].count('class="line"') == 40
    assert len(set(re.findall(r"Шаг \d+", first + older))) >= 60
    assert "прочитано" not in re.search(r'<ol class="feed">.*?</ol>', written, re.DOTALL)[0]


def test_a_record_is_taken_from_its_case_and_given_back(tmp_path):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer(), language="ru")
    browser.app.state.desk = Desk(hub.installation, hub.make)
    browser.get("/cases/CASE-1")

    seen = browser.post("/acts/look", {"pick": '{"do":"part","key":"CASE-1","system":"trk","kind":"record"}'})
    browser.post("/acts", shown_acts(seen.text))
    alone = [link.system for link in hub.case().links]
    offered = browser.get("/cases/CASE-1").text
    seen = browser.post("/cases/CASE-1/link", {"system": "trk", "record": "#1"})
    browser.post("/acts", shown_acts(seen.text))

    assert alone == ["crm"]
    assert "<option>trk</option>" in offered
    assert [link.external_id for link in hub.case().links if link.system == "trk"] == ["1"]
