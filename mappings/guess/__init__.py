"""Guesses for a mapping to begin with: what a stage, a status or a field probably means, by its name."""

from .fields import guess_facts, guess_marker
from .stages import FUNNEL, guess_values
from .synonyms import Meaning, Synonyms, read_synonyms
from .words import likeness, plain

__all__ = [
    "FUNNEL",
    "Meaning",
    "Synonyms",
    "guess_facts",
    "guess_marker",
    "guess_values",
    "likeness",
    "plain",
    "read_synonyms",
]
