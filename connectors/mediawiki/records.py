"""Pages as records, and where a read of them has come to."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mappings.exchange import Cursor, VendorRecord

KIND = "page"
WIDTH = 12
"""Digits of a revision as a version: its text then sorts in the order of change."""
OVERLAP = 10.0
"""Seconds. A wiki tells of an edit after it has answered it, so that a later one may be told before it."""


def version_of(revision: int) -> str:
    """Return the version of a page at *revision*."""
    return f"{revision:0{WIDTH}d}"


def record_of(row: dict[str, Any], system: str) -> VendorRecord | None:
    """Return the page that *row* shows, None where it shows none. Raises KeyError and TypeError on anything else."""
    if row.get("missing") or row.get("invalid"):
        return None
    newest = row["revisions"][0]
    slot = newest["slots"]["main"]
    views = {
        "title": row["title"],
        "text": slot.get("content") or None,
        "model": slot["contentmodel"],
        "author": newest.get("user"),
        "redirect": bool(row.get("redirect")),
    }
    return VendorRecord(
        system,
        KIND,
        str(row["pageid"]),
        views,
        version=version_of(int(newest["revid"])),
        stamp=newest["timestamp"],
        url=row.get("fullurl"),
    )


def is_cut(row: dict[str, Any]) -> bool:
    """Say whether *row* is of a page that is there, and lacks what an answer of many pages had no room for."""
    return not (row.get("missing") or row.get("invalid")) and not ("revisions" in row and "fullurl" in row)


@dataclass(frozen=True, slots=True)
class Feed:
    """One page of the recent changes: the pages they are about, and where the next page starts."""

    versions: dict[str, str]
    """Page -> the version that its last change left."""
    cursor: Cursor
    more: bool


def next_feed(cursor: Cursor, rows: Iterable[dict[str, Any]], *, following: str | None) -> Feed:
    """
    Return what *rows* of the recent changes tell, read from a moment before `cursor.at` on.

    Rows are known by their number: those of the overlap, read before, are left out. AT stays where it is while pages of
    the window are unread; FOLLOWING is the wiki's own word for the next page.
    """
    listed = list(rows)
    fresh = [row for row in listed if str(row.get("rcid")) not in cursor.ids]
    versions = {str(row["pageid"]): version_of(int(row.get("revid") or 0)) for row in fresh if row.get("pageid")}
    newest = max([*([cursor.at] if cursor.at else []), *(row["timestamp"] for row in listed)], default=None)
    if following is not None:
        met = [*_met(cursor), *([row["rcid"], row["timestamp"]] for row in listed)]
        resume = json.dumps({"next": following, "met": met[-200:]})
        return Feed(versions, Cursor(cursor.at, cursor.ids, resume), more=True)
    met = [*_met(cursor), *([row["rcid"], row["timestamp"]] for row in listed)]
    since = earlier(newest) if newest else ""
    edge = tuple(dict.fromkeys(str(number) for number, stamp in met if stamp >= since))
    kept = cursor.ids if newest == cursor.at else ()
    return Feed(versions, Cursor(newest, tuple(dict.fromkeys((*kept, *edge)))), more=False)


def earlier(stamp: str) -> str:
    """Return the stamp minus the overlap. Raises ValueError on what is none."""
    return (datetime.fromisoformat(stamp) - timedelta(seconds=OVERLAP)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _met(cursor: Cursor) -> list[list[Any]]:
    return list(json.loads(cursor.resume).get("met", [])) if cursor.resume else []


def resume_of(cursor: Cursor) -> str | None:
    """Return the wiki's word for the page that *cursor* stands before. Raises ValueError on a foreign cursor."""
    if cursor.resume is None:
        return None
    word = json.loads(cursor.resume).get("next")
    if not isinstance(word, str):
        raise ValueError("no cursor of this connector")
    return word
