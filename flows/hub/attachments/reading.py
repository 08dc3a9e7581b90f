"""Contents read: once, into the spool, from whichever system has them."""

from collections.abc import Sequence

from connectors.errors import AuthFailed, Gone, Rejected, RetryLater, Stale
from mappings.attachments import Held
from state import attachments

from .room import KIND, Room
from .spool import Broken, NoRoom, TooLarge


async def read(room: Room, held: Held) -> str | None:
    """
    Read one file and return its digest, None where that could not be done now.

    What can never be read is noted so; what may be read later is left for the next pass.
    """
    store, system = room.wired.store, held.system
    most = largest(room, but=system)
    try:
        async with room.lock(system):
            pieces = room.connector(system).fetch(KIND, held.record)
            received = await room.spool.receive(pieces, size=held.size, most=most)
    except Gone:
        attachments.bury(store, room.sync, system, records=[held.record])
    except Rejected as error:
        why = error.reason or str(error)
        attachments.learned(store, room.sync, system, record=held.record, why=why)
    except TooLarge as error:
        attachments.learned(store, room.sync, system, record=held.record, size=error.size)
    except AuthFailed as error:
        room.trouble(system, error)
    except (RetryLater, Stale, Broken, NoRoom, OSError) as error:
        room.report.notices.append(f"{system}: file {held.record} is read again with the next pass: {error}")
    else:
        attachments.learned(store, room.sync, system, record=held.record, digest=received.digest, size=received.size)
        return received.digest
    return None


def largest(room: Room, *, but: str) -> int | None:
    """Return how large a file may be that anybody takes from this system; None where somebody takes any."""
    sizes = [limits.max_size for name, limits in room.into.items() if name != but]
    known = [size for size in sizes if size is not None]
    return max(known) if known and len(known) == len(sizes) else None


async def fetched(room: Room, digest: str, held: Sequence[Held]) -> bool:
    """Have the content DIGEST in the spool, read anew from whoever holds it; False where that cannot be done now."""
    if room.spool.has(digest):
        return True
    for one in held:
        if one.digest == digest and not one.gone and one.system in room.systems and await read(room, one) == digest:
            return True
    return False
