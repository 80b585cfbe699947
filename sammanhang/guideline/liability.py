"""What an agreement says of payment liability for patients who are ready for discharge.

The rules stand in blocks `betalning`, one for each question that an economist asks: what must have
been sent, how days are counted, what is free, what is settled by itself, what a day costs. What
they come to for a month's stays is the business of `sammanhang.settlement`.

Two kinds of model: a *mean*, in which a municipality pays for what a month's stays exceed on the
average, and a *threshold*, in which each readiness period is free for some days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import Enum

from sammanhang.guideline.model import Document, Source


class Notice(Enum):
    """What must have been sent for a municipality to be liable."""

    ADMISSION = "inskrivningsmeddelande"
    READINESS = "utskrivningsklar"
    CALL = "kallelse-sip"


class Specialty(Enum):
    """The two kinds of inpatient care that are settled apart."""

    SOMATIC = "somatisk"
    PSYCHIATRIC = "psykiatrisk"


@dataclass(frozen=True, slots=True)
class Requirement:
    """`betalning villkor`: without these a stay isn't counted, or a period isn't liable."""

    sent: tuple[Notice, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class DayCount:
    """`betalning dagar`: calendar days in Swedish local time, from the date of the readiness notice
    to the date of the end. Ready and discharged on one date is 0 days."""

    cutoff: time | None
    """A notice sent after this hour counts from the next day."""
    leave_excluded: bool
    """Whether days on leave from the ward are taken off."""
    source: Source


@dataclass(frozen=True, slots=True)
class Mean:
    """`betalning genomsnitt`: the municipality pays for what exceeds so many days a stay."""

    free_days: tuple[tuple[date, Decimal], ...]
    """From which month's first day, and how many days a stay; in order of date."""
    source: Source

    def free_in(self, first_day: date) -> Decimal | None:
        """Free days a stay in the month with this first day; None before the model began."""
        past = [days for begins, days in self.free_days if begins <= first_day]
        return past[-1] if past else None


@dataclass(frozen=True, slots=True)
class Individually:
    """`betalning enskilt`: a stay with more days than `over` leaves the mean, and is liable from
    its day number `from_day`."""

    over: int
    from_day: int
    source: Source


@dataclass(frozen=True, slots=True)
class Threshold:
    """`betalning frist`: the first liable day of each readiness period is so many calendar days
    after the date of its notice; not before the date of the call, where that is asked for."""

    calendar_days: int
    not_before_call: bool
    source: Source


@dataclass(frozen=True, slots=True)
class Amounts:
    """`betalning belopp`: SEK for a day, by year and specialty. None: known to be unknown."""

    by_year: Mapping[int, Mapping[Specialty, Decimal | None]]
    source: Source


@dataclass(frozen=True, slots=True)
class Liability:
    """A document's rules of payment liability, either by mean or by threshold."""

    document: Document
    requirement: Requirement
    days: DayCount
    mean: Mean | None
    individually: Individually | None
    threshold: Threshold | None
    amounts: Amounts | str
    """Its own, or the document whose amounts hold (`enligt`)."""
