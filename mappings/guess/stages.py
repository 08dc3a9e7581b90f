"""What the stages of a pipeline or the statuses of a workflow probably mean, by their names and their order."""

from collections.abc import Mapping, Sequence

from mappings.exchange import Choice

from .synonyms import Meaning, Synonyms
from .words import ENOUGH, likeness

FUNNEL = ("lead", "qualified", "in_work", "estimate", "proposal", "defence")
"""The stages that a new hub begins with, lowest first."""
WON = "won"
LOSSES = ("lost", "withdrawn", "no_decision")


def guess_values(
    choices: Sequence[Choice], synonyms: Synonyms, *, type_name: str = "", place: str = ""
) -> dict[str, Meaning]:
    """
    Return id of a choice -> what it probably means. A closed one that is like no outcome is left out: nobody can tell.

    Every stage of the funnel and every loss finds a view: where none is like it, the view of the nearest one before it
    stands for it too. What a type of system fixes itself is known and no guess.
    """
    known = synonyms.known.get((type_name, place), {})
    found: dict[str, Meaning] = {}
    before = FUNNEL[0]
    for choice in choices:
        meaning = known.get(choice.id) or _guessed(choice, before, synonyms)
        if meaning is not None:
            found[choice.id] = meaning
            before = meaning.stages[0] if meaning.stages else before
    stages = _spread({key: one.stages for key, one in found.items() if one.stages}, FUNNEL)
    losses = _spread({key: one.outcomes for key, one in found.items() if one.outcomes[0] in LOSSES}, LOSSES)
    return {
        key: Meaning(stages.get(key, ()), losses.get(key, one.outcomes), guess=one.guess) for key, one in found.items()
    }


def _guessed(choice: Choice, before: str, synonyms: Synonyms) -> Meaning | None:
    if choice.closes:
        outcome = _best(choice, synonyms.outcomes)
        return Meaning((), (outcome,)) if outcome else None
    return Meaning((_best(choice, synonyms.stages) or before,), ("open",))


def _best(choice: Choice, words: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return the word that the choice is most like, by its label or else by its id."""
    for name in (choice.label, choice.id.rpartition(":")[2]):
        scores = {word: likeness(name, (word, *others)) for word, others in words.items()}
        word = max(scores, key=lambda one: (scores[one], one != WON))  # "closed, refused" was not won
        if scores[word] >= ENOUGH:
            return word
    return None


def _spread(first: Mapping[str, tuple[str, ...]], order: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Give each word of *order* that nothing stands for to what stands for the nearest word before it, else behind."""
    spread = dict(first)
    taken = {word for words in first.values() for word in words}
    for at, word in enumerate(order):
        if word in taken or not spread:
            continue
        near = [*reversed(order[:at]), *order[at + 1 :]]
        holder = next((key for one in near for key, words in spread.items() if one in words), None)
        if holder is not None:
            spread[holder] = (*spread[holder], word)
    return spread
