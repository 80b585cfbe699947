"""How moments, days and lengths of time are said on screens. Pure, but for the reader's language.

Clocks are Swedish local time, whatever the language. A deadline at 23:59:59 is the end of a day,
and is said as that day.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as N_
from django.utils.translation import ngettext as slow_ngettext

from sammanhang.engine.calendar import local

END_OF_DAY = time(23, 59)
A_DAY = timedelta(days=1)


WEEKDAYS = (
    N_("mån"), N_("tis"), N_("ons"), N_("tor"), N_("fre"), N_("lör"), N_("sön"),
)  # fmt: skip
MONTHS = (
    N_("jan"), N_("feb"), N_("mars"), N_("april"), N_("maj"), N_("juni"),
    N_("juli"), N_("aug"), N_("sep"), N_("okt"), N_("nov"), N_("dec"),
)  # fmt: skip
NEAR = {-1: N_("i går"), 0: N_("i dag"), 1: N_("i morgon")}

LEVELS = (
    N_("lag"), N_("avtal"), N_("överenskommelse"), N_("riktlinje"), N_("rutin"),
    N_("lokalt tillägg"),
)  # fmt: skip


def translated(message: str) -> str:
    """A message in the reader's language. As Django's gettext, but quick: a board asks often."""
    return _looked_up(get_language(), message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """As Django's ngettext, but quick."""
    return _counted(get_language(), singular, plural, count)


_ = translated


@lru_cache(maxsize=10_000)
def _looked_up(language: str | None, message: str) -> str:
    return gettext(message)


@lru_cache(maxsize=10_000)
def _counted(language: str | None, singular: str, plural: str, count: int) -> str:
    return slow_ngettext(singular, plural, count)


def as_date(value: date | datetime | str | None) -> date | None:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    return local(value).date() if isinstance(value, datetime) else value


def as_moment(value: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def day(value: date | datetime | str | None, today: date | None = None) -> str:
    """`tis 3 mars`; with `today`: `i dag`, `i morgon`; the year where it is another."""
    shown = as_date(value)
    if shown is None:
        return ""
    if today is not None:
        near = NEAR.get((shown - today).days)
        if near:
            return _(near)
    said = f"{_(WEEKDAYS[shown.weekday()])} {shown.day} {_(MONTHS[shown.month - 1])}"
    far = today is not None and abs((shown - today).days) > 300
    return f"{said} {shown.year}" if far else said


def clock(value: datetime | str | None) -> str:
    """`14:05`"""
    at = as_moment(value)
    return f"{local(at):%H:%M}" if at else ""


def moment(value: datetime | str | None, now: datetime | None = None) -> str:
    """`tis 3 mars 14:05`; with `now`: `i dag 14:05`."""
    at = as_moment(value)
    if at is None:
        return ""
    return f"{day(at, local(now).date() if now else None)} {clock(at)}"


def exact(first: datetime, last: datetime | None = None) -> str:
    """`2026-03-03 14:05`, for what is looked into; with a last moment: until when, in short where
    the day is the same."""
    began = local(first)
    said = f"{began:%Y-%m-%d %H:%M}"
    if last is None or last == first:
        return said
    ended = local(last)
    return f"{said} – {ended:%H:%M}" if ended.date() == began.date() else f"{said} – {exact(last)}"


def length(span: timedelta | float) -> str:
    """A length of time as one says it: `25 min`, `3 tim`, `2 dygn`."""
    seconds = span.total_seconds() if isinstance(span, timedelta) else span
    minutes = int(abs(seconds) // 60)
    if minutes < 60:
        return _("%(n)s min") % {"n": max(minutes, 1)}
    if minutes < 48 * 60:
        return _("%(n)s tim") % {"n": minutes // 60}
    return _("%(n)s dygn") % {"n": minutes // (24 * 60)}


def for_scripts() -> dict[str, str]:
    """What the page's script needs to say a deadline anew as time passes; `%s` where words go."""
    return {
        "late": _("försenad %(length)s") % {"length": "%s"},
        "left": _("%(length)s kvar") % {"length": "%s"},
        "minutes": _("%(n)s min") % {"n": "%s"},
        "hours": _("%(n)s tim") % {"n": "%s"},
        "days": _("%(n)s dygn") % {"n": "%s"},
    }


def is_late(due: datetime | str | None, now: datetime) -> bool:
    at = as_moment(due)
    return at is not None and now > at


def urgency(due: datetime | str | None, now: datetime) -> str:
    """How a deadline is coloured: late, soon (within the day), later, or none."""
    at = as_moment(due)
    if at is None:
        return "none"
    if now > at:
        return "late"
    return "soon" if local(at).date() <= local(now).date() or at - now < A_DAY else "later"


def countdown(due: datetime | str | None, now: datetime) -> str:
    """`försenad 3 tim`, `25 min kvar`, `senast i dag`, `senast fre 6 mars`."""
    at = as_moment(due)
    if at is None:
        return _("ingen tid satt")
    if now > at:
        return _("försenad %(length)s") % {"length": length(now - at)}
    shown, today = local(at), local(now).date()
    whole_day = shown.time().replace(second=0, microsecond=0) == END_OF_DAY
    if not whole_day and at - now < A_DAY:
        return _("%(length)s kvar") % {"length": length(at - now)}
    said = day(shown, today)
    if whole_day:
        return _("senast %(day)s") % {"day": said}
    return _("senast %(day)s %(clock)s") % {"day": said, "clock": clock(at)}


def month(first: date) -> str:
    """`oktober 2026`."""
    return date_format(first, "F Y")


def day_number(since: datetime | None, now: datetime) -> str:
    """`dag 1` on the day itself."""
    if since is None:
        return ""
    return _("dag %(n)s") % {"n": (local(now).date() - local(since).date()).days + 1}


def level(value: str) -> str:
    """What the level of a governing document is called."""
    return _(value)


def age(years: int | None) -> str:
    return "" if years is None else ngettext("%(n)s år", "%(n)s år", years) % {"n": years}


def number(value: str) -> str:
    """An identity number as one reads it: `19460317-9815`."""
    return f"{value[:8]}-{value[8:]}" if len(value) == 12 else value
