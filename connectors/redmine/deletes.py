"""
Issues, comments and files taken away.

Redmine deletes an issue with everything below it: sub-issues, comments, files, hours. So one is only deleted where all
of that is our account's own, or not there; what the account cannot see counts as somebody's.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from mappings.exchange import Found, VendorRecord

from ..errors import Rejected
from ..guarded import GuardedPort
from .children import ChildId
from .client import Row
from .desk import Desk
from .notes import Notes
from .rights import Rights

PRIVATE = "the account may not view private notes, so nobody can tell whether people have written some"


class Deletes:
    """The port of deletes, for one kind of records; PORT reads them."""

    def __init__(self, kind: str, port: GuardedPort, *, desk: Desk, notes: Notes, rights: Rights) -> None:
        self._kind = kind
        self._port = port
        self._desk = desk
        self._notes = notes
        self._rights = rights

    def clock(self) -> datetime:
        return self._desk.clock()

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]:
        return await self._port.read(kind, ids)

    async def touched(self, record: VendorRecord) -> str:
        ours = (await self._desk.account()).id
        if self._kind != "issue":
            return "" if record.views.get("author") == ours else f"somebody else has made this {self._kind}"
        row, _ = await self._desk.client.issue(record.id, "journals,attachments,children")
        return _others(row, ours) or await self._hidden(row)

    async def delete(self, record: VendorRecord) -> None:
        """Raises Gone, Rejected."""
        child = ChildId.read(record.id)
        match self._kind:
            case "issue":
                await self._desk.client.delete_issue(record.id)
            case "comment":
                await self._notes.write(record, {"text": None})
            case _ if child is not None:
                await self._desk.client.delete_file(child.own)
            case _:
                raise Rejected(f"no {self._kind} has such an id", system=self._desk.name, whole=True)

    async def _hidden(self, row: Row) -> str:
        account = await self._desk.account()
        project, admin = int(row["project"]["id"]), "admin" in account.rights
        return "" if await self._rights.may("view_private_notes", project, admin=admin) else PRIVATE


def _others(row: Row, ours: str) -> str:
    """Say what of an issue is not the account's own."""
    journals = _strange(row.get("journals"), "user", ours)
    files = _strange(row.get("attachments"), "author", ours)
    below = len(row.get("children") or ())
    hours = row.get("total_spent_hours") or row.get("spent_hours")
    told = [
        "somebody else has made it" if _strange([row], "author", ours) else "",
        f"people have changed or commented it {journals} times" if journals else "",
        f"people have attached {files} files" if files else "",
        f"{below} issues hang below it" if below else "",
        "time was spent on it" if hours else "",
    ]
    return "; ".join(one for one in told if one)


def _strange(rows: Iterable[Row] | None, name: str, ours: str) -> int:
    """Return how many of *rows* another account has made; who cannot be told is another one."""
    return sum(1 for row in rows or () if str((row.get(name) or {}).get("id")) != ours)
