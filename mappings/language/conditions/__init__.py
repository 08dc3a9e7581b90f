"""The small language of conditions: ``deal.amount >= 3000000 and client.key``. Checked once, never `eval`."""

from .model import Condition, evaluate
from .names import Names, literal, names_of
from .parse import parse
from .words import ConditionError

__all__ = ["Condition", "ConditionError", "Names", "evaluate", "literal", "names_of", "parse"]
