"""How often and after which wait a request is sent again: the one policy for all systems."""

from collections.abc import Awaitable, Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from .errors import RetryLater

LONGEST_WAIT = 60.0
"""A system that asks for more gets its way between runs, not inside a request."""


def attempts(times: int, *, sleep: Callable[[float], Awaitable[None]]) -> AsyncRetrying:
    """Return the attempts at a repeatable request, TIMES at most; what will not change is raised at once."""
    return AsyncRetrying(
        stop=stop_after_attempt(times), wait=_wait, retry=retry_if_exception(_may_repeat), sleep=sleep, reraise=True
    )


def _may_repeat(error: BaseException) -> bool:
    return isinstance(error, RetryLater) and (error.after is None or error.after <= LONGEST_WAIT)


def _wait(state: RetryCallState) -> float:
    """The wait that the system asked for, else 0.5, 1, 2 … seconds; "at once" is as good as nothing said."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, RetryLater) and error.after:
        return error.after
    return min(0.5 * 2.0 ** (state.attempt_number - 1), LONGEST_WAIT)
