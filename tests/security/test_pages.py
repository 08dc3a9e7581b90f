"""What people and programs write into systems stays text wherever it is shown: every page, the API, every file."""

import csv
import html
import io
import zipfile
from dataclasses import dataclass
from itertools import cycle

import pytest

from flows.hub import accounts
from flows.hub.accounts import Wanted
from flows.hub.pausing import pause
from flows.hub.units import make_unit
from mappings.exchange import SystemPerson
from mappings.reconcile.model import Event
from state import commits, people, runs
from tests.browsed_builders import NOW, a_conflict, a_parked, seeded
from tests.flows.hub.attachments.files_world import sharing
from tests.hub_builders import a_hub
from tests.security.pages import acting
from tests.security.xss import CORPUS
from tests.web_builders import Browser, a_viewer

TEXTS = tuple(dict.fromkeys(" ".join(one.replace("\x00", " ").replace("\r", " ").split("\n")) for one in CORPUS))
PAGES = (
    *("/cases?outcome=all&sort=key&order=up", "/cases?outcome=all&page=2", "/cases?outcome=all&page=3", "/board"),
    *("/attention", "/attention?page=2", "/search?q=alert", "/search?q=alert&kind=note", "/search?q=javascript"),
    *("/cases/CASE-1", "/cases/CASE-2", "/cases/CASE-1/feed?kind=note", "/cases/CASE-1/feed?what=written"),
    *("/cases/CASE-1/edit/title", "/cases/CASE-1/edit/owner", "/runs", "/runs/{run}", "/systems", "/me"),
    *("/accounts", "/accounts/audit", "/accounts/anna", "/api"),
)
API = (
    *("/cases?outcome=all&size=500", "/board", "/attention?size=500", "/search?q=alert", "/cases/CASE-1"),
    *("/cases/CASE-1/notes", "/cases/CASE-1/items", "/cases/CASE-1/documents", "/cases/CASE-1/history?size=500"),
    *("/runs/{run}", "/systems", "/me"),
)


@dataclass
class Reader:
    """Somebody who asks with a token of theirs; RUN is the run of the hub."""

    browser: Browser
    token: str
    run: str

    def get(self, path):
        return self.browser.get(path.replace("{run}", self.run), headers={"authorization": f"Bearer {self.token}"})


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """Somebody at the page of a hub in which every text is one of the corpus."""
    hub = a_hub(tmp_path_factory.mktemp("hub"))
    store = hub.installation.store
    run = runs.start(store, "presales", by=TEXTS[0])
    seed = seeded(store)
    evil, stages = cycle(TEXTS), cycle(TEXTS[::9])  # a board of a hundred columns is slow
    first = None
    for title in TEXTS:
        said = {"title": title, "client": next(evil), "stage": next(stages), "outcome": "open", "owner": next(evil)}
        more = {"next_step": next(evil), "labels": frozenset({next(evil)}), "description": f"{title}\n\n* {title}"}
        wrote = Event("write", "title", next(evil), next(evil), system="crm", by=next(evil), at=NOW, cause=next(evil))
        waits = {"conflicts": a_conflict("title"), "parked": a_parked("client")}
        case = seed.entity("case", {**said, **more}, records=("crm", "trk"), events=(wrote,), **waits)
        first = first or case
    for text in TEXTS:
        seed.under("item", first, title=text, category="doing", status=text, blocked=True, block_reason=text)
        note = {"author": text, "at": NOW, "written_in": "trk", "internal": False}
        seed.under("note", first, body=f"{text}\n\n> {text}\n\n{text}", **note)
        made = {"case": first[1], "title": text, "kind": "offer", "url": text, "version": text, "state": "sent"}
        seed.entity("document", made, parent=first[0])
    commits.commit(store, seed.worker, decided=seed.made, run=run.id)
    people.store_people(store, "crm", people=[SystemPerson("7", TEXTS[5], email=TEXTS[1])], who={"7": TEXTS[1]})
    unit = make_unit(store, TEXTS[2], by="")
    anna = accounts.make(store, Wanted("anna", TEXTS[3], unit=unit.name, role="admin"), by=TEXTS[4])
    secret, _ = accounts.make_token(store, anna, TEXTS[6], by="")
    pause(store, "presales", by=TEXTS[7], why=TEXTS[8])
    return Reader(Browser(hub.installation), secret, run.id)


@pytest.mark.parametrize("path", PAGES)
def test_on_no_page_does_it_act(browser, path):
    page = browser.get(path)

    assert page.status_code == 200
    assert acting(page.text) == []


def test_titles_stand_on_the_list_as_they_were_written(browser):
    page = html.unescape("".join(browser.get(f"/cases?outcome=all&page={number}").text for number in (1, 2, 3)))

    assert [one for one in TEXTS if one not in page] == []


@pytest.mark.parametrize("path", API)
def test_the_api_answers_json_that_no_browser_takes_for_a_page(browser, path):
    answer = browser.get("/api/v1" + path)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_texts_come_out_of_the_api_and_of_files_as_they_went_in(browser):
    listed = browser.get("/api/v1/cases?outcome=all&size=500&sort=key&order=up").json()["cases"]
    notes = browser.get("/api/v1/cases/CASE-1/notes").json()["notes"]
    text = browser.get("/cases.csv?outcome=all&sort=key&order=up").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    with zipfile.ZipFile(io.BytesIO(browser.get("/cases.xlsx?outcome=all").content)) as book:
        sheet = html.unescape(book.read("xl/worksheets/sheet1.xml").decode())
        links = [name for name in book.namelist() if "rels" in name and "sheet" in name]

    assert [one["title"] for one in listed] == list(TEXTS)
    assert {one["text"].split("\n")[0] for one in notes} == set(TEXTS)
    assert [one["Title"].removeprefix("'") for one in rows] == [one.removeprefix("'") for one in TEXTS]
    assert [one for one in TEXTS if one.isprintable() and one not in sheet] == []
    assert links == []
    assert "<f>" not in sheet.split("<sheetData>")[0]


def test_an_address_of_a_document_leads_nowhere_but_into_the_web(browser):
    shown = browser.get("/api/v1/cases/CASE-1/documents").json()["documents"]

    assert len(shown) == len(TEXTS)
    assert {one["url"] for one in shown} == {""}


def test_the_judge_sees_what_acts():
    for text in ("<script>x</script>", "<a href='javascript:x'>", "<b onclick=x>", "<base href=//evil.test/>", "<svg>"):
        assert acting(f"<p>{text}</p>"), text
    for text in ("<a hx-get='https://evil.test/'>", "<p style='x'>", "<form action='//evil.test'>", "<link href=//x>"):
        assert acting(text), text
    assert acting('<a href="/cases/CASE-1" hx-get="/cases">x</a><script src="/static/htmx.js"></script>') == []


def test_names_of_files_and_comments_that_come_from_a_system_stay_text(tmp_path):
    hub, deal = sharing(tmp_path)
    names = [one for one in TEXTS if one.isprintable()][:40]
    for number, name in enumerate(names):
        hub.attach("crm", deal, f"содержание {number}", name)
    hub.systems["crm"].edit("record", deal, {"title": names[0], "description": "\n\n".join(names)})
    hub.sync()
    reader = Browser(hub.installation, a_viewer(), language="ru")

    page = reader.get("/cases/CASE-1").text
    files = reader.get("/api/v1/cases/CASE-1/files").json()["files"]

    assert acting(page) == []
    assert len(files) == len(names)
    assert all(one["name"] in html.unescape(page) for one in files)
