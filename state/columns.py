"""How values become columns: one JSON form, aware times, and text that every database takes."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_FAST = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
_READABLE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_BEYOND = re.compile(r"[0-9]{19}")
"""Whole numbers that may be beyond 64 bits, which orjson would read as rounded ones."""


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


def loads(text: str) -> Any:
    """Return the form that `dumps` gave *text* for."""
    if _BEYOND.search(text):
        return json.loads(text)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:  # an escaped half of a surrogate pair
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

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # SQLAlchemy's signature
        return dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # SQLAlchemy's signature
        return None if value is None else loads(value)


class Words(TypeDecorator[str]):
    """Text that somebody else wrote."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # SQLAlchemy's signature
        return None if value is None else storable(value)


class Time(TypeDecorator[datetime]):
    """An aware time, kept in UTC with microseconds; compares in SQL as it does in Python."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)
