"""Decide: three-way reconcile of any number of systems, and what follows for each."""

from .create import new_record
from .judge import held_of, slot
from .reconcile import reconcile
from .resolve import Unresolvable, chosen, retry, set_fact
from .rules import Rules
from .settle import Settlement, settle

__all__ = [
    "Rules",
    "Settlement",
    "Unresolvable",
    "chosen",
    "held_of",
    "new_record",
    "reconcile",
    "retry",
    "set_fact",
    "settle",
    "slot",
]
