import pytest

from connectors.sandbox.faults import Script, WebhookFaults
from connectors.sandbox.webhooks import Event, Target, Webhooks
from tests.connectors.sandbox.builders import Posted

TARGET = Target("http://127.0.0.1:9/hook")


def hooks(posted: Posted, faults: WebhookFaults | None = None, *, seed: int = 1) -> Webhooks:
    script = Script(seed=seed, webhooks=faults or WebhookFaults())

    async def no_wait(seconds: float) -> None:
        """Time does not pass in these tests."""

    made = Webhooks(lambda: script, transport=posted, sleep=no_wait)
    made.aim((TARGET,))
    return made


def bodies(posted: Posted) -> list[str]:
    return [request.content.decode() for request in posted.requests]


async def give_out(made: Webhooks, count: int) -> None:
    for number in range(count):
        made.give_out(Event(TARGET, str(number).encode(), ()))
    await made.drained()


@pytest.mark.asyncio
async def test_events_are_posted_once_and_in_their_order(posted: Posted) -> None:
    made = hooks(posted)

    await give_out(made, 5)

    assert bodies(posted) == ["0", "1", "2", "3", "4"]
    assert (made.delivered, made.lost) == (5, 0)
    assert made.last is not None
    assert made.last.body == b"4"


@pytest.mark.asyncio
async def test_events_come_twice_where_the_script_says_so(posted: Posted) -> None:
    await give_out(hooks(posted, WebhookFaults(duplicate=1.0)), 2)

    assert bodies(posted) == ["0", "0", "1", "1"]


@pytest.mark.asyncio
async def test_events_come_in_another_order_and_none_is_missing(posted: Posted) -> None:
    await give_out(hooks(posted, WebhookFaults(reorder=True)), 8)

    assert bodies(posted) != [str(number) for number in range(8)]
    assert sorted(bodies(posted)) == [str(number) for number in range(8)]


@pytest.mark.asyncio
async def test_lost_events_are_not_sent_again(posted: Posted) -> None:
    made = hooks(posted, WebhookFaults(lose=1.0))

    await give_out(made, 3)

    assert bodies(posted) == []
    assert made.lost == 3


@pytest.mark.asyncio
async def test_a_receiver_that_fails_is_asked_once(posted: Posted) -> None:
    posted.status = 500
    made = hooks(posted)

    await give_out(made, 2)

    assert len(posted.requests) == 2
    assert (made.delivered, made.lost) == (0, 2)


@pytest.mark.parametrize("url", ["http://example.org/hook", "http://127.0.0.1.example.org/", "file:///etc/passwd"])
def test_a_sandbox_posts_to_this_machine_only(posted: Posted, url: str) -> None:
    with pytest.raises(ValueError, match="this machine only"):
        hooks(posted).aim((Target(url),))
