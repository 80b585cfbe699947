"""The Jinja2 environment of our pages: gettext, links, and how moments and days are written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment
from markupsafe import Markup, escape

from sammanhang.access import openings, sign_ins
from sammanhang.directory.models import ROLES
from sammanhang.site import words
from sammanhang.site.menu import menu


@lru_cache(maxsize=20_000)  # a board has a link for each person, and Django's reverse is slow
def url(name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs=kwargs)


@lru_cache(maxsize=500)
def static_url(name: str) -> str:
    return static(name)


def environment(**options: Any) -> Environment:
    made = Environment(  # noqa: S701 (Django's backend turns autoescape on)
        **{**options, "trim_blocks": True, "lstrip_blocks": True},
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.globals.update(
        static=static_url,
        url=url,
        language=translation.get_language,
        menu=menu,
        synthetic=settings.SYNTHETIC,
        openings_to_review=openings.to_review,
        role_title=role_title,
        told_of_sign_in=sign_ins.to_tell,
        time_words=time_words,
        idle_minutes=lambda: int(settings.IDLE.total_seconds() // 60),
    )
    made.filters.update(
        age=words.age,
        anchor=anchor,
        clock=words.clock,
        countdown=words.countdown,
        day=words.day,
        day_number=words.day_number,
        exact=words.exact,
        level=words.level,
        moment=words.moment,
        month=words.month,
        number=words.number,
        status=words.translated,
        swedish=swedish,
        urgency=words.urgency,
    )
    made.tests["late"] = words.is_late
    made.globals.update(_=said, gettext=said, ngettext=said_of)
    made.globals.update(
        {
            f"{name}_again": remembered(made, name)
            for name in ("due", "owed_title", "phase", "section_link")
        }
    )
    return made


def remembered(made: Environment, macro: str) -> Callable[..., Markup]:
    """A macro of site/parts.html, drawn once for the same arguments: a board repeats itself."""

    @lru_cache(maxsize=5000)
    def drawn(language: str | None, *arguments: Any) -> Markup:
        return getattr(made.get_template("site/parts.html").module, macro)(*arguments)

    return lambda *arguments: drawn(translation.get_language(), *arguments)


def time_words() -> str:
    """What the scripts say of time, as JSON."""
    return _time_words(translation.get_language())


@lru_cache(maxsize=10)
def _time_words(language: str | None) -> str:
    return json.dumps(words.for_scripts(), ensure_ascii=False)


def said(message: str, /, **variables: Any) -> Markup:
    """A message in the reader's language, its variables escaped. As Jinja's own, but quick, and
    what has no variables is left as it is: a `%s` may be there for a script."""
    text = words.translated(message)
    if not variables:
        return Markup(text)  # noqa: S704 (our own words)
    return Markup(text % {name: escape(value) for name, value in variables.items()})  # noqa: S704


def said_of(singular: str, plural: str, num: int, /) -> Markup:
    """A message about so many, `%(num)s`."""
    return Markup(words.ngettext(singular, plural, num)) % {"num": num}  # noqa: S704


def swedish(text: str) -> Markup:
    """The guideline's own words within a sentence of ours, so that they are read out as Swedish."""
    return Markup('<span lang="sv">{}</span>').format(text)


def role_title(role: str) -> str:
    """What an assignment's role is called: `Sjuksköterska på avdelning`."""
    return words.translated(ROLES.get(role, role))


@lru_cache(maxsize=1000)
def anchor(section: str) -> str:
    """Where a section stands on the page of its document: `4.1` is `avsnitt-4-1`."""
    return "avsnitt-" + re.sub(r"\W+", "-", section)
