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
        number = _issue_number(json.loads(body))
    except (ValueError, RecursionError):
        return ()
    return (Hint("issue", number),) if number else ()


def _issue_number(form: Any) -> str | None:
    if not isinstance(form, dict) or not str(form.get("type", "")).startswith("issue."):
        return None
    inside = form.get("data")
    issue = inside.get("issue") if isinstance(inside, dict) else None
    number = issue.get("id") if isinstance(issue, dict) else None
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else None
