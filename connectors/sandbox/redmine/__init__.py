"""A Redmine in memory."""

from .app import RedmineSandbox
from .installation import Settings

__all__ = ["RedmineSandbox", "Settings"]
