"""
What can go wrong while talking to a system, sorted by what to do about it.

* ConnectorError
  x RetryLater    send the same request again, later
  x AuthFailed    stop the run; a person must renew the credentials
  x Rejected      park the change; the system refuses it as it is
  x Stale         pull the record again; it moved since we read it
  x Gone          treat the record as deleted

Messages have one form, ``system: REQUEST answered WHAT; what follows``, and never carry a body, a header or a query.
"""

from mappings.exchange import View

RENEW = "renew the credentials"
"""What follows where a system does not accept who we say we are, and says no more."""


class ConnectorError(Exception):
    """Something that a system, or the way to it, did not do. SYSTEM is its name in hub.yaml, WORDS say it without."""

    def __init__(self, message: str, *, system: str) -> None:
        super().__init__(f"{system}: {message}")
        self.system = system
        self.words = message


class RetryLater(ConnectorError):
    """
    The same request may succeed later. AFTER are the seconds the system asked for, where it did.

    SENT: the request left and may have been carried out (a time-out, a lost answer, a 500). False only where it surely
    was not: no connection, or an answer that says so (429).
    """

    def __init__(self, message: str, *, system: str, after: float | None = None, sent: bool = False) -> None:
        super().__init__(message, system=system)
        self.after = after
        self.sent = sent


class AuthFailed(ConnectorError):
    """The system does not accept who we say we are."""


class Rejected(ConnectorError):
    """
    The system read the request and refuses it; nothing was carried out.

    PLACE is the field it names, if it does. WHOLE: it refuses the record, not one of its fields (no permission), so
    sending less does not help. REASON are the system's own words, for the attention list and never for a log.
    """

    def __init__(
        self,
        message: str,
        *,
        system: str,
        place: str | None = None,
        reason: str = "",
        whole: bool = False,
        allowed: tuple[View, ...] = (),
    ) -> None:
        super().__init__(message, system=system)
        self.place = place
        self.reason = reason
        self.whole = whole
        self.allowed = allowed


class Stale(ConnectorError):
    """The record moved since it was read; nothing was carried out."""


class Gone(ConnectorError):
    """The record does not exist any more. OTHER is the id under which it answers now, if it was merged or moved."""

    def __init__(self, message: str, *, system: str, other: str | None = None) -> None:
        super().__init__(message, system=system)
        self.other = other
