"""Everything of a hub on one machine: which processes that takes, and watching over them."""

from .processes import Asked, Child, children, is_own, own_prefect, page_at
from .supervising import AlreadyUp, CannotStart, Supervisor

__all__ = ["AlreadyUp", "Asked", "CannotStart", "Child", "Supervisor", "children", "is_own", "own_prefect", "page_at"]
