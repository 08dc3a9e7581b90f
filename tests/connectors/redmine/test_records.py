"""Issues become views and views become issues, the same way always."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.redmine.fields import CustomField, FieldTable, plain_number, told_field
from connectors.redmine.records import CORE, Reader, payload_of

FIELDS = FieldTable(
    [
        CustomField(1, "CRM deal id", "string"),
        CustomField(3, "Сумма", "float"),
        CustomField(4, "Число", "int"),
        CustomField(6, "Ключевой", "bool"),
        CustomField(8, "Метки", "list", multiple=True),
        CustomField(9, "Итог", "text"),
        CustomField(12, "Двойник", "string"),
        CustomField(13, "Двойник", "string"),
    ],
    whole=True,
)
READER = Reader(
    "трекер",
    "https://redmine.test",
    FIELDS,
    in_scope=lambda row: bool(row["project"]["id"] == 1),
    marker_place="cf[#1]",
)


def an_issue(**changes: Any) -> dict[str, Any]:
    issue = {
        "id": 41,
        "project": {"id": 1, "name": "Пресейл"},
        "tracker": {"id": 4, "name": "Кейс"},
        "status": {"id": 2, "name": "В работе", "is_closed": False},
        "priority": {"id": 2, "name": "Обычный"},
        "author": {"id": 5, "name": "Анна Ли"},
        "subject": "Пилот «Ромашка»",
        "description": "Первая\r\nвторая",
        "start_date": "2026-11-01",
        "due_date": None,
        "done_ratio": 10,
        "is_private": False,
        "estimated_hours": Decimal("1.50"),
        "custom_fields": [],
        "created_on": "2026-11-18T09:00:00Z",
        "updated_on": "2026-11-20T08:00:03Z",
        "closed_on": None,
    }
    return issue | changes


def custom(number: int, value: Any) -> dict[str, Any]:
    return {"custom_fields": [{"id": number, "name": "как угодно", "value": value}]}


def test_an_issue_is_a_record() -> None:
    record = READER.record(an_issue(**custom(1, "case-42/1")))

    assert (record.id, record.kind, record.system) == ("41", "issue", "трекер")
    assert record.version == record.stamp == "2026-11-20T08:00:03Z"
    assert (record.marker, record.url, record.in_scope) == ("case-42/1", "https://redmine.test/issues/41", True)


def test_core_fields_have_their_views() -> None:
    assert READER.views(an_issue(parent={"id": 7})) == {
        "subject": "Пилот «Ромашка»",
        "description": "Первая\nвторая",
        "status": "2",
        "priority": "2",
        "assigned_to": None,
        "author": "5",
        "category": None,
        "fixed_version": None,
        "start_date": "2026-11-01",
        "due_date": None,
        "done_ratio": "10",
        "estimated_hours": "1.5",
        "parent": "7",
        "is_private": False,
        "project": "1",
        "tracker": "4",
        "closed_on": None,
        "created_on": "2026-11-18T09:00:00Z",
    }


def test_a_field_that_the_account_may_not_see_is_unseen_and_not_empty() -> None:
    issue = an_issue()
    del issue["estimated_hours"]

    assert "estimated_hours" not in READER.views(issue)


def test_an_issue_of_another_project_is_out_of_scope() -> None:
    assert not READER.record(an_issue(project={"id": 2, "name": "Архив"})).in_scope


@pytest.mark.parametrize(
    ("number", "value", "view"),
    [
        (1, "D-1", "D-1"), (1, "", None), (1, None, None), (3, "15005.0", "15005"), (3, "15005", "15005"),
        (3, "1500.50", "1500.5"), (3, "-0.0", "0"), (3, "1e3", "1000"), (4, "007", "7"), (4, "100", "100"),
        (6, "1", True), (6, "0", False), (6, "", None), (8, ["б", "а"], ["а", "б"]), (8, [], None), (8, [""], None),
        (9, "Раз\r\nдва", "Раз\nдва"), (77, "как есть", "как есть"),
    ],
)  # fmt: skip
def test_a_custom_value_reads_the_same_way_always(number: int, value: Any, view: Any) -> None:
    (name,) = set(READER.views(an_issue(**custom(number, value)))) - {place.name for place in CORE}

    assert READER.views(an_issue(**custom(number, value)))[name] == view


def test_two_fields_of_one_name_are_told_apart_by_number() -> None:
    issue = an_issue(custom_fields=[{"id": n, "name": "Двойник", "value": f"№ {n}"} for n in (12, 13)])
    views = READER.views(issue)

    assert (views["cf[#12]"], views["cf[#13]"]) == ("№ 12", "№ 13")
    assert FIELDS.by_place("cf[Двойник]") is None


@pytest.mark.parametrize(
    "broken", [{"id": None}, {"updated_on": None, "id": "x"}, {"project": None}, {"custom_fields": 7}]
)
def test_what_is_no_issue_is_not_read(broken: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError, KeyError)):
        READER.record(an_issue(**broken))


@pytest.mark.parametrize(
    ("views", "payload"),
    [
        ({"subject": "Ёж", "status": "3"}, {"subject": "Ёж", "status_id": "3"}),
        ({"assigned_to": None, "due_date": None}, {"assigned_to_id": "", "due_date": ""}),
        ({"parent": "7", "is_private": True}, {"parent_issue_id": "7", "is_private": "1"}),
        ({"is_private": None}, {"is_private": "0"}),
        ({"cf[Сумма]": "12.5"}, {"custom_fields": [{"id": 3, "value": "12.5"}]}),
        ({"cf[Сумма]": None, "cf[#12]": "x"}, {"custom_fields": [{"id": 3, "value": ""}, {"id": 12, "value": "x"}]}),
        ({"cf[Ключевой]": True}, {"custom_fields": [{"id": 6, "value": "1"}]}),
        ({"cf[Метки]": ["а", "б"]}, {"custom_fields": [{"id": 8, "value": ["а", "б"]}]}),
        ({"cf[Метки]": None}, {"custom_fields": [{"id": 8, "value": [""]}]}),
        ({"cf[#77]": "x"}, {"custom_fields": [{"id": 77, "value": "x"}]}),
    ],
)  # fmt: skip
def test_views_are_sent_in_words_that_redmine_takes(views: dict[str, Any], payload: dict[str, Any]) -> None:
    assert payload_of(views, FIELDS) == payload
    assert "null" not in json.dumps(payload_of(views, FIELDS))


@pytest.mark.parametrize("place", ["created_on", "author", "closed_on", "cf[Неведомое]", "cf[Двойник]", "nonsense"])
def test_a_place_that_cannot_be_written_is_named(place: str) -> None:
    with pytest.raises(LookupError, match=place.replace("[", r"\[").replace("]", r"\]")):
        payload_of({place: "x"}, FIELDS)


FORMATS = st.sampled_from([field for field in FIELDS if field.id < 10])
VALUES = st.one_of(
    st.none(), st.text(max_size=8), st.booleans().map(lambda b: "1" if b else "0"), st.decimals().map(str)
)


@given(field=FORMATS, value=VALUES | st.lists(st.text(max_size=4), max_size=4))
def test_what_was_read_and_is_written_reads_the_same_again(field: CustomField, value: Any) -> None:
    view = field.read(value)

    assert field.read(field.write(view)) == view
    assert json.loads(json.dumps(view)) == view


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20))
def test_a_number_has_one_text(number: Decimal) -> None:
    text = plain_number(str(number))

    assert Decimal(text) == number
    assert plain_number(text) == text
    assert "E" not in text.upper()


@pytest.mark.parametrize("text", ["abc", "NaN", "Infinity", "1e999999", "12,5", ""])
def test_what_is_no_number_stays_as_it_is(text: str) -> None:
    assert plain_number(text) == text


def test_journals_tell_past_changes_in_our_words_oldest_first() -> None:
    journals = [
        {
            "id": 10,
            "user": {"id": 5, "name": "Хаб"},
            "created_on": "2026-11-20T08:00:03Z",
            "details": [
                {"property": "attr", "name": "status_id", "old_value": "1", "new_value": "2"},
                {"property": "cf", "name": "3", "old_value": "10.0", "new_value": ""},
                {"property": "cf", "name": "3", "old_value": "10.0", "new_value": "10.00"},
                {"property": "attachment", "name": "7", "old_value": None, "new_value": "a.pdf"},
            ],
        },
        {
            "id": 9,
            "user": {"id": 6, "name": "Анна Ли"},
            "created_on": "2026-11-19T08:00:00Z",
            "details": [
                {"property": "attr", "name": "parent_id", "old_value": None, "new_value": "7"},
                {"property": "attr", "name": "is_private", "old_value": "0", "new_value": "1"},
            ],
        },
        {"id": 8, "user": {"id": 6, "name": "Анна Ли"}, "created_on": "2026-11-18T08:00:00Z", "notes": "Привет"},
    ]
    log = READER.past_changes(an_issue(journals=journals), our_id="5")

    assert [(e.place, e.old, e.new, e.by, e.ours) for e in log] == [
        ("parent", None, "7", "Анна Ли", False),
        ("is_private", False, True, "Анна Ли", False),
        ("status", "1", "2", "Хаб", True),
        ("cf[Сумма]", "10", None, "Хаб", True),
    ]


def test_the_log_of_a_field_with_several_values_tells_whole_lists() -> None:
    """Redmine tells each value that came or went by itself."""

    def journal(number: int, user: int, *details: tuple[str | None, str | None]) -> dict[str, Any]:
        told = [{"property": "cf", "name": "8", "old_value": old, "new_value": new} for old, new in details]
        stamp = f"2026-11-20T08:00:0{number}Z"
        return {"id": number, "user": {"id": user, "name": "Кто"}, "created_on": stamp, "details": told}

    journals = [
        journal(1, 6, (None, "облако")),
        journal(2, 6, ("облако", None), (None, "миграция"), (None, "пилот")),
        journal(3, 5, ("миграция", None), ("пилот", None)),
    ]

    log = READER.past_changes(an_issue(journals=journals, **custom(8, [])), our_id="5")
    unknown = READER.past_changes(an_issue(journals=journals), our_id="5")

    assert [(entry.id, entry.old, entry.new, entry.ours) for entry in log] == [
        ("1.0", None, ["облако"], False),
        ("2.0", ["облако"], ["миграция", "пилот"], False),
        ("3.0", ["миграция", "пилот"], None, True),
    ]
    assert unknown == ()  # the issue does not show the field any more


def test_names_are_learned_from_issues_and_kept_as_json() -> None:
    table = FieldTable()
    issue = an_issue(custom_fields=[{"id": 8, "name": "Метки", "multiple": True, "value": ["б", "а"]}])

    news, again = table.learn([issue]), table.learn([issue])
    kept = FieldTable.from_json(json.loads(json.dumps(table.to_json())))

    assert (news, again) == (True, False)
    assert kept.by_place("cf[Метки]") == CustomField(8, "Метки", multiple=True)


def test_a_renamed_field_is_learned_anew() -> None:
    table = FieldTable([CustomField(8, "Теги")])

    table.learn([an_issue(custom_fields=[{"id": 8, "name": "Метки", "value": "x"}])])

    assert (table.by_place("cf[Теги]"), table.by_place("cf[Метки]")) == (None, CustomField(8, "Метки"))


def test_a_table_told_by_redmine_is_not_overruled_by_an_issue() -> None:
    told = told_field({"id": 3, "name": "Сумма", "field_format": "float", "is_filter": True})
    table = FieldTable([told], whole=True)

    table.learn([an_issue(custom_fields=[{"id": 3, "name": "Сумма", "value": "1"}])])

    assert table.by_id(3) == told
