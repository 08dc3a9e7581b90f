"""Date-times: an instant inside, whatever a system shows of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from typing import Any, ClassVar, Literal, TypeAlias

from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.lens import Refusal

from .base import Plain, malformed
from .clock import Shown, Spelling, fixed, instants, local_time, shown_date, shown_moment, spelled, zone_of
from .day import ZONE
from .settings import BadSettings, Problem, Setting, complete
from .vocabulary import Spot

Resolution: TypeAlias = Literal["exact", "second", "minute", "day"]

_UNCOUNTABLE = Refusal("range", "a time outside the years that can be counted")


@dataclass(frozen=True, slots=True)
class Moment(Plain):
    """
    An instant, aware and in UTC inside. A text without an offset is a local time of the ZONE; where clocks were turned
    back it stands for two instants, and the one that is or was held is meant.

    RESOLUTION is a declared loss: what is finer is cut off. A day is one of the zone; a place that shows bare dates has
    that resolution. The spelling of the view (``Z``, ``+03:00``, ``+0300``, none) is kept in writing.
    """

    name: ClassVar[str] = "datetime"
    holds: ClassVar[type] = datetime
    declared: ClassVar[tuple[Setting, ...]] = (
        ZONE,
        Setting(
            *("resolution", "word", "the finest step that the place keeps", "second"),
            words=("exact", "second", "minute", "day"),
        ),
        Setting("local", "flag", "the place shows times without an offset", default=False),
    )

    zone: str | None = None
    resolution: Resolution = "second"
    local: bool = False

    @classmethod
    def built(cls, given: Mapping[str, Any], spot: Spot) -> "Moment":
        asked = complete(cls.declared, given)
        zone = asked["zone"] or spot.words.zone
        if asked["local"] and zone is None:
            raise BadSettings([Problem("zone", "missing: local times say nothing without their zone")])
        return cls(zone=zone, resolution=asked["resolution"], local=asked["local"])

    @property
    def lossless(self) -> bool:
        return self.resolution == "exact"

    def settings(self) -> Mapping[str, Any]:
        return {"zone": self.zone, "resolution": self.resolution, "local": self.local}

    def holds_type(self, value: Value) -> bool:
        return value is None or (isinstance(value, datetime) and value.tzinfo is not None)

    def means(self, view: View) -> Value | Refusal:
        meant = self._meant(view)
        return meant if meant is None or isinstance(meant, Refusal) else meant[0]

    def read(self, view: View, held: Sequence[Value] = ()) -> Value | Refusal:
        meant = self._meant(view)
        if meant is None or isinstance(meant, Refusal):
            return meant
        return next((value for value in held if isinstance(value, datetime) and value in meant), meant[0])

    def kept(self, value: Value) -> Value:
        if not isinstance(value, datetime) or value.tzinfo is None:
            return value
        utc = value.astimezone(UTC)
        match self.resolution:
            case "exact":
                return utc
            case "second":
                return utc.replace(microsecond=0)
            case "minute":
                return utc.replace(second=0, microsecond=0)
            case "day":
                return self._midnight(utc)

    def fits(self, value: Value, view: View) -> bool:
        meant = self._meant(view)
        if isinstance(meant, Refusal) or not self.holds_type(value):
            return False
        if value is None or meant is None:
            return value is None and meant is None
        return self.kept(value) in [self.kept(one) for one in meant]

    def say(self, value: datetime, view: View) -> View | Refusal:
        shown = shown_moment(view)
        if self.resolution == "day" and shown is None:
            local = local_time(value, self._zone)
            return local.date().isoformat() if local else _UNCOUNTABLE
        return spelled(value, self._spelling(shown), zone=self._shown_in(shown)) or _UNCOUNTABLE

    @property
    def _zone(self) -> tzinfo:
        return zone_of(self.zone)

    def _meant(self, view: View) -> tuple[datetime, ...] | Refusal | None:
        """Return the instants that *view* stands for; None where it is empty."""
        if view in (None, ""):
            return None
        day = shown_date(view) if self.resolution == "day" else None
        shown = shown_moment(view) if day is None else None
        moment = datetime.combine(day, time()) if day else shown.moment if shown else None
        if moment is None or (moment.tzinfo is None and self.zone is None and day is None):
            return malformed("date-time with an offset" if self.zone is None else "date-time", view)
        return instants(moment, self._zone)[: 1 if day else 2] or _UNCOUNTABLE

    def _midnight(self, utc: datetime) -> datetime:
        local = local_time(utc, self._zone)
        starts = instants(datetime.combine(local.date(), time()), self._zone) if local else ()
        return starts[0] if starts else utc

    def _spelling(self, shown: Shown | None) -> Spelling:
        if shown is not None:
            return shown.spelling
        return Spelling(offset="none" if self.local else "+03:00" if self.zone else "Z")

    def _shown_in(self, shown: Shown | None) -> tzinfo:
        """Return the zone to write in: that of the system, else the offset that stood there."""
        if self.zone is None and shown is not None:
            return fixed(shown.moment) or UTC
        return self._zone
