"""What comments and files have in common: they hang on an issue, are made by a change of it, and carry no marker."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mappings.exchange import Create, Receipt, Refused, View, Views

from ..base import CLOCKS
from ..errors import ConnectorError, Rejected, RetryLater
from .desk import is_number


@dataclass(frozen=True, slots=True)
class ChildId:
    """A child's id is its issue's and its own: by the second alone Redmine does not tell what it hangs on."""

    issue: str
    own: str

    def __str__(self) -> str:
        return f"{self.issue}/{self.own}"

    @classmethod
    def read(cls, text: str) -> "ChildId | None":
        issue, _, own = text.partition("/")
        return cls(issue, own) if is_number(issue) and is_number(own) else None


def wanted_of(create: Create) -> Views:
    """Return all that a create says."""
    return {**create.fixed, **{change.place: change.view for change in create.changes}}


def issue_of(create: Create) -> str | None:
    """Return the number of the issue that a create is to hang on; None where it names none."""
    kind, number = create.parent or ("", "")
    return number if kind == "issue" and is_number(number) else None


def is_since(stamp: View, since: datetime) -> bool:
    """Whether something stamped so may have been made at or after SINCE, by whichever clock."""
    try:
        when = datetime.fromisoformat(str(stamp))
    except ValueError:
        return True
    return when.tzinfo is None or when >= since - CLOCKS


async def push_children(
    creates: Sequence[Create], work: Callable[[str, Sequence[Create]], Awaitable[dict[str, Receipt]]]
) -> list[Receipt]:
    """Let WORK make what hangs on one issue, in order; different issues side by side. Receipts as the creates stand."""
    groups: dict[str, list[Create]] = {}
    receipts: dict[str, Receipt] = {}
    for create in creates:
        number = issue_of(create)
        if number is None:
            receipts[create.key] = refused(create, "it hangs on no issue")
        else:
            groups.setdefault(number, []).append(create)
    for made in await asyncio.gather(*(work(number, group) for number, group in groups.items())):
        receipts |= made
    return [receipts[create.key] for create in creates]


def refused(create: Create, reason: str, *, place: str | None = None) -> Receipt:
    return Receipt(create.key, "refused", refused=(Refused(place, reason),), reason=reason)


def failed(create: Create, error: ConnectorError) -> Receipt:
    """Return the receipt of a create whose request met ERROR; only what may have been carried out is unclear."""
    if isinstance(error, Rejected):
        return refused(create, error.reason or str(error), place=error.place)
    sent = isinstance(error, RetryLater) and error.sent
    return Receipt(create.key, "unclear" if sent else "unsent", reason=str(error))
