"""Memory records that hang on others: comments and files, signed and without a marker."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.base import Surroundings
from connectors.errors import Rejected
from connectors.memory import MemoryConnector, MemorySystem
from connectors.memory.traits import KindTraits
from mappings.exchange import Change, Create, Update

CHILD = KindTraits(marker=False, signed=True, hangs_on="issue", hidden=frozenset({"parent"}))
START = datetime(2026, 1, 1, tzinfo=UTC)
DIGEST = hashlib.sha256("Смета".encode()).hexdigest()


class Spool:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        found = self.folder / digest
        if not found.exists():
            raise KeyError(digest)
        return found


@pytest.fixture
def system() -> MemorySystem:
    made = MemorySystem(kinds={"issue": KindTraits(), "comment": CHILD, "file": replace(CHILD, holds=True)})
    made.create("issue", {"title": "Внедрение CRM"})
    return made


def connector(system: MemorySystem, spool: Spool | None = None) -> MemoryConnector:
    return MemoryConnector("трекер", None, Surroundings(clock=system.clock, spool=spool), system=system)


def a_comment(text: str = "Готово", key: str = "k1") -> Create:
    return Create(key, "трекер", "comment", "ch-00000001-1", (Change("text", text),), parent=("issue", "1"))


@pytest.mark.asyncio
async def test_a_comment_hangs_on_its_record_and_is_signed(system: MemorySystem) -> None:
    [receipt] = await connector(system).push([a_comment()])

    record = receipt.record
    assert record is not None
    assert (record.parent, record.views["author"], record.marker) == (("issue", "1"), "hub", None)
    assert "parent" not in record.views
    assert not connector(system).abilities_of("comment").marker
    assert connector(system).abilities_of("issue").marker


@pytest.mark.asyncio
async def test_what_a_create_made_is_found_by_its_words_its_parent_and_our_account(system: MemorySystem) -> None:
    system.create("comment", {"text": "Готово", "parent": "1"}, by="Ann")
    [receipt] = await connector(system).push([a_comment()])

    found = await connector(system).find_sent(a_comment(), START)
    other = await connector(system).find_sent(a_comment("Не готово"), START)
    later = await connector(system).find_sent(a_comment(), system.clock())

    assert (found.ids, other.ids, later.ids) == ((receipt.id,), (), ())


@pytest.mark.asyncio
async def test_a_comment_is_edited_and_taken_away(system: MemorySystem) -> None:
    [made] = await connector(system).push([a_comment()])
    number = made.id or ""

    change = Update("k2", "трекер", "comment", number, (Change("text", "Почти готово", "Готово"),))
    [edited] = await connector(system).push([change])
    system.delete("comment", number)
    [gone] = await connector(system).get("comment", [number])

    assert edited.record is not None
    assert (edited.record.views["text"], gone.state) == ("Почти готово", "gone")


@pytest.mark.asyncio
async def test_the_bytes_of_a_file_come_from_the_spool_and_are_given(system: MemorySystem, tmp_path: Path) -> None:
    (tmp_path / DIGEST).write_bytes("Смета".encode())
    changes = (Change("name", "смета.txt"), Change("content", f"sha256:{DIGEST}"))
    create = Create("k1", "трекер", "file", "ch-00000001-1", changes, parent=("issue", "1"))

    [refused] = await connector(system).push([create])
    [made] = await connector(system, Spool(tmp_path)).push([create])

    assert refused.state == "refused"
    assert b"".join([piece async for piece in connector(system).fetch("file", made.id or "")]).decode() == "Смета"


@pytest.mark.asyncio
async def test_a_file_that_a_person_put_there_is_fetched(system: MemorySystem) -> None:
    number = system.attach("file", "1", b"123", name="a.bin")

    assert [piece async for piece in connector(system).fetch("file", number)] == [b"123"]
    with pytest.raises(Rejected, match="has no content"):
        [piece async for piece in connector(system).fetch("issue", "1")]
