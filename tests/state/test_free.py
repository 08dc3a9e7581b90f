"""What dead workers held is looked for where there is room for it, and only there."""

from dataclasses import replace

from state.store import Store
from state.types import Worker
from tests.state_builders import Clock, a_record, claim, opened, put


def news_for_two(store: Store, worker: Worker, clock: Clock) -> None:
    """Two entities with news; the older one is claimed by a worker whose process is gone."""
    opened(store, worker, a_record("1", title="a"), a_record("2", title="a"))
    for number in ("1", "2"):
        clock.go(1)  # of two that come in the same microsecond neither is older
        put(store, a_record(number, title="b"))
    claim(store, replace(worker, id="died", started="1"), limit=1)


def asked_who_lives(texts: list[str]) -> bool:
    return any(text.startswith("SELECT worker.id, worker.host") for text in texts)


def test_a_batch_that_is_full_does_not_ask_who_lives(store: Store, worker: Worker, clock: Clock) -> None:
    news_for_two(store, worker, clock)

    with store.recorded() as texts:
        batch = claim(store, worker, limit=1)

    assert [one.links[0].external_id for one in batch.cases] == ["2"]
    assert not asked_who_lives(texts)


def test_where_there_is_room_what_a_dead_worker_held_is_taken_in_its_turn(
    store: Store, worker: Worker, clock: Clock
) -> None:
    news_for_two(store, worker, clock)

    batch = claim(store, worker, limit=5)

    assert [one.links[0].external_id for one in batch.cases] == ["1", "2"]
