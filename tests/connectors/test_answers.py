"""Every status and every error of the HTTP library has a meaning of ours."""

import socket
import ssl
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from connectors.answers import BUGS, IN_DOUBT, NOT_A_REQUEST, NOT_SENT, Answer, error_of, raise_for_error, retry_after
from connectors.errors import AuthFailed, ConnectorError, Gone, Rejected, RetryLater, Stale

NOW = datetime(2026, 11, 21, 18, tzinfo=UTC)
SECRET = "s3cret"


def an_answer(status: int = 200, body: bytes = b"{}", *, reading: bool = True, **headers: str) -> Answer:
    return Answer("трекер", "GET /issues.json", status, headers, body=body, began=NOW, reading=reading)


def meaning(status: int, *, reading: bool = True) -> ConnectorError | None:
    return error_of(an_answer(status, reading=reading), now=NOW)


MEANINGS: dict[type[ConnectorError], tuple[int, ...]] = {
    Rejected: (400, 402, 403, 405, 406, 411, 413, 414, 415, 422, 428, 431, 451, 499, 501, 505),
    AuthFailed: (401, 407),
    Gone: (404, 410),
    RetryLater: (408, 423, 425, 429, 500, 502, 503, 504, 507, 511, 301, 302, 303, 304, 307, 308),
    Stale: (409, 412),
}


@pytest.mark.parametrize(("error", "statuses"), list(MEANINGS.items()))
def test_a_status_has_its_meaning(error: type[ConnectorError], statuses: tuple[int, ...]) -> None:
    assert [status for status in statuses if type(meaning(status)) is not error] == []


def test_every_status_is_a_success_or_an_error() -> None:
    assert [status for status in range(200, 600) if (meaning(status) is None) != (status < 300)] == []


@pytest.mark.parametrize(
    ("status", "sent"), [(429, False), (408, False), (423, False), (500, True), (503, True), (302, True)]
)
def test_a_write_that_failed_says_whether_it_may_have_been_carried_out(status: int, sent: bool) -> None:
    error = meaning(status, reading=False)

    assert isinstance(error, RetryLater)
    assert error.sent == sent


@pytest.mark.parametrize("status", [402, 403, 405, 413, 451, 501])
def test_a_refusal_that_is_not_about_fields_is_about_the_whole(status: int) -> None:
    error = meaning(status)

    assert isinstance(error, Rejected)
    assert error.whole


def test_a_message_says_who_what_and_what_follows() -> None:
    assert str(meaning(409)) == "трекер: GET /issues.json answered 409; pull it again before writing"


def every_error_of_httpx() -> list[type[Exception]]:
    found = [each for each in vars(httpx).values() if isinstance(each, type) and issubclass(each, Exception)]
    return sorted(set(found), key=lambda each: each.__name__)


def test_no_error_of_httpx_is_forgotten() -> None:
    table = {*NOT_SENT, *IN_DOUBT, *NOT_A_REQUEST, *BUGS}

    assert [each.__name__ for each in every_error_of_httpx() if each not in table] == []


def made(error: type[Exception]) -> Exception:
    return error(SECRET)


@pytest.mark.parametrize(
    ("errors", "meant", "sent"),
    [(NOT_SENT, RetryLater, False), (IN_DOUBT, RetryLater, True), (NOT_A_REQUEST, Rejected, None)],
)
def test_an_error_of_httpx_has_its_meaning(
    errors: tuple[type[Exception], ...], meant: type[ConnectorError], sent: bool | None
) -> None:
    for error in errors:
        with pytest.raises(meant) as caught:
            raise_for_error(made(error), system="трекер", request="PUT /issues/7.json", longest=30)

        assert getattr(caught.value, "sent", None) == sent
        assert SECRET not in str(caught.value)


def test_a_cause_that_may_quote_our_headers_is_not_kept() -> None:
    with pytest.raises(Rejected) as caught:
        raise_for_error(httpx.LocalProtocolError(SECRET), system="a", request="GET /", longest=30)

    assert caught.value.__suppress_context__
    assert caught.value.__cause__ is None


def test_a_mistake_of_our_own_is_not_translated() -> None:
    with pytest.raises(httpx.StreamConsumed):
        raise_for_error(httpx.StreamConsumed(), system="a", request="GET /", longest=30)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        ("Sat, 21 Nov 2026 18:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 17:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(text: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": text}, now=NOW) == seconds


@pytest.mark.parametrize("clock", ["Sat, 21 Nov 2026 17:50:00 GMT", "Sat, 21 Nov 2026 18:00:00 GMT"])
def test_a_date_to_wait_for_is_read_by_the_clock_of_the_server_that_names_it(clock: str) -> None:
    until = clock.replace(":00 GMT", ":30 GMT")

    assert retry_after({"retry-after": until, "date": clock}, now=NOW) == 30.0


@pytest.mark.parametrize("status", [429, 503])
def test_the_wait_that_is_asked_for_is_told(status: int) -> None:
    error = error_of(an_answer(status, **{"retry-after": "7"}), now=NOW)

    assert isinstance(error, RetryLater)
    assert error.after == 7.0


@pytest.mark.parametrize(
    "body",
    [
        b'{"issues":[{"id":1,"subj',
        b"<html>log in</html>",
        b"",
        b"NaN",
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"a": 1e999999999999999999999}',
    ],
)
def test_what_is_not_whole_json_is_tried_later(body: bytes) -> None:
    with pytest.raises(RetryLater) as caught:
        an_answer(body=body).json()

    assert body.decode(errors="replace")[:20] not in str(caught.value) or body == b""


def test_a_page_of_html_is_called_so() -> None:
    with pytest.raises(RetryLater, match="answered 200 with HTML; is the address right"):
        an_answer(body=b"  <html>").json()


def test_decimal_numbers_are_exact() -> None:
    shown: Any = an_answer(body=b'{"hours": 1.10}').object()

    assert str(shown["hours"]) == "1.10"


@pytest.mark.parametrize("body", [b"[]", b"7", b"null"])
def test_an_answer_that_is_no_object_is_tried_later(body: bytes) -> None:
    with pytest.raises(RetryLater, match="without a JSON object"):
        an_answer(body=body).object()


def test_an_unreadable_answer_to_a_write_is_in_doubt() -> None:
    with pytest.raises(RetryLater) as caught:
        an_answer(body=b"{", reading=False).json()

    assert caught.value.sent


def test_the_clock_of_the_server_is_read() -> None:
    assert an_answer(date="Sat, 21 Nov 2026 18:00:00 GMT").date == NOW
    assert an_answer().date is None


@pytest.mark.parametrize(
    ("behind", "words"),
    [
        (ssl.SSLCertVerificationError(SECRET), "SSL_CERT_FILE"),
        (socket.gaierror(SECRET), "its name leads nowhere"),
        (ConnectionRefusedError(SECRET), "nobody listens there"),
        (OSError(SECRET), "ConnectError"),
    ],
)
def test_what_stood_in_the_way_is_told_in_words_of_our_own(behind: Exception, words: str) -> None:
    error = httpx.ConnectError(SECRET)
    error.__cause__ = RuntimeError(SECRET)  # what lies between httpx and the system
    error.__cause__.__cause__ = behind

    with pytest.raises(RetryLater, match=words) as caught:
        raise_for_error(error, system="трекер", request="GET /", longest=30)

    assert SECRET not in str(caught.value)
