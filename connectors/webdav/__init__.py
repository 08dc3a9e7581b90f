"""Files and folders on a WebDAV server, a Nextcloud among them."""

from .connector import WebDavConnector
from .settings import WebDavSettings

__all__ = ["WebDavConnector", "WebDavSettings"]
