"""
The promises that every connector keeps. A connector's test class inherits them and says how to make its world::

    class TestRedmineContract(ConnectorContract):
        def make_world(self) -> World:
            return RedmineWorld()
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator

import pytest

from tests.contract.faults import FaultPromises
from tests.contract.reading import ReadingPromises
from tests.contract.world import World
from tests.contract.writing import WritingPromises

__all__ = ["ConnectorContract", "LiveContract", "World"]


class LiveContract(ReadingPromises, WritingPromises, ABC):
    """The promises that can be held against a real server: nobody makes it fail when a test wants it to."""

    @abstractmethod
    def make_world(self) -> World:
        """Return a new, empty world."""

    @pytest.fixture
    def world(self) -> Iterator[World]:
        world = self.make_world()
        yield world
        world.close()


class ConnectorContract(FaultPromises, LiveContract):
    """All promises of a connector."""
