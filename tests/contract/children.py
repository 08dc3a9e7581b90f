"""
The promises about records that hang on others: comments and files.

A test class inherits them and says how to make its world::

    class TestComments(ChildContract):
        def make_world(self, folder: Path) -> ChildWorld:
            return ...
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mappings.exchange import Create
from tests.contract.child_world import PLACES, WORDS, ChildWorld, a_delete, an_update, words_of
from tests.contract.world import pages, pull_all


class LiveChildContract(ABC):
    """The promises that can be held against a real server: nobody makes it lose an answer when a test wants it to."""

    @abstractmethod
    def make_world(self, folder: Path) -> ChildWorld: ...

    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[ChildWorld]:
        world = self.make_world(tmp_path)
        yield world
        world.close()

    # --- reading --------------------------------------------------------------------------------------------------

    @pytest.mark.asyncio
    async def test_the_first_pull_brings_every_child_with_what_it_hangs_on(self, world: ChildWorld) -> None:
        first, second = world.parent(), world.parent()
        ids = [world.add(first, "Ёлка.txt"), world.add(first, "иголка.txt"), world.add(second, "Смета «Ёж».txt")]
        async with world.connector() as connector:
            records = await pull_all(connector, world.kind)

        shown = [(records[each].parent, words_of(records[each])) for each in ids]
        assert shown == [(first, "Ёлка.txt"), (first, "иголка.txt"), (second, "Смета «Ёж».txt")]
        assert PLACES[world.kind] - world.unshown <= records[ids[0]].views.keys()
        assert records[ids[0]].views["author"] == world.author

    @pytest.mark.asyncio
    @pytest.mark.parametrize("size", [1, 2])
    async def test_pages_in_any_split_give_the_same_children(self, world: ChildWorld, size: int) -> None:
        for number in range(3):
            parent = world.parent()
            for word in "ab":
                world.add(parent, f"{word}{number}.txt")
        async with world.connector() as whole, world.connector(page_size=size) as split:
            assert await pull_all(split, world.kind) == await pull_all(whole, world.kind)

    @pytest.mark.asyncio
    async def test_a_child_made_while_the_pages_are_read_is_not_lost(self, world: ChildWorld) -> None:
        parents = [world.parent() for _ in range(4)]
        for parent in parents:
            world.add(parent, "раз.txt")
        async with world.connector(page_size=1) as connector:
            page = await connector.pull(world.kind, None)
            new = [world.add(parent, "два.txt") for parent in parents]
            met, cursor = await pages(connector, world.kind, page.cursor)
            again, _ = await pages(connector, world.kind, cursor)

        assert set(new) <= {record.id for page in [*met, *again] for record in page.records}

    @pytest.mark.asyncio
    async def test_a_child_made_right_after_a_pull_comes_with_the_next(self, world: ChildWorld) -> None:
        parent = world.parent()
        world.add(parent, "раз.txt")
        async with world.connector() as connector:
            _, cursor = await pages(connector, world.kind)
            new = world.add(parent, "два.txt")
            met, cursor = await pages(connector, world.kind, cursor)
            assert new in {record.id for page in met for record in page.records}
            world.rest()
            _, cursor = await pages(connector, world.kind, cursor)
            later = world.add(parent, "три.txt")
            met, _ = await pages(connector, world.kind, cursor)

        assert later in {record.id for page in met for record in page.records}

    @pytest.mark.asyncio
    async def test_in_the_end_a_pull_with_nothing_new_is_hardly_a_request(self, world: ChildWorld) -> None:
        world.add(world.parent(), "раз.txt")
        async with world.connector() as connector:
            _, cursor = await pages(connector, world.kind)
            world.rest()
            _, cursor = await pages(connector, world.kind, cursor)
            before = connector.requests
            _, same = await pages(connector, world.kind, cursor)
            cost = connector.requests - before

        assert (cost.total - cost.overhead, cost.writing) == (world.idle, 0)
        assert same == cursor

    @pytest.mark.asyncio
    async def test_a_full_pull_shows_what_was_edited(self, world: ChildWorld) -> None:
        child = world.add(world.parent(), "раз.txt")
        async with world.connector() as connector:
            _, cursor = await pages(connector, world.kind)
            world.rest()
            _, cursor = await pages(connector, world.kind, cursor)
            world.edit(child, "два.txt")
            met, _ = await pages(connector, world.kind, cursor, full=True)

        assert [words_of(record) for page in met for record in page.records if record.id == child] == ["два.txt"]

    @pytest.mark.asyncio
    async def test_a_look_up_shows_what_the_pull_shows_and_tells_what_is_gone(self, world: ChildWorld) -> None:
        first, second = world.parent(), world.parent()
        ids = [world.add(first, "раз.txt"), world.add(first, "два.txt"), world.add(second, "три.txt")]
        async with world.connector() as connector:
            listed = await pull_all(connector, world.kind)
            world.delete(ids[1])
            world.delete_parent(second)
            found = await connector.get(world.kind, [ids[2], ids[0], ids[1], "нет"])

        assert [each.state for each in found] == ["gone", "here", "gone", "gone"]
        assert found[1].record == listed[ids[0]]

    @pytest.mark.asyncio
    async def test_discovery_lists_every_place(self, world: ChildWorld) -> None:
        async with world.connector() as connector:
            discovery = await connector.discover(world.kind)

        assert PLACES[world.kind] - world.unshown <= {place.name for place in discovery.places}

    @pytest.mark.asyncio
    async def test_children_carry_no_marker(self, world: ChildWorld) -> None:
        async with world.connector() as connector:
            assert not connector.abilities_of(world.kind).marker

    # --- writing --------------------------------------------------------------------------------------------------

    @pytest.mark.asyncio
    async def test_creates_hang_on_their_parents_and_are_ours(self, world: ChildWorld) -> None:
        first, second = world.parent(), world.parent()
        world.add(first, "раз.txt")
        async with world.connector() as connector:
            account = await connector.identify()
            writes = [
                world.create(first, "раз.txt", key="a"),
                world.create(second, "два.txt", key="b"),
                world.create(first, "три.txt", key="c"),
            ]
            receipts = await connector.push(writes)
            records = await pull_all(connector, world.kind)

        assert [(each.key, each.state) for each in receipts] == [("a", "done"), ("b", "done"), ("c", "done")]
        made = [records[receipt.id or ""] for receipt in receipts]
        assert [receipt.record for receipt in receipts] == made
        assert [each.parent for each in made] == [first, second, first]
        assert [words_of(each) for each in made] == ["раз.txt", "два.txt", "три.txt"]
        assert {each.views["author"] for each in made} == {account.id}
        assert len(records) == 4

    @pytest.mark.asyncio
    async def test_two_equal_creates_are_two_records(self, world: ChildWorld) -> None:
        parent = world.parent()
        async with world.connector() as connector:
            receipts = await connector.push([world.create(parent, "дважды.txt", key=key) for key in "ab"])

        assert [each.state for each in receipts] == ["done", "done"]
        assert receipts[0].id != receipts[1].id

    @pytest.mark.asyncio
    async def test_a_create_below_nothing_is_refused_and_spoils_no_other(self, world: ChildWorld) -> None:
        gone, parent = world.parent(), world.parent()
        world.delete_parent(gone)
        orphan = world.create(parent, "сирота.txt", key="c")
        orphan = Create(orphan.key, orphan.system, orphan.kind, "", orphan.changes)
        async with world.connector() as connector:
            writes = [world.create(gone, "раз.txt", key="a"), world.create(parent, "два.txt", key="b"), orphan]
            receipts = await connector.push(writes)

        assert [each.state for each in receipts] == ["refused", "done", "refused"]
        assert receipts[0].reason

    @pytest.mark.asyncio
    async def test_what_a_create_may_have_made_is_found_and_nothing_else(self, world: ChildWorld) -> None:
        parent, other = world.parent(), world.parent()
        world.add(parent, "раз.txt")
        async with world.connector() as connector:
            write = world.create(parent, "раз.txt")
            since = world.now()
            before = await connector.find_sent(write, since)
            (first,) = await connector.push([write])
            await connector.push([world.create(other, "раз.txt"), world.create(parent, "два.txt", key="d")])
            one = await connector.find_sent(write, since)
            (second,) = await connector.push([write])
            two = await connector.find_sent(write, since)
            late = await connector.find_sent(write, since + timedelta(days=1))

        assert (before.ids, one.ids) == ((), (first.id,))
        assert sorted(two.ids) == sorted([first.id or "", second.id or ""])
        assert late.ids == ()
        assert two.current

    @pytest.mark.asyncio
    async def test_an_update_arrives_and_a_moved_one_is_left_alone(self, world: ChildWorld) -> None:
        if not world.changes:
            pytest.skip("what was made stays here as it is")
        place = WORDS[world.kind]
        async with world.connector() as connector:
            (made,) = await connector.push([world.create(world.parent(), "раз.txt")])
            (done,) = await connector.push([an_update(made.record, place, "два.txt")])
            (moved,) = await connector.push([an_update(made.record, place, "три.txt")])

        assert (done.state, done.record and done.record.views[place]) == ("done", "два.txt")
        assert (moved.state, moved.record and moved.record.views[place]) == ("moved", "два.txt")

    @pytest.mark.asyncio
    async def test_what_is_not_ours_to_say_is_refused(self, world: ChildWorld) -> None:
        async with world.connector() as connector:
            (made,) = await connector.push([world.create(world.parent(), "раз.txt")])
            (receipt,) = await connector.push([an_update(made.record, "author", "1")])

        assert (receipt.state, [each.place for each in receipt.refused]) == ("refused", ["author"])

    @pytest.mark.asyncio
    async def test_what_we_made_is_taken_away_and_only_as_it_was_seen(self, world: ChildWorld) -> None:
        place = WORDS[world.kind]
        async with world.connector() as connector:
            (made,) = await connector.push([world.create(world.parent(), "раз.txt")])
            record = made.record
            assert record is not None
            (other,) = await connector.push([a_delete(record, {place: "было иначе.txt"})])
            (gone,) = await connector.push([a_delete(record, {place: record.views[place]})])
            (again,) = await connector.push([a_delete(record, {})])
            (found,) = await connector.get(world.kind, [record.id])

        assert connector.abilities_of(world.kind).deletes
        assert (other.state, other.reason) == ("moved", f"edited since: {place}")
        assert (gone.state, again.state, found.state) == ("gone", "gone", "gone")

    @pytest.mark.asyncio
    async def test_what_somebody_else_has_made_is_not_taken_away(self, world: ChildWorld) -> None:
        theirs = world.add(world.parent(), "чужое.txt")
        async with world.connector() as connector:
            (found,) = await connector.get(world.kind, [theirs])
            assert found.record is not None
            (receipt,) = await connector.push([a_delete(found.record, {})])
            (after,) = await connector.get(world.kind, [theirs])

        assert (receipt.state, after.state) == ("moved", "here")


class ChildContract(LiveChildContract):
    """All promises about children."""

    @pytest.mark.asyncio
    async def test_a_create_whose_answer_was_lost_is_found(self, world: ChildWorld) -> None:
        parent = world.parent()
        async with world.connector() as connector:
            write = world.create(parent, "раз.txt")
            since = world.now()
            world.lose_answer()
            (receipt,) = await connector.push([write])
            found = await connector.find_sent(write, since)
            records = await pull_all(connector, world.kind)

        assert receipt.state == "unclear"
        assert found.ids == tuple(records)
        assert len(records) == 1
