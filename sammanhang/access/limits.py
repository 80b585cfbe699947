"""How often one may do what costs much, or what could be tried over and over.

A person is counted by who they are, so nobody uses up what is another's. Before anyone has signed
in, a browser is counted: one where somebody has signed in before shows a mark that we gave it
(docs/adr/0017-limits.md), any other shares the allowance of its network address. So a ward whose
computers have one address between them isn't shut out by whatever else has that address.
docs/operations.md tells the limits; sql/limits.sql counts.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import wraps
from ipaddress import IPv6Address, ip_address
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import connection
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LARGEST_TYPED = 200_000
"""Characters of a refused form that are shown again, to be sent later."""
NEW_MARK = "new_mark"
"""On a request: the mark that the browser is given."""
COOKIE_AGE = 365 * 24 * 3600
_marks = Signer(salt="known browser")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many times in a span. `shared`: for all who only have an address in common."""

    most: int
    span: timedelta
    shared: int = 0


LIMITS = {
    "sign-in": Limit(60, timedelta(minutes=10), shared=1200),
    "sign-out-told": Limit(60, timedelta(minutes=10), shared=6000),
    "number": Limit(60, HOUR),
    "name": Limit(240, HOUR),
    "unit": Limit(240, MINUTE),
    "upload": Limit(60, HOUR),
    "check": Limit(120, MINUTE),
    "example": Limit(60, MINUTE),
    "trial": Limit(20, HOUR),
    "export": Limit(120, HOUR),
}
"""What is counted in the database, for all web processes together."""
ANY_REQUEST = Limit(600, MINUTE, shared=6000)
"""Counted in the memory of each web process, before anything is done."""


class TooMany(Exception):
    """The limit is reached, for so many seconds more. `first`: the first time in this span."""

    def __init__(self, kind: str, seconds: int, *, first: bool = True) -> None:
        super().__init__(kind)
        self.kind, self.seconds, self.first = kind, seconds, first

    @property
    def until(self) -> datetime:
        return timezone.now() + timedelta(seconds=self.seconds + 59)  # told in whole minutes


# --- Who is counted -------------------------------------------------------------------------


def new_mark() -> str:
    """For a browser in which somebody has signed in. It tells nothing of who."""
    return _marks.sign(secrets.token_urlsafe(16))


def mark_for(request: HttpRequest) -> str:
    """The browser's mark, or the one that it is given with the answer to this request."""
    known, mark = visitor_of(request), getattr(request, NEW_MARK, "")
    if known[1]:
        return known[0]
    if not mark:
        mark = new_mark()
        setattr(request, NEW_MARK, mark)
    return visitor(mark, "")[0]


def visitor(mark: str, address: str) -> tuple[str, bool]:
    """(who is counted, whether that is a browser we know)."""
    try:
        return f"browser:{_marks.unsign(mark)}", True
    except BadSignature:
        return f"address:{_network(address)}", False


def _network(address: str) -> str:
    """What one household or ward has: an IPv4 address, or 64 bits of an IPv6 one."""
    try:
        known = ip_address(address)
    except ValueError:
        return "-"
    return f"{known.exploded[:19]}::" if isinstance(known, IPv6Address) else str(known)


def visitor_of(request: HttpRequest) -> tuple[str, bool]:
    mark = request.COOKIES.get(settings.BROWSER_COOKIE_NAME, "")
    return visitor(mark, request.META.get("REMOTE_ADDR", ""))


# --- Counting -------------------------------------------------------------------------------


def count(kind: str, person: str) -> None:
    """One more time, by a person. Refused when it is one too many."""
    _count(kind, person, LIMITS[kind].most)


def count_visitor(request: HttpRequest, kind: str) -> None:
    """One more time, by a browser in which nobody has signed in."""
    who, known = visitor_of(request)
    _count(kind, who, LIMITS[kind].most if known else LIMITS[kind].shared)


def _count(kind: str, who: str, most: int) -> None:
    span = LIMITS[kind].span
    given: list[Any] = [kind, who, span]
    with connection.cursor() as cursor:
        cursor.execute("select access_use_count(%s, %s, %s)", given)
        times = cursor.fetchone()[0]
    if times > most:
        gone = datetime.now(UTC).timestamp() % span.total_seconds()
        raise TooMany(kind, int(span.total_seconds() - gone) + 1, first=times == most + 1)


def limited(kind: str) -> Callable[..., Any]:
    """Declares that a view is counted by person. Stands under its requirement, which tells who
    that is."""

    def declare(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def counted(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            count(kind, request.acting.person)
            return view(request, *args, **kwargs)

        return counted

    return declare


@dataclass(slots=True)
class InMemory:
    """All requests of the running minute, by who is counted."""

    minute: int = 0
    times: Counter[str] = field(default_factory=Counter)

    def count(self, who: str, most: int, now: float) -> None:
        minute = int(now // 60)
        if minute != self.minute:
            self.minute, self.times = minute, Counter()
        self.times[who] += 1
        if self.times[who] > most:
            first = self.times[who] == most + 1
            raise TooMany("request", int(60 - now % 60) + 1, first=first)


# --- Being told -----------------------------------------------------------------------------


def told(
    many: TooMany,
    *,
    path: str,
    typed: QueryDict | None,
    part: bool = False,
    request: HttpRequest | None = None,
) -> HttpResponse:
    """When one may go on. What was typed is in the page, to be sent then."""
    lists = typed.lists() if typed else ()
    kept = [(name, value) for name, values in lists for value in values]
    fits = sum(len(name) + len(value) for name, value in kept) <= LARGEST_TYPED
    here = f"/{path.lstrip('/')}"  # two slashes would lead to another host
    context = {"until": many.until, "path": here, "typed": kept if fits else []}
    template = "too_many_part" if part else "too_many"
    html = render_to_string(f"access/{template}.html", context, request)
    return HttpResponse(html, status=429, headers={"Retry-After": str(many.seconds)})


def refused(request: HttpRequest, many: TooMany) -> HttpResponse:
    typed = request.POST if request.method == "POST" else None
    part = bool(request.headers.get("HX-Request"))
    return told(many, path=request.get_full_path(), typed=typed, part=part, request=request)
