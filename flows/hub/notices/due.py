"""What is to be told now: pure decisions over what is open and what has been told."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from state.attention import Attention
from state.runs import Run

FAILURES = 3
"""Runs in a row that have to fail before somebody is told: a system that is away for a moment comes back by itself."""
AWAY = "unreachable"
"""The code of an entry about a system that could not be talked to while the others went on."""
AGAIN = timedelta(days=1)
"""An entry is told again only after so long, and only if it went away in between."""
LATEST = timedelta(hours=1)
"""A digest of yesterday leaves so long after its time, where that comes shortly before midnight."""

OVER = "over"
"""The mark of what went away: syncs that do not run have no numbers, so the next one would look like the last."""


def mark_of(entry: Attention) -> str:
    """Return what tells an entry from all others; it stays the same for as long as the entry is open."""
    return f"{'conflict' if entry.conflict is not None else 'parked'}/{entry.id}"


def place_of(entry: Attention) -> str:
    """Return what an entry is about: one that goes away and comes back is another entry about the same."""
    return "/".join((entry.key, entry.system, entry.kind, entry.record, entry.field, entry.code))


def news_of(entries: Iterable[Attention], told: Mapping[str, str], now: datetime) -> list[Attention]:
    """
    Return the entries that nobody has been told of: at most one message per entry, and per place a day.

    TOLD: place -> mark and time of the last telling, as `after` gives it.
    """
    found = []
    for entry in entries:
        mark, _, when = told.get(place_of(entry), "").partition(" ")
        if mark != mark_of(entry) and not (when and now - datetime.fromisoformat(when) < AGAIN):
            found.append(entry)
    return found


def after(
    told: Mapping[str, str], entries: Iterable[Attention], *, new: Iterable[Attention], now: datetime
) -> dict[str, str]:
    """Return what has been told once NEW has been; what is closed and a day old is forgotten."""
    open_places = {place_of(entry) for entry in entries}
    fresh = {place_of(entry): f"{mark_of(entry)} {now.isoformat()}" for entry in new}
    kept = {
        place: text if place in open_places else f"{OVER} {text.partition(' ')[2]}"
        for place, text in told.items()
        if place in open_places or now - datetime.fromisoformat(text.partition(" ")[2]) < AGAIN
    }
    return {**kept, **fresh}


def troubled(last: Sequence[Run]) -> Attention | None:
    """Return an entry about a sync that asks for approval or fails again and again. LAST are its runs, newest first."""
    ended = [run for run in last if run.state != "running"]
    if not ended or ended[0].state == "done":
        return None
    newest, stopped = ended[0], ended[0].state == "stopped"
    if not stopped and (len(ended) < FAILURES or any(run.state != "failed" for run in ended[:FAILURES])):
        return None
    since = ended[FAILURES - 1].started if not stopped else newest.started
    return Attention(0, newest.state, "", newest.text, since, key=newest.sync)


def away(last: Sequence[Run]) -> list[Attention]:
    """Return an entry for each system that LAST, a sync's runs, newest first, could not talk to again and again."""
    asked = [run for run in last if "trouble" in run.counts][:FAILURES]
    if len(asked) < FAILURES:
        return []
    since = asked[-1].started
    return [
        Attention(0, AWAY, "", text, since, system=name)
        for name, text in asked[0].counts["trouble"].items()
        if all(name in run.counts["trouble"] for run in asked)
    ]


def digest_day(at: time, zone: str, now: datetime) -> date:
    """Return the day of the digest whose time came last."""
    here = now.astimezone(ZoneInfo(zone))
    return here.date() if here.time() >= at else here.date() - timedelta(days=1)


def digest_due(at: time | None, zone: str, *, last: str, now: datetime) -> bool:
    """
    Say whether a digest is to leave: its time has come, and the LAST that left (a day) is of an earlier day. Notices
    are sent every few minutes, so one of late in the evening may leave after midnight, but not much later.
    """
    if at is None or last >= (day := digest_day(at, zone, now)).isoformat():
        return False
    came = datetime.combine(day, at, ZoneInfo(zone))
    return day == now.astimezone(came.tzinfo).date() or now - came <= LATEST
