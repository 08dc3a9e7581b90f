"""MediaWiki's answers, and what the connector makes of each; a real wiki is asked in tests/live."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import SecretStr

from connectors.base import Surroundings
from connectors.errors import AuthFailed, Rejected, RetryLater
from connectors.mediawiki import MediaWikiConnector, MediaWikiSettings
from mappings.exchange import Change, Create, Cursor, Receipt, Update

Form = Mapping[str, str]
TEXT = "Текст"


class FakeWiki:
    """Answers as api.php does: always 200, errors inside. SAYS is asked first about each form."""

    def __init__(self, says: Callable[[Form], Any] = lambda _: None) -> None:
        self.says = says
        self.seen: list[dict[str, str]] = []
        self.slept: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode(), keep_blank_values=True).items()}
        self.seen.append(form)
        told = self.says(form)
        if isinstance(told, httpx.Response):
            return told
        return httpx.Response(200, json=told if told is not None else _usual(form))

    def forms(self, action: str) -> list[dict[str, str]]:
        return [form for form in self.seen if form["action"] == action]

    def connector(self) -> MediaWikiConnector:
        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        settings = MediaWikiSettings(url="https://wiki.test/w", user="Hub@sync", password=SecretStr("secret-word"))
        around = Surroundings(transport=httpx.MockTransport(self), sleep=sleep)
        return MediaWikiConnector("вики", settings, around)


def _usual(form: Form) -> Any:
    match form:
        case {"action": "query", "type": "login"}:
            return {"query": {"tokens": {"logintoken": "t+\\"}}}
        case {"action": "login"}:
            return {"login": {"result": "Success"}}
        case {"action": "query", "meta": str()}:
            user = {"id": 7, "name": "Hub", "rights": ["edit", "bot", "createpage"]}
            return {"query": {"tokens": {"csrftoken": "c+\\"}, "userinfo": user, "general": {"generator": "MediaWiki"}}}
        case {"action": "edit"}:
            number = int(form.get("baserevid", "41"))
            return {"edit": {"result": "Success", "pageid": 9, "oldrevid": number, "newrevid": 42, "newtimestamp": "z"}}
    return {"query": {"pages": [a_page()]}}


def a_page(revision: int = 41, text: str = TEXT) -> dict[str, Any]:
    slot = {"contentmodel": "wikitext", "content": text}
    newest = {"revid": revision, "timestamp": "2026-11-21T10:00:00Z", "user": "Ann", "slots": {"main": slot}}
    return {"pageid": 9, "title": "Кейс", "fullurl": "https://wiki.test/Кейс", "revisions": [newest]}


def refused(code: str, text: str = "слова вики") -> dict[str, Any]:
    return {"errors": [{"code": code, "text": text}]}


def on_edit(answer: Any) -> Callable[[Form], Any]:
    return lambda form: answer if form["action"] == "edit" else None


async def pushed(wiki: FakeWiki, write: Create | Update) -> Receipt:
    async with wiki.connector() as connector:
        return (await connector.push([write]))[0]


def a_create() -> Create:
    return Create("k", "вики", "page", "m", (Change("title", "Кейс"), Change("text", TEXT)))


def an_update(text: str = "Новый", expected: str = TEXT) -> Update:
    return Update("k", "вики", "page", "9", (Change("text", text, expected),), "000000000041")


@pytest.mark.asyncio
async def test_an_edit_names_its_revision_its_hash_and_the_token_last() -> None:
    wiki = FakeWiki()

    receipt = await pushed(wiki, an_update())

    (form,) = wiki.forms("edit")
    assert (receipt.state, receipt.proved) == ("done", True)
    assert receipt.record is not None
    assert (receipt.record.views["text"], receipt.record.version) == ("Новый", "000000000042")
    assert (form["baserevid"], form["nocreate"], form["assert"], form["maxlag"]) == ("41", "1", "bot", "5")
    assert len(form["md5"]) == 32
    assert list(form)[-1] == "token"
    assert "basetimestamp" not in form  # with it the wiki overlooks conflicts with our own other edits


@pytest.mark.asyncio
async def test_a_conflict_moves_nothing_and_shows_the_page_as_it_is() -> None:
    receipt = await pushed(FakeWiki(on_edit(refused("editconflict"))), an_update())

    assert (receipt.state, receipt.record is not None) == ("moved", True)


@pytest.mark.asyncio
async def test_a_page_that_shows_something_else_than_expected_is_not_written() -> None:
    wiki = FakeWiki()

    receipt = await pushed(wiki, an_update(expected="чего там нет"))

    assert (receipt.state, wiki.forms("edit")) == ("moved", [])


@pytest.mark.asyncio
async def test_a_title_that_is_there_is_named_and_nothing_overwritten() -> None:
    wiki = FakeWiki(on_edit(refused("articleexists")))

    receipt = await pushed(wiki, a_create())

    assert (receipt.state, receipt.other) == ("refused", "9")
    assert wiki.forms("edit")[0]["createonly"] == "1"


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (refused("protectedpage"), "refused"),
        (refused("abusefilter-disallowed"), "refused"),
        ({"edit": {"result": "Failure", "info": "captcha"}}, "refused"),
        (refused("internal_api_error_DBQueryError"), "unclear"),
        (httpx.Response(502, text="<html>"), "unclear"),
        ({"batchcomplete": True}, "unclear"),
        (refused("maxlag"), "unsent"),
        (refused("readonly"), "unsent"),
        (refused("assertbotfailed"), "unsent"),
    ],
)
@pytest.mark.asyncio
async def test_each_answer_to_a_create_has_its_meaning(answer: Any, state: str) -> None:
    assert (await pushed(FakeWiki(on_edit(answer)), a_create())).state == state


@pytest.mark.parametrize("answer", [httpx.Response(502), httpx.Response(403), refused("assertbotfailed")])
@pytest.mark.asyncio
async def test_a_page_that_is_made_and_cannot_be_looked_at_is_made(answer: Any) -> None:
    wiki = FakeWiki(lambda form: answer if "pageids" in form else None)

    receipt = await pushed(wiki, a_create())

    assert (receipt.state, receipt.id, receipt.record, receipt.proved) == ("done", "9", None, False)


@pytest.mark.parametrize(
    "answer", [httpx.Response(502), refused("assertuserfailed"), {"query": {"pages": [{"pageid": 9}]}}]
)
@pytest.mark.asyncio
async def test_an_edit_that_cannot_be_read_back_is_in_doubt(answer: Any) -> None:
    def says(form: Form) -> Any:
        if form["action"] == "edit":
            return {"edit": {"result": "Success", "pageid": 9, "oldrevid": 40, "newrevid": 42, "newtimestamp": "z"}}
        return answer if "pageids" in form and wiki.forms("edit") else None

    wiki = FakeWiki(says)

    assert (await pushed(wiki, an_update())).state == "unclear"


@pytest.mark.asyncio
async def test_a_wiki_under_load_is_given_the_time_it_asks_for() -> None:
    answers = [httpx.Response(200, json=refused("maxlag"), headers={"Retry-After": "7"})]
    wiki = FakeWiki(lambda form: answers.pop() if form["action"] == "edit" and answers else None)

    receipt = await pushed(wiki, an_update())

    assert (receipt.state, wiki.slept) == ("done", [7.0])


@pytest.mark.asyncio
async def test_a_session_that_has_ended_is_begun_anew_and_the_edit_sent_once() -> None:
    answers = [refused("badtoken")]
    wiki = FakeWiki(lambda form: answers.pop() if form["action"] == "edit" and answers else None)

    receipt = await pushed(wiki, an_update())

    assert (receipt.state, len(wiki.forms("edit")), len(wiki.forms("login"))) == ("done", 2, 2)


@pytest.mark.asyncio
async def test_a_wrong_bot_password_is_told_without_showing_it() -> None:
    wiki = FakeWiki(lambda form: {"login": {"result": "Failed"}} if form["action"] == "login" else None)

    async with wiki.connector() as connector:
        with pytest.raises(AuthFailed) as caught:
            await connector.identify()

    assert "secret-word" not in str(caught.value)


@pytest.mark.asyncio
async def test_a_log_in_that_the_wiki_puts_off_says_nothing_against_the_password() -> None:
    why = {"code": "login-throttled", "text": "You have made too many recent login attempts."}
    answer = {"login": {"result": "Failed", "reason": why}}
    wiki = FakeWiki(lambda form: answer if form["action"] == "login" else None)

    async with wiki.connector() as connector:
        with pytest.raises(RetryLater, match="wait some minutes"):
            await connector.identify()

    assert len(wiki.forms("login")) == 1  # each further one would make the wait longer


@pytest.mark.asyncio
async def test_an_account_that_is_no_bot_is_told_what_to_do_about_it() -> None:
    wiki = FakeWiki(lambda form: refused("assertbotfailed") if "assert" in form else None)

    async with wiki.connector() as connector:
        with pytest.raises(AuthFailed, match=r"group bot.*`bot: false`"):
            await connector.get("page", ["9"])


@pytest.mark.asyncio
async def test_rights_that_are_lacking_are_told() -> None:
    async with FakeWiki().connector() as connector:
        found = await connector.discover("page")

    assert found.notes == ("the account may not ask for many at once (right apihighlimits)",)


@pytest.mark.asyncio
async def test_a_page_that_is_missing_is_gone_and_one_that_is_odd_refused() -> None:
    rows = [{"pageid": 8, "missing": True}, {"pageid": 9, "revisions": [{}]}]
    wiki = FakeWiki(lambda form: {"query": {"pages": rows}} if "pageids" in form else None)

    async with wiki.connector() as connector:
        found = await connector.get("page", ["8", "9", "не число"])

    assert [one.state for one in found] == ["gone", "refused", "gone"]


@pytest.mark.parametrize("fits", [1, 2, 5])
@pytest.mark.asyncio
async def test_pages_for_which_an_answer_has_no_room_are_asked_for_again(fits: int) -> None:
    def says(form: Form) -> Any:
        if "pageids" not in form:
            return None
        rows = [{**a_page(), "pageid": int(one)} for one in form["pageids"].split("|")]
        if len(rows) <= fits:
            return {"batchcomplete": True, "query": {"pages": rows}}
        cut = [{"pageid": row["pageid"], "title": row["title"]} for row in rows[fits:]]
        more = {"rvcontinue": f"{cut[0]['pageid']}|41", "continue": "||info"}
        return {"continue": more, "query": {"pages": rows[:fits] + cut}}

    async with FakeWiki(says).connector() as connector:
        found = await connector.get("page", ["1", "2", "3", "4", "5", "6"])

    assert [(one.id, one.state) for one in found] == [(str(number), "here") for number in range(1, 7)]


@pytest.mark.asyncio
async def test_a_page_that_no_answer_has_room_for_is_not_gone_and_hides_no_other() -> None:
    def says(form: Form) -> Any:
        rows = [{**a_page(), "pageid": int(one)} for one in form.get("pageids", "").split("|") if one]
        if not any(row["pageid"] == 2 for row in rows):
            return {"query": {"pages": rows}} if rows else None
        cut = [{"pageid": row["pageid"], "title": row["title"]} for row in rows if row["pageid"] >= 2]
        return {"continue": {"rvcontinue": "2|41"}, "query": {"pages": [rows[0], *cut] if len(rows) > 2 else cut}}

    async with FakeWiki(says).connector() as connector:
        found = await connector.get("page", ["1", "2", "3"])

    assert [one.state for one in found] == ["here", "refused", "here"]


@pytest.mark.asyncio
async def test_what_is_no_answer_of_a_wiki_is_tried_later() -> None:
    wiki = FakeWiki(lambda _: httpx.Response(200, text="<html>вход</html>"))

    async with wiki.connector() as connector:
        with pytest.raises(RetryLater, match="HTML"):
            await connector.identify()


@pytest.mark.asyncio
async def test_a_foreign_cursor_and_a_foreign_kind_are_refused() -> None:
    async with FakeWiki().connector() as connector:
        with pytest.raises(Rejected, match="cursor"):
            await connector.changes(Cursor("x", resume=json.dumps({"offset": 3})))
        with pytest.raises(Rejected, match="issue"):
            await connector.get("issue", ["1"])
