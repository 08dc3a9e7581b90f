"""Pages in a real MediaWiki: made once, kept current, and never a word of a person's lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.hub.documents import draft_again, make_again, mark_sent
from mappings.language import Problems
from state import history
from tests.hub_builders import CRM
from tests.live.documents_hub import (
    DOCUMENTS,
    PAGE,
    DocumentHub,
    Dying,
    Meanwhile,
    PlainWiki,
    a_document_hub,
    sync_dying,
)

LINKED = CRM.replace("of: trk", "of: wiki")


@pytest.fixture
def ann() -> Iterator[PlainWiki]:
    wiki = PlainWiki("ANN")
    yield wiki
    wiki.close()


@pytest.fixture
def admin() -> Iterator[PlainWiki]:
    wiki = PlainWiki("ADMIN")
    yield wiki
    wiki.close()


@pytest.fixture
def hub(tmp_path: Path) -> DocumentHub:
    return a_document_hub(tmp_path, DOCUMENTS, crm=LINKED)


def one_page(hub: DocumentHub) -> str:
    """A deal, a pass, and the title of its page."""
    hub.deal()
    hub.sync()
    return f"{hub.token} CASE-1 ООО «Ромашка»"


def test_thirty_cases_get_a_page_each_and_an_idle_pass_writes_nothing(hub: DocumentHub, ann: PlainWiki) -> None:
    for number in range(30):
        hub.deal(f"ЗАО «Клиент {number}» [[x]] {{{{!}}}}", amount=str(1000 + number))

    report = hub.sync()
    idle = hub.sync()

    assert report.created["wiki"] == 30
    assert len(ann.titles(hub.token)) == 30
    text = ann.text(f"{hub.token} CASE-7 ЗАО «Клиент 6» x !")
    assert text is not None
    assert "* Сумма: 1\u00a0006\u00a0₽\n" in text
    assert "«Клиент 6» &#91;&#91;x&#93;&#93; &#123;&#123;&#33;&#125;&#125;" in text
    assert (idle.writing["wiki"], idle.requests["wiki"], idle.created["wiki"]) == (0, 1, 0)
    assert hub.codes() == []


def test_the_address_of_the_page_stands_in_the_deal_after_the_same_pass(hub: DocumentHub) -> None:
    deal = hub.deal()

    hub.sync()

    url = hub.records("crm")[deal]["link"]
    assert url is not None
    assert url == hub.shown().url
    assert "CASE-1" in url


def test_facts_are_kept_current_and_what_people_wrote_stays_byte_for_byte(hub: DocumentHub, ann: PlainWiki) -> None:
    title = one_page(hub)
    text = ann.text(title) or ""
    written = "Сверху: {{Шаблон}} \t \n" + text.replace(
        "Пишите здесь.", "Позвонить «завтра»\n\n\n<pre> x  </pre>\n* конец"
    )
    ann.save(title, written)
    before = ann.text(title) or ""

    hub.systems["crm"].edit("record", next(iter(hub.records("crm"))), {"amount": "275000"})
    hub.sync()

    after = ann.text(title) or ""
    assert after == before.replace("150\u00a0000", "275\u00a0000")
    assert after != before
    assert ann.revisions(title) == ["Hub", "Ann", "Hub"]


def test_what_somebody_wrote_into_the_block_is_put_back_and_stands_in_the_history(
    hub: DocumentHub, ann: PlainWiki
) -> None:
    title = one_page(hub)
    text = ann.text(title) or ""
    ann.save(title, text.replace("* Сумма: 150", "* Сумма (договорились!): 140"))

    hub.sync()

    assert ann.text(title) == text
    lines = [line for line in history.history(hub.installation.store, limit=500) if line.event.field == "facts"]
    assert any("договорились" in str(line.event.new) and line.event.by == "Ann" for line in lines)


@pytest.mark.parametrize("near", [False, True], ids=["far from the block", "in the very line above it"])
def test_an_edit_between_look_and_write_is_not_lost(hub: DocumentHub, ann: PlainWiki, *, near: bool) -> None:
    title = one_page(hub)
    text = ann.text(title) or ""
    edit = text.replace("{{Кейс}}", "{{Кейс}} срочно") if near else f"{text}\nДописано между делом"
    hub.transports["wiki"] = Meanwhile([(title, edit)], ann)

    hub.systems["crm"].edit("record", next(iter(hub.records("crm"))), {"amount": "9"})
    hub.sync()

    assert ann.text(title) == edit.replace("150\u00a0000\u00a0₽", "9\u00a0₽")


def test_a_page_that_was_moved_is_followed_and_told(hub: DocumentHub, ann: PlainWiki) -> None:
    title = one_page(hub)
    (deal,) = hub.records("crm")
    ann.do("move", **{"from": title, "to": f"{hub.token} Новое имя"})

    hub.sync()

    assert hub.codes() == ["moved"]
    assert "%D0%9D%D0%BE%D0%B2%D0%BE%D0%B5" in str(hub.records("crm")[deal]["link"])
    hub.systems["crm"].edit("record", deal, {"amount": "77"})
    hub.sync()
    assert "* Сумма: 77\u00a0₽" in (ann.text(f"{hub.token} Новое имя") or "")
    assert hub.codes() == []


def test_a_page_that_was_deleted_is_told_taken_from_the_deal_and_made_again_only_on_request(
    hub: DocumentHub, ann: PlainWiki, admin: PlainWiki
) -> None:
    title = one_page(hub)
    (deal,) = hub.records("crm")
    admin.do("delete", title=title)

    hub.sync()
    hub.sync(full=True)

    assert (hub.codes(), hub.records("crm")[deal]["link"], ann.text(title)) == (["gone"], None, None)
    make_again(hub.installation.store, hub.case(), "brief", by="ann")
    hub.sync()
    assert (hub.codes(), ann.titles(hub.token)) == ([], [title])


def test_a_page_that_comes_back_is_kept_as_before(hub: DocumentHub, admin: PlainWiki) -> None:
    title = one_page(hub)
    admin.do("delete", title=title)
    hub.sync()
    admin.do("undelete", title=title)

    hub.sync(full=True)

    assert (hub.codes(), hub.shown().state) == ([], "draft")


@pytest.mark.parametrize(
    ("what", "instead"),
    [("<!-- /casehub:facts -->", ""), ("<!-- /casehub:facts -->", "<!-- /casehub:facts --> <!-- /casehub:facts -->")],
    ids=["removed", "doubled"],
)
def test_a_damaged_block_is_told_and_the_page_left_alone_until_it_is_mended(
    hub: DocumentHub, ann: PlainWiki, what: str, instead: str
) -> None:
    title = one_page(hub)
    text = ann.text(title) or ""
    ann.save(title, text.replace(what, instead))
    damaged = ann.text(title)
    hub.systems["crm"].edit("record", next(iter(hub.records("crm"))), {"amount": "5"})

    hub.sync()
    hub.sync(full=True)

    assert (hub.codes(), ann.text(title)) == (["block"], damaged)
    ann.save(title, text)
    hub.sync()
    assert (hub.codes(), ann.text(title)) == ([], text.replace("150\u00a0000\u00a0₽", "5\u00a0₽"))


def test_a_missing_fact_stops_the_document_and_is_named(hub: DocumentHub, ann: PlainWiki) -> None:
    deal = hub.deal(amount=None, currency=None)

    hub.sync()

    (entry,) = hub.attention()
    assert (entry.code, entry.key, "deal.amount" in entry.text, "client.name" in entry.text) == (
        "missing",
        "CASE-1",
        True,
        False,
    )
    hub.systems["crm"].edit("record", deal, {"amount": "10", "currency": "RUB"})
    hub.sync()
    assert (hub.codes(), len(ann.titles(hub.token))) == ([], 1)


def test_a_page_of_that_title_that_is_not_ours_is_left_alone(hub: DocumentHub, ann: PlainWiki) -> None:
    title = f"{hub.token} CASE-1 ООО «Ромашка»"
    ann.save(title, "Моя страница")
    hub.deal()

    hub.sync()

    assert (hub.codes(), ann.text(title)) == (["taken"], "Моя страница")
    ann.do("move", **{"from": title, "to": f"{title} Анны"}, noredirect="1")
    ann.save(title, "[[перенаправление]]")
    PlainWiki("ADMIN").do("delete", title=title)
    hub.sync(full=True)
    assert hub.codes() == []
    assert "Клиент: ООО «Ромашка»" in (ann.text(title) or "")


def test_a_death_between_request_and_answer_makes_no_second_page(hub: DocumentHub, ann: PlainWiki) -> None:
    hub.deal()
    hub.transports["wiki"] = Dying(lambda request: b"action=edit" in request.content)

    sync_dying(hub)
    report = hub.again().sync()

    assert report.created["wiki"] == 1
    assert ann.titles(hub.token) == [f"{hub.token} CASE-1 ООО «Ромашка»"]
    assert ann.revisions(f"{hub.token} CASE-1 ООО «Ромашка»") == ["Hub"]
    assert hub.shown().state == "draft"


def test_a_death_while_facts_are_put_leaves_the_page_right(hub: DocumentHub, ann: PlainWiki) -> None:
    title = one_page(hub)
    hub.systems["crm"].edit("record", next(iter(hub.records("crm"))), {"amount": "31"})
    hub.transports["wiki"] = Dying(lambda request: b"action=edit" in request.content)

    sync_dying(hub)
    hub.again().sync()

    assert "* Сумма: 31\u00a0₽" in (ann.text(title) or "")
    assert ann.revisions(title) == ["Hub", "Hub"]


def test_a_document_that_was_sent_is_not_touched_and_a_change_to_it_is_told(hub: DocumentHub, ann: PlainWiki) -> None:
    title = one_page(hub)
    mark_sent(hub.installation.store, hub.case(), "brief", by="ann")
    hub.systems["crm"].edit("record", next(iter(hub.records("crm"))), {"amount": "8"})
    hub.sync()
    outdated, text = hub.codes(), ann.text(title) or ""

    ann.save(title, text + "\nмелкая правка")
    hub.sync()

    assert (outdated, hub.codes()) == (["outdated"], ["changed"])
    assert ann.text(title) == text + "\nмелкая правка"
    draft_again(hub.installation.store, hub.case(), "brief", by="ann")
    hub.sync()
    assert hub.codes() == []
    assert "* Сумма: 8\u00a0₽" in (ann.text(title) or "")
    assert "мелкая правка" in (ann.text(title) or "")


def test_a_template_may_be_a_page_of_the_wiki(tmp_path: Path, ann: PlainWiki) -> None:
    template = f"Template:Кейс {tmp_path.name}"
    ann.save(template, PAGE.replace("Пишите", "Пиши"))
    hub = a_document_hub(tmp_path, DOCUMENTS.replace("brief.wiki", template))
    hub.deal()

    hub.sync()

    assert "Пиши здесь." in (ann.text(f"{hub.token} CASE-1 ООО «Ромашка»") or "")


def test_a_mistake_in_a_template_page_is_told_with_its_line_and_nothing_is_made(tmp_path: Path, ann: PlainWiki) -> None:
    template = f"Template:Ошибка {tmp_path.name}"
    ann.save(template, PAGE.replace("deal.amount", "deal.amuont"))
    hub = a_document_hub(tmp_path, DOCUMENTS.replace("brief.wiki", template))
    hub.deal()

    report = hub.sync()

    assert any(":4" in one or "  4  " in one for one in report.notices if "deal.amuont" in one)
    assert ann.titles(hub.token) == []


def test_a_mistake_in_a_template_beside_the_hub_stops_before_anything(tmp_path: Path) -> None:
    hub = a_document_hub(tmp_path, DOCUMENTS, page=PAGE.replace("<!-- casehub:facts -->", ""))

    with pytest.raises(Problems, match=r"brief\.wiki.*\n.*the comment casehub:facts is missing"):
        hub.sync()
