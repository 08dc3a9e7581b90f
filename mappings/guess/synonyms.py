"""What people call stages, outcomes and fields: read from the shipped page of synonyms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Meaning:
    """STAGES that a view stands for (of a closed one: none), OUTCOMES, and whether that is a GUESS."""

    stages: tuple[str, ...]
    outcomes: tuple[str, ...]
    guess: bool = True


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Word of the hub -> names that people have for it. KNOWN: (type of system, place) -> view -> what it means."""

    stages: Mapping[str, tuple[str, ...]]
    outcomes: Mapping[str, tuple[str, ...]]
    facts: Mapping[str, tuple[str, ...]]
    marker: tuple[str, ...]
    known: Mapping[tuple[str, str], Mapping[str, Meaning]]


def read_synonyms(text: str) -> Synonyms:
    """Return what the page TEXT says; it is ours, so a mistake in it is a mistake of this program."""
    form: Mapping[str, Any] = yaml.safe_load(text)
    return Synonyms(
        stages=_names(form["stages"]),
        outcomes=_names(form["outcomes"]),
        facts=_names(form["facts"]),
        marker=tuple(form["marker"]),
        known={
            (type_name, place): {view: _meaning(one) for view, one in views.items()}
            for type_name, places in form["known"].items()
            for place, views in places.items()
        },
    )


def _names(form: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {word: tuple(names) for word, names in form.items()}


def _meaning(form: Mapping[str, list[str]]) -> Meaning:
    return Meaning(tuple(form.get("stage", ())), tuple(form["outcome"]), guess=False)
