"""
Mentions: ``@login``, ``user#7``, ``[USER=7]Анна[/USER]``, ``@[7]``. Inside, a mention is ``@`` and the person's name.

So a mention of somebody whom a system does not know stays readable there, and comes back as it was. While the markup
around it is converted a mention is a token that no markup looks into.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, TypeAlias

from mappings.exchange import SystemPerson

Form: TypeAlias = Literal["none", "login", "bbcode", "bracket"]
FORMS: tuple[Form, ...] = ("none", "login", "bbcode", "bracket")

_OPEN, _CLOSE = "\U000f0000", "\U000f0001"
"""Characters for private use: no system has them in a text, and no markup means anything by them."""
_TOKEN = re.compile(rf"{_OPEN}(\d+){_CLOSE}")
_NAME = re.compile(r"[^\W_](?:[^\W_]|[ .'’-](?=[^\W_]))*\.?")
"""Names that look the same in every markup."""
_BBCODE = re.compile(r"\[USER=(\d+)\]([^\[\]\n]*)\[/USER\]", re.IGNORECASE)
_BRACKET = re.compile(r"@\[([^\[\]\n]+)\]")
_NUMBER = re.compile(r"(?<![\w#])user#(\d+)(?!\w)")


@dataclass(frozen=True, slots=True)
class Mentions:
    """
    How one system mentions people: NAMES are id or login -> what everybody calls the person; CALLED is a name -> how it
    is written there. Whose name is not one person's alone is read, and never written as a mention.
    """

    form: Form = "none"
    names: Mapping[str, str] = field(default_factory=dict, hash=False)
    logins: Mapping[str, str] = field(default_factory=dict, hash=False)
    called: Mapping[str, str] = field(default_factory=dict, hash=False)

    @classmethod
    def of(
        cls,
        form: Form,
        members: Iterable[SystemPerson],
        *,
        name_of: Callable[[SystemPerson], str],
        known: Callable[[SystemPerson], bool],
    ) -> "Mentions":
        """Return how *members* are mentioned. KNOWN: it is clear who that is, in every system."""
        names: dict[str, str] = {}
        logins: dict[str, str] = {}
        called: dict[str, str] = {}
        if form == "none":
            return cls()
        for member in members:
            name = name_of(member)
            if not _NAME.fullmatch(name):
                continue
            names[member.id] = name
            if member.login:
                logins[member.login] = name
            if known(member) and (member.active or name not in called):
                called[name] = _spelled(form, member, name)
        return cls(form, names, logins, called)

    def table(self, raw: str) -> "Table":
        """Return what is a mention in *raw*, a text as the system shows it."""
        if _OPEN in raw or _CLOSE in raw:
            return Table()
        found: dict[str, str] = {}
        for pattern in self._patterns():
            for one in pattern.finditer(raw):
                name = self._meant(one)
                if name:
                    found.setdefault(one.group(), name)
        return Table(tuple(sorted({*self.called, *found.values()})), found, self.called)

    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        match self.form:
            case "none":
                return ()
            case "bbcode":
                return (_BBCODE,)
            case "bracket":
                return (_BRACKET,)
            case "login":
                return (_NUMBER, _logins(tuple(self.logins))) if self.logins else (_NUMBER,)

    def _meant(self, found: re.Match[str]) -> str:
        if found.re is _BBCODE:
            name = self.names.get(found[1], found[2].strip())
            return name if _NAME.fullmatch(name) else ""
        return self.names.get(found[1], "") if found.re in (_BRACKET, _NUMBER) else self.logins.get(found[1], "")


@dataclass(frozen=True, slots=True)
class Table:
    """The mentions of one look at a text: the NAMES that count, those FOUND in it as it spells them, and CALLED."""

    names: tuple[str, ...] = ()
    found: Mapping[str, str] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)

    def hidden(self, text: str, *, raw: bool = False) -> str:
        """Return *text* with a token for each mention; RAW: as the system shows it, else as it is inside."""
        if not self.names or _OPEN in text or _CLOSE in text:
            return text
        for spelled in sorted(self.found, key=len, reverse=True) if raw else ():
            text = _whole(spelled).sub(self._token(self.found[spelled]), text)
        return _named(self.names).sub(lambda one: self._token(one[1]), text)

    def shown(self, text: str) -> str:
        """Return *text* with the names in place of their tokens: the inverse of `hidden` inside."""
        return _TOKEN.sub(lambda one: f"@{self._name(one)}", text)

    def spelled(self, text: str, raw: str) -> str:
        """Return *text* as the system spells it: a mention as it stands in RAW, else as it is called there."""
        first = {name: spelled for spelled, name in reversed(list(self.found.items()))}
        plain = {name for name in self.names if name not in first and f"@{name}" in raw}

        def one(token: re.Match[str]) -> str:
            name = self._name(token)
            return first.get(name) or (f"@{name}" if name in plain else self.called.get(name, f"@{name}"))

        return _TOKEN.sub(one, text)

    def _token(self, name: str) -> str:
        return f"{_OPEN}{self.names.index(name)}{_CLOSE}"

    def _name(self, token: re.Match[str]) -> str:
        number = int(token[1])
        return self.names[number] if number < len(self.names) else ""


def _spelled(form: Form, member: SystemPerson, name: str) -> str:
    match form:
        case "bbcode":
            return f"[USER={member.id}]{name}[/USER]"
        case "bracket":
            return f"@[{member.id}]"
        case _:
            return f"@{member.login}" if member.login else f"user#{member.id}"


@lru_cache(maxsize=64)
def _logins(logins: tuple[str, ...]) -> re.Pattern[str]:
    listed = "|".join(re.escape(login) for login in sorted(logins, key=len, reverse=True))
    return re.compile(rf"(?<![\w@.])@({listed})(?![\w@-]|\.\w)")


@lru_cache(maxsize=64)
def _named(names: tuple[str, ...]) -> re.Pattern[str]:
    listed = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![\w@])@({listed})(?!\w)")


def _whole(spelled: str) -> re.Pattern[str]:
    before = r"(?<![\w@.#])" if spelled[0] in "@u" else ""
    behind = r"(?![\w@-]|\.\w)" if spelled[0] == "@" and spelled[-1] != "]" else r"(?!\w)" if spelled[0] == "u" else ""
    return re.compile(before + re.escape(spelled) + behind)
