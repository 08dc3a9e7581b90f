"""The question that the task server answers: without parameters, and harmless where nobody listens."""

import asyncio
import inspect

from flows.scheduled.inbox import OPEN, look_at_inbox
from flows.wake import wake


def test_the_question_has_no_parameters():
    assert list(inspect.signature(look_at_inbox.fn).parameters) == []


def test_without_a_server_nobody_is_asked():
    assert asyncio.run(wake({})) is False


def test_a_task_server_answers_with_the_fast_path_that_it_keeps_open():
    looks = []

    class Fast:
        async def look(self):
            looks.append("looked")

    async def answered():
        OPEN.set(Fast())
        await look_at_inbox.fn()

    asyncio.run(answered())

    assert looks == ["looked"]
