"""Sentences for people: each error becomes one that says what to do next."""

import re
from datetime import UTC, datetime

import pytest

from connectors.answers import Answer, error_of
from connectors.errors import AuthFailed, Gone, RetryLater
from flows.hub.applying import Moved
from flows.hub.casework import Busy as CaseBusy
from flows.hub.running import AlreadyRunning
from flows.wording import STEPS, advice, attention, moved_lines, next_step, stopped, unexpected, unreachable
from mappings.reconcile.model import Parked
from state.errors import Busy, LeaseLost, NoRoom, NotLetIn, StateError, Unavailable, Unusable, WrongKey


@pytest.mark.parametrize(
    ("error", "ending", "next_step"),
    [
        (AuthFailed("GET / answered 401", system="trk"), "unreachable", "Renew the credentials of trk"),
        (RetryLater("GET / did not arrive", system="trk"), "unreachable", "Is trk up? `casehub check` asks again."),
        (Gone("issue 1 does not exist", system="trk"), "failed", "trk: issue 1 does not exist"),
        (Busy("held"), "failed", "the same command works in a moment"),
        (CaseBusy("deciding"), "failed", "the same command works in a moment"),
        (LeaseLost("taken"), "failed", "the same command works in a moment"),
        (AlreadyRunning("at work"), "failed", "the same command works in a moment"),
        (NoRoom("the disk is full"), "failed", "Make room there; nothing is lost"),
        (Unusable("file is not a database"), "failed", "May this user read and write the file under database:"),
        (NotLetIn("no such database"), "failed", "Mend the address under database: in hub.yaml, or the variable"),
        (Unavailable("no answer"), "failed", "address under database: in hub.yaml"),
        (WrongKey("cannot be read"), "failed", "cannot be read"),
        (ModuleNotFoundError("x", name="psycopg"), "usage", "pip install 'casehub[postgres]'"),
        (PermissionError(13, "Permission denied", "план.json"), "failed", "план.json: Permission denied"),
    ],
)
def test_an_error_becomes_a_sentence_with_the_next_step(error, ending, next_step):
    told = advice(error)

    assert told is not None
    assert told.ending == ending
    assert next_step in told.text


def test_a_wrong_key_is_told_once_with_where_it_stands():
    now = datetime(2026, 11, 23, tzinfo=UTC)
    error = error_of(Answer("trk", "GET /issues.json", 401, {}, b"", now, reading=True), now=now)
    assert error is not None

    told = advice(error)

    assert told is not None
    assert told.text == (
        "trk: GET /issues.json answered 401. Renew the credentials of trk (hub.yaml, or the environment), "
        "then `casehub check`."
    )


def test_every_error_of_the_database_is_known():
    assert [kind for kind in StateError.__subclasses__() if advice(kind("x")) is None] == []


def test_of_errors_side_by_side_the_first_is_told():
    group = ExceptionGroup("pass", [ExceptionGroup("read", [RetryLater("no", system="trk")]), ValueError("x")])

    told = advice(group)

    assert told is not None
    assert told.text.startswith("trk: no")


def test_an_error_that_nobody_expected_is_named_without_what_it_says():
    error = ExceptionGroup("pass", [ValueError("секрет")])

    assert advice(error) is None
    assert "ValueError" in unexpected(error)
    assert "секрет" not in unexpected(error)
    assert "casehub --debug" in unexpected(error)


def test_the_attention_list_is_told_with_its_commands():
    assert attention(0, 0) == ""
    assert attention(1, 0) == "Attention: 1 conflict (casehub conflicts list)"
    assert attention(2, 3) == "Attention: 2 conflicts (casehub conflicts list), 3 parked (casehub parked list)"


def test_a_stopped_pass_says_why_and_what_lets_it_pass():
    text = stopped("presales", ["2 records would be made in trk; the guard allows 1"])

    assert text.splitlines()[1:] == [
        "  2 records would be made in trk; the guard allows 1",
        "Look at it, then let it pass: casehub plan presales -o FILE; casehub apply FILE",
    ]


def test_systems_that_do_not_answer_are_named_once():
    text = unreachable({"trk": "trk: GET / did not arrive", "crm": "no answer"})

    assert text.splitlines() == [
        "crm: no answer",
        "trk: GET / did not arrive",
        "Nothing was read from crm, trk, nor written there; `casehub check` asks again.",
    ]


def test_of_a_plan_that_moved_far_only_the_beginning_is_told():
    lines = moved_lines(Moved(new=tuple(f"CASE-{n}: trk #1: title" for n in range(25)), mapping=True))

    assert lines[0] == "  the mappings have changed"
    assert lines[-1] == "  new: 5 more"
    assert len(lines) == 22


def test_every_reason_for_parking_has_a_next_step_of_its_own():
    codes = re.findall(r"``([a-z ]+)``", Parked.__doc__ or "")

    assert set(codes) - STEPS.keys() == set()
    assert len({next_step(code) for code in codes}) == len(codes)
