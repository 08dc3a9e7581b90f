"""``${NAME}``: values that a file only refers to, taken from what the caller hands in as the environment."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from .entries import Entry

_REFERENCE = re.compile(r"\$\$\{|\$\{([^}]*)(\}?)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DATABASE = re.compile(r"sqlite:///.|postgresql(\+psycopg)?://")
_SERVER = re.compile(r"([^@]*@)?(\[[^\]]*\]|[^/:?]*)(:[0-9]+)?([/?].*)?", re.DOTALL)
"""What stands behind postgresql://: who, the host, its port, and the rest."""


def refers(text: str) -> bool:
    """Say whether *text* takes anything from the environment."""
    return any(match.group() != "$${" for match in _REFERENCE.finditer(text))


def replaced(entry: Entry, env: Mapping[str, str]) -> str | None:
    """
    Return the text of *entry* with each ``${NAME}`` replaced; ``$${`` stands for ``${`` itself.

    A name that is not set, or set to nothing, is noted by its name; no value is ever shown.
    """
    text = entry.text()
    if text is None:
        return None
    wrong = [problem for match in _REFERENCE.finditer(text) if (problem := _wrong(match, env))]
    for problem in dict.fromkeys(wrong):
        entry.fail(problem)
    return None if wrong else _REFERENCE.sub(lambda match: "${" if match[1] is None else env[match[1]], text)


def url(entry: Entry, env: Mapping[str, str]) -> str | None:
    """Return the web address of *entry*; a name or password in it is noted, and nothing of it is shown."""
    text = replaced(entry, env)
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", text)
        carries = parts.username is not None or parts.password is not None
    except ValueError:
        fits = carries = False
    if carries:
        entry.fail("a URL must not carry a name or a password; use the keys made for them")
        return None
    if not fits:
        entry.fail(f"not a URL: {entry.text()!r}")
        return None
    return text


def database_problem(text: str) -> str:
    """Return what is wrong with the address of a database, or nothing; nothing of it is shown."""
    begin = _DATABASE.match(text)
    if begin is None:
        return "not a database URL; it begins with sqlite:/// or postgresql+psycopg://"
    if not text.startswith("sqlite") and not _SERVER.fullmatch(text, begin.end()):
        return "not a database URL; the port behind its host is a number"
    return ""


def secret(entry: Entry, env: Mapping[str, str]) -> str | None:
    """Return the secret of *entry*; one that is written into the file itself is noted, and not shown."""
    text = entry.text()
    if text is not None and not refers(text):
        entry.fail("a secret is not written into the file; write ${NAME} and set NAME in the environment")
        return None
    return replaced(entry, env)


def _wrong(match: re.Match[str], env: Mapping[str, str]) -> str:
    name, closed = match[1], match[2]
    if name is None:
        return ""
    if not closed:
        return "a ${ without its }"
    if not _NAME.fullmatch(name):
        return f"${{{name}}} is not the name of a variable"
    if name not in env:
        return f"${{{name}}} is not set in the environment"
    return "" if env[name] else f"${{{name}}} is empty in the environment"
