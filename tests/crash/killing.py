"""A story is played once whole, to find its points, and once per point with a kill there; both must end alike."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from state import process, runs
from state.engine import open_store
from state.store import utc_now

from .judging import Memory, Shown, differing, memory_of, midway, not_before, shown, stamps, torn
from .service import Service
from .stories import Story
from .world import Ended, World, address_of

PATIENCE = 60.0
MOST_PASSES = 8
"""After so many passes a hub has come to rest, or it never does."""
ON_ITS_WAY = 1
"""An undo ends so where what it planned before it was killed is still under way; the next pass carries that on."""
STARTING = -signal.SIGTERM
"""What serves ends so where it finds nothing left to do: it is asked to stop before it is up."""
PLAIN = ("sync", "--json")
WRITES = ("POST /issues", "PUT /issues", "DELETE /issues", "POST /uploads")


@dataclass(frozen=True)
class Played:
    """
    A story as it goes when nobody is killed: the systems on STAGE and the hub in FOLDER before its command of WORDS,
    the POINTS of that, what both systems show BEFORE and AFTER, the values on the WAY between, and what the hub
    remembers in the end.
    """

    story: Story
    stage: Service
    folder: Path
    words: Sequence[str]
    known: Sequence[int]
    points: Sequence[str]
    before: Shown
    after: Shown
    way: set[str]
    memory: Memory


class Restless(AssertionError):
    """A hub does not come to rest."""


def played(world: World, story: Story) -> Played:
    """Play a story whole: what its command does, and at which points it may be killed."""
    stage = world.new_stage()
    folder = world.a_hub(more=story.more, files=story.files)
    with world.growing():
        words = story.before(world, folder)
    record = world.place / f"points-{story.name}"
    record.unlink(missing_ok=True)
    copy = world.again(folder)
    with world.playing():
        known = sorted(row["id"] for row in world.issues("GET", "/issues.json?status_id=*&limit=100")["issues"])
        before = shown(world, known, talk=story.talk)
        ended = carried_out(world, story, copy, words, record=record)
        if ended.code:
            raise AssertionError(f"{story.name}: {ended}")
        come_to_rest(world, copy)
        after = shown(world, known, talk=story.talk)
        way = midway(world)
        memory = memory_of(copy)
    world.forget(copy)
    points = record.read_text(encoding="utf-8").splitlines()
    return Played(story, stage, folder, words, known, points, before, after, way, memory)


@dataclass(frozen=True)
class Killed:
    """What became of a kill: MISSED where the process ended before it came to the point; BROKEN promises either way."""

    missed: bool
    broken: list[str]


def killed_at(world: World, one: Played, point: str) -> Killed:
    """
    Play a story with a kill at *point*, let the hub carry on, and return which promises are broken.

    What is asked twice because the machine is slow just now has points that another play does not have.
    """
    with hub_of(world, one) as folder:
        ended = carried_out(world, one.story, folder, one.words, point=point)
        if not ended.killed and ended.code not in (0, ON_ITS_WAY):
            return Killed(True, [f"it ended by itself: {ended}"])
        found = torn(shown(world, one.known, talk=one.story.talk), one.before, one.after, one.way)
        return Killed(not ended.killed, found + carried_on(world, one, folder))


def carried_out(
    world: World, story: Story, folder: Path, words: Sequence[str], *, point: str = "", record: Path | None = None
) -> Ended:
    """Give a story's command. One that serves is asked to stop as soon as nothing waits."""
    if not story.serving:
        return world.run(folder, *words, point=point, record=record)
    began = utc_now()
    pid = world.start(folder, *words, point=point, record=record)
    until = time.monotonic() + PATIENCE
    while process.started(pid) and time.monotonic() < until and not _has_served(folder, began):
        time.sleep(0.1)
    if process.started(pid):
        os.kill(pid, signal.SIGTERM)
    ended = world.ended(pid)
    world.warmed(folder, words[0])
    return ended


def _has_served(folder: Path, began: datetime) -> bool:
    """Does nothing wait, and is no pass at work that has begun since?"""
    with closing(open_store(address_of(folder))) as store:
        at_work = any(one.state == "running" and one.started >= began for one in runs.runs(store, limit=3))
    return not at_work and not any(memory_of(folder).waits.values())


@contextmanager
def hub_of(world: World, one: Played) -> Iterator[Path]:
    """The hub and both systems as they stand before the story's command."""
    world.turn_to(one.stage)
    folder = world.again(one.folder)
    with world.playing():
        yield folder
    world.forget(folder)


def carried_on(world: World, one: Played, folder: Path) -> list[str]:
    """Let a hub that was stopped somehow carry on, and return what is not as if it never had been."""
    found: list[str] = []
    if one.words != PLAIN:  # whoever gave the command sees that it did not end, and gives it again
        again = carried_out(world, one.story, folder, one.words)
        ends = (0, STARTING) if one.story.serving else (0, ON_ITS_WAY)
        found += [] if again.code in ends else [f"given again: {again}"]
    try:
        come_to_rest(world, folder)
    except Restless as error:
        return [*found, str(error)]
    found += differing(shown(world, one.known, talk=one.story.talk), one.after)
    memory = memory_of(folder)
    found += differing(memory.entities, one.memory.entities)
    found += [f"{what} are left: {count}" for what, count in memory.waits.items() if count]
    found += [f"not in the history: {value}" for value in sorted(one.memory.heard - memory.heard)]
    return found


def come_to_rest(world: World, folder: Path) -> list[Ended]:
    """
    Run passes until one has nothing to do, which writes nothing anywhere, and return them. Where the hub waits for
    what became of a request, so does this. Raises Restless.
    """
    passes: list[Ended] = []
    while len(passes) < MOST_PASSES:
        asked, before = world.asked(), stamps(world)
        passes.append(ended := world.run(folder, *PLAIN))
        if ended.code:
            raise Restless(f"a pass ended with {ended.code}: {ended.err} {ended.out}")
        report = ended.report
        if any(sum(report[what].values()) for what in ("created", "updated")) or report.get("files"):
            continue
        if any(memory_of(folder).waits.values()):
            time.sleep(not_before(folder))
            continue
        wrote = [line for line in world.log(asked) if line.startswith(WRITES)]
        if wrote or stamps(world) != before:
            raise Restless(f"a pass with nothing to do has written: {wrote} {before}")
        return passes
    raise Restless(f"after {MOST_PASSES} passes: {passes[-1].out} {memory_of(folder).waits}")
