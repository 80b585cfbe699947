"""Swedish time: working days, clock changes, and when a span is over."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sammanhang.engine.calendar import (
    STOCKHOLM,
    due,
    due_ahead,
    end_of_day,
    is_working_day,
    local,
    start_of_day,
    working_day_after,
)
from sammanhang.guideline.model import Reckoning, Span, SpanUnit

OFFICE = Reckoning("", time(8), time(17))
NOON = Reckoning("", time(8), time(17), cutoff=time(12))
HOURS, WORKING_HOURS = SpanUnit.HOURS, SpanUnit.WORKING_HOURS
DAYS, WORKING_DAYS = SpanUnit.CALENDAR_DAYS, SpanUnit.WORKING_DAYS


def swedish(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


# --- Working days ---------------------------------------------------------------------------

# Public holidays by the Act on public holidays (SFS 1989:253), and the three eves of SFS 1930:173,
# on which offices rest: the weekdays among them, as the almanac has them.
FREE_WEEKDAYS = {
    2024: "01-01 03-29 04-01 05-01 05-09 06-06 06-21 12-24 12-25 12-26 12-31",
    2025: "01-01 01-06 04-18 04-21 05-01 05-29 06-06 06-20 12-24 12-25 12-26 12-31",
    2026: "01-01 01-06 04-03 04-06 05-01 05-14 06-19 12-24 12-25 12-31",
    2027: "01-01 01-06 03-26 03-29 05-06 06-25 12-24 12-31",
}


@pytest.mark.parametrize("year", FREE_WEEKDAYS)
def test_the_free_weekdays_of_a_year(year: int) -> None:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    free = [day for day in days if day.year == year and day.weekday() < 5]

    assert (
        " ".join(f"{day:%m-%d}" for day in free if not is_working_day(day)) == (FREE_WEEKDAYS[year])
    )


@given(st.dates(date(1900, 1, 1), date(2199, 12, 1)), st.integers(1, 12))
def test_working_days_are_counted_one_by_one(day: date, count: int) -> None:
    ahead = working_day_after(day, count)
    between = [day + timedelta(days=n + 1) for n in range((ahead - day).days)]

    assert sum(is_working_day(one) for one in between) == count
    assert is_working_day(ahead)
    assert working_day_after(working_day_after(ahead, -count), count) == ahead


# --- Days and clock changes -----------------------------------------------------------------


def test_a_day_has_23_24_or_25_hours() -> None:
    lengths = {
        day: end_of_day(day) - start_of_day(day) + timedelta(seconds=1)
        for day in (date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25))
    }
    assert [length / timedelta(hours=1) for length in lengths.values()] == [24, 23, 25]


# span, reckoning, from, due: Swedish time, with the offset where the hour comes twice.
DUE = [
    # the night to 29 March 2026: 02:00 becomes 03:00
    ((24, HOURS), OFFICE, "2026-03-28T23:30", "2026-03-30T00:30+02:00"),
    ((3, HOURS), OFFICE, "2026-03-29T00:30", "2026-03-29T04:30+02:00"),
    ((1, DAYS), OFFICE, "2026-03-28T23:30", "2026-03-29T23:59:59+02:00"),
    # the night to 25 October 2026: 03:00 becomes 02:00
    ((24, HOURS), OFFICE, "2026-10-24T23:30", "2026-10-25T22:30+01:00"),
    ((2, HOURS), OFFICE, "2026-10-25T01:30", "2026-10-25T02:30+01:00"),
    ((1, DAYS), OFFICE, "2026-10-24T23:30", "2026-10-25T23:59:59+01:00"),
    ((1, WORKING_DAYS), OFFICE, "2026-10-23T16:00", "2026-10-26T23:59:59+01:00"),
    # Easter 2026: Good Friday 3 April, Easter Monday 6 April
    ((1, WORKING_DAYS), OFFICE, "2026-04-02T23:59", "2026-04-07T23:59:59+02:00"),
    ((1, WORKING_DAYS), OFFICE, "2026-04-04T12:00", "2026-04-07T23:59:59+02:00"),
    ((2, WORKING_HOURS), OFFICE, "2026-04-02T16:00", "2026-04-07T09:00+02:00"),
    ((3, DAYS), OFFICE, "2026-04-02T10:00", "2026-04-05T23:59:59+02:00"),
    # Midsummer's Eve 19 June 2026
    ((2, WORKING_DAYS), OFFICE, "2026-06-17T10:00", "2026-06-22T23:59:59+02:00"),
    ((1, WORKING_HOURS), OFFICE, "2026-06-18T16:30", "2026-06-22T08:30+02:00"),
    # Christmas 2026: Thursday to Saturday; New Year's Eve is a Thursday
    ((1, WORKING_DAYS), OFFICE, "2026-12-23T10:00", "2026-12-28T23:59:59+01:00"),
    ((4, WORKING_DAYS), OFFICE, "2026-12-23T10:00", "2027-01-04T23:59:59+01:00"),
    ((10, WORKING_HOURS), OFFICE, "2026-12-30T12:00", "2027-01-04T13:00+01:00"),
    # cut-off at noon
    ((1, WORKING_DAYS), NOON, "2026-04-02T12:00", "2026-04-07T23:59:59+02:00"),
    ((1, WORKING_DAYS), NOON, "2026-04-02T12:00:01", "2026-04-08T23:59:59+02:00"),
    ((2, DAYS), NOON, "2026-10-23T12:01", "2026-10-26T23:59:59+01:00"),
    ((2, WORKING_HOURS), NOON, "2026-04-02T13:00", "2026-04-07T10:00+02:00"),
    ((24, HOURS), NOON, "2026-04-02T13:00", "2026-04-03T13:00+02:00"),
    # nothing at all
    ((0, DAYS), OFFICE, "2026-03-05T10:00", "2026-03-05T23:59:59+01:00"),
    ((0, WORKING_HOURS), OFFICE, "2026-03-07T10:00", "2026-03-09T08:00+01:00"),
]


@pytest.mark.parametrize(("span", "reckoning", "since", "expected"), DUE)
def test_due(span: tuple[int, SpanUnit], reckoning: Reckoning, since: str, expected: str) -> None:
    moment = due(Span(*span), swedish(since), reckoning)

    assert local(moment).isoformat() == datetime.fromisoformat(expected).isoformat()
    assert moment.tzinfo is UTC


# the moment something is ahead of, and the last moment before it
AHEAD = [
    ((24, HOURS), "2026-03-29T12:00", "2026-03-28T11:00+01:00"),
    ((2, DAYS), "2026-10-26T12:00", "2026-10-24T23:59:59+02:00"),
    ((1, WORKING_DAYS), "2026-04-07T12:00", "2026-04-02T23:59:59+02:00"),
    ((1, WORKING_DAYS), "2026-06-22T00:00", "2026-06-18T23:59:59+02:00"),
    ((2, WORKING_HOURS), "2026-04-07T09:00", "2026-04-02T16:00+02:00"),
    ((2, WORKING_HOURS), "2026-04-05T09:00", "2026-04-02T15:00+02:00"),
]


@pytest.mark.parametrize(("span", "of", "expected"), AHEAD)
def test_ahead_of(span: tuple[int, SpanUnit], of: str, expected: str) -> None:
    moment = due_ahead(Span(*span), swedish(of), OFFICE)

    assert local(moment) == datetime.fromisoformat(expected)


# --- Against counting minute by minute ------------------------------------------------------


def works(at: datetime, reckoning: Reckoning) -> bool:
    clock = local(at)
    return (
        is_working_day(clock.date())
        and reckoning.day_starts <= clock.time()
        and clock.time() < reckoning.day_ends
    )


def minute_by_minute(span: Span, since: datetime, reckoning: Reckoning) -> datetime:
    at, left = since, span.amount * 60
    while left:
        left -= works(at, reckoning)
        at += timedelta(minutes=1)
    return at


minutes = st.integers(0, 366 * 24 * 60).map(
    lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
)
times = st.sampled_from(
    [OFFICE, Reckoning("", time(0, 30), time(4)), Reckoning("", time(7), time(21, 45))]
)
holidays_and_changes = st.sampled_from(
    [swedish(f"2026-{day}T{clock}") for day in ("03-28", "04-02", "06-18", "10-24", "12-23")
     for clock in ("00:45", "03:59", "12:00", "22:00")]
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.integers(1, 12), st.one_of(minutes, holidays_and_changes), times)
def test_working_hours_are_those_one_counts_minute_by_minute(
    amount: int, since: datetime, reckoning: Reckoning
) -> None:
    span = Span(amount, WORKING_HOURS)
    assert due(span, since, reckoning) == minute_by_minute(span, since, reckoning)


spans = st.builds(Span, st.integers(0, 20), st.sampled_from(list(SpanUnit)))


@settings(max_examples=300, deadline=None)
@given(spans, minutes, st.integers(0, 6 * 24 * 60), st.sampled_from([OFFICE, NOON]))
def test_what_happens_later_is_never_due_earlier(
    span: Span, first: datetime, minutes_later: int, reckoning: Reckoning
) -> None:
    later = first + timedelta(minutes=minutes_later)

    assert due(span, first, reckoning) <= due(span, later, reckoning)
    assert due_ahead(span, first, reckoning) <= due_ahead(span, later, reckoning)


@given(st.dates(date(1900, 1, 2), date(2199, 12, 30)), spans)
def test_any_year_has_a_calendar(day: date, span: Span) -> None:
    assert due(span, start_of_day(day), OFFICE) >= start_of_day(day)
