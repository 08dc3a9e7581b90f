"""Passwords: how they are kept and compared, and which are too easily found."""

import threading
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from state import entrance

from .units import NotAllowed

SHORTEST, LONGEST = 10, 1000
"""Letters of a password."""
TELLING = 4
"""Letters of a login that tell a password which holds it."""
AT_ONCE = 2
"""Passwords that are looked at at once: each takes 64 MiB."""


class Passwords:
    """Makes and compares hashes of passwords. HASHER is an argument so that tests need not wait."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def hashed(self, password: str) -> str:
        """Return the hash to be kept."""
        with self._room:
            return self._hasher.hash(password)

    def fits(self, password: str, hash_: str | None) -> bool:
        """Say whether that was the password; takes as long where there is none."""
        with self._room:
            try:
                return self._hasher.verify(hash_ or self._nobodys, password) and hash_ is not None
            except (VerificationError, InvalidHashError):
                return False

    def is_old(self, hash_: str) -> bool:
        """Say whether a hash was made with weaker numbers than today's."""
        return self._hasher.check_needs_rehash(hash_)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(entrance.fresh_secret())


def sound(password: str, *, login: str) -> None:
    """Refuse a password that is easily found. Raises `NotAllowed`."""
    if not SHORTEST <= len(password) <= LONGEST:
        bounds = {"least": SHORTEST, "most": LONGEST}
        raise NotAllowed("a password has %(least)s letters at least, and %(most)s at most", **bounds)
    name = login.partition("@")[0]
    if (len(name) >= TELLING and name in password.casefold()) or len(set(password)) < SHORTEST // 2:
        raise NotAllowed("that password is easily found: it is the login, or a few letters again and again")
