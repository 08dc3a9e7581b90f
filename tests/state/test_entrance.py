"""What lets somebody in: it counts once, or until its time is over, and only its hash is kept."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from state import accounts, audit, entrance
from state.accounts import Account, Unit
from state.audit import Audited
from state.errors import Taken
from state.store import Store
from state.tables import metadata
from tests.state_builders import Clock

LONG, IDLE = timedelta(days=14), timedelta(days=3)


@pytest.fixture
def anna(store: Store) -> Account:
    return accounts.add(store, Account("", "anna", "Анна Ли", "admin", "all", person="anna@example.org"))


def test_an_account_comes_back_as_it_was_made_and_its_login_is_given_once(store: Store, anna: Account) -> None:
    assert accounts.named(store, "anna") == accounts.by_id(store, anna.id) == anna
    assert anna.created == store.clock()
    with pytest.raises(Taken):
        accounts.add(store, Account("", "anna", "Другая", "viewer", "own"))


def test_a_session_ends_with_its_time_when_nobody_uses_it_or_when_it_is_ended(
    store: Store, clock: Clock, anna: Account
) -> None:
    for name in ("long", "idle", "ended"):
        entrance.begin(store, name, anna.id, lasts=LONG)
    entrance.end(store, "ended")
    assert entrance.entered(store, "ended", idle=IDLE) is None
    for _ in range(6):
        clock.now += timedelta(days=2)
        assert entrance.entered(store, "long", idle=IDLE) is not None
    assert entrance.entered(store, "idle", idle=IDLE) is None
    clock.now += timedelta(days=2)
    assert entrance.entered(store, "long", idle=IDLE) is None


def test_reading_with_a_session_writes_once_in_a_while_only(store: Store, clock: Clock, anna: Account) -> None:
    entrance.begin(store, "s", anna.id, lasts=LONG)
    with store.recorded() as texts:
        for _ in range(3):
            entrance.entered(store, "s", idle=IDLE)
    assert not [text for text in texts if text.startswith("UPDATE")]
    assert len(texts) <= 3
    clock.now += timedelta(minutes=6)
    with store.recorded() as texts:
        entrance.entered(store, "s", idle=IDLE)
    assert [text for text in texts if text.startswith("UPDATE")]


def test_another_password_ends_all_other_sessions_and_being_disabled_ends_everything(
    store: Store, anna: Account
) -> None:
    for name in ("here", "there"):
        entrance.begin(store, name, anna.id, lasts=LONG)
    entrance.keep_token(store, "t", anna.id, name="отчёт")
    accounts.change(store, anna.id, to={"hash": "new"}, keep="here")
    assert [entrance.entered(store, one, idle=IDLE) is not None for one in ("here", "there")] == [True, False]
    accounts.change(store, anna.id, to={"disabled": True})
    assert entrance.entered(store, "here", idle=IDLE) is None
    assert entrance.entered_with(store, "t") is None


def test_a_link_lets_in_once_within_its_time_and_the_newest_counts(store: Store, clock: Clock, anna: Account) -> None:
    for name in ("first", "second"):
        entrance.keep_link(store, name, anna.id, lasts=timedelta(hours=1))
    assert entrance.use_link(store, "first") is None
    assert entrance.use_link(store, "second") == anna
    assert entrance.use_link(store, "second") is None
    entrance.keep_link(store, "late", anna.id, lasts=timedelta(hours=1))
    clock.now += timedelta(hours=1)
    assert entrance.use_link(store, "late") is None


def test_attempts_are_counted_under_every_key_until_one_has_reached_its_limit(store: Store, clock: Clock) -> None:
    limits, within = {"login": 2, "address": 3}, timedelta(minutes=15)

    assert [entrance.attempt(store, limits, within=within) for _ in range(3)] == [True, True, False]
    assert entrance.attempt(store, {"other": 2, "address": 3}, within=within)
    assert not entrance.attempt(store, {"third": 2, "address": 3}, within=within)
    clock.now += within
    assert entrance.attempt(store, limits, within=within)


def test_attempts_of_a_clock_that_was_ahead_lock_nobody_out(store: Store, clock: Clock) -> None:
    limits, within = {"login": 1}, timedelta(minutes=15)
    clock.now += timedelta(days=365)
    assert [entrance.attempt(store, limits, within=within) for _ in range(2)] == [True, False]

    clock.now -= timedelta(days=365)

    assert [entrance.attempt(store, limits, within=within) for _ in range(2)] == [True, False]


def test_no_secret_stands_in_the_database(store: Store, anna: Account) -> None:
    secret = entrance.fresh_secret()
    entrance.begin(store, entrance.hashed(secret), anna.id, lasts=LONG)
    entrance.keep_link(store, entrance.hashed(secret), anna.id, lasts=LONG)
    entrance.keep_token(store, entrance.hashed(secret), anna.id, name="n")

    with store.read() as conn:
        held = [str(row) for table in metadata.sorted_tables for row in conn.execute(sa.select(table))]
    assert held
    assert not [row for row in held if secret in row]


def test_units_and_who_leads_them(store: Store, anna: Account) -> None:
    top = accounts.add_unit(store, Unit("", "Коммерция"))
    below = accounts.add_unit(store, Unit("", "Пресейл", top.id))
    accounts.lead(store, below.id, anna.id)
    accounts.change(store, anna.id, to={"unit": below.id})
    entrance.begin(store, "s", anna.id, lasts=LONG)

    assert [(one.name, one.parent, one.head) for one in accounts.units(store)] == [
        ("Коммерция", None, None),
        ("Пресейл", top.id, anna.id),
    ]
    assert accounts.tree(store)[1] == ((below.id, "anna@example.org"),)
    came = entrance.entered(store, "s", idle=IDLE)
    assert came is not None
    assert came.leads
    with pytest.raises(Taken):
        accounts.add_unit(store, Unit("", "Пресейл"))


def test_the_audit_tells_the_newest_first(store: Store) -> None:
    for what in ("login", "POST /cases/CASE-1/facts"):
        audit.note(store, Audited("anna", what, "200", "127.0.0.1"))
    audit.note(store, Audited("boris", "login"))

    assert [one.by for one in audit.audited(store, limit=2)] == ["boris", "anna"]
    [newest] = audit.audited(store, limit=1, by="anna")
    assert (newest.what, newest.about, newest.address) == ("POST /cases/CASE-1/facts", "200", "127.0.0.1")
    assert [one.what for one in audit.audited(store, limit=5, skip=2)] == ["login"]
