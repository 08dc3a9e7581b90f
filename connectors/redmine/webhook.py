"""Webhooks of Redmine 7.0 and newer: hints, believed only with their signature."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from ..base import Hint
from ..errors import AuthFailed

LARGEST = 1024 * 1024
SIGNATURE = "x-redmine-signature-256"


def hints_of(headers: Mapping[str, str], body: bytes, *, secret: str, system: str) -> tuple[Hint, ...]:
    """Return what a webhook points at. Raises AuthFailed where it is too large, unsigned, or wrongly signed."""
    given = {name.lower(): value for name, value in headers.items()}.get(SIGNATURE, "")
    if len(body) > LARGEST:
        raise AuthFailed("a webhook is larger than any of Redmine's; it is not believed", system=system)
    right = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not secret or not hmac.compare_digest(right.encode(), given.encode()):
        raise AuthFailed("a webhook does not carry the right signature; it is not believed", system=system)
    try:
        form = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    number = _issue_number(form)
    return (Hint("issue", number), *_children(form, number)) if number else ()


def _issue_number(form: Any) -> str | None:
    if not isinstance(form, dict) or not str(form.get("type", "")).startswith("issue."):
        return None
    inside = form.get("data")
    issue = inside.get("issue") if isinstance(inside, dict) else None
    return _number(issue.get("id")) if isinstance(issue, dict) else None


def _children(form: Any, issue: str) -> tuple[Hint, ...]:
    """What the journal of the change says of a comment and of files; their edits and deletions are never told."""
    journal = form["data"].get("journal")
    if not isinstance(journal, dict):
        return ()
    own = _number(journal.get("id"))
    notes = journal.get("notes")
    hints = [Hint("comment", f"{issue}/{own}")] if own and isinstance(notes, str) and notes.strip() else []
    details = journal.get("details")
    for detail in details if isinstance(details, list) else ():
        file = (
            str(detail.get("prop_key")) if isinstance(detail, dict) and detail.get("property") == "attachment" else ""
        )
        if file.isascii() and file.isdigit():
            hints.append(Hint("file", f"{issue}/{file}"))
    return tuple(hints)


def _number(value: Any) -> str | None:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None
