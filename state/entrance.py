"""
What lets somebody in: sessions, one-time links, tokens; and how often it was tried in vain.

The caller holds the secret, the database only its SHA-256 (`hashed`).
"""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from .accounts import COLUMNS, Account, account_of
from .store import Store
from .tables import account, api_token, login_attempt, login_link, session, unit

TOUCHED = timedelta(minutes=5)
"""How exact it is kept when a session or a token was last used: a page that is read writes nothing."""


def fresh_secret() -> str:
    """Return a secret that nobody guesses."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """Return what is kept of a secret; it is random, so that nothing slower is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Entered:
    """Who came in, until when; LEADS: at least one unit. TOKEN is what the token is called that they came in with."""

    account: Account
    leads: bool
    expires: datetime | None = None
    token: str = ""


_LEADS = sa.exists().where(unit.c.head == account.c.id)


# --- sessions ---------------------------------------------------------------------------------------------------------


def begin(store: Store, hash_: str, account_id: str, *, lasts: timedelta) -> None:
    """Begin a session, and forget those that have ended by themselves."""
    now = store.clock()
    row = {"hash": hash_, "account": account_id, "created": now, "seen": now, "expires": now + lasts}
    with store.write() as conn:
        conn.execute(sa.delete(session).where(session.c.expires <= now))
        conn.execute(sa.insert(session), row)


def entered(store: Store, hash_: str, *, idle: timedelta) -> Entered | None:
    """Return whose session that is; None where there is none, it has ended, or nobody has used it for IDLE."""
    now = store.clock()
    query = sa.select(*COLUMNS, _LEADS.label("leads"), session.c.expires, session.c.seen).join_from(
        session, account, session.c.account == account.c.id
    )
    alive = (session.c.hash == hash_, session.c.expires > now, session.c.seen > now - idle, ~account.c.disabled)
    with store.read() as conn:
        row = conn.execute(query.where(*alive)).first()
    if row is None:
        return None
    if row.seen <= now - TOUCHED:
        with store.write() as conn:
            conn.execute(sa.update(session).where(session.c.hash == hash_).values(seen=now))
    return Entered(account_of(row), bool(row.leads), row.expires)


def end(store: Store, hash_: str) -> None:
    """End a session."""
    with store.write() as conn:
        conn.execute(sa.delete(session).where(session.c.hash == hash_))


def end_all(store: Store, account_id: str) -> int:
    """End every session of an account; returns how many there were."""
    with store.write() as conn:
        return conn.execute(sa.delete(session).where(session.c.account == account_id)).rowcount


# --- one-time links ---------------------------------------------------------------------------------------------------


def keep_link(store: Store, hash_: str, account_id: str, *, lasts: timedelta) -> None:
    """Keep a one-time link; an earlier one of the same account counts no longer."""
    with store.write() as conn:
        now = store.clock()
        old = (login_link.c.account == account_id) | (login_link.c.expires <= now)
        conn.execute(sa.delete(login_link).where(old))
        conn.execute(sa.insert(login_link), {"hash": hash_, "account": account_id, "expires": now + lasts})


def use_link(store: Store, hash_: str) -> Account | None:
    """Use a one-time link up; None where there is none, it was used, or its time is over. Of two at once one counts."""
    mine = login_link.c.hash == hash_
    with store.write() as conn:
        query = sa.select(*COLUMNS, login_link.c.expires).join_from(login_link, account)
        row = conn.execute(query.where(mine)).first()
        used = conn.execute(sa.delete(login_link).where(mine)).rowcount
    if row is None or not used or row.disabled or row.expires <= store.clock():
        return None
    return account_of(row)


# --- tokens of programs -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Token:
    """
    A token that a program of ACCOUNT comes in with until EXPIRES (None: without an end); NAME is what they call it.
    """

    id: str
    account: str
    name: str
    created: datetime
    used: datetime | None = None
    expires: datetime | None = None


def keep_token(store: Store, hash_: str, account_id: str, *, name: str, lasts: timedelta | None = None) -> Token:
    """Keep a token, which LASTS so long."""
    now = store.clock()
    made = Token(store.fresh_id(), account_id, name, now, expires=now + lasts if lasts is not None else None)
    row = {one: getattr(made, one) for one in _TOKEN}
    with store.write() as conn:
        conn.execute(sa.insert(api_token), {**row, "hash": hash_})
    return made


_TOKEN = ("id", "account", "name", "created", "used", "expires")


def entered_with(store: Store, hash_: str) -> Entered | None:
    """Return whose token that is; None where there is none, its time is over, or its account may not come in."""
    now = store.clock()
    told = (api_token.c.used, api_token.c.expires, api_token.c.name.label("token"))
    query = sa.select(*COLUMNS, _LEADS.label("leads"), *told).join_from(api_token, account)
    alive = api_token.c.expires.is_(None) | (api_token.c.expires > now)
    with store.read() as conn:
        row = conn.execute(query.where(api_token.c.hash == hash_, alive, ~account.c.disabled)).first()
    if row is None:
        return None
    if row.used is None or row.used <= now - TOUCHED:
        with store.write() as conn:
            conn.execute(sa.update(api_token).where(api_token.c.hash == hash_).values(used=now))
    return Entered(account_of(row), bool(row.leads), row.expires, row.token)


def tokens(store: Store, account_id: str) -> tuple[Token, ...]:
    """Return the tokens of an account, newest first."""
    query = sa.select(*(api_token.c[name] for name in _TOKEN)).where(api_token.c.account == account_id)
    with store.read() as conn:
        return tuple(Token(*row) for row in conn.execute(query.order_by(api_token.c.created.desc(), api_token.c.id)))


def drop_token(store: Store, account_id: str, id_: str) -> bool:
    """Have a token of an account let nobody in any more; False where there is none."""
    mine = (api_token.c.account == account_id, api_token.c.id == id_)
    with store.write() as conn:
        return conn.execute(sa.delete(api_token).where(*mine)).rowcount == 1


# --- what was tried in vain -------------------------------------------------------------------------------------------


def attempt(store: Store, limits: Mapping[str, int], *, within: timedelta) -> bool:
    """
    Count an attempt under every key of LIMITS; False, and nothing is counted, where one of them has reached its limit.

    It is counted before the password is looked at, so that many at once are no way around it.
    """
    with store.write() as conn:
        now = store.clock()
        at = login_attempt.c.at
        conn.execute(sa.delete(login_attempt).where((at <= now - within) | (at > now + within)))  # a clock was ahead
        query = sa.select(login_attempt.c.key, sa.func.count().label("count"))
        rows = conn.execute(query.where(login_attempt.c.key.in_(limits)).group_by(login_attempt.c.key))
        if any(row[1] >= limits[row[0]] for row in rows):
            return False
        conn.execute(sa.insert(login_attempt), [{"key": key, "at": now} for key in limits])
    return True


def forget_attempts(store: Store, keys: Collection[str]) -> None:
    """Forget what was counted under these keys: it was they."""
    with store.write() as conn:
        conn.execute(sa.delete(login_attempt).where(login_attempt.c.key.in_(keys)))
