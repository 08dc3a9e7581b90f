"""The page of a case: what is said, by whom, how its records stand, what happened, and what stays inside."""

from datetime import timedelta
from pathlib import Path

import pytest

from flows.hub.access import EVERYTHING, Access
from flows.hub.browsing import (
    AttentionQuery,
    FeedQuery,
    NoSuchCase,
    NoSuchRun,
    RunQuery,
    attention_list,
    feed,
    list_runs,
    open_case,
    open_run,
    systems,
)
from flows.hub.browsing.waiting import GROUPS
from mappings.canonical.values import Money
from tests.browsed_builders import NOW
from tests.hub_builders import a_deal, a_hub, opened
from tests.kinds_builders import a_case, a_task
from tests.notes_builders import say, talking

LATER = NOW + timedelta(minutes=3)


def test_a_fact_says_its_value_and_who_said_it_and_how_each_record_stands(tmp_path: Path) -> None:
    hub, deal = opened(tmp_path)

    page = open_case(hub.installation, EVERYTHING, "case-1", now=LATER)

    amount, owner, stage = (page.fact(name) for name in ("amount", "owner", "stage"))
    assert amount is not None and owner is not None and stage is not None  # noqa: PT018  # for the type checker
    assert (amount.value, amount.system, amount.ref) == (Money(amount.value.amount, "RUB"), "crm", f"#{deal}")  # type: ignore[union-attr]  # an amount
    assert page.names.of(str(owner.value)) == "Анна Ли"
    assert {name: side.label for name, side in stage.sides.items()} == {"crm": "Квалификация", "trk": "New"}
    assert {name: side.label for name, side in owner.sides.items()} == {"crm": "Анна Ли", "trk": "Анна Ли"}


def test_a_write_that_waits_stands_beside_its_field_until_it_has_arrived(tmp_path: Path) -> None:
    hub, deal = opened(tmp_path)
    hub.systems["crm"].edit("record", deal, {"title": "Внедрение и обучение"})
    hub.sync(only="crm")

    page = open_case(hub.installation, EVERYTHING, "CASE-1", now=LATER)

    [waiting] = [record for record in page.records if record.write]
    title = page.fact("title")
    assert title is not None
    assert (waiting.system, waiting.waiting[0].before, waiting.waiting[0].after) == (
        "trk",
        "Внедрение CRM",
        "Внедрение и обучение",
    )
    assert {name: side.waits for name, side in title.sides.items()} == {"crm": "", "trk": "Внедрение и обучение"}


def test_records_say_as_of_when_and_grow_stale(tmp_path: Path) -> None:
    hub, _ = opened(tmp_path)

    fresh = open_case(hub.installation, EVERYTHING, "CASE-1", now=LATER).records
    stale = open_case(hub.installation, EVERYTHING, "CASE-1", now=LATER + timedelta(hours=1)).records

    assert [(one.system, one.fresh.stale) for one in fresh] == [("crm", False), ("trk", False)]
    assert all(one.fresh.as_of is not None and one.fresh.as_of < LATER for one in fresh)
    assert all(one.fresh.stale for one in stale)
    assert all(one.stale for one in systems(hub.installation, EVERYTHING, now=LATER + timedelta(hours=1)).systems)


def test_items_stand_below_what_they_are_a_part_of(tmp_path: Path) -> None:
    hub, _, issue = a_case(tmp_path)
    task = hub.systems["trk"].create("record", a_task(issue))
    hub.systems["trk"].create("record", a_task(task, "Часть"))
    for _ in range(2):
        hub.sync()

    page = open_case(hub.installation, EVERYTHING, "CASE-1", now=LATER)

    assert [(one.title, one.level) for one in page.items] == [("Собрать требования", 0), ("Часть", 1)]
    assert {place.system for place in page.items[0].places} >= {"trk"}
    assert {line.kind for line in page.feed.lines} >= {"case", "item"}


def test_what_stays_inside_is_shown_to_those_who_may_see_it(tmp_path: Path) -> None:
    hub, _, issue = talking(tmp_path)
    say(hub, "trk", issue, "Клиент ждёт смету")
    say(hub, "trk", issue, "Скидка до сорока процентов", private=True)
    hub.sync()

    plain = open_case(hub.installation, EVERYTHING, "CASE-1", now=LATER)
    inside = open_case(hub.installation, EVERYTHING, "CASE-1", now=LATER, internal=True)

    assert [(note.text, note.internal) for note in plain.notes] == [("Клиент ждёт смету", False)]
    assert [note.internal for note in inside.notes] == [False, True]
    assert "сорока" not in repr(inside)  # it stays in its system
    told = {line.key for line in plain.feed.lines if line.kind == "note"}
    assert told == {plain.notes[0].key}


def test_a_feed_tells_each_line_once_in_the_order_of_time_whatever_the_size_of_its_pages(tmp_path: Path) -> None:
    hub, deal, issue = talking(tmp_path)
    say(hub, "trk", issue, "Клиент ждёт смету")
    hub.systems["crm"].edit("record", deal, {"title": "Внедрение и обучение"})
    hub.sync()
    whole = feed(hub.installation, EVERYTHING, "CASE-1", FeedQuery(size=500)).lines

    pages, before = [], ""
    for _ in range(len(whole)):
        page = feed(hub.installation, EVERYTHING, "CASE-1", FeedQuery(size=3, before=before))
        pages += page.lines
        before = page.next
        if not before:
            break

    assert [line.id for line in pages] == [line.id for line in whole]
    assert [line.at for line in whole] == sorted((line.at for line in whole), reverse=True)
    [note] = [line for line in whole if line.kind == "note" and line.text]
    assert (note.system, note.text) == ("trk", "Клиент ждёт смету")
    assert feed(hub.installation, EVERYTHING, "CASE-1", FeedQuery(before="вчера/все")).lines == whole[:50]


def test_a_feed_is_sifted_by_system_and_by_what_it_tells_of(tmp_path: Path) -> None:
    hub, _, issue = talking(tmp_path)
    say(hub, "trk", issue, "Клиент ждёт смету")
    hub.sync()

    def told(query: FeedQuery) -> list[tuple[str, str]]:
        return [(line.system, line.kind) for line in feed(hub.installation, EVERYTHING, "CASE-1", query).lines]

    assert {system for system, _ in told(FeedQuery(systems=("trk",)))} == {"trk"}
    assert {system for system, _ in told(FeedQuery(systems=("hub",)))} == {"hub"}
    assert {kind for _, kind in told(FeedQuery(kinds=("note",)))} == {"note"}


def test_what_was_read_is_told_in_the_words_of_its_system(tmp_path: Path) -> None:
    hub, deal = opened(tmp_path)
    hub.systems["crm"].edit("record", deal, {"stage": "EXEC"})
    hub.sync()

    told = feed(hub.installation, EVERYTHING, "CASE-1", FeedQuery(whats=("read",))).lines

    assert ("crm", "Квалификация", "Пресейл в работе") in [(line.system, line.before, line.after) for line in told]


def test_an_entry_of_the_attention_list_is_found_by_what_to_do(tmp_path: Path) -> None:
    hub, deal = opened(tmp_path)
    [issue] = hub.records("trk")
    hub.systems["crm"].edit("record", deal, {"deadline": "2026-12-01"})
    hub.systems["trk"].edit("record", issue, {"deadline": "2026-12-05"})
    hub.sync()

    found = attention_list(hub.installation, EVERYTHING, AttentionQuery(group="settle"))

    assert [(one.case, one.client, one.entry.field) for one in found.entries] == [
        ("CASE-1", "ООО «Ромашка»", "deadline")
    ]
    assert attention_list(hub.installation, EVERYTHING, AttentionQuery(group="retry")).entries == ()
    page = open_case(hub.installation, EVERYTHING, "CASE-1", now=LATER)
    assert [entry.field for entry in page.conflicts] == ["deadline"]


def test_every_code_of_the_page_of_the_attention_list_belongs_to_one_group() -> None:
    from tools import attention

    told = attention.told(Path(attention.PAGE).read_text(encoding="utf-8"))
    grouped = [code for codes in GROUPS.values() for code in codes]

    assert told - set(grouped) == set()
    assert len(grouped) == len(set(grouped))


def test_a_run_tells_what_it_has_written_case_by_case(tmp_path: Path) -> None:
    hub, deal = opened(tmp_path)
    hub.systems["crm"].edit("record", deal, {"title": "Внедрение и обучение"})
    hub.sync()
    runs = list_runs(hub.installation, EVERYTHING, RunQuery(size=1))

    page = open_run(hub.installation, EVERYTHING, runs.runs[0].id)

    assert runs.more
    [case] = page.cases
    assert (case.key, page.number_of_cases) == ("CASE-1", 1)
    assert ("title", "Внедрение CRM", "Внедрение и обучение") in {
        (line.field, line.before, line.after) for line in case.lines
    }
    nobody = open_run(hub.installation, Access(frozenset(), ""), runs.runs[0].id)
    assert (nobody.cases, nobody.number_of_lines) == ((), 0)
    with pytest.raises(NoSuchRun):
        open_run(hub.installation, EVERYTHING, "%")


def test_all_that_a_run_has_written_is_on_one_of_its_pages(tmp_path: Path) -> None:
    hub = a_hub(tmp_path)
    for number in range(3):
        hub.systems["crm"].create("record", a_deal(f"Заявка {number}"))
    hub.sync()
    run = list_runs(hub.installation, EVERYTHING, RunQuery(size=1)).runs[0].id
    whole = open_run(hub.installation, EVERYTHING, run)

    first = open_run(hub.installation, EVERYTHING, run, size=2)
    pages = [open_run(hub.installation, EVERYTHING, run, page=number, size=2) for number in range(1, first.pages + 1)]

    lines = [line for one in pages for case in one.cases for line in case.lines]
    assert lines == [line for case in whole.cases for line in case.lines]
    assert {one.number_of_lines for one in pages} == {whole.number_of_lines} == {len(lines)}
    assert (first.pages > 2, whole.pages) == (True, 1)


def test_a_case_that_is_not_there_and_one_that_is_hidden_look_alike(tmp_path: Path) -> None:
    hub, _ = opened(tmp_path)

    with pytest.raises(NoSuchCase) as hidden:
        open_case(hub.installation, Access(frozenset({"bob@example.com"}), ""), "CASE-1", now=LATER)
    with pytest.raises(NoSuchCase) as absent:
        open_case(hub.installation, EVERYTHING, "CASE-9", now=LATER)
    assert str(hidden.value).replace("1", "9") == str(absent.value)
