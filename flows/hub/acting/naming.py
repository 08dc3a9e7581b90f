"""Somebody whom nobody knew is a person, or nobody whom we work with, because a person says so."""

from ..people_answers import NobodyMeant, list_questions, say_nobody, say_same, who_is_who
from .deeds import Same
from .desk import Hand
from .foreseen import Foreseen, Prepared, mark_of


def name_person(hand: Hand, deed: Same) -> Prepared:
    """Prepare `Same`. Raises NobodyMeant."""
    installation = hand.desk.installation
    asked = [one for one in list_questions(installation) if (one.system, one.about) == (deed.system, deed.word)]
    if not asked:
        raise NobodyMeant(f"nobody is asked about {deed.word} in {deed.system} any more")
    [question] = asked[:1]
    names = who_is_who(installation).names_of(deed.person) if deed.person else []
    seen = Foreseen(
        "same",
        title=question.name or deed.word,
        new=names[0] if names else deed.person or None,
        system=deed.system,
        record=deed.word,
        cases=question.cases,
        mark=mark_of("same", deed, question.cases),
    )
    return Prepared(seen, lambda: _said(hand, deed, missing=question.missing))


def _said(hand: Hand, deed: Same, *, missing: bool) -> None:
    installation = hand.desk.installation
    if not deed.person:
        say_nobody(installation, deed.system, deed.word, by=hand.by)
    elif missing:  # asked was which account somebody has there
        say_same(installation, deed.system, deed.person, person=deed.word, by=hand.by)
    else:
        say_same(installation, deed.system, deed.word, person=deed.person, by=hand.by)
    hand.desk.forget()
