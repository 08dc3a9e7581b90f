"""What every connector promises about writing."""

from contextlib import suppress
from dataclasses import replace

import pytest

from connectors.base import SystemConnector
from connectors.errors import RetryLater
from connectors.ours import STILL_OURS
from mappings.exchange import Update, VendorRecord
from tests.contract.child_world import a_delete
from tests.contract.world import World, create, pages, pull_all, update


async def read(connector: SystemConnector, world: World, record_id: str) -> VendorRecord:
    (found,) = await connector.get(world.kind, [record_id])
    assert found.record is not None
    return found.record


async def _never() -> bool:
    return False


class WritingPromises:
    """Inherited by `ConnectorContract`; the fixture `world` comes from there."""

    @pytest.mark.asyncio
    async def test_an_update_arrives_and_leaves_the_other_places_alone(self, world: World) -> None:
        record_id = world.create("Внедрение CRM", note="Ёлка\nи иголка")
        async with world.connector() as connector:
            before = await read(connector, world, record_id)
            (receipt,) = await connector.push([update(before, **{world.title: "Внедрение ERP"})])
            after = await read(connector, world, record_id)

        assert (receipt.state, receipt.id) == ("done", record_id)
        assert after.views[world.title] == "Внедрение ERP"
        assert after.views[world.note] == before.views[world.note]
        assert after.views[world.choice] == before.views[world.choice]

    @pytest.mark.asyncio
    async def test_a_receipt_shows_the_record_before_and_after(self, world: World) -> None:
        record_id = world.create("Внедрение CRM")
        async with world.connector() as connector:
            before = await read(connector, world, record_id)
            (receipt,) = await connector.push([update(before, **{world.title: "Внедрение ERP"})])
            after = await read(connector, world, record_id)

        assert receipt.record == after
        assert receipt.before == before
        assert receipt.began is not None

    @pytest.mark.asyncio
    async def test_without_a_condition_the_window_is_measured(self, world: World) -> None:
        record_id = world.create("Внедрение CRM")
        async with world.connector() as connector:
            before = await read(connector, world, record_id)
            (receipt,) = await connector.push([update(before, **{world.title: "Внедрение ERP"})])

            assert (receipt.window is None) == connector.abilities.conditional_writes

    @pytest.mark.asyncio
    async def test_what_another_process_has_taken_over_does_not_leave(self, world: World) -> None:
        record_id = world.create("Внедрение CRM")
        async with world.connector() as connector:
            before = await pull_all(connector, world.kind)
            made = create(world, connector.name, marker="m-3", **{world.title: "Новая"})
            kept = STILL_OURS.set(_never)
            with suppress(RetryLater):  # where none of them was sent
                receipts = await connector.push([update(before[record_id], **{world.title: "Внедрение ERP"}), made])
                assert {receipt.state for receipt in receipts} <= {"unsent", "refused"}
            STILL_OURS.reset(kept)
            after = await pull_all(connector, world.kind)

        assert {each: one.views for each, one in after.items()} == {each: one.views for each, one in before.items()}

    @pytest.mark.asyncio
    async def test_receipts_stand_in_order_one_for_each_write(self, world: World) -> None:
        ids = world.titled(["первая", "вторая", "третья"])
        async with world.connector() as connector:
            records = [await read(connector, world, each) for each in ids]
            writes = [update(record, key=f"k{n}", **{world.title: f"№ {n}"}) for n, record in enumerate(records)]
            new = create(world, connector.name, marker="m-9", key="k9", **{world.title: "новая"})
            receipts = await connector.push([writes[2], new, writes[0], writes[1]])

        assert [receipt.key for receipt in receipts] == ["k2", "k9", "k0", "k1"]
        assert {receipt.state for receipt in receipts} == {"done"}

    @pytest.mark.asyncio
    async def test_a_record_that_moved_is_not_overwritten(self, world: World) -> None:
        record_id = world.create("Внедрение CRM")
        async with world.connector() as connector:
            before = await read(connector, world, record_id)
            world.edit(record_id, title="Правка человека")
            (receipt,) = await connector.push([update(before, **{world.title: "Правка хаба"})])
            after = await read(connector, world, record_id)

        assert receipt.state == "moved"
        assert receipt.record == after
        assert after.views[world.title] == "Правка человека"

    @pytest.mark.asyncio
    async def test_a_place_can_be_emptied(self, world: World) -> None:
        record_id = world.create("Внедрение CRM", note="лишнее")
        async with world.connector() as connector:
            (receipt,) = await connector.push([update(await read(connector, world, record_id), **{world.note: None})])

        assert receipt.record is not None
        assert receipt.record.views[world.note] is None

    @pytest.mark.asyncio
    async def test_what_was_written_is_shown_as_written(self, world: World) -> None:
        text = "Съешь ещё\n\n- этих «мягких»\n- булок № 5 & <чаю> 🦔"
        record_id = world.create("Внедрение CRM")
        async with world.connector() as connector:
            (receipt,) = await connector.push([update(await read(connector, world, record_id), **{world.note: text})])

        assert receipt.record is not None
        assert receipt.record.views[world.note] == text

    @pytest.mark.asyncio
    async def test_a_choice_takes_a_step(self, world: World) -> None:
        record_id = world.create("Внедрение CRM")
        async with world.connector() as connector:
            before = await read(connector, world, record_id)
            (receipt,) = await connector.push([update(before, **{world.choice: world.step[1]})])

        assert before.views[world.choice] == world.step[0]
        assert receipt.record is not None
        assert receipt.record.views[world.choice] == world.step[1]

    @pytest.mark.asyncio
    async def test_our_own_write_is_pulled_as_the_receipt_showed_it(self, world: World) -> None:
        record_id = world.create("Внедрение CRM")
        async with world.connector() as connector:
            _, cursor = await pages(connector, world.kind)
            before = await read(connector, world, record_id)
            (receipt,) = await connector.push([update(before, **{world.title: "Внедрение ERP"})])
            pulled = await pull_all(connector, world.kind, cursor)

        assert pulled[record_id] == receipt.record

    @pytest.mark.asyncio
    async def test_a_create_carries_its_marker_and_is_found_by_it(self, world: World) -> None:
        async with world.connector() as connector:
            write = create(world, connector.name, marker="case-42/1", **{world.title: "Внедрение CRM"})
            (receipt,) = await connector.push([write])
            search = await connector.find(world.kind, "case-42/1")
            after = await read(connector, world, receipt.id or "")

        assert receipt.state == "done"
        assert search.ids == (receipt.id,)
        assert after.marker == "case-42/1"
        assert after.views[world.title] == "Внедрение CRM"

    @pytest.mark.asyncio
    async def test_the_receipt_of_a_create_shows_the_new_record(self, world: World) -> None:
        async with world.connector() as connector:
            texts = {world.title: "Ёж", world.note: "Первая\nвторая"}
            (receipt,) = await connector.push([create(world, connector.name, marker="m-1", **texts)])
            after = await read(connector, world, receipt.id or "")

        assert receipt.record == after
        assert {place: after.views[place] for place in texts} == texts

    @pytest.mark.asyncio
    async def test_a_marker_that_nobody_carries_is_not_found(self, world: World) -> None:
        world.create("Внедрение CRM")
        async with world.connector() as connector:
            assert (await connector.find(world.kind, "nobody/1")).ids == ()

    @pytest.mark.asyncio
    async def test_a_search_tells_how_fresh_it_is(self, world: World) -> None:
        world.create("Внедрение CRM")
        async with world.connector() as connector:
            search = await connector.find(world.kind, "nobody/1")

        assert search.current or search.newest is not None

    @pytest.mark.asyncio
    async def test_a_write_to_a_deleted_record_says_gone_and_spoils_no_other(self, world: World) -> None:
        ids = world.titled(["первая", "вторая"])
        async with world.connector() as connector:
            records = [await read(connector, world, each) for each in ids]
            world.delete(ids[0])
            receipts = await connector.push([update(record, **{world.title: "правка"}) for record in records])

        assert [receipt.state for receipt in receipts] == ["gone", "done"]

    @pytest.mark.asyncio
    async def test_what_is_refused_is_left_out_and_the_rest_is_sent(self, world: World) -> None:
        if world.refused is None:
            pytest.skip("this system refuses nothing")
        place, view = world.refused
        ids = world.titled(["первая", "вторая"])
        async with world.connector() as connector:
            first, second = [await read(connector, world, each) for each in ids]
            bad = update(first, **{world.note: "примечание", place: view})
            receipts = await connector.push([bad, update(second, **{world.title: "правка"})])

        assert [receipt.state for receipt in receipts] == ["done", "done"]
        assert [refused.place for refused in receipts[0].refused] == [place]
        assert receipts[0].record is not None
        assert receipts[0].record.views[world.note] == "примечание"
        assert receipts[0].record.views[place] == first.views[place]

    @pytest.mark.asyncio
    async def test_a_write_of_which_nothing_was_taken_is_refused(self, world: World) -> None:
        if world.refused is None:
            pytest.skip("this system refuses nothing")
        place, view = world.refused
        record_id = world.create("Внедрение CRM")
        async with world.connector() as connector:
            (receipt,) = await connector.push([update(await read(connector, world, record_id), **{place: view})])

        assert receipt.state == "refused"
        assert [refused.place for refused in receipt.refused] == [place]

    @pytest.mark.asyncio
    async def test_what_was_dropped_in_silence_is_seen_in_the_receipt(self, world: World) -> None:
        if world.dropped is None:
            pytest.skip("this system drops nothing")
        place, view = world.dropped
        record_id = world.create("Внедрение CRM")
        async with world.connector() as connector:
            before = await read(connector, world, record_id)
            (receipt,) = await connector.push([update(before, **{world.title: "правка", place: view})])

        assert receipt.state == "done"
        assert receipt.record is not None
        assert receipt.record.views[world.title] == "правка"
        assert receipt.record.views[place] == before.views[place]

    @pytest.mark.asyncio
    async def test_only_writes_count_as_writing(self, world: World) -> None:
        record_id = world.create("Внедрение CRM")
        async with world.connector() as connector:
            await pull_all(connector, world.kind)
            before = await read(connector, world, record_id)
            await connector.find(world.kind, "nobody/1")
            reading = connector.requests.writing
            await connector.push([update(before, **{world.title: "правка"})])

            assert (reading, connector.requests.writing) == (0, 1)

    @pytest.mark.asyncio
    async def test_nothing_to_push_sends_nothing(self, world: World) -> None:
        async with world.connector() as connector:
            assert await connector.push([]) == []
            assert connector.requests.total == 0

    @pytest.mark.asyncio
    async def test_the_change_log_tells_a_person_from_us(self, world: World) -> None:
        record_id = world.create("Внедрение CRM")
        async with world.connector() as connector:
            await pull_all(connector, world.kind)
            if world.title not in connector.abilities.change_log:
                pytest.skip("this system keeps no log of titles")
            world.edit(record_id, title="Правка человека")
            before = await read(connector, world, record_id)
            await connector.push([update(before, **{world.title: "Правка хаба"})])
            log = await connector.change_log(world.kind, record_id)

        told = [(entry.old, entry.new, entry.ours) for entry in log if entry.place == world.title and entry.old]
        assert told == [("Внедрение CRM", "Правка человека", False), ("Правка человека", "Правка хаба", True)]

    @pytest.mark.asyncio
    async def test_a_second_write_of_one_record_in_a_batch_waits(self, world: World) -> None:
        record_id = world.create("Внедрение CRM")
        async with world.connector() as connector:
            before = await read(connector, world, record_id)
            writes: list[Update] = [update(before, key=f"k{n}", **{world.title: f"№ {n}"}) for n in (1, 2)]
            receipts = await connector.push(writes)
            after = await read(connector, world, record_id)

        assert receipts[0].state == "done"
        assert receipts[1].state in ("unsent", "moved")
        assert after.views[world.title] == "№ 1"

    @pytest.mark.asyncio
    async def test_what_we_made_is_taken_away_and_what_people_work_on_is_not(self, world: World) -> None:
        theirs = world.create("чужая")
        async with world.connector() as connector:
            new = [
                create(world, connector.name, marker=f"m-{n}", key=f"k{n}", **{world.title: f"№ {n}"}) for n in (1, 2)
            ]
            mine, worked_on = [one.id or "" for one in await connector.push(new)]
            world.edit(worked_on, title="поработали")
            records = [await read(connector, world, each) for each in (mine, worked_on, theirs)]
            deletes = [replace(a_delete(one, {world.title: one.views[world.title]}), key=one.id) for one in records]
            stale = replace(deletes[0], key="s", expected={world.title: "иначе"})
            receipts = await connector.push([stale, *deletes])
            found = await connector.get(world.kind, [mine, worked_on, theirs])

        assert connector.abilities_of(world.kind).deletes
        assert [one.state for one in receipts] == ["moved", "gone", "moved", "moved"]
        assert [one.state for one in found] == ["gone", "here", "here"]
