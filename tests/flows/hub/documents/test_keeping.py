"""Documents at the end of a pass, over a wiki in memory that answers badly when it is told to."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from connectors import connector_class
from connectors.base import Connector, Surroundings
from connectors.mediawiki import MediaWikiConnector, MediaWikiSettings
from flows.hub.documents import check_documents
from flows.hub.wiring import Installation
from mappings.language import Problems
from state import attention
from tests.hub_builders import HUB, AHub, a_deal, a_hub

PAGE = "<!-- casehub:facts -->\n{{ client.name }}\n<!-- /casehub:facts -->\n"
DOCUMENTS = """
documents:
  brief:
    system: wiki
    template: brief.wiki
    name: "{{ case.key }}"
    when: "case.outcome == 'open'"
    requires: [client.name]
"""
WIKI = '\n  wiki: {type: mediawiki, url: "https://wiki.test", user: "Hub@sync", password: "${WORD}"}\nsyncs:'


@dataclass
class SmallWiki:
    """Pages by title; FAILS says of a form how its answer goes wrong: before or after it was carried out."""

    fails: Callable[[dict[str, str]], str] = lambda _: ""
    pages: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    edits: int = 0
    asked: int = 0
    may_delete: bool = True
    authors: dict[str, list[str]] = field(default_factory=dict)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        form = {name: one[0] for name, one in parse_qs(request.content.decode(), keep_blank_values=True).items()}
        self.asked += 1
        how = self.fails(form)
        if how == "before":
            raise httpx.ConnectError("down")
        told = self._answer(form)
        if how == "after":
            raise httpx.ReadTimeout("lost")
        return httpx.Response(200, json=told)

    def _answer(self, form: dict[str, str]) -> dict[str, Any]:
        if form.get("type") == "login":
            return {"query": {"tokens": {"logintoken": "t"}}}
        if form["action"] == "login":
            return {"login": {"result": "Success"}}
        if "meta" in form:
            return {"query": {"tokens": {"csrftoken": "c"}, "userinfo": {"id": 1, "name": "Hub"}}}
        if form["action"] == "edit":
            return self._edit(form)
        if form["action"] == "delete" and not self.may_delete:
            return {"errors": [{"code": "permissiondenied"}]}
        if form["action"] == "delete":
            self.pages = {title: page for title, page in self.pages.items() if str(page[0]) != form["pageid"]}
            return {"delete": {"title": "", "logid": 1}}
        if form.get("list") == "recentchanges":
            return {"query": {"recentchanges": []}}
        titles = form["titles"].split("|") if "titles" in form else list(self.pages)
        wanted = form.get("pageids", "").split("|")
        if form.get("rvprop") == "user":
            [title] = [one for one, page in self.pages.items() if str(page[0]) in wanted]
            return {"query": {"pages": [{"revisions": [{"user": one} for one in self.authors.get(title, ["Hub"])]}]}}
        rows = [self._row(one) for one in titles if one in self.pages]
        return {"query": {"pages": [row for row in rows if "titles" in form or str(row["pageid"]) in wanted]}}

    def _edit(self, form: dict[str, str]) -> dict[str, Any]:
        title = form.get("title") or next(t for t, (n, _, _) in self.pages.items() if str(n) == form["pageid"])
        if "createonly" in form and title in self.pages:
            return {"errors": [{"code": "articleexists"}]}
        number, revision, _ = self.pages.get(title, (len(self.pages) + 1, 0, ""))
        self.pages[title] = (number, revision + 1, form["text"].rstrip())
        self.edits += 1
        edit = {"result": "Success", "pageid": number, "oldrevid": revision, "newrevid": revision + 1}
        return {"edit": {**edit, "newtimestamp": "2026-11-21T10:00:00Z"}}

    def _row(self, title: str) -> dict[str, Any]:
        number, revision, text = self.pages[title]
        slot = {"contentmodel": "wikitext", "content": text}
        newest = {"revid": revision, "timestamp": "2026-11-21T10:00:00Z", "user": "Hub", "slots": {"main": slot}}
        return {"pageid": number, "title": title, "fullurl": f"https://wiki.test/{title}", "revisions": [newest]}


@dataclass
class WikiHub(AHub):
    wiki: SmallWiki = field(default_factory=SmallWiki)

    def make(self, installation: Installation, name: str) -> Connector:
        if name != "wiki":
            return super().make(installation, name)

        async def sleep(seconds: float) -> None:
            del seconds

        given = installation.hub.systems[name].settings
        settings = MediaWikiSettings.model_validate({key: one for key, one in given.items() if one is not None})
        around = Surroundings(transport=httpx.MockTransport(self.wiki), sleep=sleep)
        assert connector_class("mediawiki") is MediaWikiConnector
        return MediaWikiConnector(name, settings, around)

    def codes(self) -> list[str]:
        return [one.code for one in attention.parked_fields(self.installation.store) if one.field == "document"]


def a_wiki_hub(folder: Path, *, documents: str = DOCUMENTS, page: str = PAGE, **given: Any) -> WikiHub:
    (folder / "brief.wiki").write_text(page, encoding="utf-8")
    made = a_hub(folder, hub=HUB.replace("\nsyncs:", WIKI, 1) + documents, env={"WORD": "geheim"}, **given)
    return WikiHub(made.installation, made.systems)


def test_a_wiki_that_is_down_is_told_the_rest_is_done_and_the_page_made_when_it_is_back(tmp_path: Path) -> None:
    hub = a_wiki_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal())
    hub.wiki.fails = lambda _: "before"

    down = hub.sync()
    hub.wiki.fails = lambda _: ""
    back = hub.sync()

    assert ("wiki" in down.trouble, len(hub.records("trk"))) == (True, 1)
    assert (back.trouble, list(hub.wiki.pages)) == ({}, ["CASE-1"])


def test_two_cases_of_one_long_title_have_a_page_each(tmp_path: Path) -> None:
    named = DOCUMENTS.replace('"{{ case.key }}"', '"{{ case.title }} {{ case.key }}"')
    hub = a_wiki_hub(tmp_path, documents=named)
    for _ in range(2):
        hub.systems["crm"].create("record", a_deal("Внедрение системы управления отношениями с клиентами " * 3))

    hub.sync()

    assert [title.rpartition(" ")[2] for title in hub.wiki.pages] == ["CASE-1", "CASE-2"]
    assert hub.codes() == []


def test_a_lost_answer_is_found_out_and_the_page_is_there_once(tmp_path: Path) -> None:
    hub = a_wiki_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal())
    lost = ["after"]
    hub.wiki.fails = lambda form: lost.pop() if form["action"] == "edit" and lost else ""

    first = hub.sync()
    second = hub.sync()

    assert first.created["wiki"] == 0
    assert (second.created["wiki"], hub.wiki.edits, len(hub.wiki.pages)) == (1, 1, 1)
    assert hub.codes() == []


def test_a_request_that_never_left_is_sent_again(tmp_path: Path) -> None:
    hub = a_wiki_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal())
    lost = ["before"]
    hub.wiki.fails = lambda form: lost.pop() if form["action"] == "edit" and lost else ""

    hub.sync()
    hub.sync(full=True)

    assert (hub.wiki.edits, list(hub.wiki.pages)) == (1, ["CASE-1"])


def test_a_case_that_needs_none_costs_no_request_beyond_the_feed(tmp_path: Path) -> None:
    hub = a_wiki_hub(tmp_path, documents=DOCUMENTS.replace("'open'", "'won'"))
    hub.systems["crm"].create("record", a_deal())
    hub.sync()
    before = hub.wiki.asked

    report = hub.sync()

    assert (hub.wiki.pages, hub.wiki.asked - before, report.writing["wiki"]) == ({}, 4, 0)  # log-in and feed


def test_a_document_for_which_facts_are_missing_waits_and_says_which(tmp_path: Path) -> None:
    hub = a_wiki_hub(tmp_path)
    deal = hub.systems["crm"].create("record", a_deal(client=None))
    hub.sync()
    waiting = hub.codes()

    hub.systems["crm"].edit("record", deal, {"client": "ООО «Лотос»"})
    hub.sync()

    assert (waiting, hub.codes()) == (["missing"], [])
    assert "\nООО «Лотос»\n" in hub.wiki.pages["CASE-1"][2]


def test_a_title_of_which_nothing_is_left_is_told(tmp_path: Path) -> None:
    hub = a_wiki_hub(tmp_path, documents=DOCUMENTS.replace('"{{ case.key }}"', '"[[#{{ case.key }}"'))
    hub.systems["crm"].create("record", a_deal())

    hub.sync()

    assert list(hub.wiki.pages) == ["CASE-1"]  # what a title may not have is left out


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (PAGE.replace("client.name", "client.nmae"), "unknown fact 'client.nmae'; did you mean 'client.name'?"),
        (PAGE.replace("{{ client.name }}", "~~~~"), "signatures and subst: are rewritten by the wiki"),
        ("nichts", "no block of facts"),
    ],
)
def test_a_mistake_in_the_template_stops_before_anything(tmp_path: Path, page: str, told: str) -> None:
    hub = a_wiki_hub(tmp_path, page=page)
    hub.systems["crm"].create("record", a_deal())

    with pytest.raises(Problems) as caught:
        hub.sync()

    assert caught.value.problems[0].file == "brief.wiki"
    assert told in caught.value.problems[0].text
    assert hub.wiki.asked == 0


def test_a_system_that_holds_no_documents_is_told(tmp_path: Path) -> None:
    hub = a_wiki_hub(tmp_path, documents=DOCUMENTS.replace("system: wiki", "system: trk"))

    with pytest.raises(Problems) as caught:
        hub.sync()

    assert "trk holds no documents; a mediawiki or a webdav does" in caught.value.problems[0].text


def test_more_documents_than_one_pass_may_make_follow_with_the_next(tmp_path: Path) -> None:
    hub = a_wiki_hub(tmp_path, documents="    guards: {max_creates: 2}\n" + DOCUMENTS)
    for number in range(5):
        hub.systems["crm"].create("record", a_deal(f"Сделка {number}"))

    reports = [hub.sync(approved=True) for _ in range(4)]

    assert [report.created["wiki"] for report in reports] == [2, 2, 1, 0]
    assert any("follow with the next pass" in one for one in reports[0].notices)


def test_check_reads_a_template_where_it_lies(tmp_path: Path) -> None:
    hub = a_wiki_hub(tmp_path, documents=DOCUMENTS.replace("brief.wiki", "Шаблон:Кейс"))
    missing = asyncio.run(check_documents(hub.installation, hub.make))
    hub.wiki.pages["Шаблон:Кейс"] = (1, 1, PAGE.replace("client.name", "client.nmae"))
    wrong = asyncio.run(check_documents(hub.installation, hub.make))
    hub.wiki.pages["Шаблон:Кейс"] = (1, 2, PAGE)
    right = asyncio.run(check_documents(hub.installation, hub.make))

    assert [one.text.startswith("documents.brief.template: 'Шаблон:Кейс' cannot be read") for one in missing] == [True]
    assert [(one.file, one.line) for one in wrong] == [("wiki: Шаблон:Кейс", 2)]
    assert right == ()


def test_a_template_that_went_wrong_in_the_wiki_is_on_the_list_until_it_is_mended(tmp_path: Path) -> None:
    hub = a_wiki_hub(tmp_path, documents=DOCUMENTS.replace("brief.wiki", "Шаблон:Кейс"))
    hub.wiki.pages["Шаблон:Кейс"] = (1, 1, PAGE.replace("client.name", "client.nmae"))
    hub.systems["crm"].create("record", a_deal())

    hub.sync()
    wrong = [(one.code, one.system) for one in attention.parked_fields(hub.installation.store)]
    hub.wiki.pages["Шаблон:Кейс"] = (1, 2, PAGE)
    hub.sync()

    assert wrong == [("template", "wiki")]
    assert attention.parked_fields(hub.installation.store) == ()
    assert "CASE-1" in hub.wiki.pages
