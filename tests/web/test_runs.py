"""Runs and systems: how they stand, what was written, taking it back, starting and pausing."""

import re
import sys

import pytest

from flows.hub.acting import Desk
from flows.hub.acting.starting import Starter
from flows.hub.pausing import pauses
from tests.flows.hub.attachments.files_world import sharing
from tests.flows.hub.test_changed_mapping import changed
from tests.hub_builders import a_deal, a_hub, opened
from tests.undo_builders import edited
from tests.web_builders import Browser, a_viewer


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("path", ["/runs", "/systems", "/search?q=crm"])
def test_they_show_with_nothing_and_with_something_in_a_dozen_statements(tmp_path, language, path):
    (tmp_path / "empty").mkdir()
    empty = Browser(a_hub(tmp_path / "empty").installation, a_viewer(), language=language).get(path)
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer(), language=language)
    browser.get(path)
    before = hub.installation.store.statements

    page = browser.get(path)

    assert hub.installation.store.statements - before <= 12
    assert (empty.status_code, page.status_code) == (200, 200)
    assert len(page.text) > len(empty.text)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_run_shows_what_it_has_written_old_and_new(tmp_path, language):
    hub, _, run = edited(tmp_path, stage="EXEC", deadline="2026-12-01")
    browser = Browser(hub.installation, a_viewer(), language=language)
    before = hub.installation.store.statements

    page = browser.get(f"/runs/{run}").text

    assert hub.installation.store.statements - before <= 12
    assert re.search(r'class="old">New</span> → <b>In Progress</b>', page)
    assert {"en": "1 Dec 2026", "ru": "1 дек. 2026"}[language] in page
    assert browser.get("/runs/nothing").status_code == 404


def test_a_run_is_taken_back_after_a_look(tmp_path):
    hub, _, run = edited(tmp_path, stage="EXEC")
    browser = Browser(hub.installation, a_viewer())
    browser.app.state.desk = Desk(hub.installation, hub.make)
    seen = browser.get(f"/runs/{run}/undo").text
    [mark] = re.findall(r'name="mark" value="(\w+)"', seen)

    stale = browser.post(f"/runs/{run}/undo", {"mark": "another"})
    done = browser.post(f"/runs/{run}/undo", {"mark": mark})

    assert stale.status_code == 409
    assert done.status_code == 303
    assert hub.records("trk")["1"]["status"] == "New"
    assert "/runs/" in done.headers["location"]


def test_a_run_is_taken_back_at_one_case_alone(tmp_path):
    hub, first = opened(tmp_path)
    second = hub.systems["crm"].create("record", a_deal("Вторая"))
    hub.sync()
    for deal in (first, second):
        hub.systems["crm"].edit("record", deal, {"stage": "EXEC"})
    run = hub.sync().run
    browser = Browser(hub.installation, a_viewer())
    browser.app.state.desk = Desk(hub.installation, hub.make)
    here = f"/runs/{run}/undo?case=CASE-2"

    offered = browser.get(f"/runs/{run}").text
    seen = browser.get(here).text
    [mark] = re.findall(r'name="mark" value="(\w+)"', seen)
    done = browser.post(here, {"mark": mark})

    assert offered.count(f'href="{here}"') == 1
    assert (f'action="{here}"' in seen, "CASE-1" in seen) == (True, False)
    assert done.status_code == 303
    assert [views["status"] for _, views in sorted(hub.records("trk").items())] == ["In Progress", "New"]
    assert browser.get(f"/runs/{run}/undo?case=CASE-9").status_code == 404


@pytest.mark.parametrize(("language", "words"), [("en", "Edited since"), ("ru", "С тех пор изменено")])
def test_why_an_undo_leaves_something_is_said(tmp_path, language, words):
    hub, _, run = edited(tmp_path, title="Новое имя")
    hub.systems["trk"].edit("record", "1", {"title": "Совсем другое"})
    browser = Browser(hub.installation, a_viewer(), language=language)
    browser.app.state.desk = Desk(hub.installation, hub.make)

    seen = browser.get(f"/runs/{run}/undo").text

    assert "Совсем другое" in seen
    assert words in seen


@pytest.mark.parametrize(("language", "words"), [("en", "it was смета.pdf"), ("ru", "раньше было смета.pdf")])
def test_files_of_a_run_that_its_undo_leaves_are_seen_before(tmp_path, language, words):
    hub, deal = sharing(tmp_path)
    file = hub.attach("crm", deal, "Итого: 100")
    hub.sync()
    hub.systems["crm"].edit("file", file, {"name": "итог.pdf"})
    run = hub.sync(full=True).run
    browser = Browser(hub.installation, a_viewer(), language=language)
    browser.app.state.desk = Desk(hub.installation, hub.make)

    seen = browser.get(f"/runs/{run}/undo").text

    assert "итог.pdf · " in seen
    assert words in seen


@pytest.mark.parametrize("path", ["/syncs/presales/pause", "/syncs/presales/resume", "/runs/x/undo"])
def test_who_is_no_admin_pauses_and_undoes_nothing(tmp_path, path):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer("head"))
    page = browser.get("/systems").text

    assert browser.post(path).status_code == 403
    assert "/pause" not in page
    assert "/start" in page


@pytest.mark.parametrize("role", ["viewer", "participant"])
@pytest.mark.parametrize("path", ["/runs", "/systems"])
def test_runs_and_systems_are_for_those_who_lead(tmp_path, role, path):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer(role))

    assert browser.get(path).status_code == 403
    assert browser.post("/syncs/presales/start").status_code == 403


def test_a_sync_is_paused_and_resumed(tmp_path):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer(), language="ru")
    browser.get("/systems")

    browser.post("/syncs/presales/pause", {"why": "CRM переезжает"})
    held = dict(pauses(hub.installation.store))
    page = browser.get("/systems").text
    refused = browser.post("/syncs/presales/start")
    browser.post("/syncs/presales/resume")

    assert (held["presales"].by, held["presales"].why) == ("anna@example.org", "CRM переезжает")
    assert "на паузе" in page
    assert refused.status_code == 303
    assert pauses(hub.installation.store) == {}
    assert browser.post("/syncs/nothing/pause").status_code == 404


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "No sync is called presales any more, but 1 case belongs to it: nobody reads or writes there"),
        ("ru", "Синхронизации presales больше нет, а ей принадлежит 1 кейс: пока её нет, там никто не читает"),
    ],
)
def test_cases_of_a_sync_that_was_renamed_are_told(tmp_path, language, says):
    hub, _ = opened(tmp_path)
    assert says not in Browser(hub.installation, a_viewer(), language=language).get("/systems").text
    changed(hub, hub=("presales:", "sales:"))

    page = Browser(hub.installation, a_viewer(), language=language).get("/systems").text

    assert says in page
    assert says not in Browser(hub.installation, a_viewer("head"), language=language).get("/systems").text


def test_a_pass_is_started_and_one_that_could_not_begin_is_told(tmp_path):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer(), language="ru")
    starter = Starter(hub.installation, lambda *_: [sys.executable, "-c", "import sys; sys.exit('нет связи с CRM')"])
    browser.app.state.starter = starter
    browser.get("/systems")

    started = browser.post("/syncs/presales/start")
    starter._begun["presales"].process.wait()

    assert started.status_code == 303
    assert "нет связи с CRM" in browser.get("/systems").text


def test_words_are_found_in_any_form_and_only_where_one_may_look(tmp_path):
    hub, _ = opened(tmp_path)
    browser = Browser(hub.installation, a_viewer(), language="ru")

    page = browser.get("/search?q=внедрением").text

    assert "<mark>Внедрение</mark> CRM" in page
    assert 'href="/cases/CASE-1"' in page
    assert "Всех этих слов нет нигде" in browser.get("/search?q=экскаватор").text
    assert "CASE-1" not in Browser(hub.installation, a_viewer("participant")).get("/search?q=внедрение").text
