"""How the API's routes are told of: where they stand, what may go wrong with each."""

from collections.abc import Mapping
from typing import Any

BASE = "/api/v1"
WRONG: Mapping[int, str] = {
    400: "What was sent is no JSON.",
    401: "There is no token, or it is good no longer.",
    403: "The role, or what they are to the case, does not allow it.",
    404: "There is nothing here, or whoever asks may not see it.",
    409: "What was shown has moved, or it cannot be done now. Nothing was done.",
    413: "There are more cases than fit into one file; ask for fewer.",
    422: "Something in the question is not what it should be; `errors` says where.",
    429: "Too many wrong tokens came from this address.",
    502: "A system does not answer, or refuses.",
    503: "The hub's memory does not answer at once.",
}
PROBLEM = "application/problem+json"


def may_answer(*more: int) -> dict[int | str, dict[str, Any]]:
    """Return what a route may answer beside what it is for: MORE, and what every route may."""
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {code: {"description": WRONG[code], "content": content} for code in sorted({401, 422, 429, 503, *more})}
