"""A pass that dies anywhere on a file's way: afterwards the file is there once, and whole."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.errors import RetryLater
from connectors.memory.system import MemoryRequest
from state import attachments, history, workers
from tests.fault_builders import Clock, Hook, failing
from tests.flows.hub.attachments.files_world import FilesHub, sharing
from tests.flows.hub.test_kills import Death, Killed, World
from tests.hub_builders import a_deal


class Ahead:
    """The clock of the world, which may be turned."""

    def __init__(self, clock):
        self.clock, self.more = clock, timedelta()

    def __call__(self):
        return self.clock() + self.more


def dies_at(verb: str, moment: str):
    def hook(request: MemoryRequest, when: str) -> None:
        if (request.verb, request.kind, when) == (verb, "file", moment):
            raise Killed

    return hook


def dead_pass(hub: FilesHub, system: str, verb: str, moment: str) -> None:
    """Run a pass that is killed there; what it was is unknown to everybody afterwards."""
    hub.systems[system].hook = dies_at(verb, moment)
    with pytest.raises((Killed, BaseExceptionGroup)):
        hub.sync()
    hub.systems[system].hook = lambda request, when: None


@pytest.mark.parametrize(
    ("system", "verb", "moment"),
    [
        ("crm", "list", "after"),
        ("crm", "get", "before"),
        ("crm", "get", "after"),
        ("trk", "create", "before"),
        ("trk", "create", "after"),
    ],
)
def test_a_file_is_there_once_wherever_a_pass_died(tmp_path: Path, system: str, verb: str, moment: str) -> None:
    hub, deal = sharing(tmp_path)
    hub.attach("crm", deal, "смета")
    dead_pass(hub, system, verb, moment)
    later = Ahead(hub.systems["crm"].clock)
    for one in hub.systems.values():
        one.clock = later
    for _ in range(3):
        hub.sync()
        later.more += timedelta(minutes=5)

    assert hub.files("crm", deal) == hub.files("trk", hub.issue()) == {"смета.pdf": "смета"}
    assert not hub.lying()
    assert hub.known().doubts == ()


class Behind(Death):
    """Ends a worker at the AT-th transaction after it has put a file."""

    put = False

    def step(self) -> None:
        if self.put:
            super().step()

    def of_request(self, request: object, moment: str) -> None:
        assert isinstance(request, MemoryRequest)
        self.put |= (request.verb, request.kind, moment) == ("create", "file", "after")


def test_a_copy_is_told_once_whichever_transaction_behind_it_was_the_last(tmp_path: Path) -> None:
    """At first nobody can tell that the worker is dead: he might live on another machine."""
    clock = Clock()
    hub, deal = sharing(tmp_path, clock=clock)
    hub.attach("crm", deal, "смета")
    world, told = World.of(hub), []

    for at in range(1, 6):
        world.again()
        with pytest.raises((Killed, BaseExceptionGroup)):
            world.run(Behind(at))
        for _ in range(3):
            hub.sync()
            clock.ahead(minutes=5)
        lines = history.history(hub.installation.store, limit=100)
        told.append([line.event.system for line in lines if line.event.what == "copied"])

    assert told == [["trk"]] * 5
    assert hub.files("trk", hub.issue()) == {"смета.pdf": "смета"}


def test_a_pass_that_died_behind_the_spool_sends_what_lies_there(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path)
    hub.attach("crm", deal, "смета")
    dead_pass(hub, "trk", "create", "before")
    lying = len(hub.lying())
    later = Ahead(hub.systems["crm"].clock)
    for one in hub.systems.values():
        one.clock = later
    later.more += timedelta(minutes=5)
    hub.sync()
    hub.sync()

    assert (lying, len(hub.fetched)) == (1, 1)
    assert hub.files("trk", hub.issue()) == {"смета.pdf": "смета"}


def test_a_spool_that_was_emptied_is_filled_again(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path)
    hub.attach("crm", deal, "смета")
    hub.systems["trk"].hook = _unreachable
    hub.sync()
    for path in hub.lying():
        path.unlink()
    hub.systems["trk"].hook = lambda request, when: None
    hub.sync()

    assert hub.files("trk", hub.issue()) == {"смета.pdf": "смета"}


def _unreachable(request: MemoryRequest, moment: str) -> None:
    if request.verb == "create" and moment == "before":
        raise RetryLater("no connection", system="trk")


def _answer_lost(request: MemoryRequest, moment: str) -> None:
    if request.verb == "create" and request.kind == "file" and moment == "after":
        raise RetryLater("no answer", system="trk", sent=True)


def test_a_lost_answer_is_found_out_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path)
    hub.attach("crm", deal, "смета")
    hub.systems["trk"].hook = _answer_lost
    first = hub.sync()
    hub.systems["trk"].hook = lambda request, moment: None
    hub.sync()

    assert first.in_doubt == 1
    assert hub.files("trk", hub.issue()) == {"смета.pdf": "смета"}
    assert hub.known().doubts == ()


def test_a_request_that_another_worker_has_under_way_is_left_to_it(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path)
    hub.attach("crm", deal, "смета")
    hub.systems["trk"].hook = _answer_lost
    hub.sync()
    [doubt] = hub.known().doubts
    store = hub.installation.store
    living, other = store.worker(), store.worker()
    began = attachments.begin(store, living, doubt.entity, copied=doubt.copied, name="смета.pdf", seen="sent")
    taken = attachments.begin(store, other, doubt.entity, copied=doubt.copied, name="смета.pdf", seen="sent")
    while_living = attachments.is_free(store, other, doubt)
    workers.retire(store, living)

    assert (began, taken, while_living) == (True, False, False)
    assert attachments.is_free(store, other, doubt)


def test_a_line_that_got_no_answer_is_left_once(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path, "    files: {crm: {}, trk: {max_size: 3B}}\n", comments=True)
    hub.attach("crm", deal, "смета")

    def lost(request: MemoryRequest, moment: str) -> None:
        if request.verb == "create" and request.kind == "comment" and moment == "after":
            raise RetryLater("no answer", system="trk", sent=True)

    hub.systems["trk"].hook = lost
    hub.sync()
    hub.systems["trk"].hook = lambda request, moment: None
    hub.sync()
    hub.sync(full=True)

    assert len(hub.records("trk", "comment")) == 1
    assert hub.known().doubts == ()


def test_passes_side_by_side_copy_a_file_once(tmp_path: Path) -> None:
    from flows.hub.running import How, run_recorded
    from flows.hub.sync import PassOptions
    from flows.hub.wiring import open_sync

    hub, deal = sharing(tmp_path)
    hub.attach("crm", deal, "смета")

    async def one() -> None:
        async with open_sync(hub.installation, None, hub.make) as wired:
            await run_recorded(wired, PassOptions(), How())

    async def several() -> None:
        await asyncio.gather(one(), one(), one())

    asyncio.run(several())
    hub.sync()

    assert hub.files("trk", hub.issue()) == {"смета.pdf": "смета"}


def test_a_file_in_doubt_whose_record_is_gone_waits_no_longer(tmp_path: Path) -> None:
    hub, deal = sharing(tmp_path, clock=Clock())
    for number in range(12):  # one of many, so that its going is no alarm
        hub.systems["crm"].create("record", a_deal(f"Сделка {number}"))
    hub.sync()
    lost = RetryLater("no answer", system="trk", sent=True)
    hub.systems["trk"].hook = Hook("create", "before", failing(lost), kind="file")
    hub.attach("crm", deal, "смета")
    hub.sync()
    before = [one.state for one in hub.known().copied if one.state == "sent"]

    hub.systems["trk"].delete("record", hub.issue())
    hub.sync(full=True)
    hub.systems["crm"].clock.ahead(hours=5)
    hub.sync(full=True)

    assert (before, [one.state for one in hub.known().copied if one.state == "sent"]) == (["sent"], [])
