"""Spans (`1 arbetsdag`) and the forms of `senast`, as text; names are resolved by the caller."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sammanhang.guideline.model import (
    Ahead,
    Before,
    Deadline,
    On,
    Reckoning,
    Span,
    SpanUnit,
    Within,
)

UNITS: Mapping[str, SpanUnit] = {
    "timme": SpanUnit.HOURS,
    "timmar": SpanUnit.HOURS,
    "arbetstimme": SpanUnit.WORKING_HOURS,
    "arbetstimmar": SpanUnit.WORKING_HOURS,
    "dag": SpanUnit.CALENDAR_DAYS,
    "dagar": SpanUnit.CALENDAR_DAYS,
    "kalenderdag": SpanUnit.CALENDAR_DAYS,
    "kalenderdagar": SpanUnit.CALENDAR_DAYS,
    "arbetsdag": SpanUnit.WORKING_DAYS,
    "arbetsdagar": SpanUnit.WORKING_DAYS,
}
MOST = 9999
SAME_DAY = Span(0, SpanUnit.CALENDAR_DAYS)

_SPAN = r"(?P<amount>\d+) (?P<unit>[^\W\d]+)"


@dataclass(frozen=True, slots=True)
class Misread:
    """Why a text is no span or no deadline; `unit` is the word that could be misspelt."""

    text: str
    unit: str | None = None


def read_span(text: str) -> Span | Misread:
    """`24 timmar`, `1 arbetsdag`."""
    found = re.fullmatch(_SPAN, _spaced(text))
    if found is None:
        return Misread(
            f"'{text}' är ingen tid. Skriv till exempel '24 timmar' eller '1 arbetsdag'."
        )
    return _span(found)


def _span(found: re.Match[str]) -> Span | Misread:
    amount, unit = found["amount"], found["unit"]
    if unit not in UNITS:
        return Misread(f"tidsenheten '{unit}' finns inte.", unit)
    if len(amount) > len(str(MOST)):
        return Misread(f"{amount} är för mycket; högst {MOST}.")
    return Span(int(amount), UNITS[unit])


_FORMS: tuple[tuple[str, Callable[[re.Match[str]], Deadline | Misread]], ...] = (
    (r"samma dag", lambda _: Within(SAME_DAY)),
    (r"samma dag som (?P<name>\S+)", lambda found: Within(SAME_DAY, found["name"])),
    (r"före (?P<name>\S+)", lambda found: Before(found["name"])),
    (_SPAN, lambda found: _within(found, None)),
    (rf"{_SPAN} från (?P<name>\S+)", lambda found: _within(found, found["name"])),
    (rf"{_SPAN} före (?P<name>\S+)", lambda found: _ahead(found)),
    (r"(?P<name>[^\W\d]\S*)", lambda found: On(found["name"])),
)


def read_deadline(text: str) -> Deadline | Misread:
    """Any form of `senast`."""
    spaced = _spaced(text)
    for pattern, made in _FORMS:
        if found := re.fullmatch(pattern, spaced):
            return made(found)
    return Misread(
        f"'{text}' är ingen frist. Skriv till exempel '24 timmar', '24 timmar från inskriven', "
        "'2 dagar före utskrivning', 'samma dag' eller 'före utskrivning'."
    )


def _within(found: re.Match[str], since: str | None) -> Within | Misread:
    span = _span(found)
    return span if isinstance(span, Misread) else Within(span, since)


def _ahead(found: re.Match[str]) -> Ahead | Misread:
    span = _span(found)
    return span if isinstance(span, Misread) else Ahead(span, found["name"])


def _spaced(text: str) -> str:
    return " ".join(text.split())


# --- Which of two is earlier ----------------------------------------------------------------


def is_within(span: Span, other: Span, reckoning: Reckoning) -> bool:
    """Whether a span is over no later than another from the same moment, by its kind.

    Compares what authors compare (24 timmar are within 1 kalenderdag); to the second it is the
    engine that takes the earlier of the two.
    """
    if span.unit is other.unit:
        return span.amount <= other.amount
    day = _working_day_hours(reckoning)
    cutoff = 1 if reckoning.cutoff else 0
    match span.unit, other.unit:
        case SpanUnit.HOURS, SpanUnit.WORKING_HOURS:
            return span.amount <= other.amount
        case SpanUnit.HOURS, _:
            return span.amount <= 24 * other.amount
        case SpanUnit.WORKING_HOURS, SpanUnit.WORKING_DAYS:
            return span.amount <= day * other.amount
        case SpanUnit.CALENDAR_DAYS, SpanUnit.WORKING_DAYS:
            return span.amount <= other.amount
        case SpanUnit.CALENDAR_DAYS, SpanUnit.HOURS:
            return 24 * (span.amount + 1 + cutoff) <= other.amount
        case _:
            return False


def _working_day_hours(reckoning: Reckoning) -> int:
    """Whole hours of work in a working day."""
    return reckoning.day_ends.hour - reckoning.day_starts.hour


def is_tighter(new: Deadline, old: Deadline | None, reckoning: Reckoning) -> bool | None:
    """Whether a deadline is earlier than another; None where they can't be compared."""
    match new, old:
        case Within(_, None), None:
            return True
        case Within(span, since), Within(other, same) if since == same:
            return span != other and is_within(span, other, reckoning)
        case Ahead(span, field), Ahead(other, same) if field == same:
            return span != other and is_within(other, span, reckoning)
        case Ahead(_, field), On(same) if field == same:
            return True
        case _:
            return None
