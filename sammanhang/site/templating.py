"""The Jinja2 environment of our pages: gettext, links, and how moments and days are written."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment

from sammanhang.engine.calendar import local


def url(name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs=kwargs)


def moment(at: datetime | None) -> str:
    """`3 mar 14:05`, with the year where it isn't this one's business to guess."""
    if at is None:
        return ""
    shown = local(at)
    return f"{shown.day} {MONTHS[shown.month - 1]} {shown:%H:%M}"


def clock(at: datetime | None) -> str:
    return f"{local(at):%H:%M}" if at else ""


def day(value: date | str | None) -> str:
    """`tis 3 mar`."""
    if not value:
        return ""
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    return f"{WEEKDAYS[value.weekday()]} {value.day} {MONTHS[value.month - 1]}"


MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
WEEKDAYS = ("mån", "tis", "ons", "tor", "fre", "lör", "sön")


def length(seconds: float) -> str:
    """A length of time as one says it: `25 min`, `3 tim`, `2 dygn`."""
    minutes = int(abs(seconds) // 60)
    if minutes < 60:
        return f"{max(minutes, 1)} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} tim"
    return f"{minutes // (24 * 60)} dygn"


def environment(**options: Any) -> Environment:
    made = Environment(  # noqa: S701 (Django's backend turns autoescape on)
        **{**options, "trim_blocks": True, "lstrip_blocks": True},
        extensions=["jinja2.ext.i18n"],
    )
    made.globals.update(static=static, url=url, language=translation.get_language)
    made.filters.update(moment=moment, clock=clock, day=day, length=length, number=number)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext, translation.ngettext, newstyle=True
    )
    return made


def number(value: str) -> str:
    """An identity number as one reads it: `19460317-9815`."""
    return f"{value[:8]}-{value[8:]}"
