"""Addresses of records in their systems, as far as a page may link to them."""

from urllib.parse import urlsplit


def openable(url: str | None) -> str:
    """Return *url* if a browser may be sent there: a web address with a host; else "". Systems write what they like."""
    if not url or any(ord(sign) <= 32 for sign in url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname else ""
