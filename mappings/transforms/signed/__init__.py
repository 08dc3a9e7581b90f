"""Comments: what is said, signed with the author's name where our own account says it, and with mentions."""

from .lens import Signed
from .mentions import Mentions
from .signature import HUB, Signature, Signer

__all__ = ["HUB", "Mentions", "Signature", "Signed", "Signer"]
