"""The open store."""


class Store:
    """The hub's memory: an engine and a clock."""

    statements: int = 0
