from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox.redmine.filters import InvalidFilter, compiled, ordered
from connectors.sandbox.redmine.model import Issue, User

NOON = datetime(2026, 11, 20, 12, 0, 0, 700_000, tzinfo=UTC)
ANNA = User(5, "anna", "Анна", "Ли", "anna@example.com", "key", NOON)
ISSUES = [
    Issue(id=1, status_id=1, subject="Пилот", tracker_id=4, updated_on=NOON, custom={1: "deal-1", 3: "10.5"}),
    Issue(id=2, status_id=5, subject="Ёлка", tracker_id=4, updated_on=NOON, assigned_to_id=5, custom={4: ("a", "b")}),
    Issue(id=3, status_id=2, subject="ПИЛОТ 2", tracker_id=1, parent_id=1, due_date=date(2026, 12, 1)),
]


def found(**params: str) -> list[int]:
    fits = compiled({"status_id": "*", **params}, user=ANNA)
    return [issue.id for issue in ISSUES if fits(issue)]


@pytest.mark.parametrize(
    ("params", "ids"),
    [
        ({"status_id": "open"}, [1, 3]),
        ({"status_id": "closed"}, [2]),
        ({"status_id": "!1"}, [2, 3]),
        ({"status_id": "1|5"}, [1, 2]),
        ({"tracker_id": "99"}, []),
        ({"assigned_to_id": "me"}, [2]),
        ({"assigned_to_id": "!*"}, [1, 3]),
        ({"assigned_to_id": "!5"}, [1, 3]),
        ({"subject": "~пилот"}, [1, 3]),
        ({"subject": "Пилот"}, [1]),
        ({"subject": "!~пилот"}, [2]),
        ({"issue_id": "1,3,99"}, [1, 3]),
        ({"issue_id": ">=2"}, [2, 3]),
        ({"issue_id": "><2|3"}, [2, 3]),
        ({"parent_id": "1"}, [3]),
        ({"cf_1": "deal-1"}, [1]),
        ({"cf_1": "~DEAL"}, [1]),
        ({"cf_1": "*"}, [1]),
        ({"cf_3": ">=10"}, [1]),
        ({"cf_4": "b"}, [2]),
        ({"cf_7": "anything"}, [1, 2, 3]),
        ({"cf_999": "anything"}, [1, 2, 3]),
        ({"changed_since": "2099-01-01"}, [1, 2, 3]),
        ({"due_date": "2026-12-01"}, [3]),
        ({"due_date": "<=2026-11-30"}, []),
        ({"updated_on": ">=2026-11-20T12:00:00Z"}, [1, 2]),
        ({"updated_on": ">=2026-11-20T12:00:01Z"}, [1, 2]),
        ({"updated_on": ">=2026-11-20T12:00:02Z"}, []),
        ({"updated_on": "<=2026-11-20T12:00:00Z"}, [3]),
        ({"updated_on": "2026-11-20"}, [1, 2]),
        ({"subject": ""}, [1, 2, 3]),
    ],
)
def test_a_filter_finds(params: dict[str, str], ids: list[int]) -> None:
    assert found(**params) == ids


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"updated_on": ">=2026-01-05T10:00:00+02:00"}, "Updated is invalid"),
        ({"updated_on": ">=2026-01-05T10:00:00.5Z"}, "Updated is invalid"),
        ({"updated_on": ">=2026-02-30"}, "Updated is invalid"),
        ({"issue_id": "one"}, "Issue is invalid"),
        ({"cf_3": "сто"}, "Amount is invalid"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(params: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidFilter, match=says):
        found(**params)


def test_without_a_status_only_open_issues_are_found() -> None:
    fits = compiled({}, user=ANNA)

    assert [issue.id for issue in ISSUES if fits(issue)] == [1, 3]


def test_equal_issues_come_newest_first_and_unknown_keys_are_left_out() -> None:
    assert [issue.id for issue in ordered(ISSUES, "updated_on:desc")] == [2, 1, 3]
    assert [issue.id for issue in ordered(ISSUES, "nonsense,tracker:asc,id")] == [3, 1, 2]
    assert [issue.id for issue in ordered(ISSUES, "")] == [3, 2, 1]


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))
def test_an_issue_is_always_found_by_the_stamp_that_it_shows(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC)
    shown = f"{moment:%Y-%m-%dT%H:%M:%SZ}"

    fits = compiled({"updated_on": f">={shown}"}, user=ANNA)

    assert fits(Issue(id=1, status_id=1, updated_on=moment))
