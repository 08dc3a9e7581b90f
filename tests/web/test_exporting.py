"""The list of cases as a file: what one may see, as the list shows it, and nothing in it that acts."""

import csv
import html
import io
import re
import zipfile
from zoneinfo import ZoneInfo

import pytest
from fastapi import Request

from flows.hub.access import Access
from flows.hub.browsing import CaseQuery
from tests.hub_builders import PEOPLE, a_deal, a_hub
from tests.web_builders import Browser, a_viewer
from web.exporting import ACTS, COLUMNS, Words, harmless
from web.pages.exports import file_of

ANNA, BOB = (one.email for one in PEOPLE)
EVIL = '=HYPERLINK("http://evil.test","Отчёт")'


@pytest.fixture
def hub(tmp_path):
    made = a_hub(tmp_path)
    made.systems["crm"].create("record", a_deal(EVIL, client="ООО «Ромашка»; \n+7", owner="7", stage="PREP"))
    made.systems["crm"].create("record", a_deal("Портал", owner="8"))
    made.sync()
    return made


def table(answer, delimiter=","):
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def cells(answer):
    """All texts of a workbook, and how many of its cells are formulas."""
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    texts = re.findall(r"<t(?: [^>]*)?>([^<]*)</t>", sheet)
    return [html.unescape(one) for one in texts], len(re.findall(r"<f[ >]", sheet))


def test_excel_opens_cyrillic_and_takes_nothing_for_a_formula(hub):
    browser = Browser(hub.installation, a_viewer(), language="ru")

    answer = browser.get("/cases.csv?sort=title&order=down")
    first, second = table(answer, ";")

    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="cases-[\d-]{10}\.csv"', answer.headers["content-disposition"])
    assert (first["Название"], second["Название"]) == ("Портал", f"'{EVIL}")
    assert (second["Этап"], second["Сумма"], second["Валюта"]) == ("Квалифицирован", "150000", "RUB")
    assert "Анна Ли" in second.values()
    assert second["Клиент"] == "ООО «Ромашка»; \n+7"


@pytest.mark.parametrize("sign", ACTS)
def test_what_begins_a_formula_is_text(sign):
    assert harmless(f"{sign}1") == f"'{sign}1"
    assert harmless(f" {sign}1") == f"' {sign}1"
    assert harmless("Ромашка=1") == "Ромашка=1"


def test_a_workbook_holds_texts_numbers_and_days_but_no_formula(hub):
    browser = Browser(hub.installation, a_viewer())

    texts, formulas = cells(browser.get("/cases.xlsx"))

    assert {"Title", EVIL, "Портал", "Анна Ли", "Qualified"} <= set(texts)
    assert formulas == 0


def test_a_day_before_the_first_that_a_workbook_counts_is_a_text(hub):
    hub.systems["crm"].create("record", a_deal("Опечатка", deadline="0026-12-01"))
    hub.sync()

    texts, _ = cells(Browser(hub.installation, a_viewer()).get("/cases.xlsx"))

    assert "0026-12-01" in texts


@pytest.mark.parametrize("path", ["/cases.csv", "/cases.xlsx", "/api/v1/cases.csv", "/api/v1/cases.xlsx"])
def test_a_file_has_the_lists_filters_and_its_readers_rights_in_a_dozen_statements(hub, path):
    mine = Browser(hub.installation, a_viewer("participant", access=Access(frozenset({BOB}), BOB)))
    mine.get("/cases")
    before = hub.installation.store.statements

    whole, none = mine.get(path), mine.get(f"{path}?stage=in_work")

    assert hub.installation.store.statements - before <= 24
    read = (lambda one: " ".join(map(str, cells(one)[0]))) if path.endswith("xlsx") else (lambda one: one.text)
    assert "Портал" in read(whole)
    assert "HYPERLINK" not in read(whole)
    assert "Портал" not in read(none)
    assert none.status_code == 200


@pytest.mark.parametrize(("language", "words"), [("en", "More cases are asked for"), ("ru", "Кейсов больше")])
def test_more_cases_than_a_file_holds_are_told_as_that(hub, language, words):
    browser = Browser(hub.installation, a_viewer(), language=language)

    def few(request: Request):
        said = Words(ZoneInfo("UTC"))
        return file_of(request, a_viewer(), "csv", query=CaseQuery(), said=said, most=1)

    for path in ("/few.csv", "/api/v1/few.csv"):
        browser.app.add_api_route(path, few)
    page, problem = browser.get("/few.csv"), browser.get("/api/v1/few.csv")

    assert (page.status_code, problem.status_code) == (413, 413)
    assert words in page.text
    assert words in problem.json()["detail"]


def test_for_programs_columns_are_called_as_in_the_api(hub):
    rows = table(Browser(hub.installation, a_viewer(), language="ru").get("/api/v1/cases.csv?sort=key&order=up"))

    assert tuple(rows[0]) == tuple(COLUMNS)
    assert (rows[0]["stage"], rows[0]["key_client"], rows[0]["created"][10]) == ("qualified", "no", "T")


def test_the_list_leads_to_its_file(hub):
    page = Browser(hub.installation, a_viewer()).get("/cases?stage=qualified&sort=title").text

    assert 'href="/cases.xlsx?stage=qualified&amp;sort=title"' in page
