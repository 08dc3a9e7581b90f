"""What has to be known before a hub can be begun: asked at a terminal, or read from a file of answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..plain_yaml import NotPlain, read_plain

KEYS = ("timezone", "systems", "opens", "makes", "sync", "take", "currency")


class BadAnswers(ValueError):
    """The file of answers cannot be used; the message says everything that is wrong with it."""


@dataclass(frozen=True)
class Answers:
    """
    SYSTEMS are as in hub.yaml, secrets by the names of variables. Cases are born in OPENS and appear in MAKES.

    TAKE: system -> the clauses that say which records take part. CURRENCY is for fields that hold only a number.
    """

    systems: Mapping[str, Mapping[str, Any]]
    opens: str
    makes: str
    timezone: str = "UTC"
    sync: str = "presales"
    take: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    currency: str = ""


def read_answers(text: str) -> Answers:
    """Return the answers in TEXT. Raises BadAnswers with all that is wrong."""
    try:
        form = read_plain(text)
    except NotPlain as error:
        raise BadAnswers(str(error)) from None
    if not isinstance(form, dict):
        raise BadAnswers(f"expected a mapping with the keys {', '.join(KEYS)}")
    wrong = [*_wrong_keys(form), *_wrong_systems(form)]
    if wrong:
        raise BadAnswers("\n".join(wrong))
    given = {name: form[name] for name in KEYS if form.get(name) is not None}
    return Answers(**given)


def _wrong_keys(form: Mapping[str, Any]) -> list[str]:
    wrong = [f"{name}: there is no such key; there are: {', '.join(KEYS)}" for name in form if name not in KEYS]
    wrong += [f"{name}: missing" for name in ("systems", "opens", "makes") if not form.get(name)]
    texts = ("timezone", "opens", "makes", "sync", "currency")
    wrong += [f"{name}: must be a word" for name in texts if name in form and not isinstance(form[name], str)]
    take = form.get("take") or {}
    if not isinstance(take, dict) or not all(isinstance(clauses, dict) for clauses in take.values()):
        wrong.append("take: must say per system which records take part, like {tracker: {tracker: Case}}")
    return wrong


def _wrong_systems(form: Mapping[str, Any]) -> list[str]:
    systems = form.get("systems")
    if systems is None:
        return []
    if not isinstance(systems, dict) or not all(isinstance(one, dict) for one in systems.values()):
        return ["systems: must be a mapping of names to settings, as in hub.yaml"]
    known = ", ".join(map(str, systems))
    named = [(key, form[key]) for key in ("opens", "makes") if isinstance(form.get(key), str)]
    named += [("take", name) for name in (form.get("take") if isinstance(form.get("take"), dict) else None) or {}]
    wrong = [f"{key}: there is no system {name!r}; there are: {known}" for key, name in named if name not in systems]
    if form.get("opens") and form.get("opens") == form.get("makes"):
        wrong.append("makes: cases are born there; name the other system")
    return wrong
