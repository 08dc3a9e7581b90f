"""
Where contents of files lie on their way from one system to another: a folder in the hub's own.

A file comes in under a name of its own, is counted and hashed on the way, and gets the name of its content when all of
it is on the disk: so what has such a name is whole. Nothing in here is ever opened as anything but bytes.
"""

import asyncio
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

FOLDER = "spool"
SPARE = 200 * 1024**2
"""Bytes of the disk that stay free whatever is read."""
MOST = 2 * 1024**3
"""More than this is not kept for passes that were interrupted."""
OLD = 24 * 3600.0
"""Seconds that something nobody waits for is kept."""
LOOK = 16 * 1024**2
"""So often the disk is looked at again while a file comes in."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PART = ".part"


class Broken(Exception):
    """What arrived is not the file: fewer or more bytes than its system said."""


class TooLarge(Exception):
    """More bytes came than anybody would take; SIZE is how many it has at least."""

    def __init__(self, size: int) -> None:
        super().__init__(f"more than {size} bytes")
        self.size = size


class NoRoom(Exception):
    """The disk is too full to take the file."""


@dataclass(frozen=True, slots=True)
class Received:
    """A content that lies in the spool now."""

    digest: str
    size: int


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class Spool:
    """The folder; it is made when the first file comes in. FREE tells how many bytes of its disk are free."""

    def __init__(self, folder: Path, *, free: Callable[[Path], int] = _free, spare: int = SPARE) -> None:
        self._folder = folder
        self._free = free
        self._spare = spare

    def path(self, digest: str) -> Path:
        """Return where the content with this SHA-256 (hex) lies. Raises KeyError where it was never fetched."""
        if not self.has(digest):
            raise KeyError(digest)
        return self._folder / digest

    def has(self, digest: str) -> bool:
        """Say whether that content lies here; a link to somewhere else is not it, whoever put it there."""
        found = self._folder / digest
        return bool(_DIGEST.fullmatch(digest)) and found.is_file() and not found.is_symlink()

    async def receive(self, pieces: AsyncIterator[bytes], *, size: int | None, most: int | None) -> Received:
        """
        Take a file in, of SIZE bytes where that is known, of at MOST so many.

        Raises Broken, TooLarge and NoRoom, and whatever PIECES raise; then nothing is left behind.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._room(size or 0)
        part = self._folder / f"{secrets.token_hex(16)}{_PART}"
        try:
            received = await self._take(pieces, part, size=size, most=most)
            part.replace(self._folder / received.digest)
        finally:
            part.unlink(missing_ok=True)
            if isinstance(pieces, AsyncGenerator):
                await pieces.aclose()  # it keeps a connection as long as it is not read to its end
        await asyncio.to_thread(_sync_folder, self._folder)
        return received

    async def _take(self, pieces: AsyncIterator[bytes], part: Path, *, size: int | None, most: int | None) -> Received:
        digest, count, looked = hashlib.sha256(), 0, 0
        file = os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        try:
            async for piece in pieces:
                digest.update(piece)
                count += len(piece)
                if most is not None and count > most:
                    raise TooLarge(count)
                if count - looked >= LOOK:
                    looked = count
                    self._room(0)
                file.write(piece)
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())
        finally:
            file.close()
        if size is not None and count != size:
            raise Broken(f"{count} bytes came of {size}")
        return Received(digest.hexdigest(), count)

    def _room(self, size: int) -> None:
        if self._free(self._folder) - size < self._spare:
            raise NoRoom(f"the disk of {FOLDER}/ is too full")

    def forget(self, digest: str) -> None:
        """Take a content away that has arrived wherever it was to go."""
        if _DIGEST.fullmatch(digest):
            (self._folder / digest).unlink(missing_ok=True)

    def tidy(self, *, now: float, keep: Collection[str], most: int = MOST, old: float = OLD) -> int:
        """
        Take away what interrupted passes have left, and return how many files that were.

        What is in KEEP stays: a request with it may be under way. Of the rest goes what is OLD, and the oldest of what
        is more than MOST bytes in all.
        """
        taken, total = 0, 0
        for path, when, size in sorted(self._lying(), key=lambda one: one[1], reverse=True):
            total += size
            if path.name in keep or (now - when < old and total <= most):
                continue
            if path.name.endswith(_PART) and now - when < old:  # perhaps just coming in
                continue
            path.unlink(missing_ok=True)
            taken += 1
        return taken

    def _lying(self) -> Iterator[tuple[Path, float, int]]:
        if not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            if _DIGEST.fullmatch(path.name) or path.name.endswith(_PART):
                with suppress(FileNotFoundError):
                    told = path.lstat()
                    yield path, told.st_mtime, told.st_size


def spool_in(folder: Path) -> Spool:
    """Return the spool of the hub in *folder*."""
    return Spool(folder / FOLDER)


def _sync_folder(folder: Path) -> None:
    """A name is on the disk when its folder is."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
