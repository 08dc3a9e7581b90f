"""Unexpected errors, without what they say: Prefect keeps the text of every error, and it may hold people's words."""

import traceback
from types import TracebackType

from connectors.errors import ConnectorError
from flows import wording
from state.errors import StateError

from .ends import end_of_error


class Unexpected(Exception):
    """Something went wrong that should not. Says of what type it was and where, never what the error said."""


def without_words(error: BaseException) -> Unexpected:
    """Return an error that says the type and the place of *error*, and nothing of its text."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {_house(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    return Unexpected(f"{wording.unexpected(error)}{where}")


def _house(filename: str) -> str:
    """The end of a path is enough to find it."""
    return "/".join(filename.split("/")[-3:])


class Discreet:
    """
    ``async with Discreet():`` lets through what the hub's own errors say, and the words of no other.

    Errors of connectors and of the state hold no values by their own rules.
    """

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Replace an unexpected *error*. Stops and cancellations are no errors and pass."""
        if not isinstance(error, Exception) or isinstance(error, ConnectorError | StateError | Unexpected):
            return
        if end_of_error(error) is None:
            raise without_words(error) from None
