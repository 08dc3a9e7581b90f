"""Whose certificates are believed, by all ways to the network of this process."""

import os
import ssl
from functools import lru_cache
from pathlib import Path

import httpx

from .errors import RetryLater

FILE, FOLDER = "SSL_CERT_FILE", "SSL_CERT_DIR"
"""The variables that name a list of one's own; without them the list is that of certifi."""
NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For addresses of this machine that are spoken to in the clear: nobody's certificate is believed, and none is read."""


def trusted(system: str) -> ssl.SSLContext:
    """
    Return the TLS context that the ways to all systems share: reading a list of certificates takes longer than a pass.

    It is made anew where other ones are named, or the file has changed. Raises RetryLater, for *system*, where they
    cannot be read.
    """
    named = os.environ.get(FILE, "")
    try:
        changed = Path(named).stat().st_mtime_ns if named else 0
        return _made(named, os.environ.get(FOLDER, ""), changed)
    except OSError as error:
        why = "it holds none" if isinstance(error, ssl.SSLError) else error.strerror
        raise RetryLater(f"the certificates that {FILE} names cannot be read: {why}", system=system) from error


@lru_cache(maxsize=1)
def _made(_file: str, _folder: str, _changed: int) -> ssl.SSLContext:
    return httpx.create_ssl_context()
