"""What every answer of the API is made of: the base of its shapes, values, and the words they have in common."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from mappings.canonical import Money as Amount
from mappings.canonical.values import encode

LARGEST = 2**53 - 1
"""The largest number that every reader of JSON holds exactly."""
MOST_PAGES = 100_000


class Shape(BaseModel):
    """Part of an answer: read from the values that the use cases give, and never changed."""

    model_config = ConfigDict(from_attributes=True, frozen=True, use_attribute_docstrings=True)


class Asked(BaseModel):
    """Part of a question: what it does not know it refuses, so that a slip of the pen is no other question."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Number(Shape):
    """A number, with all its digits."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(examples=["12.5"])


class Money(Shape):
    """An amount in a currency."""

    model_config = ConfigDict(extra="forbid")

    money: str = Field(examples=["150000"])
    currency: str = Field(examples=["RUB"])


class Day(Shape):
    """A date."""

    model_config = ConfigDict(extra="forbid")

    date: dt.date = Field(examples=["2026-12-01"])


class Moment(Shape):
    """A time."""

    model_config = ConfigDict(extra="forbid")

    datetime: dt.datetime = Field(examples=["2026-12-01T09:30:00+00:00"])


class Several(Shape):
    """A set of words, or of people."""

    model_config = ConfigDict(extra="forbid")

    set: tuple[str, ...] = Field(examples=[["anna@example.org"]])


def form(value: Any) -> Any:
    """Return a value of ours as an answer holds it."""
    return encode(value) if isinstance(value, Amount | Decimal | dt.date | frozenset) else value


Said: TypeAlias = Annotated[
    Money | Number | Day | Moment | Several | bool | str | None,
    BeforeValidator(form),
    Field(description="A value; null is the empty one. Text and yes/no stand as they are, all else says what it is."),
]
Raw: TypeAlias = Annotated[JsonValue, Field(description="What a system's record holds, in that system's own words.")]
Sum: TypeAlias = Annotated[Money | None, BeforeValidator(form)]
People: TypeAlias = Annotated[dict[str, str], Field(description="What people are called, by how cases know them.")]
Words: TypeAlias = Annotated[
    tuple[str, ...], BeforeValidator(lambda one: sorted(one) if isinstance(one, frozenset) else one)
]
Page: TypeAlias = Annotated[int, Field(ge=1, le=MOST_PAGES, description="The page, from 1.")]


class Problem(Shape):
    """What is wrong (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is nothing here, or you may not see it."])
