"""Comments and files of the Redmine connector keep the promises, against the sandbox."""

from pathlib import Path

from tests.connectors.redmine.children_world import SandboxChildren
from tests.contract.child_world import ChildWorld
from tests.contract.children import ChildContract


class TestComments(ChildContract):
    """As up to 5.1: no journal says that it was edited."""

    def make_world(self, folder: Path) -> ChildWorld:
        return SandboxChildren("comment", folder)


class TestCommentsThatTellOfEdits(ChildContract):
    """As from 6.0 on."""

    def make_world(self, folder: Path) -> ChildWorld:
        return SandboxChildren("comment", folder, version=6)


class TestCommentsForAnAdministrator(ChildContract):
    def make_world(self, folder: Path) -> ChildWorld:
        return SandboxChildren("comment", folder, role="admin")


class TestFiles(ChildContract):
    def make_world(self, folder: Path) -> ChildWorld:
        return SandboxChildren("file", folder)
