"""A system in memory: the reference for every connector and the double for everything above."""

from .connector import MemoryConnector, MemorySettings
from .system import MemoryRequest, MemorySystem, Truth
from .traits import KindTraits, Resolution

__all__ = [
    "KindTraits",
    "MemoryConnector",
    "MemoryRequest",
    "MemorySettings",
    "MemorySystem",
    "Resolution",
    "Truth",
]
