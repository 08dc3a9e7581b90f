"""Files of one case as values: what each system holds, and what became of what was to be copied."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

State: TypeAlias = Literal["sent", "here", "refused", "removed", "link sent", "linked"]
"""
What became of one file in one system:

- ``sent``: a request left, and nobody knows yet whether it was carried out. ``link sent``: the same of a line that says
  where the file is.
- ``here``: the system holds it.
- ``refused``: it cannot go there; a person is told. ``linked``: a line in the system says where it is.
- ``removed``: it was there, and somebody took it away; with a TEXT, an undo did.
"""


@dataclass(frozen=True, slots=True)
class Held:
    """
    One file as one system holds it, or held it (GONE).

    DIGEST is the SHA-256 of its content, None until it was read. CALLED is the name that was last taken into account: a
    NAME that differs from it was changed by somebody. PRIVATE ones never leave their system. UNREADABLE: why its
    content cannot be had.
    """

    system: str
    record: str
    name: str
    size: int | None = None
    digest: str | None = None
    called: str = ""
    url: str = ""
    private: bool = False
    gone: bool = False
    unreadable: str = ""

    @property
    def identity(self) -> str:
        """What the file is known by: its content, or its record as long as that was not read."""
        return self.digest or f"{self.system}/{self.record}"


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of the file IDENTITY in SYSTEM; TEXT says why. RECORD is the one that was made there."""

    system: str
    identity: str
    state: State
    text: str = ""
    record: str = ""
    by_limit: bool = False
    """Refused by a limit of ours, and not by the system."""
