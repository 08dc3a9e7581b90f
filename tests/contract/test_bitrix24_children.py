"""Comments and files of the Bitrix24 connector keep the promises, against the sandbox."""

from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from connectors.base import SystemConnector
from connectors.sandbox.bitrix24.comments import change_comment, remove_comment
from connectors.sandbox.bitrix24.fields import DEAL
from tests.connectors.bitrix24.portals import APortal
from tests.contract.child_world import ChildWorld, Folder, Kind
from tests.contract.children import ChildContract

UNSHOWN = {"comment": frozenset({"private"}), "file": frozenset({"type", "url"})}


class Bitrix24Children(ChildWorld):
    def __init__(self, kind: Kind, folder: Path) -> None:
        self.kind = kind
        self.unshown = UNSHOWN[kind]
        self.changes = kind == "comment"
        self.spool = Folder(folder)
        self.portal = APortal()
        self.author = str(self.portal.portal.user("manager").id)

    def connector(self, *, page_size: int = 100) -> SystemConnector:
        return self.portal.connector(page_size=min(page_size, 50), spool=self.spool)

    def parent(self) -> tuple[str, str]:
        return ("deal", self.portal.add(title="Внедрение CRM"))

    def add(self, parent: tuple[str, str], words: str) -> str:
        if self.kind == "comment":
            return self.portal.comment(parent[1], words)
        number = self.portal.comment(parent[1], "см. вложение", files=[(words, b"?")])
        return f"{number}/{max(self.portal.portal.files.rows)}"

    def edit(self, child: str, words: str) -> None:
        self.portal.clock.advance(1.0)
        comment, _, file = child.partition("/")
        if file:
            self.portal.portal.files.rows[int(file)]["NAME"] = words
        else:
            change_comment(self.portal.portal, self.portal.portal.comments.rows[int(comment)], text=words)

    def delete(self, child: str) -> None:
        remove_comment(self.portal.portal, int(child.partition("/")[0]))

    def delete_parent(self, parent: tuple[str, str]) -> None:
        self.portal.portal.remove(DEAL, int(parent[1]))

    def now(self) -> datetime:
        return self.portal.clock.now()

    def rest(self) -> None:
        self.portal.clock.advance(60.0)

    def lose_answer(self) -> None:
        """The portal carries the next comment out, and its answer never comes."""
        way = self.portal.way

        def lost(method: str, sent: Any) -> httpx.Response | None:
            if "crm.timeline.comment.add" not in f"{method} {sent}":
                return None
            way.before = lambda method, sent: None
            way.losing = True
            return None

        way.before = lost


class TestComments(ChildContract):
    def make_world(self, folder: Path) -> ChildWorld:
        return Bitrix24Children("comment", folder)


class TestFiles(ChildContract):
    def make_world(self, folder: Path) -> ChildWorld:
        return Bitrix24Children("file", folder)
