"""Bitrix24's deals, over its classic REST interface."""

from .connector import Bitrix24Connector
from .settings import Bitrix24Settings

__all__ = ["Bitrix24Connector", "Bitrix24Settings"]
