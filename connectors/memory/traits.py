"""How one kind of record behaves in a memory system."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from mappings.exchange import Place, View

Resolution: TypeAlias = Literal["minute", "second", "ms"]

SECONDS: Mapping[Resolution, float] = {"minute": 60.0, "second": 1.0, "ms": 0.001}


@dataclass(frozen=True)
class KindTraits:
    """
    The habits of a kind, each a thing that real systems do.

    PLACES lists its fields; without any, every place is taken. WORKFLOW: place -> view -> views that may follow. With
    SILENT what is refused by workflow is dropped without a word, else refused; NAMES says whether a refusal names the
    field. HIDDEN places are neither shown nor written, DROPPED ones shown and never written. ALTERED rewrites what is
    written, CUT shortens it. INDEX_LAG are the seconds that lists and searches run behind. DELETES: the
    hub's account may delete. Comments and files hang on
    another record, are signed, and carry no marker.
    """

    places: tuple[Place, ...] = ()
    conditional_writes: bool = False
    change_feed: bool = True
    versions: bool = True
    change_log: bool = True
    marker: bool = True
    resolution: Resolution = "second"
    page_size: int = 100
    index_lag: float = 0.0
    deletes: bool = True
    silent: bool = True
    names: bool = True
    workflow: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    defaults: Mapping[str, View] = field(default_factory=dict)
    altered: Mapping[str, Callable[[View], View]] = field(default_factory=dict)
    cut: Mapping[str, int] = field(default_factory=dict)
    hangs_on: str = ""
    """The kind of record that these hang on: its id stands in the place `parent`. Empty: on none."""
    signed: bool = False
    """Each says who made it (`author`) and when (`created_on`), and is not to be made by anybody else's name."""
    holds: bool = False
    """Files: the bytes that a create's `content` names lie in the spool, and `fetch` gives them."""

    def reachable(self, place: str, view: View) -> tuple[str, ...]:
        """Return the views that may follow *view* in a guarded place."""
        return tuple(self.workflow.get(place, {}).get(view if isinstance(view, str) else "", ()))

    def keeps(self, place: str, view: View) -> View:
        """Return what the system makes of *view* when it is written to *place*."""
        if place in self.altered:
            view = self.altered[place](view)
        if place in self.cut and isinstance(view, str):
            view = view[: self.cut[place]]
        return None if view in ("", []) else view


def stamp_of(when: datetime, resolution: Resolution) -> str:
    """Return *when* as the system writes it: UTC, cut (not rounded) to its resolution."""
    when = when.astimezone(UTC)
    if resolution == "minute":
        return when.strftime("%Y-%m-%dT%H:%MZ")
    if resolution == "second":
        return when.strftime("%Y-%m-%dT%H:%M:%SZ")
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def moment_of(stamp: str) -> datetime:
    """Return the moment that *stamp* begins with: the inverse of `stamp_of` up to its resolution."""
    return datetime.fromisoformat(stamp)
