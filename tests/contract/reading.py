"""What every connector promises about reading."""

import json

import pytest

from connectors.errors import AuthFailed
from mappings.exchange import Cursor
from tests.contract.world import World, pages, pull_all

NAMES = ["Пилот «Ромашка»", "Внедрение CRM", "Тендер № 7", "Вопрос", "Demo", "Ёж 🦔", "Аудит"]


class ReadingPromises:
    """Inherited by `ConnectorContract`; the fixture `world` comes from there."""

    @pytest.mark.asyncio
    async def test_it_says_who_we_are_in_one_overhead_request(self, world: World) -> None:
        async with world.connector() as connector:
            account = await connector.identify()

            assert account.id
            assert account.name
            assert connector.requests.total == connector.requests.overhead >= 1

    @pytest.mark.asyncio
    async def test_a_wrong_key_fails_at_the_door(self, world: World) -> None:
        async with world.connector(wrong_key=True) as connector:
            with pytest.raises(AuthFailed):
                await connector.identify()

    @pytest.mark.asyncio
    async def test_the_first_pull_brings_every_record(self, world: World) -> None:
        ids = world.titled(NAMES)
        async with world.connector() as connector:
            records = await pull_all(connector, world.kind)

        assert {each: records[each].views[world.title] for each in ids} == dict(zip(ids, NAMES, strict=True))

    @pytest.mark.asyncio
    @pytest.mark.parametrize("size", [2, 3, 7])
    async def test_pages_in_any_split_give_the_same_records(self, world: World, size: int) -> None:
        world.titled(NAMES)
        async with world.connector() as whole, world.connector(page_size=size) as split:
            assert await pull_all(split, world.kind) == await pull_all(whole, world.kind)

    @pytest.mark.asyncio
    async def test_a_record_edited_while_the_pages_are_read_is_not_lost(self, world: World) -> None:
        ids = world.titled(NAMES)
        async with world.connector(page_size=2) as connector:
            first = await connector.pull(world.kind, None)
            for edited in (ids[0], ids[3], ids[6]):
                world.edit(edited, title=f"изменено {edited}")
            met, cursor = await pages(connector, world.kind, first.cursor)
            again, _ = await pages(connector, world.kind, cursor)

        shown = {record.id: record for page in [first, *met, *again] for record in page.records}
        assert set(ids) <= set(shown)
        assert [shown[each].views[world.title] for each in (ids[0], ids[3], ids[6])] == [
            f"изменено {each}" for each in (ids[0], ids[3], ids[6])
        ]

    @pytest.mark.asyncio
    async def test_a_record_deleted_while_the_pages_are_read_hides_no_other(self, world: World) -> None:
        ids = world.titled(NAMES)
        async with world.connector(page_size=2) as connector:
            first = await connector.pull(world.kind, None)
            world.delete(ids[0])
            world.delete(ids[1])
            met, _ = await pages(connector, world.kind, first.cursor)

        assert set(ids[2:]) <= {record.id for page in [first, *met] for record in page.records}

    @pytest.mark.asyncio
    async def test_a_record_made_while_the_pages_are_read_comes_in_this_read_or_the_next(self, world: World) -> None:
        world.titled(NAMES)
        async with world.connector(page_size=2) as connector:
            first = await connector.pull(world.kind, None)
            new = world.create("новая")
            met, cursor = await pages(connector, world.kind, first.cursor)
            again, _ = await pages(connector, world.kind, cursor)

        assert new in {record.id for page in [*met, *again] for record in page.records}

    @pytest.mark.asyncio
    async def test_the_cursor_stands_still_while_pages_are_unread(self, world: World) -> None:
        world.titled(NAMES)
        async with world.connector(page_size=2) as connector:
            _, before = await pages(connector, world.kind)
            world.titled(NAMES)
            page = await connector.pull(world.kind, before)

        assert page.more
        assert page.cursor.at == before.at
        assert page.cursor.resume is not None

    @pytest.mark.asyncio
    async def test_another_process_goes_on_from_a_stored_cursor(self, world: World) -> None:
        ids = world.titled(NAMES)
        async with world.connector(page_size=2) as connector:
            first = await connector.pull(world.kind, None)
        kept = json.dumps([first.cursor.at, first.cursor.ids, first.cursor.resume, first.cursor.full])
        at, seen, resume, full = json.loads(kept)
        async with world.connector(page_size=2) as other:
            met, _ = await pages(other, world.kind, Cursor(at, tuple(seen), resume, full))

        assert set(ids) <= {record.id for page in [first, *met] for record in page.records}

    @pytest.mark.asyncio
    async def test_a_pull_with_nothing_new_is_one_request_that_writes_nothing(self, world: World) -> None:
        world.titled(NAMES)
        async with world.connector() as connector:
            _, cursor = await pages(connector, world.kind)
            before = connector.requests
            _, same = await pages(connector, world.kind, cursor)

            cost = connector.requests - before
            assert (cost.total - cost.overhead, cost.writing) == (1, 0)
            assert same.at == cursor.at

    @pytest.mark.asyncio
    async def test_a_change_arrives_with_the_next_pull(self, world: World) -> None:
        ids = world.titled(NAMES)
        async with world.connector() as connector:
            _, cursor = await pages(connector, world.kind)
            world.edit(ids[2], title="Тендер № 8")
            records = await pull_all(connector, world.kind, cursor)

        assert records[ids[2]].views[world.title] == "Тендер № 8"

    @pytest.mark.asyncio
    async def test_a_full_pull_lists_what_did_not_change_too(self, world: World) -> None:
        ids = world.titled(NAMES)
        async with world.connector(page_size=3) as connector:
            _, cursor = await pages(connector, world.kind)
            met, after = await pages(connector, world.kind, cursor, full=True)

            assert {record.id for page in met for record in page.records} >= set(ids)
            assert (after.resume, after.full) == (None, False)
            assert all(page.cursor.full for page in met[:-1])

    @pytest.mark.asyncio
    async def test_views_are_plain_json_without_floats_and_equal_for_equal_content(self, world: World) -> None:
        world.create("Внедрение CRM", note="Первая строка\nвторая строка")
        async with world.connector() as connector, world.connector() as other:
            first, second = await pull_all(connector, world.kind), await pull_all(other, world.kind)

            assert first == second
            for record in first.values():
                text = json.dumps(record.views, ensure_ascii=False)
                assert json.loads(text, parse_float=lambda number: pytest.fail(f"a float: {number}")) == record.views

    @pytest.mark.asyncio
    async def test_a_look_up_shows_what_the_list_shows(self, world: World) -> None:
        record_id = world.create("Внедрение CRM", note="Ёлка")
        async with world.connector() as connector:
            listed = await pull_all(connector, world.kind)
            (found,) = await connector.get(world.kind, [record_id])

        assert found.state == "here"
        assert found.record == listed[record_id]

    @pytest.mark.asyncio
    async def test_look_ups_answer_in_order_and_tell_what_is_gone(self, world: World) -> None:
        ids = world.titled(NAMES[:3])
        world.delete(ids[1])
        async with world.connector() as connector:
            found = await connector.get(world.kind, [ids[2], ids[1], ids[0]])

        assert [(each.id, each.state) for each in found] == [(ids[2], "here"), (ids[1], "gone"), (ids[0], "here")]

    @pytest.mark.asyncio
    async def test_many_look_ups_are_one_request(self, world: World) -> None:
        ids = world.titled(NAMES)
        async with world.connector() as connector:
            await pull_all(connector, world.kind)
            before = connector.requests
            await connector.get(world.kind, ids)

            cost = connector.requests - before
            assert cost.total - cost.overhead == 1

    @pytest.mark.asyncio
    async def test_a_text_in_cyrillic_with_lines_comes_through(self, world: World) -> None:
        text = "Съешь ещё этих мягких французских булок — да выпей чаю.\n\n№ 5 «ёлки» 100 %"
        record_id = world.create("Ёж", note=text)
        async with world.connector() as connector:
            (found,) = await connector.get(world.kind, [record_id])

        assert found.record is not None
        assert found.record.views[world.note] == text

    @pytest.mark.asyncio
    async def test_an_empty_place_is_none_and_not_absent(self, world: World) -> None:
        record_id = world.create("Без описания")
        async with world.connector() as connector:
            (found,) = await connector.get(world.kind, [record_id])

        assert found.record is not None
        assert world.note in found.record.views
        assert found.record.views[world.note] is None

    @pytest.mark.asyncio
    async def test_discovery_lists_every_place_that_a_pull_shows(self, world: World) -> None:
        world.create("Внедрение CRM", note="Ёлка")
        async with world.connector() as connector:
            discovery = await connector.discover(world.kind)
            shown = {place for record in (await pull_all(connector, world.kind)).values() for place in record.views}

        assert shown <= {place.name for place in discovery.places}

    @pytest.mark.asyncio
    async def test_discovery_names_the_choices_that_views_carry(self, world: World) -> None:
        if not world.offered:
            pytest.skip("this system has no list of choices")
        record_id = world.create("Внедрение CRM")
        async with world.connector() as connector:
            discovery = await connector.discover(world.kind)
            (found,) = await connector.get(world.kind, [record_id])

        choices = {choice.id for place in discovery.places if place.name == world.choice for choice in place.choices}
        assert found.record is not None
        assert {found.record.views[world.choice], *world.step} <= choices

    @pytest.mark.asyncio
    async def test_a_record_that_was_moved_away_says_so(self, world: World) -> None:
        if not world.can_move_away:
            pytest.skip("nothing can be moved away here")
        record_id = world.create("Внедрение CRM")
        async with world.connector() as connector:
            await pull_all(connector, world.kind)
            world.move_away(record_id)
            (found,) = await connector.get(world.kind, [record_id])

        assert found.record is not None
        assert not found.record.in_scope
