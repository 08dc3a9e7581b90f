"""Lines of the history as people and programs read them."""

from datetime import UTC, date, datetime

from flows.hub.remembering import line_form, line_text
from mappings.reconcile.model import Event
from state.history import Line

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def a_line(**told: object) -> Line:
    return Line(7, Event(**{"what": "set", "field": "deadline", **told}), AT, record="41", run="r1")  # type: ignore[arg-type]  # the test names what matters


def test_values_are_shown_as_people_write_them_in_their_zone() -> None:
    line = a_line(old=None, new=date(2026, 12, 1), by="ann", cause="newest")

    assert line_text(line, "Europe/Moscow") == [
        "2026-11-21 12:30",
        "set",
        "",
        "deadline",
        "— → 2026-12-01",
        "ann, newest",
    ]


def test_views_are_shown_as_they_are() -> None:
    line = a_line(what="read", system="trk", old={"amount": "5", "currency": None}, new=["срочно", "тендер"])

    assert line_text(line, "UTC")[2:5] == ["trk #41", "deadline", "amount 5, currency — → срочно, тендер"]


def test_of_long_texts_a_line_shows_where_they_differ() -> None:
    goal = "Цель проекта: один реестр заявок на всех до конца "

    told = line_text(a_line(what="read", system="trk", old=f"{goal}года", new=f"{goal}марта"), "UTC")

    assert told[4] == "…до конца года → …до конца марта"


def test_of_long_texts_a_conflict_shows_where_its_parties_differ() -> None:
    goal = "Цель проекта: один реестр заявок на всех до конца "
    parties = ({"system": "crm", "view": f"{goal}года"}, {"system": "trk", "view": f"{goal}марта"})

    told = line_text(a_line(what="conflict", parties=parties), "UTC")

    assert told[4] == "crm …до конца года · trk …до конца марта"


def test_a_conflict_shows_its_parties() -> None:
    parties = ({"system": "crm", "view": "А"}, {"system": "trk", "view": None})

    assert line_text(a_line(what="conflict", parties=parties), "UTC")[4] == "crm А · trk —"


def test_a_conflict_shows_what_the_hub_says_too() -> None:
    parties = ({"system": "hub", "view": None}, {"system": "crm", "view": "2026-12-05"})

    told = line_text(a_line(what="conflict", old=date(2026, 12, 1), parties=parties), "UTC")

    assert told[4] == "hub 2026-12-01 · crm 2026-12-05"


def test_a_line_as_json_keeps_values_and_views_apart() -> None:
    form = line_form(a_line(old={"a": 1}, new=date(2026, 12, 1), at=AT))

    assert (form["old"], form["new"]) == ({"a": 1}, {"date": "2026-12-01"})
    assert (form["at"], form["source_at"], form["system"], form["run"]) == (AT.isoformat(), AT.isoformat(), None, "r1")
