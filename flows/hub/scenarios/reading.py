"""Scenarios read from YAML: all that is wrong is told at once, with its file, line and nearest right word."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from mappings.language.problems import Problem, Problems, Sheet, hint
from mappings.language.reader import Items, Keys, Node, Scalar, read

from .model import Step, Story, pairs
from .words import Unknown, understood

KEYS = ("story", "code", "holds", "hub", "systems", "people", "rewrite", "steps", "rest")
NEST = ("at",)
"""Steps inside which others happen."""
LARGEST = 512_000
AGAIN = "casehub test"
"""The command that reads stories."""
WORDED = ("time-out", "no connection", "server error", "busy", "refused", "not allowed", "kill")
"""What may go wrong at a request."""


def stories_in(folder: Path, word: str = "") -> list[Story]:
    """
    Return the stories of the files ``*.yaml`` in *folder*, by name; with WORD those whose file, name or code has it.

    Raises `Problems` with all that is wrong in all of them.
    """
    if not folder.exists():
        raise Problems([Problem(str(folder), 0, "no such folder")], again=AGAIN)
    files = [folder] if folder.is_file() else sorted(folder.glob("*.yaml"))
    if not files:
        raise Problems([Problem(str(folder), 0, "no scenarios (*.yaml) in it")], again=AGAIN)
    sheet = Sheet()
    found = [read_story(text, file.name, sheet) for file in files if (text := _text(file, sheet)) is not None]
    if sheet.problems:
        raise Problems(sheet.problems, again=AGAIN)
    return [story for story in found if story is not None and _has(story, word)]


def _has(story: Story, word: str) -> bool:
    lowered = word.casefold()
    return any(lowered in text.casefold() for text in (story.file, story.name, story.code))


def _text(file: Path, sheet: Sheet) -> str | None:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1).decode("utf-8-sig")
    except OSError as error:
        sheet.note(file.name, 0, text=f"cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        sheet.note(file.name, line, text="not UTF-8; save it in that encoding")
    return None


def read_story(text: str, file: str, sheet: Sheet) -> Story | None:
    """Return the story that *text* tells; what is wrong goes on the *sheet*."""
    root = read(text, file, sheet=sheet)
    if root is None:
        return None
    if not isinstance(root, Keys):
        sheet.note(file, root.line, text=f"no story; it has the keys {', '.join(KEYS)}")
        return None
    for key, _ in root.pairs:
        if key.text not in KEYS:
            sheet.note(file, key.line, text=f"{key.text}: unknown{hint(key.text, KEYS)}")
    reader = _Reader(file, sheet)
    for needed in ("story", "steps"):
        if root.get(needed) is None:
            sheet.note(file, 0, text=f"{needed}: missing")
    rest = root.get("rest")
    return Story(
        file,
        reader.word(root, "story"),
        reader.steps(root.get("steps")),
        code=reader.word(root, "code"),
        holds=reader.word(root, "holds"),
        hub=reader.word(root, "hub") or None,
        systems={key.text: node for key, node in pairs(root.get("systems")) if isinstance(node, Keys)},
        people=_keys(root.get("people")),
        rewrites=tuple(Step("rewrite", {"file": key.text}, node, key.line) for key, node in pairs(root.get("rewrite"))),
        rest=not (isinstance(rest, Scalar) and rest.word is False),
    )


def _keys(node: Node | None) -> Keys | None:
    return node if isinstance(node, Keys) else None


class _Reader:
    """Reads the steps of one file."""

    def __init__(self, file: str, sheet: Sheet) -> None:
        self._file = file
        self._sheet = sheet

    def word(self, root: Keys, key: str) -> str:
        node = root.get(key)
        if node is None or (isinstance(node, Scalar) and node.word is None):
            return ""
        if isinstance(node, Scalar):
            return node.text
        self._sheet.note(self._file, node.line, text=f"{key}: a text is wanted")
        return ""

    def steps(self, node: Node | None) -> tuple[Step, ...]:
        if node is None:
            return ()
        if isinstance(node, Items):
            return tuple(self._each(node.items))
        return tuple(self._each([node]))

    def _each(self, nodes: Iterable[Node]) -> Iterator[Step]:
        for node in nodes:
            match node:
                case Scalar():
                    yield from self._step(node, None)
                case Keys() if len(node.pairs) == 1:
                    yield from self._step(*node.pairs[0])
                case _:
                    self._note(node.line, "a step is one line of words, with what belongs to it after a colon")

    def _step(self, words: Scalar, value: Node | None) -> Iterator[Step]:
        if words.text in WORDED and value is None:
            yield Step("fault", {"what": words.text}, None, words.line)
            return
        try:
            verb, args = understood(words.text)
        except Unknown as error:
            self._note(words.line, str(error))
            return
        yield Step(verb, args, value, words.line, self.steps(self._inside(value)) if verb in NEST else ())

    def _inside(self, value: Node | None) -> Node | None:
        """The steps inside: all there is, or what stands under `do`."""
        return value.get("do") if isinstance(value, Keys) and value.get("do") is not None else value

    def _note(self, line: int, text: str) -> None:
        self._sheet.note(self._file, line, text=text)
