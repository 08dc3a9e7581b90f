"""
Accounts as people speak of them: made, changed and let in.

A password is kept as its argon2 hash; a link and a token are shown once and kept as their SHA-256. Why somebody was not
let in is not told: a wrong password, an account that is not there and one that is disabled look alike, also by the time
that it takes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from state import accounts, audit, entrance
from state.accounts import Account
from state.audit import Audited
from state.entrance import Entered, Token
from state.store import Store

from .attempts import TRIES, WINDOW, WRONG_TOKENS, TooOften, near
from .passwords import LONGEST, Passwords, sound
from .rights import LEVELS, ROLES, USUAL, Level, Role
from .units import NotAllowed, unit_named

__all__ = [
    "Came",
    "NoSuchAccount",
    "NotAllowed",
    "Passwords",
    "TooOften",
    "Wanted",
    "account_named",
    "change",
    "count_wrong_token",
    "drop_token",
    "entered",
    "entered_with",
    "knows",
    "leave",
    "let_in",
    "let_in_by_link",
    "level_of",
    "link_path",
    "login_of",
    "make",
    "make_link",
    "make_token",
    "role_of",
    "set_password",
    "sound",
]

Name = TypeVar("Name", bound=str)

TAKEN_BY_THE_PAGE = frozenset({"audit", "units"})
"""What follows `/accounts/` in addresses of the page that are no account's."""
LASTS, IDLE = timedelta(days=14), timedelta(days=3)
"""How long a session lasts at most, and unused."""
LINK_LASTS = timedelta(hours=24)
TOKEN_LASTS, LONGEST_TOKEN = timedelta(days=90), timedelta(days=366)


class NoSuchAccount(NotAllowed):
    """There is no such account."""


@dataclass(frozen=True, slots=True)
class Came:
    """Who came in, and the SECRET of their session: shown to their browser and to nobody else."""

    account: Account
    secret: str


# --- coming in --------------------------------------------------------------------------------------------------------


def let_in(store: Store, passwords: Passwords, *, login: str, password: str, address: str) -> Came | None:
    """Return a new session for who knows the password; None for everybody else. Raises `TooOften`."""
    login = login_of(login)
    found = accounts.named(store, login)
    if found is not None and found.disabled:
        found = None
    knows_it = _knows(store, passwords, found, login=login, password=password, address=address)
    if found is None or not knows_it:
        audit.note(store, Audited("", "login refused", login, address))
        return None
    return _begun(store, found, "login", address)


def knows(store: Store, passwords: Passwords, account: Account, *, password: str, address: str) -> bool:
    """Say whether that is the password of ACCOUNT; counted like a login. Raises `TooOften`."""
    return _knows(store, passwords, account, login=account.login, password=password, address=address)


def _knows(
    store: Store, passwords: Passwords, account: Account | None, *, login: str, password: str, address: str
) -> bool:
    there = near(address)
    keys = {"both": f"both:{login}@{there}", "address": f"address:{there}", "login": f"login:{login}"}
    if not entrance.attempt(store, {keys[name]: most for name, most in TRIES.items()}, within=WINDOW):
        audit.note(store, Audited("", "login refused: too often", login, address))
        raise TooOften
    hash_ = account.hash if account else None
    if not passwords.fits(password[:LONGEST], hash_) or account is None or hash_ is None:
        return False
    entrance.forget_attempts(store, [keys["both"]])
    if passwords.is_old(hash_):
        accounts.change(store, account.id, to={"hash": passwords.hashed(password)})
    return True


def let_in_by_link(store: Store, secret: str, *, address: str) -> Came | None:
    """Return a new session for who holds an unused one-time link; None for everybody else."""
    found = entrance.use_link(store, entrance.hashed(secret))
    if found is None:
        audit.note(store, Audited("", "link refused", "", address))
        return None
    return _begun(store, found, "login by link", address)


def _begun(store: Store, account: Account, how: str, address: str) -> Came:
    secret = entrance.fresh_secret()
    entrance.begin(store, entrance.hashed(secret), account.id, lasts=LASTS)
    audit.note(store, Audited(account.login, how, "", address))
    return Came(account, secret)


def entered(store: Store, secret: str) -> Entered | None:
    """Return who the session is of."""
    return entrance.entered(store, entrance.hashed(secret), idle=IDLE)


def entered_with(store: Store, token: str) -> Entered | None:
    """Return who the token is of."""
    return entrance.entered_with(store, entrance.hashed(token))


def count_wrong_token(store: Store, *, address: str) -> None:
    """
    Somebody came with a token that lets nobody in. Raises `TooOften` where that happened often.

    Right ones are let in meanwhile: no number of tries finds one, and programs share addresses.
    """
    if not entrance.attempt(store, {f"token:{near(address)}": WRONG_TOKENS}, within=WINDOW):
        raise TooOften
    audit.note(store, Audited("", "token refused", "", address))


def leave(store: Store, secret: str, *, login: str, address: str) -> None:
    """End the session."""
    entrance.end(store, entrance.hashed(secret))
    audit.note(store, Audited(login, "logout", "", address))


# --- accounts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """An account to be made. LEVEL None: the usual one of the role; UNIT is a unit's name."""

    login: str
    name: str = ""
    person: str = ""
    role: str = "participant"
    level: str | None = None
    unit: str = ""
    language: str | None = None


def make(store: Store, wanted: Wanted, *, by: str, hash_: str | None = None) -> Account:
    """Make an account. Raises `NotAllowed`, and `Taken` where the login has one."""
    login = login_of(wanted.login)
    if not login or any(letter.isspace() or not letter.isprintable() for letter in login):
        raise NotAllowed("a login has neither spaces nor control characters, and at least one letter")
    if login in TAKEN_BY_THE_PAGE:
        raise NotAllowed("%(login)s stands in an address of the page itself; take another login", login=login)
    role = role_of(wanted.role)
    person = wanted.person or (login if "@" in login else "")
    new = Account(
        "",
        login,
        wanted.name.strip() or wanted.login.strip(),
        role,
        level_of(wanted.level) if wanted.level else USUAL[role],
        person.strip().lower(),
        unit_named(store, wanted.unit).id if wanted.unit else None,
        wanted.language,
        hash_,
    )
    made = accounts.add(store, new)
    audit.note(store, Audited(by, "account made", f"{made.login}: {made.role}, {made.level}"))
    return made


def account_named(store: Store, login: str) -> Account:
    """Return an account. Raises `NoSuchAccount`."""
    found = accounts.named(store, login_of(login))
    if found is None:
        raise NoSuchAccount("there is no account %(login)s", login=login)
    return found


def change(store: Store, login: str, to: Mapping[str, object], *, by: str) -> Account:
    """
    Change role, level, unit (by its id), person, name, language or *disabled* of an account.

    Raises `NoSuchAccount`; `NotAllowed` where nobody would be left who may change accounts.
    """
    found = account_named(store, login)
    leaves = to.get("disabled") is True or to.get("role", "admin") != "admin"
    if found.role == "admin" and not found.disabled and leaves and not _other_admins(store, found):
        raise NotAllowed("%(login)s is the only admin; make another one first", login=found.login)
    accounts.change(store, found.id, to=to)
    said = ", ".join(f"{name}={value}" for name, value in to.items())
    audit.note(store, Audited(by, "account changed", f"{found.login}: {said}"))
    return account_named(store, login)


def _other_admins(store: Store, account: Account) -> bool:
    return any(one.role == "admin" and not one.disabled and one.id != account.id for one in accounts.accounts(store))


def set_password(store: Store, account: Account, hash_: str, *, by: str, keep: str | None = None) -> None:
    """Give an account another password; its sessions end, but the one with the secret KEEP."""
    accounts.change(store, account.id, to={"hash": hash_}, keep=entrance.hashed(keep) if keep else None)
    audit.note(store, Audited(by, "password changed", account.login))


def make_link(store: Store, account: Account, *, by: str, lasts: timedelta = LINK_LASTS) -> str:
    """Return the secret of a one-time link for an account."""
    if account.disabled:
        raise NotAllowed("%(login)s is disabled", login=account.login)
    secret = entrance.fresh_secret()
    entrance.keep_link(store, entrance.hashed(secret), account.id, lasts=lasts)
    audit.note(store, Audited(by, "link made", account.login))
    return secret


def link_path(secret: str) -> str:
    """Return where the link of a secret leads, under the page's address."""
    return f"/login/link/{secret}"


def make_token(
    store: Store, account: Account, name: str, *, by: str, lasts: timedelta = TOKEN_LASTS
) -> tuple[str, Token]:
    """Return a new token's secret, shown once, and what is kept of it. Raises `NotAllowed`."""
    if account.disabled:
        raise NotAllowed("%(login)s is disabled", login=account.login)
    if not name.strip():
        raise NotAllowed("a token needs a name, so that you know it again")
    if not timedelta() < lasts <= LONGEST_TOKEN:
        raise NotAllowed("a token is good for 1 to %(most)s days", most=LONGEST_TOKEN.days)
    secret = "casehub_" + entrance.fresh_secret()
    made = entrance.keep_token(store, entrance.hashed(secret), account.id, name=name.strip(), lasts=lasts)
    audit.note(store, Audited(by, "token made", f"{account.login}: {made.name}"))
    return secret, made


def drop_token(store: Store, account: Account, id_: str, *, by: str) -> bool:
    """Have a token let nobody in any more; False where there is none."""
    dropped = entrance.drop_token(store, account.id, id_)
    if dropped:
        audit.note(store, Audited(by, "token dropped", f"{account.login}: {id_}"))
    return dropped


def login_of(text: str) -> str:
    """Return a login as it is kept: large and small letters are one."""
    return text.strip().casefold()


def role_of(text: str) -> Role:
    """Return the role of that name. Raises `NotAllowed`."""
    return _one_of(ROLES, text)


def level_of(text: str) -> Level:
    """Return the level of that name. Raises `NotAllowed`."""
    return _one_of(LEVELS, text)


def _one_of(names: tuple[Name, ...], text: str) -> Name:
    for name in names:
        if name == text:
            return name
    raise NotAllowed("%(given)s is none of: %(names)s", given=text, names=", ".join(names))
