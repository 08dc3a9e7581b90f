"""The coats of the steps: what Prefect is told of them, and what it repeats."""

import asyncio
import inspect

import pytest
from prefect.client.schemas.objects import State, TaskRun
from prefect.states import Failed

from connectors.errors import AuthFailed, Rejected, RetryLater
from flows.scheduled.coats import AT_HAND, batch_task, may_come, page_task, push_task
from flows.scheduled.discreet import Unexpected
from state.errors import Busy


def failed(error: Exception) -> State:
    return Failed(data=error)


def again(error: Exception) -> bool:
    return may_come(page_task, TaskRun(task_key="page", dynamic_key="1"), failed(error))


def test_a_page_that_did_not_arrive_is_read_again():
    assert again(RetryLater("GET / did not arrive", system="trk"))


@pytest.mark.parametrize(
    "error",
    [
        RetryLater("GET / answered 429", system="trk", after=60.0),
        AuthFailed("GET / answered 401", system="trk"),
        Rejected("GET / answered 422", system="trk"),
        Busy("do it again"),
        Unexpected("KeyError"),
    ],
)
def test_nothing_else_is(error):
    assert not again(error)


def test_only_pages_are_ever_repeated():
    assert (page_task.retries, batch_task.retries, push_task.retries) == (2, 0, 0)


@pytest.mark.parametrize("task", [page_task, batch_task, push_task], ids=lambda task: task.name)
def test_no_result_is_stored_and_parameters_are_names_and_numbers(task):
    assert task.persist_result is False
    assert set(inspect.signature(task.fn).parameters) <= {"system", "kind", "count"}


def test_a_step_reaches_its_task_through_the_context():
    async def step():
        return "done"

    async def work():
        AT_HAND.set(step)
        return await page_task.fn("crm", "record")

    assert asyncio.run(work()) == "done"


def test_steps_side_by_side_do_not_meet():
    async def work():
        async def one(name):
            async def step():
                await asyncio.sleep(0)
                return name

            AT_HAND.set(step)
            await asyncio.sleep(0)
            return await push_task.fn(name, 1)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(name)) for name in ("crm", "trk", "wiki")]
        return [task.result() for task in tasks]

    assert asyncio.run(work()) == ["crm", "trk", "wiki"]


def test_a_step_that_breaks_says_nothing_of_what_it_worked_with():
    async def step():
        raise ValueError("ООО «Ромашка»")

    async def work():
        AT_HAND.set(step)
        await batch_task.fn(1)

    with pytest.raises(Unexpected) as caught:
        asyncio.run(work())

    assert "Ромашка" not in str(caught.value)
