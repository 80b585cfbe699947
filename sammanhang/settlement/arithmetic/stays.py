"""An inpatient stay as payment liability sees it: what was sent when, and when waiting ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sammanhang.guideline.areas import STOCKHOLM
from sammanhang.guideline.liability import DayCount, Specialty


@dataclass(frozen=True, slots=True)
class Readiness:
    """One time of being ready for discharge, from a notice of it. Moments know their offset."""

    notice_at: datetime
    withdrawn_at: datetime | None = None
    called_at: datetime | None = None
    """When outpatient care called to the coordinated individual plan."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Away from the ward with leave, until back there."""

    left_at: datetime
    back_at: datetime


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay that has ended, by discharge or death."""

    id: str
    """A key that says nothing of the person."""
    municipality: str
    """Of registration, at the last notice of readiness."""
    specialty: Specialty
    admission_notice_at: datetime | None
    readiness: tuple[Readiness, ...]
    """In order of time."""
    ended_at: datetime
    leaves: tuple[Leave, ...] = ()


@dataclass(frozen=True, slots=True)
class Waited:
    """Calendar days of one readiness period: from `first` up to but not including `end`."""

    first: date
    end: date
    days: int
    """Without days on leave, where those are taken off."""
    readiness: Readiness


def local_date(moment: datetime) -> date:
    """The date in Sweden."""
    return moment.astimezone(STOCKHOLM).date()


def month_of(stay: Stay) -> date:
    """The first day of the month to which the stay belongs: the one in which it ended."""
    return local_date(stay.ended_at).replace(day=1)


def waiting(stay: Stay, count: DayCount) -> list[Waited]:
    """The days of each readiness period that began before the stay ended."""
    return [_waited(one, stay, count) for one in stay.readiness if one.notice_at <= stay.ended_at]


def _waited(one: Readiness, stay: Stay, count: DayCount) -> Waited:
    notice = one.notice_at.astimezone(STOCKHOLM)
    first = notice.date()
    if count.cutoff is not None and notice.time() > count.cutoff:
        first += timedelta(days=1)
    ended_at = min(one.withdrawn_at or stay.ended_at, stay.ended_at)
    end = max(local_date(ended_at), first)
    return Waited(first, end, days_within(stay, count, first, end), one)


def days_within(stay: Stay, count: DayCount, first: date, end: date) -> int:
    """Calendar days from `first` up to but not including `end`, without leave where it is off."""
    leaves = stay.leaves if count.leave_excluded else ()
    return max(0, (end - first).days) - sum(_overlap(leave, first, end) for leave in leaves)


def _overlap(leave: Leave, first: date, end: date) -> int:
    """Nights away: dates from the one on which they left up to the one on which they came back."""
    begins, ends = max(local_date(leave.left_at), first), min(local_date(leave.back_at), end)
    return max(0, (ends - begins).days)
