"""Swedish time: when a span is over, counted in Europe/Stockholm. All moments in and out are UTC.

Working days are Monday to Friday except public holidays and the three eves that the Act on the
calculation of statutory time (SFS 1930:173, 2 §) puts on a par with them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from sammanhang.guideline.model import Reckoning, Span, SpanUnit

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DAY = timedelta(days=1)
LAST_SECOND = time(23, 59, 59)

_EVES = frozenset({(12, 24), (12, 31)})


@lru_cache(maxsize=256)
def _holidays_of(year: int) -> frozenset[date]:
    days = holidays.country_holidays("SE", years=year, include_sundays=False)
    return frozenset(days)


@lru_cache(maxsize=8192)
def is_working_day(day: date) -> bool:
    """Monday to Friday, no public holiday, no Midsummer's, Christmas or New Year's Eve."""
    if day.weekday() >= 5 or (day.month, day.day) in _EVES or day in _holidays_of(day.year):
        return False
    # Midsummer's Eve is the Friday before Midsummer Day (19-25 June).
    return not (day.month == 6 and day.weekday() == 4 and 19 <= day.day <= 25)


@lru_cache(maxsize=8192)
def working_day_after(day: date, count: int = 1) -> date:
    """The working day that comes `count` working days after `day`; day itself is not counted."""
    step = DAY if count >= 0 else -DAY
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def local(moment: datetime) -> datetime:
    """The moment as a Swedish clock shows it."""
    return moment.astimezone(STOCKHOLM)


@lru_cache(maxsize=8192)
def end_of_day(day: date) -> datetime:
    """The last second of a Swedish day, as UTC."""
    return datetime.combine(day, LAST_SECOND, STOCKHOLM).astimezone(UTC)


@lru_cache(maxsize=8192)
def start_of_day(day: date) -> datetime:
    return datetime.combine(day, time(0), STOCKHOLM).astimezone(UTC)


def due(span: Span, since: datetime, reckoning: Reckoning) -> datetime:
    """When a span that starts at `since` is over.

    Hours are elapsed time, whatever the clock does. Days end with the last second of the last
    day, the day of the event not counted. Raises OverflowError beyond the year 9999.
    """
    if span.unit is SpanUnit.HOURS:
        return since + timedelta(hours=span.amount)
    if span.unit is SpanUnit.WORKING_HOURS:
        return _after_working_hours(since, timedelta(hours=span.amount), reckoning)
    day = _counted_day(local(since), span.unit, reckoning)
    if span.unit is SpanUnit.CALENDAR_DAYS:
        return end_of_day(day + span.amount * DAY)
    return end_of_day(working_day_after(day, span.amount))


def due_ahead(span: Span, of: datetime, reckoning: Reckoning) -> datetime:
    """The last moment that lies a span before `of`; for days, the end of that earlier day."""
    if span.unit is SpanUnit.HOURS:
        return of - timedelta(hours=span.amount)
    if span.unit is SpanUnit.WORKING_HOURS:
        return _before_working_hours(of, timedelta(hours=span.amount), reckoning)
    day = local(of).date()
    if span.unit is SpanUnit.CALENDAR_DAYS:
        return end_of_day(day - span.amount * DAY)
    return end_of_day(working_day_after(day, -span.amount))


def _counted_day(start: datetime, unit: SpanUnit, reckoning: Reckoning) -> date:
    """The day that something is taken to have happened on, where there is a cut-off hour."""
    day = start.date()
    if reckoning.cutoff is None:
        return day
    late = start.time() > reckoning.cutoff
    if unit is SpanUnit.CALENDAR_DAYS:
        return day + DAY if late else day
    # On a day off too: what happens on a Saturday is never due before what happened on Friday.
    if not late and is_working_day(day):
        return day
    return working_day_after(day)


def _hours_of(day: date, reckoning: Reckoning) -> tuple[datetime, datetime]:
    """When work starts and ends on a working day, as UTC."""
    opens = datetime.combine(day, reckoning.day_starts, STOCKHOLM).astimezone(UTC)
    closes = datetime.combine(day, reckoning.day_ends, STOCKHOLM).astimezone(UTC)
    return opens, closes


def _after_working_hours(since: datetime, left: timedelta, reckoning: Reckoning) -> datetime:
    start = local(since)
    day = start.date()
    if reckoning.cutoff is not None and start.time() > reckoning.cutoff:
        day = working_day_after(day)
        since = _hours_of(day, reckoning)[0]
    elif not is_working_day(day):
        day = working_day_after(day)
    while True:
        opens, closes = _hours_of(day, reckoning)
        begins = max(since, opens)
        if begins < closes:
            if closes - begins >= left:
                return begins + left
            left -= closes - begins
        day = working_day_after(day)


def _before_working_hours(of: datetime, left: timedelta, reckoning: Reckoning) -> datetime:
    day = local(of).date()
    if not is_working_day(day):
        day = working_day_after(day, -1)
    while True:
        opens, closes = _hours_of(day, reckoning)
        ends = min(of, closes)
        if ends > opens:
            if ends - opens >= left:
                return ends - left
            left -= ends - opens
        day = working_day_after(day, -1)
