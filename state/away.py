"""What a PostgreSQL means that is away or lets nobody in: in our own words, as its own may repeat the address."""

import re

from .errors import NotLetIn, Unavailable

_SHUT = {
    "another user or password is wanted": (
        r"authentication failed",
        r"не прошёл проверку подлинности",
        r"no password supplied",
        r'role ".*" does not exist',
        r'роль ".*" не существует',
        r'role ".*" is not permitted to log in',
        r'для роли ".*" вход запрещён',
    ),
    "it has no database of that name": (r'database ".*" does not exist', r'база данных ".*" не существует'),
    "its pg_hba.conf lets nobody in who comes so": (r"pg_hba\.conf",),
}
"""Why it does not let us in -> how it says so. It speaks the language of its machine, the library speaks English."""
_AWAY = {
    "it is just starting or ending": (r"the database system is ", r"система баз данных "),
    "it has no connection left for us": (
        r"too many clients",
        r"слишком много клиентов",
        r"connection slots are reserved",
    ),
    "it broke the connection off": (
        r"server closed the connection",
        r"terminating connection",
        r"закрытие подключения",
    ),
    "no machine is called so": (r"failed to resolve host", r"could not translate host name"),
    "no answer within the time": (r"timeout expired", r"timed out"),
    "nobody listens there": (r"connection refused", r"on socket .* failed: no such file"),
}


def away(words: str, name: str) -> Unavailable:
    """
    Return what an error means that says WORDS; of others only its NAME is told.

    Where several addresses were tried, one that answered is meant: those that did not are told in the same words.
    """
    for meaning in (_SHUT, _AWAY):
        for why, signs in meaning.items():
            if any(re.search(sign, words, re.IGNORECASE) for sign in signs):
                kind = NotLetIn if meaning is _SHUT else Unavailable
                return kind(f"the database refused or did not answer: {why}")
    return Unavailable(f"the database refused or did not answer: {name}")
