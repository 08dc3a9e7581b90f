"""A PostgreSQL that is not there, or lets nobody in: told by what it is, never in the words of its library."""

import pytest
import sqlalchemy as sa

from state import Unavailable
from state.errors import NotLetIn
from state.store import translated

AT = 'connection failed: connection to server at "127.0.0.1", port 5432 failed: '
REFUSED = f"{AT}Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?"
SECRET = "s3cret"


class OperationalError(Exception):
    """As psycopg's, which carries words alone where a connection fails."""


def told(words: str) -> Unavailable:
    with pytest.raises(Unavailable) as caught, translated():
        raise sa.exc.OperationalError(None, None, OperationalError(words))
    return caught.value


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (REFUSED, "nobody listens there"),
        (
            'connection is bad: connection to server on socket "/run/.s.PGSQL.5432" failed: No such file or directory',
            "nobody listens there",
        ),
        ("failed to resolve host 'база.invalid': [Errno -2] Name or service not known", "no machine is called so"),
        ("connection timeout expired", "no answer within the time"),
        (f"{AT}FATAL:  the database system is starting up", "it is just starting or ending"),
        (f"{AT}ВАЖНО:  система баз данных запускается", "it is just starting or ending"),
        (f"{AT}FATAL:  sorry, too many clients already", "it has no connection left for us"),
        ("consuming input failed: server closed the connection unexpectedly", "it broke the connection off"),
        ("terminating connection due to administrator command", "it broke the connection off"),
    ],
)
def test_a_database_that_is_away_says_how(words, why):
    error = told(words)

    assert type(error) is Unavailable
    assert str(error) == f"the database refused or did not answer: {why}"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (f'{AT}FATAL:  password authentication failed for user "hub"', "another user or password is wanted"),
        (f'{AT}ВАЖНО:  пользователь "hub" не прошёл проверку подлинности (по паролю)', "another user or password"),
        (f"{AT}fe_sendauth: no password supplied", "another user or password is wanted"),
        (f'{AT}FATAL:  role "hub" does not exist', "another user or password is wanted"),
        (f'{AT}FATAL:  database "хаб" does not exist', "it has no database of that name"),
        (f'{AT}ВАЖНО:  база данных "хаб" не существует', "it has no database of that name"),
        (f'{AT}FATAL:  no pg_hba.conf entry for host "10.0.0.7", user "hub", database "hub"', "pg_hba.conf"),
    ],
)
def test_a_database_that_lets_nobody_in_says_why(words, why):
    error = told(words)

    assert isinstance(error, NotLetIn)
    assert why in str(error)


def test_of_several_addresses_the_one_that_answered_is_told():
    error = told(f'{REFUSED}\nMultiple connection attempts failed.\n{AT}FATAL:  database "hub" does not exist')

    assert isinstance(error, NotLetIn)


@pytest.mark.parametrize("words", [f'invalid port number: "{SECRET}@db"', f'database "{SECRET}" does not exist'])
def test_nothing_of_the_address_is_repeated(words):
    assert SECRET not in str(told(words))


def test_a_statement_about_what_is_not_there_is_no_matter_of_the_address():
    error = told('relation "case" does not exist')

    assert str(error) == "the database refused or did not answer: OperationalError"
