"""Calls as the text that a batch carries: the method and its parameters in PHP's bracketed form."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote


class Earlier(str):
    """A value that the portal takes from an earlier call of the same batch: ``$result[name][items][49][id]``."""


def command_text(method: str, params: Mapping[str, Any]) -> str:
    """Return a call as text. Raises ValueError on an empty list, which that form cannot say: see `expressible`."""
    pairs = "&".join(f"{quote(name, safe='[]')}={_value(value)}" for name, value in _pairs("", params))
    return f"{method}?{pairs}" if pairs else method


REFERENCE = "$result["
"""What a portal takes for the result of an earlier call, wherever in a batch it stands, in a text of ours too."""


def expressible(value: Any) -> bool:
    """
    Say whether a batch can carry a value: an empty list would be left out, as if it were not meant, and a text with
    the name of an earlier result in it would come out with that result in its place.
    """
    if isinstance(value, Mapping):
        return all(expressible(each) for each in value.values())
    if isinstance(value, list | tuple):
        return bool(value) and all(expressible(each) for each in value)
    return isinstance(value, Earlier) or not (isinstance(value, str) and REFERENCE in value)


def _pairs(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _pairs(f"{name}[{key}]" if name else str(key), each)
    elif isinstance(value, list | tuple):
        if not value:
            raise ValueError(f"an empty list cannot be told in a batch: {name}")
        for number, each in enumerate(value):
            yield from _pairs(f"{name}[{number}]", each)
    else:
        yield name, value


def _value(value: Any) -> str:
    if isinstance(value, Earlier):
        return str(value)
    return "" if value is None else quote(str(value), safe="")
