"""Sending through Apprise: mail, chats and webhooks by address."""

import logging

import apprise
from apprise.plugins import N_MGR

from .composing import Notice

logging.getLogger("apprise").setLevel(logging.CRITICAL)  # whether it was taken is told by us, without the address


def send(address: str, notice: Notice) -> bool:
    """Send *notice* to *address*; says whether it was taken."""
    to = apprise.Apprise()
    if not to.add(address):
        return False
    return bool(to.notify(title=notice.title, body=notice.body, body_format=apprise.NotifyFormat.TEXT))


def unusable(address: str) -> str:
    """Say, without the address, why no notice can be sent to *address*; nothing where one can. Asks no server."""
    if apprise.Apprise.instantiate(address) is not None:
        return ""
    if address.partition("://")[0].strip().lower() not in N_MGR:
        return (
            "nothing can be sent there: Apprise has no such kind of address; there is mailto://…, tgram://…, json://…"
        )
    return "nothing can be sent there: Apprise does not take an address of this kind that is written so"
