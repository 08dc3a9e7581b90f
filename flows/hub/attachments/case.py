"""The files of one case, from what is known to what is done."""

from collections.abc import Collection, Sequence

from mappings.attachments import Held, Judged, judge
from state import attachments, cases
from state.types import Whole

from .copying import Writer
from .gathering import look_up
from .reading import read
from .room import Room

ROUNDS = 4
"""So often files are read and judged anew: what was read may call for reading another one of the same size."""


async def share(room: Room, owner: str) -> None:
    """Bring the files of one case to where they belong. Raises ConnectorError where a look-up fails."""
    store = room.wired.store
    whole = cases.by_ids(store, [owner]).get(owner)
    if whole is None:
        return
    writer = Writer(room, owner, _parents(room, whole))
    before = writer.files()
    for doubt in before.doubts:
        if not attachments.is_free(store, room.wired.worker, doubt):
            return  # whoever has it under way tells what came of it: until then nothing there is nobody's
        await writer.settle(doubt)
    judged = await _known(room, writer)
    mine = {one.digest for one in writer.files().held if one.digest is not None}
    room.used.update(mine)
    try:
        await _carry_out(writer, judged)
    finally:
        room.used.subtract(mine)
        _give_back(room, mine)
    if not (writer.failed or room.report.trouble.keys() & room.into.keys()):
        attachments.close(store, before.listed)


def _parents(room: Room, whole: Whole) -> dict[str, tuple[str, str]]:
    """Return the living record of the case in each system that shares files and can be talked to."""
    kinds = {scope for scope in room.wired.whole.channels if scope[0] in room.systems}
    return {
        link.system: (link.kind, link.external_id)
        for link in whole.links
        if not link.tombstone and (link.system, link.kind) in kinds
    }


async def _known(room: Room, writer: Writer) -> Judged:
    """Judge the files, reading what must be known for that; what cannot be read now is left for the next pass."""
    tried: set[tuple[str, str]] = set()
    for _ in range(ROUNDS):
        await _look(room, writer)
        judged = await _asked_anew(room, writer, _judge(room, writer))
        attachments.note(room.wired.store, writer.owner, judged.noted)
        wanted = [one for one in judged.read if (one.system, one.record) not in tried]
        if not wanted:
            break
        for held in wanted:
            tried.add((held.system, held.record))
            if held.system in room.systems:
                await read(room, held)
    writer.failed |= bool(judged.read)
    return judged


async def _look(room: Room, writer: Writer) -> None:
    """Before anything of a file leaves its system, it is asked for by its id: is it private, is it still there?"""
    if len(writer.parents) < 2:
        return
    for system in writer.parents:
        new = [one for one in writer.files().listed if one.held.system == system and not (one.looked or one.held.gone)]
        await _ask(room, writer, system, [one.held for one in new])


async def _asked_anew(room: Room, writer: Writer, judged: Judged) -> Judged:
    """What is to leave its system now, and was asked for in an earlier pass, may have become private since."""
    leaving = _leaving(judged)
    old = [one for one in writer.files().held if one.identity in leaving and not (one.gone or _is_known(writer, one))]
    for system in writer.parents:
        await _ask(room, writer, system, [one for one in old if one.system == system])
    return _judge(room, writer) if old else judged


def _leaving(judged: Judged) -> set[str]:
    copied, named = (one.source.identity for one in judged.copies), (one.source.identity for one in judged.refusals)
    return {*copied, *named}


def _is_known(writer: Writer, file: Held) -> bool:
    return (file.system, file.record) in writer.asked


def _open_to_all(writer: Writer, judged: Judged) -> set[str]:
    """What somebody shows to everybody, as was asked just now; where a system is away, nobody can say so of its own."""
    shown = {one.identity for one in writer.files().held if _is_known(writer, one) and not (one.gone or one.private)}
    writer.failed |= not _leaving(judged) <= shown
    return shown


async def _ask(room: Room, writer: Writer, system: str, files: Sequence[Held]) -> None:
    if files:
        await look_up(room, system, [one.record for one in files])
        writer.asked |= {(system, one.record) for one in files}


def _judge(room: Room, writer: Writer) -> Judged:
    files = writer.files()
    looked = [one.held for one in files.listed if one.looked or one.held.gone or len(writer.parents) < 2]
    into = {system: room.into[system] for system in writer.parents}
    return judge(looked, files.copied, into, gone=room.wired.whole.gone, again=room.full)


async def _carry_out(writer: Writer, judged: Judged) -> None:
    room, store = writer.room, writer.room.wired.store
    seen = {(one.system, one.identity): one.state for one in writer.files().copied}
    for rename in judged.renames:
        if rename.held.system in writer.parents:
            await writer.rename(rename)
        else:
            writer.failed = True  # its system is away: the name is still to go there
    if not writer.failed:
        for held in writer.files().held:
            if held.name != held.called:
                attachments.called(store, room.sync, held.system, record=held.record, name=held.name)
    shown = _open_to_all(writer, judged)
    for refusal in (one for one in judged.refusals if one.source.identity in shown):
        before = seen.get((refusal.system, refusal.source.identity), "")
        await writer.refuse(refusal, by_limit=True, seen=before)
    await _remove(writer, judged)
    for copy in (one for one in judged.copies if one.source.identity in shown):
        if room.made >= room.wired.whole.limits.max_creates:
            writer.failed = True  # the others follow with the next pass
            break
        if copy.system in room.systems:
            await writer.copy(copy, seen=seen.get((copy.system, copy.source.identity), ""))


async def _remove(writer: Writer, judged: Judged) -> None:
    for removal in judged.removals:
        if removal.system in writer.room.doubted:
            writer.failed = True  # looked at again: a person may say that they were meant to go
        elif removal.system in writer.parents and removal.held.system in writer.parents:
            await writer.remove(removal)


def _give_back(room: Room, digests: Collection[str]) -> None:
    """What has arrived need not lie in the spool any more."""
    under_way = attachments.in_use(room.wired.store)
    for digest in digests:
        if digest not in under_way and not room.used[digest]:
            room.spool.forget(digest)
