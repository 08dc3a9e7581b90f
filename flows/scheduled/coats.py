"""
The steps of a pass in coats: each page and each batch is one Prefect task, never a record.

What a step works with (open connections, the cursor, records) reaches its task through a context variable, so that
Prefect never sees it: tasks know the names of a system and a kind, and return nothing that is stored.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar, cast

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from connectors.errors import RetryLater
from flows.hub.batches import Deciding, Waiting
from flows.hub.pulling import pull_page
from flows.hub.pushing import Pushed, push_batch
from flows.hub.sync import Steps, decide_batch
from flows.hub.wired import Scope, Wired
from mappings.exchange import Cursor
from state.types import Outgoing, PutCount, Scan

from .discreet import Discreet

T = TypeVar("T")
AT_HAND: ContextVar[Callable[[], Awaitable[Any]]] = ContextVar("the step at hand")
"""The step that the next task is a coat of. Systems are read side by side, each in a context of its own."""
PAGE_DELAYS = [5.0, 20.0]
"""Seconds before a page is read again; requests have been repeated by then already."""


def may_come(task: "Task[..., Any]", run: TaskRun, state: "State[Any]") -> bool:
    """Say whether a page is worth another try: it did not arrive, and the system did not say when to come back."""
    del task, run
    return isinstance(state.data, RetryLater) and state.data.after is None


async def _step() -> Any:
    async with Discreet():
        return await AT_HAND.get()()


@task(
    name="pull-page",
    task_run_name="pull {system} {kind}",
    retries=len(PAGE_DELAYS),
    retry_delay_seconds=PAGE_DELAYS,
    retry_condition_fn=may_come,
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def page_task(system: str, kind: str) -> Any:
    """Read and store one page."""
    del system, kind  # they name the run
    return await _step()


@task(name="decide-batch", task_run_name="decide {count}", cache_policy=NO_CACHE, persist_result=False)
async def batch_task(count: int) -> Any:
    """Decide what was claimed together. Never repeated: what was not stored waits for the next pass."""
    del count  # it names the run
    return await _step()


@task(name="push-batch", task_run_name="push {system} {count}", cache_policy=NO_CACHE, persist_result=False)
async def push_task(system: str, count: int) -> Any:
    """Send a batch of writes. Never repeated: whether they arrived is found out by the next pass."""
    del system, count  # they name the run
    return await _step()


async def _page(
    wired: Wired, scope: Scope, cursor: Cursor | None, *, scan: Scan | None = None
) -> tuple[PutCount, Cursor, bool]:
    AT_HAND.set(partial(pull_page, wired, scope, cursor, scan=scan))
    return cast("tuple[PutCount, Cursor, bool]", await page_task(*scope))


async def _batch(deciding: Deciding, waiting: Waiting) -> None:
    AT_HAND.set(partial(decide_batch, deciding, waiting))
    await batch_task(len(waiting))


async def _push(wired: Wired, system: str, going: Sequence[Outgoing]) -> Pushed:
    AT_HAND.set(partial(push_batch, wired, system, going))
    return cast("Pushed", await push_task(system, len(going)))


COATED = Steps(_page, _batch, _push)
