"""Dates: a day, or the day of a date-time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, ClassVar

from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.lens import Refusal

from .base import Plain, malformed
from .clock import Spelling, instants, local_time, shown_date, shown_moment, spelled, zone_of
from .settings import Setting, complete
from .vocabulary import Spot

ZONE = Setting("zone", "zone", "the zone of its local times and its days; without it that of the system, else UTC")


@dataclass(frozen=True, slots=True)
class Day(Plain):
    """
    A date. In a place that holds a date-time it is the day in the ZONE of the system.

    Writing another day into a date-time keeps its time of day and its spelling; into an empty one it is written as
    midnight. TIMED says that the place holds date-times; LOCAL, that it shows them without an offset.
    """

    name: ClassVar[str] = "date"
    holds: ClassVar[type] = date
    declared: ClassVar[tuple[Setting, ...]] = (
        ZONE,
        Setting("form", "word", "what the place holds; without it what the system says", words=("date", "datetime")),
        Setting("local", "flag", "the place shows date-times without an offset", default=False),
    )

    zone: str | None = None
    timed: bool = False
    local: bool = False

    @classmethod
    def built(cls, given: Mapping[str, Any], spot: Spot) -> "Day":
        asked = complete(cls.declared, given)
        return cls(
            zone=asked["zone"] or spot.words.zone,
            timed=(asked["form"] or spot.type) == "datetime",
            local=asked["local"],
        )

    @property
    def lossless(self) -> bool:
        return True

    def settings(self) -> Mapping[str, Any]:
        return {"zone": self.zone, "timed": self.timed, "local": self.local}

    def holds_type(self, value: Value) -> bool:
        return value is None or (isinstance(value, date) and not isinstance(value, datetime))

    def means(self, view: View) -> Value | Refusal:
        if view in (None, ""):
            return None
        if (day := shown_date(view)) is not None:
            return day
        shown = shown_moment(view)
        if shown is None:
            return malformed("date", view)
        if shown.moment.tzinfo is None:
            return shown.moment.date()
        when = instants(shown.moment, UTC)
        local = local_time(when[0], self._zone) if when else None
        return Refusal("range", "a time outside the years that can be counted") if local is None else local.date()

    def say(self, value: date, view: View) -> View | Refusal:
        shown = shown_moment(view)
        if shown is None and not (self.timed and shown_date(view) is None):
            return value.isoformat()
        at = time()
        spelling = Spelling(offset="none" if self.local else "+03:00")
        if shown is not None:
            there = shown.moment if shown.moment.tzinfo is None else local_time(shown.moment, self._zone)
            at, spelling = (there.time() if there else at), shown.spelling
        when = instants(datetime.combine(value, at.replace(fold=0)), self._zone)
        if not when:
            return Refusal("range", "a day outside the years that can be counted")
        written = spelled(when[0], spelling, zone=self._zone)
        return written if written is not None else Refusal("range", "a day outside the years that can be counted")

    @property
    def _zone(self) -> tzinfo:
        return zone_of(self.zone)
