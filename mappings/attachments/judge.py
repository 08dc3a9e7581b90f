"""
What is to be done about the files of one case.

A file is what it holds: the same content in two systems is one file, whatever it is called there; two contents under
one name are two files. What was there and is gone is not put back, unless the sync says *restore*, and never where
another content has taken its place; nothing is ever deleted because it was deleted elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .limits import EVERYTHING, FileLimits
from .model import Copied, Held
from .names import safe_name

COPIED = "copied by the hub"
"""The text of what is `here` because the hub has put it there."""
Gone: TypeAlias = Literal["detach", "restore", "close"]
IN_DOUBT = ("sent", "link sent")


@dataclass(frozen=True, slots=True)
class Copy:
    """Put the file of SOURCE into SYSTEM under this NAME."""

    system: str
    source: Held
    name: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """The file of SOURCE cannot go into SYSTEM, and WHY."""

    system: str
    source: Held
    why: str


@dataclass(frozen=True, slots=True)
class Rename:
    """Somebody renamed the file elsewhere: call HELD so too. WHY it may not be called so there, where it may not."""

    held: Held
    name: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Removal:
    """The hub put HELD there, and the file was deleted in SYSTEM since: take the copy away too."""

    held: Held
    system: str


@dataclass(slots=True)
class Judged:
    """
    What is to be done. READ: files whose content must be known before more can be said. NOTED: what is seen to be so
    and needs no request.
    """

    read: list[Held] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    renames: list[Rename] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)
    noted: list[Copied] = field(default_factory=list)


def judge(
    held: Sequence[Held],
    copied: Sequence[Copied],
    into: Mapping[str, FileLimits],
    *,
    gone: Gone = "detach",
    again: bool = False,
) -> Judged:
    """
    Return what is to be done about the files of a case that are HELD, INTO the systems that have a record of it.

    GONE says what follows where a file was taken away in one system: nothing; it is put there again (``restore``); or
    the copies that the hub has made of it go too (``close``). AGAIN: what a system refused is tried once more.
    """
    judged = Judged()
    known = {(one.system, one.identity): one for one in copied}
    unread = [one for one in held if one.digest is None and not one.gone and not one.unreadable]
    for files in _files(held).values():
        living = [one for one in files if not one.gone and not one.private]
        for system, limits in into.items():
            before = known.get((system, files[0].identity))
            mine = [one for one in files if one.system == system]
            here = next((one for one in mine if not one.gone), None)
            if here is not None:
                if here.digest is not None and (before is None or before.state != "here"):
                    judged.noted.append(Copied(system, here.identity, "here", record=here.record))
            elif living and mine and not (gone == "restore" and not _undone(before)):
                if before is None or before.state != "removed":
                    judged.noted.append(Copied(system, living[0].identity, "removed"))
            elif living and before is not None and _was_replaced(before, files[0], held):
                if before.state != "removed":
                    judged.noted.append(Copied(system, before.identity, "removed", record=before.record))
            elif living:
                there = [one for one in unread if one.system == system]
                _judge_one(judged, living[0], limits, system=system, before=before, there=there, again=again)
        if gone == "close":
            judged.removals += _removals(files, known, into, unread)
        if len({one.system for one in living}) > 1:
            _judge_names(judged, living, into)
    judged.read = list(dict.fromkeys(judged.read))
    return judged


def _removals(
    files: Sequence[Held],
    known: Mapping[tuple[str, str], Copied],
    into: Mapping[str, FileLimits],
    unread: Sequence[Held],
) -> list[Removal]:
    """
    Only what the hub has put there goes, and only where the record that the file hung on is still there. A system that
    has a second one of it, or one that may turn out to be it, has not lost it.
    """
    perhaps = [one for one in unread if one.size is None or files[0].size in (None, one.size)]
    there = {one.system for one in (*files, *perhaps) if not one.gone and not one.private}
    lost = next((one for one in files if one.gone and one.system in into and one.system not in there), None)
    if lost is None:
        return []
    return [
        Removal(one, lost.system)
        for one in files
        if not one.gone and (made := known.get((one.system, one.identity))) is not None and _is_copy(made, one)
    ]


def _is_copy(made: Copied, held: Held) -> bool:
    return made.state == "here" and made.record == held.record and made.text == COPIED


def _was_replaced(before: Copied, file: Held, held: Sequence[Held]) -> bool:
    """Say whether what held FILE in a system holds something else now: somebody wanted it instead, not beside it."""
    if before.state not in ("here", "removed") or not before.record:
        return False
    now = next((one for one in held if (one.system, one.record) == (before.system, before.record)), None)
    if now is None or now.digest is not None:
        return now is not None and now.digest != before.identity
    return None not in (now.size, file.size) and now.size != file.size


def _undone(before: Copied | None) -> bool:
    """Say whether a person had the copy taken away again: then no rule puts it back."""
    return before is not None and before.state == "removed" and bool(before.text)


def _files(held: Sequence[Held]) -> dict[str, list[Held]]:
    files: dict[str, list[Held]] = {}
    for one in sorted(held, key=lambda one: (one.system, len(one.record), one.record)):
        files.setdefault(one.identity, []).append(one)
    return files


def _judge_one(
    judged: Judged,
    source: Held,
    limits: FileLimits,
    *,
    system: str,
    before: Copied | None,
    there: Sequence[Held],
    again: bool,
) -> None:
    """
    Judge one file for one SYSTEM that does not hold it, as far as is known.

    BEFORE is what became of it there earlier; what lies THERE unread may turn out to be the same.
    """
    if before is not None and before.state in IN_DOUBT:
        return
    told = before is not None and before.state in ("refused", "linked")
    why = limits.refuses(source.name, source.size)
    if not why and source.unreadable:
        why = f"its content cannot be had: {source.unreadable}"
    if why:
        if not told:
            judged.refusals.append(Refusal(system, source, why))
        return
    if before is not None and told and not before.by_limit and not (again and before.state == "refused"):
        return
    unread = [one for one in there if source.size is None or one.size in (None, source.size)]
    if source.digest is None:
        judged.read += [source, *unread]
    elif unread:
        judged.read += unread
    else:
        judged.copies.append(Copy(system, source, safe_name(source.name)))


def _judge_names(judged: Judged, living: Sequence[Held], into: Mapping[str, FileLimits]) -> None:
    """
    One name that somebody changed goes everywhere; several different ones stay as they are, and so do those of a
    content that a system holds twice: nobody knows which of two is meant.
    """
    if len({one.system for one in living}) < len(living):
        return
    moved = {one.name for one in living if one.called and one.name != one.called}
    if len(moved) != 1:
        return
    name = moved.pop()
    called = safe_name(name)
    for one in living:
        if one.name not in (name, called):
            limits = into.get(one.system, EVERYTHING)
            why = "" if limits.refuses(one.name, None) else limits.refuses(called, None)
            judged.renames.append(Rename(one, called, why))
