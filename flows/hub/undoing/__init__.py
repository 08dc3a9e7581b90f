"""
Undo of a run: what it wrote is taken back where it still stands; what has been edited since is left and told.

`traces` reads from the history what a run did, `judging` says what of it can be taken back, `carrying` does it.
"""

from .carrying import Undone, carry_out
from .judging import plan_undo
from .model import Left, Taking, UndoPlan
from .rejoining import rejoin
from .traces import NoSuchRun, find_run

__all__ = ["Left", "NoSuchRun", "Taking", "UndoPlan", "Undone", "carry_out", "find_run", "plan_undo", "rejoin"]
