"""Outgoing webhooks of a portal: hints, believed only with the application's token."""

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl

from ..base import Hint
from ..errors import AuthFailed
from .comments import COMMENT, EVENT
from .kinds import KINDS

LARGEST = 64 * 1024
MOST_FIELDS = 200
VERBS = ("ADD", "UPDATE", "DELETE")
NAMES = {**{kind.event: kind.name for kind in KINDS.values()}, EVENT: COMMENT}
EVENTS: Mapping[str, str] = {f"ONCRM{event}{verb}": name for event, name in NAMES.items() for verb in VERBS}


def hints_of(body: bytes, *, token: str, system: str) -> tuple[Hint, ...]:
    """
    Return what an event points at; events that are not about our records point at nothing.

    Raises AuthFailed where it is too large, is no form, or does not carry the token.
    """
    if len(body) > LARGEST:
        raise AuthFailed("an event is larger than any of Bitrix24's; it is not believed", system=system)
    try:
        form = dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise AuthFailed("an event is not a form as Bitrix24 sends them; it is not believed", system=system) from None
    given = form.get("auth[application_token]", "")
    if not token or not hmac.compare_digest(token.encode(), given.encode()):
        raise AuthFailed("an event does not carry the right token; it is not believed", system=system)
    kind = EVENTS.get(form.get("event", "").upper())
    number = form.get("data[FIELDS][ID]") or form.get("data[ID]", "")  # the second is how comments are told
    if kind is None or not (number.isascii() and number.isdigit()):
        return ()
    return (Hint(kind, str(int(number))),)
