"""MediaWiki over its action API: pages of a wiki, read and written with a bot password."""

from .connector import MediaWikiConnector
from .settings import MediaWikiSettings

__all__ = ["MediaWikiConnector", "MediaWikiSettings"]
