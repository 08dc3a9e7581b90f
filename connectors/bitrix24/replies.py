"""What Bitrix24 says when it says no: one table from its codes to our errors."""

import re
from collections.abc import Mapping
from typing import Any

from ..errors import AuthFailed, ConnectorError, Gone, Rejected, RetryLater

NOBODY = frozenset(
    {
        "NO_AUTH_FOUND",
        "expired_token",
        "invalid_token",
        "invalid_grant",
        "INVALID_CREDENTIALS",
        "WRONG_AUTH_TYPE",
        "authorization_error",
        "user_access_error",
    }
)
"""Codes that mean: we are not who we say."""
NOT_ALLOWED = frozenset(
    {
        "ACCESS_DENIED",
        "insufficient_scope",
        "PAYMENT_REQUIRED",
        "ERROR_METHOD_NOT_FOUND",
        "ERROR_BATCH_METHOD_NOT_ALLOWED",
        "ERROR_BATCH_LENGTH_EXCEEDED",
        "INVALID_REQUEST",
        "ENTITY_TYPE_NOT_SUPPORTED",
    }
)
"""Codes that refuse the call itself, so that sending less of the record does not help."""
BUSY = frozenset({"QUERY_LIMIT_EXCEEDED", "OVERLOAD_LIMIT"})
TIRED = "OPERATION_TIME_LIMIT"
BROKEN = frozenset({"INTERNAL_SERVER_ERROR", "ERROR_UNEXPECTED_ANSWER"})
LONGEST_REASON = 500
_CODE = re.compile(r"[\w.-]{0,80}")
_SECRET = re.compile(r"(/rest/\d+/|(?:auth|token)=)[^/&\s'\"]+")
"""The portal may name the address that was asked, and that address is our secret."""


class InWords(Rejected):
    """A refusal without a code: so the portal says that its owner has closed a stage to a user."""


def told(body: Any) -> tuple[str, str] | None:
    """Return code and words of an error, None where *body* is none. The code may be empty, a number, or 0."""
    if not isinstance(body, Mapping) or "error" not in body or "result" in body:
        return None
    code = str(body["error"])
    return (code if _CODE.fullmatch(code) else ""), _SECRET.sub(r"\1…", str(body.get("error_description") or code))


def error_of(
    code: str, words: str, *, system: str, request: str, reading: bool, after: float | None = None
) -> ConnectorError:
    """Return what an error means for *request*. AFTER is when a limit lets calls through again, where that is known."""
    said = f"{request} was refused with {code or 'words alone'}"
    if code in NOBODY:
        return AuthFailed(f"{said}; make a new webhook", system=system)
    if code == "NOT_FOUND":
        return Gone(f"{said}; it does not exist any more", system=system)
    if code in BUSY or code == TIRED:
        return RetryLater(f"{said}; send it again later", system=system, after=after, sent=False)
    if code in BROKEN:
        return RetryLater(f"{said}; it may have been carried out", system=system, sent=not reading)
    whole = code in NOT_ALLOWED
    follows = "the account or its webhook lacks a right" if whole else "what it refuses is parked"
    reason = " ".join(words.split())[:LONGEST_REASON] or code
    refusal = InWords if code in ("", "0") else Rejected
    return refusal(f"{said}; {follows}", system=system, reason=reason, whole=whole)
