"""What is tried in vain: how often one may, and what counts as one address."""

import ipaddress
from datetime import timedelta

WINDOW = timedelta(minutes=15)
TRIES = {"both": 5, "address": 20, "login": 50}
"""Attempts within the window: with one login from one address, from one address, with one login from everywhere."""
WRONG_TOKENS = 20
"""Wrong tokens from one address within the window, each of which is noted; further ones are only refused."""


class TooOften(Exception):
    """It was tried too often; nothing was looked at."""


def near(address: str) -> str:
    """Return what counts as one address: of IPv6, where one household has very many, the network."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
