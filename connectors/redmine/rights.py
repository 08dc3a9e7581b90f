"""What our own account may do in a project, where Redmine would drop or hide something without a word."""

from ..base import Shelf
from ..errors import Gone, Rejected
from .client import RedmineClient

KEPT = 60.0
"""Seconds that an answer is good for: a batch asks once, and a permission that was taken away is soon noticed."""


class Rights:
    """
    The permissions of the roles that our account has as a member.

    What cannot be read is taken for missing: it is better to hold a private note back than to publish it.
    """

    def __init__(self, client: RedmineClient, *, name: str, shelf: Shelf) -> None:
        self._client = client
        self._name = name
        self._shelf = shelf

    async def may(self, permit: str, project: int, *, admin: bool, fresh: bool = False) -> bool:
        """Whether we surely have PERMIT in PROJECT; an administrator has all. Raises AuthFailed, RetryLater."""
        if admin:
            return True
        key = f"{self._name}/permits/{project}"
        kept = None if fresh else self._shelf.get(key)
        if kept is None:
            kept = sorted(await self._ask(project))
            self._shelf.put(key, kept, seconds=KEPT)
        return permit in kept

    async def _ask(self, project: int) -> set[str]:
        found: set[str] = set()
        for role in (await self._client.our_roles()).get(project, ()):
            try:
                found |= await self._client.permits(role)
            except (Gone, Rejected):
                continue  # roles are not shown here
        return found
