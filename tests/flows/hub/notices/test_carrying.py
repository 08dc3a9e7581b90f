"""Notices of a hub: what is sent to whom, and what is remembered of it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from pydantic import SecretStr

from connectors.errors import RetryLater
from flows.hub.notices import notify
from mappings.language.model import Notify
from state import runs
from tests.fault_builders import Hook, failing
from tests.hub_builders import opened

MAIL, CHAT = "mailto://hub:hunter2@example.org", "tgram://token/1"


def conflicting(tmp_path, *addresses, digest=None):
    """A hub with one conflict, over a title in Cyrillic."""
    hub, _ = opened(tmp_path)
    hub.systems["crm"].edit("record", "1", {"title": "Склад"})
    hub.systems["trk"].edit("record", "1", {"title": "Портал"})
    hub.sync()
    listed = Notify(tuple(SecretStr(one) for one in addresses), digest)
    return replace(hub.installation, hub=replace(hub.installation.hub, notify=listed))


class Post:
    """Takes messages, but not those to REFUSES."""

    def __init__(self, *refuses):
        self.refuses = set(refuses)
        self.sent = []

    def __call__(self, address, notice):
        if address in self.refuses:
            return False
        self.sent.append((address, notice.title, notice.body))
        return True


def test_a_new_conflict_is_told_once_with_the_command_that_settles_it(tmp_path):
    hub, post = conflicting(tmp_path, MAIL, CHAT), Post()

    first, second = notify(hub, post), notify(hub, post)

    assert (first.new, second.new) == (1, 0)
    [(_, title, body), (other, _, _)] = post.sent
    assert other == CHAT
    assert title == "Casehub: 1 entry for a person"
    assert "CASE-1 · title" in body
    assert "casehub conflicts resolve CASE-1 title --take crm or trk" in body


def test_a_notice_says_no_customers_words(tmp_path):
    hub, post = conflicting(tmp_path, MAIL, digest=time(0)), Post()

    notify(hub, post)

    assert len(post.sent) == 2
    assert not any(word in body for _, _, body in post.sent for word in ("Склад", "Портал", "Ромашка"))


def test_who_tells_while_somebody_else_does_says_nothing_twice(tmp_path):
    hub, post = conflicting(tmp_path, MAIL, CHAT, digest=time(0)), Post()

    def beside(address, notice):
        notify(hub, post)  # another process, at the same moment
        return post(address, notice)

    told = notify(hub, beside)

    assert (told.new, told.digests, len(post.sent)) == (1, 2, 4)
    assert notify(hub, post).new == 0


def test_who_could_not_send_leaves_the_next_one_to_tell(tmp_path):
    hub, post = conflicting(tmp_path, MAIL), Post()

    def broken(address, notice):
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        notify(hub, broken)

    assert notify(hub, post).new == 1


def test_an_address_that_takes_nothing_is_tried_again_and_the_others_are_not_told_twice(tmp_path):
    hub, post = conflicting(tmp_path, MAIL, CHAT), Post(CHAT)

    first = notify(hub, post)
    post.refuses.clear()
    second = notify(hub, post)

    assert (first.refused, second.refused) == ([2], [])
    assert [address for address, _, _ in post.sent] == [MAIL, CHAT]


def test_the_digest_leaves_once_a_day_and_says_how_old_the_oldest_is(tmp_path):
    hub, post = conflicting(tmp_path, MAIL, digest=time(0)), Post()
    notify(hub, post)
    notify(hub, post)
    later = replace(hub.store, clock=lambda: hub.store.clock() + timedelta(days=2))

    told = notify(replace(hub, store=later), post)

    assert (told.new, told.digests) == (0, 1)
    digests = [body for _, title, body in post.sent if "open" in title]
    assert len(digests) == 2
    assert "the oldest for 2 days" in digests[-1]


def test_a_digest_of_two_minutes_before_midnight_leaves_every_day_where_notices_are_sent_every_five(tmp_path):
    hub, post = conflicting(tmp_path, MAIL, digest=time(23, 58)), Post()
    heard = []
    for sending in range(3 * 4):
        night = datetime(2026, 11, 21, 20, 50, tzinfo=UTC) + timedelta(days=sending // 4, minutes=5 * (sending % 4))
        told = notify(replace(hub, store=replace(hub.store, clock=lambda now=night: now)), post)
        heard += [f"{night:%d %H:%M}"] * told.digests

    assert heard == ["21 21:00", "22 21:00", "23 21:00"]  # in Moscow it is midnight


@pytest.mark.parametrize("state", ["failed", "stopped"])
def test_a_sync_that_has_not_run_for_days_is_told_of_as_old_as_that(tmp_path, state):
    hub, post = conflicting(tmp_path, MAIL, digest=time(0)), Post()
    ended(hub.store, state, days=0)
    ended(hub.store, "done", days=1)
    for days in (2, 3, 4, 5, 6):
        ended(hub.store, state, days=days)

    notify(replace(hub, store=at(hub.store, days=6)), post)

    told, listed = (body for _, _, body in post.sent)
    assert f"{state}, since 2026-11-23" in told
    assert f"{state}, since 2026-11-23" in listed


def test_a_system_that_stays_away_is_told_once_although_its_sync_goes_on(tmp_path):
    hub, _ = opened(tmp_path)
    down = RetryLater("GET /records did not reach the server (ConnectError); try again later", system="trk")
    hub.systems["trk"].hook = Hook("list", "before", failing(down), times=9)
    mine = replace(hub.installation, hub=replace(hub.installation.hub, notify=Notify((SecretStr(MAIL),), None)))
    post = Post()
    told = [(hub.sync().state, notify(mine, post).new) for _ in range(5)]

    assert told == [("done", 0), ("done", 0), ("done", 1), ("done", 0), ("done", 0)]
    [(_, title, body)] = post.sent
    assert title == "Casehub: 1 entry for a person"
    assert body.startswith("trk\n  unreachable, since 2026-11-21")
    assert "(ConnectError); try again later\n  casehub status" in body


def ended(store, state, *, days):
    """A run of that day has ended so."""
    begun = runs.start(at(store, days=days), "presales")
    runs.finish(at(store, days=days), begun, state=state, text="не отвечает")


def at(store, *, days):
    """The hub's memory, so many days later."""
    return replace(store, clock=lambda: store.clock() + timedelta(days=days))


def test_addresses_are_not_kept_in_the_database(tmp_path):
    hub = conflicting(tmp_path, MAIL)
    notify(hub, Post())
    hub.store.close()

    assert b"hunter2" not in b"".join(path.read_bytes() for path in tmp_path.glob("*.db*"))
