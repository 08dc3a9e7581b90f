"""The spool: whole files under the names of their contents, and nothing else."""

import hashlib
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from flows.hub.attachments.spool import Broken, NoRoom, Spool, TooLarge

CONTENT = "Смета".encode()
DIGEST = hashlib.sha256(CONTENT).hexdigest()


async def pieces(*parts: bytes, error: Exception | None = None) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
    if error is not None:
        raise error


def lying(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.mark.asyncio
async def test_a_file_lies_under_the_name_of_its_content_for_its_owner_only(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    received = await spool.receive(pieces(CONTENT[:3], CONTENT[3:]), size=len(CONTENT), most=None)

    assert (received.digest, received.size) == (DIGEST, len(CONTENT))
    assert spool.path(DIGEST).read_bytes() == CONTENT
    assert stat.S_IMODE(spool.path(DIGEST).stat().st_mode) == 0o600
    assert lying(tmp_path / "spool") == [DIGEST]


@pytest.mark.asyncio
async def test_what_breaks_off_or_is_too_large_leaves_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    with pytest.raises(Broken):
        await spool.receive(pieces(CONTENT), size=len(CONTENT) + 1, most=None)
    with pytest.raises(TooLarge):
        await spool.receive(pieces(CONTENT, CONTENT), size=None, most=len(CONTENT))
    with pytest.raises(ConnectionError):
        await spool.receive(pieces(CONTENT, error=ConnectionError()), size=None, most=None)

    assert lying(tmp_path / "spool") == []
    with pytest.raises(KeyError):
        spool.path(DIGEST)


@pytest.mark.asyncio
async def test_a_disk_that_is_nearly_full_takes_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", free=lambda _: 1000, spare=900)
    with pytest.raises(NoRoom):
        await spool.receive(pieces(CONTENT), size=101, most=None)

    assert (await spool.receive(pieces(CONTENT), size=len(CONTENT), most=None)).digest == DIGEST


@pytest.mark.parametrize("name", ["../hub.yaml", "", DIGEST.upper(), DIGEST + "/x", "x" * 64])
def test_nothing_but_a_digest_is_a_path(tmp_path: Path, name: str) -> None:
    spool = Spool(tmp_path)
    (tmp_path / "hub.yaml").write_text("", encoding="utf-8")
    spool.forget(name)

    with pytest.raises(KeyError):
        spool.path(name)
    assert lying(tmp_path) == ["hub.yaml"]


def test_housekeeping_takes_what_is_old_or_too_much_and_leaves_what_is_in_use(tmp_path: Path) -> None:
    names = [hashlib.sha256(bytes([number])).hexdigest() for number in range(5)]
    for age, name in enumerate(names):
        (tmp_path / name).write_bytes(b"x" * 10)
        os.utime(tmp_path / name, (1000.0 - age, 1000.0 - age))
    for name, when in (("a.part", 1000.0), ("b.part", 0.0)):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (when, when))

    taken = Spool(tmp_path).tidy(now=1001.0, keep={names[4]}, most=25, old=500.0)

    assert lying(tmp_path) == sorted([names[0], names[1], names[4], "a.part"])
    assert taken == 3
