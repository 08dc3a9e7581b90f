"""What Tryton says when it says no: one table from its errors to ours."""

import re
from typing import Any

from ..errors import AuthFailed, ConnectorError, Gone, Rejected, RetryLater, Stale

LONGEST_WORDS = 500
"""A refusal can carry the description of whole models behind its text."""

MISSING = re.compile(r"^You are trying to .* records .* that don't exist\.$")
FIELD = re.compile(r'field "([^"]+)"')
WHOLE = re.compile(r"^You are not allowed to (access|create|write|read|delete)\b")


def error_of(method: str, error: Any, *, system: str, reading: bool) -> ConnectorError:
    """Return what an ``error`` of an answer means; these come with the status 200."""
    kind, *rest = error if isinstance(error, list) and error else [str(error)]
    words = _words(rest[0] if rest else "")
    match kind:
        case "UserError" if MISSING.match(words):
            return Gone(f"{method} names a record that does not exist", system=system)
        case "UserError":
            return Rejected(
                f"{method} was refused; the record is parked",
                system=system,
                reason=words,
                whole=bool(WHOLE.match(words)),
            )
        case "UserWarning":
            words = _words(rest[0][1:] if rest and isinstance(rest[0], list) else "")
            text = f"{method} asks a person to confirm; do it in Tryton"
            return Rejected(text, system=system, reason=f"Tryton asks for confirmation: {words}", whole=True)
        case "ConcurrencyException":
            return Stale(f"{method} found the record changed; pull it again", system=system)
        case "LoginException":
            return AuthFailed("the account needs more than a password; make one that does not", system=system)
        case str() if kind.startswith("'"):  # a missing key on the server: no such model, field or button
            text = f"{method} is not known to the server; is the module sale_opportunity active?"
            return Rejected(text, system=system, reason=f"unknown to the server: {kind}", whole=True)
    return RetryLater(f"{method} broke off in the server; send it again later", system=system, sent=not reading)


def _words(found: Any) -> str:
    """Return the server's words, short: lists carry text, description, and a machine's part that nobody reads."""
    if isinstance(found, list):
        found = next((part for part in found if isinstance(part, str) and part), "")
    return str(found).strip()[:LONGEST_WORDS]
