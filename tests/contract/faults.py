"""What every connector promises when requests go wrong; asked where the test can make them."""

import pytest

from connectors.errors import AuthFailed, RetryLater
from tests.contract.world import Failure, World, create, pages, update
from tests.contract.writing import read


class FaultPromises:
    """Inherited by `ConnectorContract`; the fixture `world` comes from there."""

    @pytest.fixture
    def failing(self, world: World) -> World:
        if not world.can_fail:
            pytest.skip("this system cannot be made to fail")
        return world

    @pytest.mark.asyncio
    @pytest.mark.parametrize("how", ["cut", "html", "500", "429", "lost before", "lost after"])
    async def test_a_broken_page_is_tried_later_and_nothing_is_lost(self, failing: World, how: Failure) -> None:
        ids = failing.titled(["раз", "два", "три", "четыре", "пять"])
        async with failing.connector(page_size=2) as connector:
            first = await connector.pull(failing.kind, None)
            failing.fail(how, on="list")
            with pytest.raises(RetryLater):
                await connector.pull(failing.kind, first.cursor)
            failing.heal()
            met, _ = await pages(connector, failing.kind, first.cursor)

        assert set(ids) <= {record.id for page in [first, *met] for record in page.records}

    @pytest.mark.asyncio
    async def test_one_bad_answer_among_reads_is_got_over(self, failing: World) -> None:
        if type(failing).__name__ == "MemoryWorld":
            pytest.skip("a system in memory has no line that could be bad")
        ids = failing.titled(["раз", "два"])
        async with failing.connector() as connector:
            failing.fail("500", on="list", times=1)
            met, _ = await pages(connector, failing.kind)

        assert set(ids) <= {record.id for page in met for record in page.records}

    @pytest.mark.asyncio
    async def test_a_lost_answer_to_an_update_is_unclear(self, failing: World) -> None:
        record_id = failing.create("Внедрение CRM")
        async with failing.connector() as connector:
            before = await read(connector, failing, record_id)
            failing.fail("lost after", on="write")
            (receipt,) = await connector.push([update(before, **{failing.title: "правка"})])
            failing.heal()
            after = await read(connector, failing, record_id)

        assert (receipt.state, receipt.record) == ("unclear", None)
        assert after.views[failing.title] == "правка"

    @pytest.mark.asyncio
    async def test_a_write_is_never_sent_twice(self, failing: World) -> None:
        async with failing.connector() as connector:
            failing.fail("lost after", on="write")
            write = create(failing, connector.name, marker="m-1/1", **{failing.title: "Внедрение CRM"})
            (receipt,) = await connector.push([write])
            failing.heal()
            search = await connector.find(failing.kind, "m-1/1")

        assert receipt.state == "unclear"
        assert len(search.ids) == 1

    @pytest.mark.asyncio
    @pytest.mark.parametrize("verb", ["create", "update"])
    async def test_a_write_that_never_left_is_unsent(self, failing: World, verb: str) -> None:
        record_id = failing.create("Внедрение CRM")
        async with failing.connector() as connector:
            before = await read(connector, failing, record_id)
            new = create(failing, connector.name, marker="m-1", **{failing.title: "Новая"})
            failing.fail("lost before", on="write")
            (receipt,) = await connector.push(
                [new if verb == "create" else update(before, **{failing.title: "правка"})]
            )

        assert receipt.state == "unsent"
        assert receipt.reason

    @pytest.mark.asyncio
    async def test_a_failing_compare_sends_nothing(self, failing: World) -> None:
        record_id = failing.create("Внедрение CRM")
        async with failing.connector() as connector:
            before = await read(connector, failing, record_id)
            failing.fail("500", on="list")
            with pytest.raises(RetryLater):
                await connector.push([update(before, **{failing.title: "правка"})])

            assert connector.requests.writing == 0

    @pytest.mark.asyncio
    async def test_credentials_that_end_in_mid_life_stop_the_reading(self, failing: World) -> None:
        failing.create("Внедрение CRM")
        async with failing.connector() as connector:
            _, cursor = await pages(connector, failing.kind)
            failing.fail("locked out", on="list")
            with pytest.raises(AuthFailed):
                await connector.pull(failing.kind, cursor)

    @pytest.mark.asyncio
    async def test_credentials_that_end_between_writes_leave_a_receipt_for_each(self, failing: World) -> None:
        ids = failing.titled(["раз", "два", "три"])
        async with failing.connector() as connector:
            records = [await read(connector, failing, each) for each in ids]
            failing.fail("locked out", on="write", skip=1)
            receipts = await connector.push([update(record, **{failing.title: "правка"}) for record in records])

        assert sorted(receipt.state for receipt in receipts) == ["done", "unsent", "unsent"]
