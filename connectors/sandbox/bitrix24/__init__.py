"""A Bitrix24 portal in memory."""

from .app import Bitrix24Sandbox
from .portal import Settings

__all__ = ["Bitrix24Sandbox", "Settings"]
