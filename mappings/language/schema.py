"""What a system of some type must be told in hub.yaml, as plain data: the language knows no connector."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias

from pydantic import SecretStr

SettingKind: TypeAlias = Literal["secret", "url", "text", "int", "bool", "duration"]
Setting: TypeAlias = str | int | bool | timedelta | SecretStr


@dataclass(frozen=True, slots=True)
class SettingKey:
    """
    One key of a system. In a ``secret`` and a ``url`` a ``${NAME}`` is replaced; a ``secret`` never prints.

    MEANING is told where the key is missing.
    """

    name: str
    kind: SettingKind = "text"
    required: bool = False
    default: Setting | None = None
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class SystemSchema:
    """The keys that a system of TYPE takes in hub.yaml, beside ``type`` itself."""

    type: str
    keys: Mapping[str, SettingKey]

    @classmethod
    def of(cls, type_: str, keys: Iterable[SettingKey]) -> "SystemSchema":
        """Return the schema of *type_* with these *keys*."""
        return cls(type_, {key.name: key for key in keys})
