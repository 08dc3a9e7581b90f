"""
`dataclass(frozen=True, slots=True)` for what is made by the million.

That nobody changes such a value is held by the type checker, which takes it for what it says. At run time it is not
watched: a start that asks for each field whether it may be set takes four times as long, and was a fifteenth of a pass.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    import dataclasses

    def dataclass(*, slots: bool, frozen: bool = False):
        """Return what makes a class such values: equal and hashed by their fields, as of any frozen data class."""
        return dataclasses.dataclass(unsafe_hash=frozen, slots=slots)
