"""Where a local supplement holds: its area, and which units lie inside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Located:
    """Where a unit lies, and of what type it is; None where that is not known."""

    care_area: str | None = None
    municipality: str | None = None
    type: str | None = None


Geography = Mapping[str, Located]
"""The county's units, by unit. A unit that is not here lies in no area."""


@dataclass(frozen=True, slots=True)
class Area:
    """What `område` names. A unit is inside when it lies in any of them."""

    care_areas: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    def contains(self, unit: str, located: Located | None) -> bool:
        return unit in self.units or (
            located is not None
            and (
                located.care_area in self.care_areas or located.municipality in self.municipalities
            )
        )

    def units_inside(self, geography: Geography) -> frozenset[str]:
        inside = (unit for unit, at in geography.items() if self.contains(unit, at))
        return frozenset({*self.units, *inside})

    def __str__(self) -> str:
        names = (*self.care_areas, *self.municipalities, *self.units)
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} och {names[-1]}"


@dataclass(frozen=True, slots=True)
class Permit:
    """The decision that allows a supplement (`bygglov`), and the body that made it."""

    body: str
    decision: str


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom and when an addition holds: units inside its area, from its first day through its
    last. `units` None: every unit, as for a routine. What has no scope holds always."""

    document: str
    area: str
    units: frozenset[str] | None
    begins: datetime | None = None
    ends: datetime | None = None
    """The first moment (UTC) at which it no longer holds."""

    def contains(self, unit: str) -> bool:
        return self.units is None or unit in self.units

    def covers(self, unit: str, at: datetime) -> bool:
        """Whether it binds the unit at a moment."""
        return self.contains(unit) and self.is_in_force(at)

    def is_in_force(self, at: datetime) -> bool:
        return (self.begins is None or self.begins <= at) and (self.ends is None or at < self.ends)


def first_moment(day: date | None) -> datetime | None:
    """When a Swedish day begins, as UTC."""
    return day and datetime.combine(day, time(), STOCKHOLM).astimezone(UTC)


def moment_after(day: date | None) -> datetime | None:
    """When a Swedish day is over."""
    return day and first_moment(day + DAY) if day != date.max else None
