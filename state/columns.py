"""
How values become columns: one JSON form, aware times, and text that every database takes.

The types give their converters to SQLAlchemy whole: a pass converts some hundred values a case, and each layer between
would cost as much again.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_FAST = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
_READABLE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
UNUSUAL = " "
"""Stands before a text that orjson would read otherwise: a whole number beyond 64 bits would be rounded."""

_EMPTY: dict[type, str] = {dict: "{}", list: "[]", type(None): "null"}


def dumps(form: Any) -> str:
    """Return the one JSON text of *form*: equal forms have equal texts, Cyrillic stays readable."""
    try:
        return orjson.dumps(form, option=_FAST).decode()
    except TypeError:  # a whole number beyond 64 bits, half a surrogate pair, a key that is no text
        pass
    text = _READABLE(form)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair: valid JSON when escaped, no valid text
        return json.dumps(form, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return text


class Ready(str):
    """The text that is kept of a form, made already."""

    __slots__ = ()


def stored(form: Any) -> str:
    """Return the text that is kept of *form*: that of `dumps`, marked where `loads` has to read it with care."""
    if form.__class__ is Ready:
        return str(form)
    if not form and form.__class__ in _EMPTY:  # most of what links keep of parked and seen fields
        return _EMPTY[form.__class__]
    try:
        return orjson.dumps(form, option=_FAST).decode()
    except TypeError:
        return UNUSUAL + dumps(form)


def loads(text: str) -> Any:
    """Return the form that `stored` gave *text* for."""
    if text[:1] == UNUSUAL:
        return json.loads(text)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:  # an escaped half of a surrogate pair, as an earlier version kept it
        return json.loads(text)


def storable(text: str) -> str:
    """Return *text* without what PostgreSQL refuses in text: NUL and half surrogate pairs."""
    if text.isascii():
        return text.replace("\x00", "\N{REPLACEMENT CHARACTER}") if "\x00" in text else text
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


class Json(TypeDecorator[Any]):
    """JSON as text. ``None`` is the JSON null, never the SQL one, so that *said to be empty* survives."""

    impl = sa.Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:  # SQLAlchemy's signature
        return stored

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[str | None], Any]:
        return _form_of


def _form_of(text: str | None) -> Any:
    return {} if text == "{}" else None if text is None else loads(text)


class Words(TypeDecorator[str]):
    """Text that somebody else wrote."""

    impl = sa.Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:
        return _words

    def result_processor(self, dialect: Dialect, coltype: Any) -> None:
        """It comes back as it is."""


def _words(text: str | None) -> str | None:
    if text is None or (text.isascii() and "\x00" not in text):
        return text
    return storable(text)


def _all_words(texts: Sequence[str | None]) -> Sequence[str | None]:
    """As `_words` for each of *texts*: that all of them can be stored as they are is told from all at once."""
    whole = "".join(filter(None, texts))
    if "\x00" not in whole and _is_whole(whole):
        return texts
    return [_words(text) for text in texts]


def _is_whole(text: str) -> bool:
    """Say whether no half of a surrogate pair is in *text*."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Time(TypeDecorator[datetime]):
    """An aware time, kept in UTC with microseconds; compares in SQL as it does in Python."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        return _sqlite_time if dialect.name == "sqlite" else _moment

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], datetime | None]:
        return _of_sqlite_time if dialect.name == "sqlite" else _moment


def _moment(value: datetime | None) -> datetime | None:
    if value is None or value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return value.astimezone(UTC)


@lru_cache(maxsize=512)
def _sqlite_time(value: datetime | None) -> str | None:
    """SQLite has no times: the text of one, without its zone. The rows of a transaction tell of few of them."""
    moment = _moment(value)
    return None if moment is None else moment.isoformat(" ", "microseconds")[:26]


def _of_sqlite_time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


def converted(convert: Callable[[Any], Any], values: Sequence[Any]) -> Iterable[Any]:
    """Return *values* of one column as *convert* gives them; a hundred texts cost what one of them does."""
    if convert is _words:
        return _all_words(values)
    if convert is stored:
        return ["null" if form is None else stored(form) for form in values]
    return map(convert, values)
