"""The words of a condition: text in, tokens out."""

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ..problems import shown

TokenKind: TypeAlias = Literal["name", "number", "text", "sign", "end"]
_KINDS: tuple[TokenKind, ...] = ("name", "number", "text")

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<name>[^\W\d]\w*(?:\.\w+)*)
      | (?P<number>-?\d+(?:_\d+)*(?:\.\d+)?)
      | (?P<text>'[^']*'|"[^"]*")
      | (?P<sign>==|!=|<=|>=|<|>|\(|\)|\[|\]|,)
    )""",
    re.VERBOSE,
)
_FOREIGN = {"=": "'=='", "<>": "'!='", "&&": "'and'", "||": "'or'", "!": "'not'", "&": "'and'", "|": "'or'"}


class ConditionError(ValueError):
    """A condition that is not one; PROBLEMS has everything that is wrong with it, for people."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Token:
    kind: TokenKind
    text: str


def tokens(text: str) -> list[Token]:
    """Return the tokens of *text* and an ``end``. Raises `ConditionError` at the first character that starts none."""
    found: list[Token] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise ConditionError(_stranger(text[at:].strip()))
        found.append(Token(_kind(match), match.group().strip()))
        at = match.end()
    return [*found, Token("end", "")]


def _kind(match: re.Match[str]) -> TokenKind:
    return next((kind for kind in _KINDS if kind == match.lastgroup), "sign")


def _stranger(rest: str) -> str:
    if rest[0] in "'\"":
        return f"a text without its closing quote: {shown(rest)}"
    for strange, meant in sorted(_FOREIGN.items(), key=lambda pair: -len(pair[0])):
        if rest.startswith(strange):
            return f"{shown(strange)} is not known; did you mean {meant}?"
    return f"{shown(rest[0])} is not known"


class Row:
    """The tokens that are still to be read, first to last."""

    def __init__(self, found: list[Token]) -> None:
        self._left = list(reversed(found))

    @property
    def next(self) -> Token:
        return self._left[-1]

    @property
    def ahead(self) -> str:
        """The text of the token after the next one."""
        return self._left[-2].text if len(self._left) > 1 else ""

    def take(self) -> Token:
        """Return the next token and go on; the end stays where it is."""
        return self._left.pop() if len(self._left) > 1 else self._left[-1]

    def took(self, text: str) -> bool:
        """Go on if the next token is the word or sign *text*, and say whether it was."""
        if self.next.kind == "text" or self.next.text != text:
            return False
        self.take()
        return True

    def expect(self, text: str) -> None:
        """Go on over *text*. Raises `ConditionError` where something else stands."""
        if not self.took(text):
            raise ConditionError(self.unexpected(shown(text)))

    def unexpected(self, wanted: str) -> str:
        """Say that something other than *wanted* stands here."""
        found = self.next.text
        return f"expected {wanted}, not {shown(found)}" if found else f"ends where {wanted} is expected"

    def put_back(self, token: Token) -> None:
        """Read *token* again next."""
        self._left.append(token)
