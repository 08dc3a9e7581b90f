from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox.bitrix24.errors import Refused
from connectors.sandbox.bitrix24.fields import DEAL, FIELDS, Field
from connectors.sandbox.bitrix24.values import moment_of, shown, take

MOSCOW = ZoneInfo("Europe/Moscow")


def taken(field: Field, value: Any) -> Any:
    return take(field, value, zone=MOSCOW, holds=lambda *_: True)


def again(kind: str, value: Any, *, multiple: bool = False) -> Any:
    field = Field("ufCrm_1", kind, "Поле", multiple=multiple, own=1)
    return shown(field, taken(field, value), MOSCOW)


@pytest.mark.parametrize(
    ("kind", "sent", "read"),
    [
        ("double", "150000.505", 150000.51),
        ("double", 1000, 1000),
        ("boolean", "1", "Y"),
        ("boolean", 0, "N"),
        ("boolean", "", "N"),
        ("money", "150000.5|USD", "150000.5|USD"),
        ("money", "100", "100|RUB"),
        ("enumeration", "45", 45),
        ("date", "2026-12-31", "2026-12-31T03:00:00+03:00"),
        ("date", "31.12.2026", "2026-12-31T03:00:00+03:00"),
        ("date", "2026-12-31T23:30:00+00:00", "2027-01-01T03:00:00+03:00"),
        ("datetime", "2026-12-24T12:00:00+09:30", "2026-12-24T05:30:00+03:00"),
        ("datetime", "2026-12-24 12:00:00", "2026-12-24T12:00:00+03:00"),
        ("datetime", "2026-12-24T12:00:00.900Z", "2026-12-24T15:00:00+03:00"),
        ("string", "", None),
        ("string", 5, "5"),
        ("employee", "", None),
    ],
)
def test_a_value_is_read_as_the_portal_keeps_it(kind: str, sent: Any, read: Any) -> None:
    assert again(kind, sent) == read


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("double", "сто"),
        ("double", "NaN"),
        ("integer", "1.5"),
        ("boolean", "да"),
        ("money", "100|ЁЁЁ"),
        ("money", "100|XXX"),
        ("date", "завтра"),
        ("datetime", "2026-13-01T00:00:00Z"),
        ("string", ["a", "b"]),
    ],
)
def test_a_wrong_value_is_refused_by_the_fields_title(kind: str, sent: Any) -> None:
    with pytest.raises(Refused, match="Неверное значение поля") as refused:
        again(kind, sent)

    assert refused.value.code == "CRM_FIELD_ERROR_VALUE_NOT_VALID"


def test_several_values_are_a_list_without_repeats_and_blanks() -> None:
    assert again("string", ["раз", "", "два", "раз"], multiple=True) == ["раз", "два"]
    assert again("enumeration", {"0": "61", "1": "63"}, multiple=True) == [61, 63]


def test_an_emptied_core_text_is_empty_and_a_reference_is_zero() -> None:
    fields = FIELDS[DEAL]

    assert taken(fields["comments"], "") == ""
    assert taken(fields["companyId"], "") == 0
    assert taken(fields["contactIds"], []) == ()


@given(st.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1)))
def test_a_moment_that_is_shown_is_read_as_the_same_moment(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC, microsecond=0)
    field = FIELDS[DEAL]["movedTime"]

    assert moment_of(shown(field, moment, MOSCOW), MOSCOW) == moment


@given(st.dates(date(2000, 1, 1), date(2035, 1, 1)))
def test_a_day_that_is_shown_is_read_as_the_same_day(day: date) -> None:
    field = FIELDS[DEAL]["closedate"]

    assert taken(field, shown(field, day, MOSCOW)) == day
