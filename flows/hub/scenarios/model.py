"""What a scenario is once it is read: a story in steps, each with the line it is written in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mappings.language.reader import Items, Keys, Node, Scalar


@dataclass(frozen=True, slots=True)
class Step:
    """
    One step of a story: what it is called (VERB), what its words name (ARGS), what stands beside them (VALUE).

    STEPS are the steps inside it: what happens meanwhile.
    """

    verb: str
    args: Mapping[str, str]
    value: Node | None
    line: int
    steps: tuple["Step", ...] = ()


@dataclass(frozen=True)
class Story:
    """
    One scenario. CODE is a short name of the row, trap or complaint that it holds, HOLDS the rule in words.

    HUB is the folder that it plays in, as written; SYSTEMS and PEOPLE say what the systems are like. REST: at its end a
    full pass has nothing to write.
    """

    file: str
    name: str
    steps: tuple[Step, ...]
    code: str = ""
    holds: str = ""
    hub: str | None = None
    systems: Mapping[str, Keys] = field(default_factory=dict)
    people: Keys | None = None
    rewrites: tuple[Step, ...] = ()
    rest: bool = True


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as the story says: in its LINE, at the place WHERE."""

    line: int
    where: str
    expected: str
    was: str

    def form(self) -> dict[str, object]:
        return {"line": self.line, "where": self.where, "expected": self.expected, "was": self.was}


@dataclass(frozen=True)
class Played:
    """How a story ended: as it says where there are no DIFFERENCES."""

    story: Story
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        return not self.differences

    def form(self) -> dict[str, object]:
        """Return it in the form that `casehub test --json` prints."""
        story = self.story
        told = [one.form() for one in self.differences]
        return {"file": story.file, "story": story.name, "code": story.code, "ok": self.passed, "differences": told}


def plain(node: Node | None) -> object:
    """Return *node* as a record would show it: numbers as they are written, nothing as None."""
    match node:
        case Keys():
            return {key.text: plain(value) for key, value in node.pairs}
        case Items():
            return [plain(one) for one in node.items]
        case Scalar() if node.word is None or isinstance(node.word, bool):
            return node.word
        case Scalar():
            return node.text
        case _:
            return None


def texts(node: Node | None) -> list[str]:
    """Return the words of a list, or the one that stands alone."""
    if isinstance(node, Items):
        return [one.text for one in node.items if isinstance(one, Scalar)]
    return [node.text] if isinstance(node, Scalar) and node.word is not None else []


def pairs(node: Node | None) -> list[tuple[Scalar, Node]]:
    """Return the keys of *node* with what they hold; none where it has no keys."""
    return list(node.pairs) if isinstance(node, Keys) else []
