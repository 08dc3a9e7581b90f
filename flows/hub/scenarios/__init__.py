"""
Scenarios: stories in YAML of who edits what where, and what must be seen then, played between memory systems.

`casehub test` plays a user's own against the user's own mappings; the project's own are in tests/scenarios.
"""

from .model import Difference, Played, Story
from .playing import Hubs, play, play_all
from .reading import stories_in

__all__ = ["Difference", "Hubs", "Played", "Story", "play", "play_all", "stories_in"]
