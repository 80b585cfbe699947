"""How moments and deadlines are said, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils.translation import override

from sammanhang.engine.calendar import STOCKHOLM
from sammanhang.site import words
from sammanhang.site.templating import role_title, said

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=STOCKHOLM)
TODAY = NOW.date()


def at(days: int = 0, hours: int = 0, minutes: int = 0) -> datetime:
    return NOW + timedelta(days=days, hours=hours, minutes=minutes)


END_OF_TODAY = NOW.replace(hour=23, minute=59, second=59)


@pytest.mark.parametrize(
    ("say", "swedish", "english"),
    [
        (lambda: words.day(date(2026, 11, 5)), "tor 5 nov", "Thu 5 Nov"),
        (lambda: words.day(date(2026, 5, 1)), "fre 1 maj", "Fri 1 May"),
        (lambda: words.day(TODAY, TODAY), "i dag", "today"),
        (lambda: words.day(at(1), TODAY), "i morgon", "tomorrow"),
        (lambda: words.day(at(-1), TODAY), "i går", "yesterday"),
        (lambda: words.day(date(2025, 10, 6), TODAY), "mån 6 okt 2025", "Mon 6 Oct 2025"),
        (lambda: words.moment(at(1), NOW), "i morgon 10:00", "tomorrow 10:00"),
        (lambda: words.countdown(at(-15), NOW), "försenad 15 dygn", "15 days late"),
        (lambda: words.countdown(at(hours=-3), NOW), "försenad 3 tim", "3 h late"),
        (lambda: words.countdown(at(minutes=25), NOW), "25 min kvar", "25 min left"),
        (lambda: words.countdown(END_OF_TODAY, NOW), "senast i dag", "due today"),
        (lambda: words.countdown(at(3), NOW), "senast tor 5 nov 10:00", "due Thu 5 Nov 10:00"),
        (lambda: words.countdown(None, NOW), "ingen tid satt", "no time set"),
        (lambda: words.day_number(at(-16), NOW), "dag 17", "day 17"),
        (lambda: words.age(1), "1 år", "1 year"),
        (lambda: words.age(84), "84 år", "84 years"),
        (lambda: words.level("riktlinje"), "riktlinje", "guideline"),
        (lambda: words.for_scripts()["late"], "försenad %s", "%s late"),
        (lambda: role_title("ward_nurse"), "Sjuksköterska på avdelning", "Ward nurse"),
    ],
)
def test_each_language_has_its_words_whichever_was_asked_for_last(
    say: Callable[[], Any], swedish: str, english: str
) -> None:
    for language, wanted in [("sv", swedish), ("en", english), ("sv", swedish)]:
        with override(language):
            assert say() == wanted


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (NOW, None, "2026-11-02 10:00"),
        (NOW, NOW, "2026-11-02 10:00"),
        (NOW, at(hours=2), "2026-11-02 10:00 – 12:00"),
        # The same day in UTC, and not here.
        (at(hours=13, minutes=30), at(hours=14, minutes=30), "2026-11-02 23:30 – 2026-11-03 00:30"),
    ],
)
def test_what_is_looked_into_has_its_exact_time(
    first: datetime, last: datetime | None, told: str
) -> None:
    utc = [one and one.astimezone(UTC) for one in (first, last)]
    assert words.exact(*utc) == told


def test_what_is_put_into_a_message_is_escaped_and_the_rest_is_left_as_it_is() -> None:
    assert said("Ärende %(n)s", n="<b>") == "Ärende &lt;b&gt;"
    assert said("Ingen kontakt sedan %s. Försöker igen.").count("%s") == 1
