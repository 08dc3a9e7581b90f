"""Sending through Apprise: mail, chats and webhooks by address."""

import logging

import apprise

from .composing import Notice

logging.getLogger("apprise").setLevel(logging.CRITICAL)  # whether it was taken is told by us, without the address


def send(address: str, notice: Notice) -> bool:
    """Send *notice* to *address*; says whether it was taken."""
    to = apprise.Apprise()
    if not to.add(address):
        return False
    return bool(to.notify(title=notice.title, body=notice.body, body_format=apprise.NotifyFormat.TEXT))
