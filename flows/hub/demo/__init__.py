"""
The demo: two sandboxes on this machine, invented deals, and a hub between them. No accounts, no internet.

Everything here looks at the systems as a person does, by their pages and by plain requests, and never through our
connectors: what the demo says about the hub is not said by the hub.
"""

from .browser import Browser, PageRefused
from .compare import Comparison, Pair, compare
from .edits import Edit, disagree, edit_both_sides
from .folder import NotOurs, alone, hub_folder, must_be_free
from .news import News, news_since
from .systems import NotStarted, Systems, started

__all__ = [
    "Browser",
    "Comparison",
    "Edit",
    "News",
    "NotOurs",
    "NotStarted",
    "PageRefused",
    "Pair",
    "Systems",
    "alone",
    "compare",
    "disagree",
    "edit_both_sides",
    "hub_folder",
    "must_be_free",
    "news_since",
    "started",
]
