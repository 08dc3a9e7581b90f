"""What is sent piece by piece, so that a file of any size takes no memory."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Body:
    """
    The content of a request, LENGTH bytes of it.

    PIECES begins anew each time it is called, because a request may be sent more than once.
    """

    pieces: Callable[[], AsyncIterator[bytes]]
    length: int

    @classmethod
    def of_file(cls, path: Path, *, before: bytes = b"", after: bytes = b"") -> "Body":
        """Return a file, between the bytes that a form puts BEFORE and AFTER it. Raises OSError without the file."""

        async def pieces() -> AsyncIterator[bytes]:
            if before:
                yield before
            with path.open("rb") as file:
                while piece := file.read(PIECE):
                    yield piece
            if after:
                yield after

        return cls(pieces, len(before) + path.stat().st_size + len(after))
