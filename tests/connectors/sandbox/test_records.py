from datetime import UTC, datetime, timedelta

from connectors.sandbox.records import Records

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def shown(records: Records[str], *, after: float, lag: float = 5.0, numbers: list[int] | None = None) -> list[str]:
    return list(records.listed(numbers, now=NOON + timedelta(seconds=after), lag=lag))


def test_a_lagging_list_shows_new_rows_later() -> None:
    records: Records[str] = Records()
    records.put(1, "старая")
    records.note(2, None, at=NOON)
    records.put(2, "новая")

    assert shown(records, after=4) == ["старая"]
    assert shown(records, after=5) == ["старая", "новая"]


def test_a_lagging_list_shows_the_state_of_that_moment() -> None:
    records: Records[str] = Records()
    for second, word in enumerate(["раз", "два", "три"]):
        records.note(1, records.get(1), at=NOON + timedelta(seconds=second))
        records.put(1, word)

    assert [shown(records, after=second) for second in (4.5, 5.5, 6.5, 7.5)] == [[], ["раз"], ["два"], ["три"]]


def test_a_deleted_row_stays_in_the_list_for_a_while() -> None:
    records: Records[str] = Records()
    records.put(1, "строка")
    records.note(1, records.rows.pop(1), at=NOON)

    assert shown(records, after=4, numbers=[1]) == ["строка"]
    assert shown(records, after=6, numbers=[1]) == []


def test_numbers_are_never_given_twice() -> None:
    records: Records[str] = Records()
    first = records.new_number()
    records.put(first, "строка")
    del records.rows[first]

    assert records.new_number() == first + 1
    assert first not in records


def test_asked_numbers_come_in_their_order_and_missing_ones_are_left_out() -> None:
    records: Records[str] = Records()
    for number in (1, 2, 3):
        records.put(number, str(number))

    assert shown(records, after=0, numbers=[3, 9, 1, 3]) == ["1", "3"]
