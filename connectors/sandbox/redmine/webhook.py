"""The webhooks of Redmine 7: one JSON body for each change of an issue, signed where a secret is set."""

import hashlib
import hmac
import json
from typing import Any

from ..webhooks import Event, Target
from .installation import Installation
from .model import Issue, Journal, stamp
from .showing import whole_issue


def event_of(
    what: str, issue: Issue, *, journal: Journal | None, office: Installation, target: Target, base: str
) -> Event:
    """Return the event that tells a target what became of an issue."""
    admin = office.users[office.roles_of_people["admin"]]
    inside: dict[str, Any] = {"issue": whole_issue(issue, office=office, user=admin, base=base)}
    if journal is not None:
        inside["journal"] = _journal(journal, office)
    form = {"type": f"issue.{what}", "timestamp": stamp(office.clock.now()), "data": inside}
    body = json.dumps(form, ensure_ascii=False).encode()
    headers = [("content-type", "application/json"), ("user-agent", "Redmine")]
    if target.secret:
        signature = hmac.new(target.secret.encode(), body, hashlib.sha256).hexdigest()
        headers.append(("x-redmine-signature-256", f"sha256={signature}"))
    return Event(target, body, tuple(headers))


def _journal(journal: Journal, office: Installation) -> dict[str, Any]:
    return {
        "id": journal.id,
        "created_on": stamp(journal.created_on),
        "notes": journal.notes,
        "user": office.name_of(journal.user_id),
        "details": [
            {"property": each.property, "prop_key": each.name, "old_value": each.old, "value": each.new}
            for each in journal.details
        ],
    }
