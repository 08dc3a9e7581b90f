"""Which fact a field of a system probably holds, by its name."""

from collections.abc import Collection, Mapping

from mappings.canonical.facts import FactInfo, FactType, fact
from mappings.exchange import Place

from .synonyms import Synonyms
from .words import ENOUGH, likeness

FITS: Mapping[FactType, frozenset[str]] = {
    "money": frozenset({"number", "money", "text"}),
    "date": frozenset({"date", "datetime"}),
    "bool": frozenset({"bool"}),
    "set": frozenset({"set", "text"}),
    "text": frozenset({"text", "markup", "choice"}),
    "reference": frozenset({"text", "reference", "choice"}),
}
"""Type of a fact -> types of fields that can hold it."""


def guess_facts(places: Collection[Place], free: Collection[str], synonyms: Synonyms) -> dict[str, FactInfo]:
    """Return name of a place -> the fact among *free* ones that it probably holds: the likest first, each once."""
    scored: list[tuple[float, str, FactInfo]] = []
    for place in places:
        for name in free:
            info = fact("case", name)
            if info is not None and name in synonyms.facts and place.type in FITS.get(info.type, frozenset()):
                scored.append((likeness(place.label, synonyms.facts[name]), place.name, info))
    found: dict[str, FactInfo] = {}
    for score, place_name, info in sorted(scored, key=lambda one: (-one[0], one[1], one[2].name)):
        if score >= ENOUGH and place_name not in found and info not in found.values():
            found[place_name] = info
    return found


def guess_marker(places: Collection[Place], synonyms: Synonyms) -> str | None:
    """Return the place that is probably meant for the hub's marker: a text that can be written and searched."""
    able = [place for place in places if place.type == "text" and place.writable and place.searchable]
    scores = {place.name: likeness(place.label, synonyms.marker) for place in able}
    best = max(scores, key=lambda one: scores[one], default=None)
    return best if best is not None and scores[best] >= ENOUGH else None
