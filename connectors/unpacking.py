"""Answers that come compressed: never more of them at once than a piece, whatever a few bytes may stand for."""

import zlib
from collections.abc import AsyncIterator

import httpx

PIECE = 256 * 1024
TAKEN = "gzip, deflate"
"""What we ask for. One layer of it: each further one multiplies a thousandfold what the first bytes stand for."""
_WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": 32 + zlib.MAX_WBITS}


async def unpacked(response: httpx.Response) -> AsyncIterator[bytes]:
    """
    Give the body of *response* in pieces of bounded size, so that who counts them can stop in time.

    Raises httpx.DecodingError for what is not packed as it says, or in a way that was not asked for.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        async for piece in response.aiter_bytes():
            yield piece
        return
    window = _WINDOWS.get(encoding)
    if window is None:
        raise httpx.DecodingError(f"packed as {encoding[:40]!r}, which was not asked for", request=response.request)
    unpack, empty = zlib.decompressobj(window), True
    try:
        async for packed in response.aiter_raw():
            empty = empty and not packed
            while packed:
                yield unpack.decompress(packed, PIECE)
                packed = unpack.unconsumed_tail
        yield unpack.flush()
    except zlib.error as error:
        raise httpx.DecodingError("not packed as it says", request=response.request) from error
    if not (unpack.eof or empty):
        raise httpx.DecodingError("packed, and cut off", request=response.request)
