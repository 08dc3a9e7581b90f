"""Tryton's sales opportunities, over its JSON-RPC."""

from .connector import TrytonConnector
from .settings import TrytonSettings

__all__ = ["TrytonConnector", "TrytonSettings"]
