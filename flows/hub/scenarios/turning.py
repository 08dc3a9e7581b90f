"""The levers of a memory system: how a story says what a system is like, or is like from now on."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from connectors.memory import KindTraits
from mappings.exchange import Choice, Place, View
from mappings.language.problems import hint
from mappings.language.reader import Keys, Node, Scalar

from .model import pairs, plain, texts

Wrong = list[tuple[int, str]]
"""Line and text of what is wrong."""
STAMPS = ("minute", "second", "ms")


def _flag(name: str, *, other: bool = False) -> Callable[[KindTraits, Node], KindTraits]:
    """A lever that is on or off; OTHER: it is called by its opposite."""

    def pull(traits: KindTraits, node: Node) -> KindTraits:
        word = node.word if isinstance(node, Scalar) else None
        if not isinstance(word, bool):
            raise ValueError("true or false is wanted")
        return _with(traits, name, word != other)

    return pull


def _set_of(name: str) -> Callable[[KindTraits, Node], KindTraits]:
    def pull(traits: KindTraits, node: Node) -> KindTraits:
        return _with(traits, name, frozenset(texts(node)))

    return pull


def _requires(traits: KindTraits, node: Node) -> KindTraits:
    """Nothing can be made without a place that it does not have; and what is signed always needs its text."""
    own = {place.name for place in traits.places}
    needed = frozenset(one for one in texts(node) if one in own or not own)
    return _with(traits, "required", needed | traits.required if traits.signed else needed)


def _marker(traits: KindTraits, node: Node) -> KindTraits:
    """What is signed has no room for one, whatever its system's other records have."""
    return _with(_flag("marker")(traits, node), "marker", plain(node) is True and not traits.signed)


def _number(name: str) -> Callable[[KindTraits, Node], KindTraits]:
    def pull(traits: KindTraits, node: Node) -> KindTraits:
        word = node.word if isinstance(node, Scalar) else None
        if isinstance(word, bool) or not isinstance(word, int):
            raise ValueError("a whole number is wanted")
        return _with(traits, name, word)

    return pull


def _stamps(traits: KindTraits, node: Node) -> KindTraits:
    word = node.text if isinstance(node, Scalar) else ""
    if word not in STAMPS:
        raise ValueError(f"one of {', '.join(STAMPS)} is wanted")
    return _with(traits, "resolution", word)


def _workflow(traits: KindTraits, node: Node) -> KindTraits:
    """`workflow: {status: {New: [In Progress]}}`."""
    steps = {place.text: {view.text: tuple(texts(after)) for view, after in pairs(each)} for place, each in pairs(node)}
    return _with(traits, "workflow", steps)


def _defaults(traits: KindTraits, node: Node) -> KindTraits:
    return _with(traits, "defaults", plain(node) or {})


def _cut(traits: KindTraits, node: Node) -> KindTraits:
    lengths = {place.text: int(each.text) for place, each in pairs(node) if isinstance(each, Scalar)}
    places = tuple(replace(one, max_length=lengths.get(one.name, one.max_length)) for one in traits.places)
    return replace(_with(traits, "cut", lengths), places=places)


def _cut_in_silence(traits: KindTraits, node: Node) -> KindTraits:
    """As `cuts`, but discover does not tell."""
    return _with(traits, "cut", {place.text: int(str(plain(each))) for place, each in pairs(node)})


def _altered(traits: KindTraits, node: Node) -> KindTraits:
    """`alters: {status: {Closed: Review}}`: what is written as one view arrives as another."""
    return _with(traits, "altered", {place.text: partial(_instead, plain(each)) for place, each in pairs(node)})


def _instead(of: Any, view: View) -> View:
    if isinstance(of, Mapping) and isinstance(view, str):
        return of.get(view, view)
    return view.upper() if isinstance(view, str) else view


def _choices(traits: KindTraits, node: Node) -> KindTraits:
    """`choices: {status: {"1": Новая}}`: what there is to choose, and what it is called."""
    named = {place.text: pairs(each) for place, each in pairs(node)}
    return replace(traits, places=tuple(_relabelled(place, named.get(place.name)) for place in traits.places))


def _relabelled(place: Place, named: list[tuple[Scalar, Node]] | None) -> Place:
    if named is None:
        return place
    closing = {one.id for one in place.choices if one.closes}
    made = tuple(Choice(key.text, str(plain(label)), closes=key.text in closing) for key, label in named)
    return replace(place, type="choice", choices=made)


def _with(traits: KindTraits, name: str, value: Any) -> KindTraits:
    return replace(traits, **{name: value})


def _aside(traits: KindTraits, node: Node) -> KindTraits:
    """People and clocks belong to the system, not to a kind of its records."""
    del node
    return traits


LEVERS: Mapping[str, Callable[[KindTraits, Node], KindTraits]] = {
    "conditional": _flag("conditional_writes"),
    "feed": _flag("change_feed"),
    "versions": _flag("versions"),
    "change_log": _flag("change_log"),
    "marker": _marker,
    "stamps": _stamps,
    "page": _number("page_size"),
    "lag": _number("index_lag"),
    "silent": _flag("silent"),
    "names_fields": _flag("names"),
    "workflow": _workflow,
    "requires": _requires,
    "refuses": _set_of("refused"),
    "drops": _set_of("dropped"),
    "hides": _set_of("hidden"),
    "defaults": _defaults,
    "cuts": _cut,
    "cuts_in_silence": _cut_in_silence,
    "alters": _altered,
    "choices": _choices,
    "people": _aside,
    "ahead": _aside,
    "locked_out": _aside,
}
"""What a story may say of a system -> what it does to the habits of its records."""


LISTED = ("requires", "refuses", "drops", "hides")
"""Levers that name places."""


def turned(kinds: Mapping[str, KindTraits], levers: Keys) -> tuple[dict[str, KindTraits], Wrong]:
    """Return *kinds* with all *levers* pulled, each where its places are, and what is wrong with them."""
    wrong: Wrong = []
    made = dict(kinds)
    known = list(dict.fromkeys(place.name for traits in kinds.values() for place in traits.places))
    for key, node in levers.pairs:
        lever = LEVERS.get(key.text)
        if lever is None:
            wrong.append((key.line, f"{key.text}: no such habit{hint(key.text, list(LEVERS))}"))
            continue
        try:
            if key.text in LISTED:
                _check_places(texts(node), known)
            made = {kind: lever(traits, node) for kind, traits in made.items()}
        except ValueError as error:
            wrong.append((key.line, f"{key.text}: {error}"))
    return made, wrong


def _check_places(listed: list[str], known: list[str]) -> None:
    for one in listed:
        if known and one not in known:
            raise ValueError(f"no place {one!r}{hint(one, known)}")
