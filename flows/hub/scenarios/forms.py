"""In which form a story says what is seen: what stands in another form nothing would look at, and the story passes."""

from collections.abc import Callable, Collection, Iterator, Mapping

from mappings.language.problems import hint
from mappings.language.reader import Items, Keys, Node, Scalar

from .seeing import NOTHING

Wrong = Iterator[tuple[int, str]]
"""Line and text of what is wrong."""


def wrong_form(key: Scalar, node: Node, *, systems: Collection[str]) -> Wrong:
    """Tell what nobody could look for where *node* stands under *key*."""
    subject, _, name = key.text.partition(" ")
    if subject in systems:
        subject = "record" if name.strip() else "records"
    fits, wanted = FORMS[subject]
    if not fits(node):
        yield key.line, f"{key.text}: write {wanted}"
    if subject == "writes" and isinstance(node, Keys):
        for system, _ in node.pairs:
            if system.text not in systems:
                yield system.line, f"no system {system.text!r}{hint(system.text, list(systems))}"


def _nothing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.text in NOTHING


def _counted(node: Node) -> bool:
    return isinstance(node, Scalar) and isinstance(node.word, int) and not isinstance(node.word, bool)


def _counts(node: Node) -> bool:
    return isinstance(node, Keys) and bool(node.pairs) and all(_counted(value) for _, value in node.pairs)


def _keys(node: Node) -> bool:
    return isinstance(node, Keys) and bool(node.pairs)


def _text(node: Node) -> bool:
    return isinstance(node, Scalar) and bool(node.text.strip())


def _texts(node: Node) -> bool:
    return all(_text(one) for one in node.items) if isinstance(node, Items) else _text(node)


def _records(node: Node) -> bool:
    """A list of all, one that is the only one, how many, or none."""
    if isinstance(node, Items):
        return all(isinstance(one, Keys | Scalar) for one in node.items)
    return isinstance(node, Keys) or _nothing(node) or _counted(node)


RECORDS = "{place: view}, a list of all, how many, or none"
FORMS: Mapping[str, tuple[Callable[[Node], bool], str]] = {
    "records": (_records, RECORDS),
    "record": (lambda node: _keys(node) or _nothing(node), "{place: view}, or none"),
    "comments": (_records, RECORDS),
    "facts": (_keys, "{fact: value}"),
    "cases": (lambda node: _nothing(node) or _counted(node), "how many, or none"),
    "conflicts": (lambda node: _keys(node) or _texts(node), "none, a list of facts, or {fact: {system: value}}"),
    "parked": (
        lambda node: _counts(node) or _texts(node),
        "none, lines like `trk channel dropped`, or {code: how many}",
    ),
    "history": (_texts, "words that stand in one line, or a list of such words"),
    "told": (_counts, "{words: how many lines}"),
    "writes": (lambda node: _nothing(node) or _counts(node), "{system: how many requests}, or none"),
    "stopped": (_texts, "none, or a list of guards"),
    "trouble": (_texts, "none, or a list of systems"),
    "refused": (_text, "words of the answer, or none"),
}
"""What can be seen -> the test of its form, and the form in words."""
