"""A hub to begin with: two systems are tried and asked what they have, and its files are written with guesses."""

from .answers import Answers, BadAnswers, read_answers
from .meeting import Met, NotMet, meet
from .proposing import Proposal, propose
from .writing import AlreadyThere, write

__all__ = [
    "AlreadyThere",
    "Answers",
    "BadAnswers",
    "Met",
    "NotMet",
    "Proposal",
    "meet",
    "propose",
    "read_answers",
    "write",
]
