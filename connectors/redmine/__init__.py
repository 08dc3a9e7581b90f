"""Redmine over its REST interface."""

from .connector import RedmineConnector
from .settings import RedmineSettings

__all__ = ["RedmineConnector", "RedmineSettings"]
