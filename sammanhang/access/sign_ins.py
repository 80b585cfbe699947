"""A person is told when and with what they last signed in, and what was unusual since: a card may
be in somebody else's hands without anyone knowing it but the one whose it is.

What is unusual is asked about: *Det var jag*, *Det var inte jag*. The latter ends the person's
other sessions and tells the administrators of the units where they work. A sign-in that nobody
else was asked about is told again in the browsers where it wasn't made, so that whoever has the
card doesn't answer for the one whose it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from sammanhang.access import limits, sessions
from sammanhang.access.acting import Acting, log_reading, scope

LONG = timedelta(days=60)
"""Without signing in, after which it is unusual to."""
KEPT = timedelta(days=400)
MOST = 5
"""Of each kind, that is told; the latest."""
FIRST_MINUTE = timedelta(minutes=1)
"""Within which the pages tell when one last signed in."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A sign-in, or a refused try."""

    at: datetime
    browser: str
    mark: str
    refused: str = ""
    unusual: Sequence[str] = ()


When = tuple[datetime, str]
"""When something was done, and in which browser."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the person is told of a sign-in."""

    at: datetime
    last: When | None = None
    """When and with what browser the person signed in before this."""
    new_browser: bool = False
    long_ago: int = 0
    """Days since the last sign-in, if they are many."""
    elsewhere: list[When] = field(default_factory=list)
    """Other sessions that are going on: when they began, in which browsers."""
    since_here: list[When] = field(default_factory=list)
    """Sign-ins from browsers that were new then, since the person last used this one."""
    refused: list[When] = field(default_factory=list)
    """Refused tries since the last sign-in."""

    @property
    def unusual(self) -> list[str]:
        kinds = ("new_browser", "long_ago", "elsewhere", "since_here", "refused")
        return [kind for kind in kinds if getattr(self, kind)]


def told(earlier: Sequence[Earlier], mark: str, now: datetime) -> Told:
    """What there is to tell of a sign-in now, in the browser with this mark. `earlier`: the
    person's, the latest first."""
    done = [one for one in earlier if not one.refused]
    if not done:
        return Told(at=now, refused=_shown(earlier))
    last, here = done[0], next((one.at for one in done if one.mark == mark), None)
    quiet = now - last.at
    return Told(
        at=now,
        last=_shown([last])[0],
        new_browser=here is None,
        long_ago=quiet.days if quiet >= LONG else 0,
        since_here=_shown(
            one
            for one in done
            if here is not None and one.at > here and "new_browser" in one.unusual
        ),
        refused=_shown(one for one in earlier if one.refused and one.at > last.at),
    )


def _shown(earlier: Iterable[Earlier]) -> list[When]:
    return [(one.at, one.browser) for one in islice(earlier, MOST)]


# --- Kept, and told in the session -----------------------------------------------------------


def signed_in(request: HttpRequest, acting: Acting) -> None:
    """Notes a sign-in that has begun a session, and puts in it what the person is told."""
    now, mark = timezone.now(), sessions.hashed(limits.mark_for(request))
    with scope(acting):
        found = told(_earlier(acting.person, now), mark, now)
        others = sessions.of_person(acting.person, request.session.session_key)
        found.elsewhere.extend((one.signed_in, one.browser) for one in others if not one.this)
        number = _note(acting.person, request, mark, unusual=found.unusual)
    kept = {**asdict(found), "number": number, "ask": bool(found.unusual)}
    request.session[sessions.TOLD] = json.dumps(kept, cls=DjangoJSONEncoder)


def to_tell(request: HttpRequest) -> dict[str, Any] | None:
    """What a page tells: what is to be answered, until it is; and else, in the first minute, when
    one last signed in."""
    if sessions.TOLD not in request.session:
        return None
    kept, now = json.loads(request.session[sessions.TOLD]), timezone.now()
    fresh = now - datetime.fromisoformat(kept["at"]) < FIRST_MINUTE
    return {**kept, "now": now} if fresh or kept["ask"] else None


def answered(request: HttpRequest, acting: Acting, *, mine: bool) -> int | None:
    """Takes the answer, once. How many sessions were ended; None if there was nothing to answer."""
    kept = to_tell(request)
    if kept is None or not kept["ask"]:
        return None
    with scope(acting):
        ended = _say(acting, kept["number"], mine=mine, this=request.session.session_key)
    del request.session[sessions.TOLD]
    return ended


def refused(request: HttpRequest, person: Acting, why: str) -> None:
    """Notes that somebody with this person's card was refused."""
    with scope(person):
        _note(person.person, request, sessions.hashed(limits.mark_for(request)), refused=why)


def _earlier(person: str, now: datetime) -> list[Earlier]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select at, browser, mark, refused, unusual from access_sign_in "
            "where person = %s and at > %s order by at desc",
            [person, now - KEPT],
        )
        return [Earlier(*row) for row in cursor.fetchall()]


def _note(
    person: str, request: HttpRequest, mark: str, *, refused: str = "", unusual: Sequence[str] = ()
) -> int:
    browser = sessions.browser(request.headers.get("User-Agent", ""))
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into access_sign_in (person, browser, mark, refused, unusual) "
            "values (%s, %s, %s, %s, %s) returning id",
            [person, browser, mark, refused, list(unusual)],
        )
        return cursor.fetchone()[0]


def _say(acting: Acting, number: int, *, mine: bool, this: str | None) -> int:
    """The person says whether what they were told of was theirs. If not, their other sessions end;
    how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update access_sign_in set mine = %s, said_at = clock_timestamp() "
            "where id = %s and person = %s and mine is null",
            [mine, number, acting.person],
        )
    ended = 0 if mine else sessions.end_others(acting.person, this)
    log_reading(acting, "sign-in-mine" if mine else f"sign-in-not-mine:{ended}")
    return ended


# --- For those who administer the unit -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NotMine:
    """Somebody at the unit has said that what they were told of wasn't theirs."""

    person: str
    name: str
    said_at: datetime


def not_mine() -> list[NotMine]:
    """In the last month, at the unit of whoever asks (held by row security), the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select s.hsa_id, s.given_name || ' ' || s.family_name, max(i.said_at) "
            "from access_sign_in i join directory_staff s on s.hsa_id = i.person "
            "where not i.mine and i.said_at > now() - interval '30 days' "
            "group by 1, 2 order by 3 desc"
        )
        return [NotMine(*row) for row in cursor.fetchall()]
