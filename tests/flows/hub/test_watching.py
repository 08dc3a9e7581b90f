"""One task server watches the database for webhooks, and another does when it has gone."""

import asyncio
from dataclasses import replace

from flows.hub.fastpath import FastPath
from flows.hub.watching import RETRIES
from state.engine import open_store
from tests.flows.hub.fastpath_builders import fast_path, hint
from tests.hub_builders import opened


def test_a_webhook_is_seen_without_anybody_asking_and_only_once(tmp_path):
    hub, _ = opened(tmp_path)
    fast = fast_path(hub)

    async def watched():
        try:
            before = await fast.watch()
            hub.systems["crm"].edit("record", "1", {"amount": "175000"})
            hint(hub)
            return before, await fast.watch(), await fast.watch()
        finally:
            await fast.close()

    before, seen, after = asyncio.run(watched())

    assert (before, after) == ([], [])
    assert [report.updated["trk"] for report in seen] == [1]


def test_one_of_several_servers_watches_and_another_does_when_it_has_gone(tmp_path):
    hub, _ = opened(tmp_path)
    now = [0.0]
    first, second = (fast_path(hub, clock=lambda: now[0]) for _ in range(2))

    async def watched():
        await first.watch()
        hint(hub)
        seen = [len(await second.watch()), len(await first.watch())]
        await first.close()
        hint(hub)
        seen.append(len(await second.watch()))  # it has tried to watch just now
        now[0] += RETRIES
        seen.append(len(await second.watch()))
        await second.close()
        return seen

    assert asyncio.run(watched()) == [0, 1, 0, 1]


def test_a_database_that_does_not_answer_is_told_and_stops_nothing(tmp_path, caplog):
    hub, _ = opened(tmp_path)
    without_tables = open_store(f"sqlite:///{tmp_path / 'empty.db'}", check=False)
    fast = FastPath(replace(hub.installation, store=without_tables), hub.make)

    assert asyncio.run(fast.watch()) == []
    assert "webhooks cannot be watched for" in caplog.text
    without_tables.close()
