"""
The promises that every connector keeps. A connector's test class inherits them and says how to make its world::

    class TestRedmineContract(ConnectorContract):
        def make_world(self) -> World:
            return RedmineWorld()
"""

import pytest

from tests.contract.faults import FaultPromises
from tests.contract.reading import ReadingPromises
from tests.contract.world import World
from tests.contract.writing import WritingPromises

__all__ = ["ConnectorContract", "World"]


class ConnectorContract(ReadingPromises, WritingPromises, FaultPromises):
    """All promises of a connector."""

    def make_world(self) -> World:
        """Return a new, empty world."""
        raise NotImplementedError

    @pytest.fixture
    def world(self) -> World:
        return self.make_world()
