"""Everything that belongs to a case stands on its page, and what systems wrote stays text."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from flows.hub.access import Access
from mappings.canonical import Money
from mappings.reconcile.model import Event
from tests.browsed_builders import NOW, a_conflict, a_parked, seeded
from tests.flows.hub.attachments.files_world import sharing
from tests.hub_builders import a_hub
from tests.notes_builders import say, talking
from tests.web_builders import Browser, a_viewer

ANNA = "ann@example.com"
EVIL = "<img src=x onerror=alert(1)>"


def a_whole_case(tmp_path):
    """A case with all there is, and HTML wherever people write."""
    hub = a_hub(tmp_path)
    seed = seeded(hub.installation.store)
    case = seed.entity(
        "case",
        {
            "title": EVIL,
            "client": f"ООО «Ромашка» {EVIL}",
            "stage": "свой этап",
            "outcome": "open",
            "amount": Money(Decimal(150000), "RUB"),
            "deadline": date(2026, 12, 1),
            "labels": frozenset({"срочно", EVIL}),
            "blocked": True,
            "key_client": False,
            "owner": ANNA,
            "description": f"**да** {EVIL} [ссылка](javascript:alert(1))",
        },
        records=("crm", "trk"),
        conflicts=a_conflict(),
        parked=a_parked(),
        events=(Event("read", "title", "было", EVIL, system="crm", by="7", at=NOW),),
    )
    item = seed.under(
        "item", case, title=EVIL, category="doing", status="В работе", assignee=ANNA, due=date(2026, 12, 2)
    )
    seed.under("item", case, parent=item[0], title="Часть", category="done", blocked=True, block_reason=EVIL)
    note = {"author": ANNA, "at": NOW + timedelta(minutes=1), "written_in": "trk"}
    seed.under("note", case, body=f"Всем привет {EVIL}", internal=False, **note)
    seed.under("note", case, body="Тайна отдела", internal=True, **note)
    for title, url in (("КП", "https://wiki.example.org/КП"), ("Бриф", "javascript:alert(1)")):
        said = {"case": case[1], "title": title, "kind": "offer", "url": url, "version": "3", "state": "sent"}
        seed.entity("document", said, parent=case[0])
    seed.put()
    return hub


@pytest.mark.parametrize("language", ["en", "ru"])
def test_all_of_it_shows_in_a_dozen_statements_and_no_html_of_a_system_acts(tmp_path, language):
    hub = a_whole_case(tmp_path)
    browser = Browser(hub.installation, a_viewer(), language=language)
    browser.get("/cases/CASE-1")
    before = hub.installation.store.statements

    page = browser.get("/cases/CASE-1").text

    assert hub.installation.store.statements - before <= 12
    assert [text for text in ("Часть", "Всем привет", "Тайна отдела", "КП", "В работе") if text not in page] == []
    assert 'href="https://wiki.example.org/' in page
    assert "<img" not in page
    assert "javascript:" not in page.replace("[ссылка](javascript:alert(1))", "")


@pytest.mark.parametrize(
    "path", ["/cases?outcome=all", "/board", "/attention", "/search?q=привет", "/cases/CASE-1/feed"]
)
def test_no_html_of_a_system_acts_anywhere(tmp_path, path):
    hub = a_whole_case(tmp_path)

    page = Browser(hub.installation, a_viewer(), language="ru").get(path)

    assert page.status_code == 200
    assert "<img" not in page.text
    assert "onerror" in page.text


def test_who_only_looks_on_sees_nothing_that_stays_inside(tmp_path):
    hub = a_whole_case(tmp_path)
    looking = Browser(hub.installation, a_viewer("viewer", access=Access(frozenset({ANNA}), ANNA)), language="ru")

    pages = [looking.get(path).text for path in ("/cases/CASE-1", "/cases/CASE-1/feed", "/search?q=тайна")]

    assert [("Всем привет" in page, "Тайна" in page) for page in pages[:2]] == [(True, False), (True, False)]
    assert "Тайна отдела" not in pages[2]


def test_a_note_is_added_and_reaches_the_systems_unless_it_is_internal(tmp_path):
    hub, _, issue = talking(tmp_path)
    say(hub, "trk", issue, "Готово к пятнице")
    hub.sync()
    browser = Browser(hub.installation, a_viewer(), language="ru")
    browser.get("/cases/CASE-1")

    shared = browser.post("/cases/CASE-1/notes", {"text": "Клиент **согласен**"})
    inside = browser.post("/cases/CASE-1/notes", {"text": "Скидку не давать", "internal": "yes"})
    empty = browser.post("/cases/CASE-1/notes", {"text": "  "})
    hub.sync()
    page = browser.get("/cases/CASE-1").text

    assert [one.status_code for one in (shared, inside, empty)] == [303, 303, 303]
    assert all(text in page for text in ("Готово к пятнице", "<strong>согласен</strong>", "Скидку не давать"))
    assert any("согласен" in str(one["text"]) for one in hub.records("trk", "comment").values())
    assert not any("Скидку" in str(one["text"]) for one in hub.records("trk", "comment").values())


def test_files_show_where_they_lie(tmp_path):
    hub, deal = sharing(tmp_path)
    hub.attach("crm", deal, "итого", "смета.pdf")
    hub.sync()

    page = Browser(hub.installation, a_viewer(), language="ru").get("/cases/CASE-1").text

    assert "смета.pdf" in page
