"""The pages on which a unit's log is reviewed."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sammanhang.access import openings, review
from sammanhang.access.acting import log_reading
from sammanhang.access.log_words import in_words
from sammanhang.access.requires import Asked, Denied, requires
from sammanhang.access.review import NotYet, Review
from sammanhang.access.review_patterns import WHY

LONGEST_NOTE = 2000


@require_GET
@requires("log_reviewer")
def months(request: Asked) -> HttpResponse:
    """The months there is a log of."""
    with review.scope(request.acting):
        found = review.months(timezone.localdate())
        opened = openings.waiting(request.acting)
        log_reading(request.acting, "read:log-review")
    told = {"section": "review", "months": found, "openings": opened}
    return render(request, "access/review_months.html", told)


@require_http_methods(["GET", "POST"])
@requires("log_reviewer")
def opening(request: Asked, opening: int) -> HttpResponse:
    """One opening of what a resident has blocked, what was read by it, and a verdict on it."""
    acting, error = request.acting, None
    with review.scope(acting):
        found = openings.one(acting, opening)
        if found is None:
            raise Denied("log-review")
        if request.method == "POST":
            error = _say(request, found.month, found.key, found.person)
        told = {"lines": openings.lines(found), "verdicts": review.verdicts(found.key)}
        log_reading(acting, "read:log-review", case=found.case)
    if request.method == "POST" and error is None:
        return redirect("access:review")
    told |= {
        "section": "review",
        "opening": found,
        "said": _said(),
        "in_words": in_words,
        "error": error,
        "typed": request.POST,
    }
    return render(request, "access/review_opening.html", told, status=409 if error else 200)


def _said() -> dict[str, str]:
    return {"in order": _("I sin ordning"), "look into": _("Utreds"), "misuse": _("Intrång")}


@require_http_methods(["GET", "POST"])
@requires("log_reviewer")
def month(request: Asked, year: int, month: int) -> HttpResponse:
    """A sample of the month and what is worth a look, and a verdict on one of them."""
    if not (2000 <= year <= 9000 and 1 <= month <= 12):
        raise Denied("log-review")
    first, typed, error = date(year, month, 1), request.POST, None
    with review.scope(request.acting):
        loaded = review.load(first, request.acting.unit)
        if request.method == "POST":
            does = _sign if "sign" in typed else _judge
            error = does(request, first, loaded)
        log_reading(request.acting, "read:log-review")
    if request.method == "POST" and error is None:
        return redirect("access:review-month", year=year, month=month)
    nothing = _("Inget att visa här. Den här månaden har inget som liknar något att titta på.")
    undrawn = _("Stickprovet dras när loggen förseglas nästa gång, så att ingen kan välja det.")
    told = {
        "section": "review",
        "month": first,
        "review": loaded,
        "groups": (
            (_("Stickprov"), loaded.sample, nothing if loaded.sealed else undrawn),
            (_("Värt en titt"), loaded.patterns, nothing),
        ),
        "why": {pattern: _(words) for pattern, words in WHY.items()},
        "said": _said(),
        "in_words": in_words,
        "left": loaded.unjudged(request.acting.person),
        "over": review.month_after(first) <= timezone.localdate(),
        "error": error,
        "lost": error and "sign" not in typed and loaded.finding(typed.get("finding", "")) is None,
        "typed": typed,
    }
    return render(request, "access/review_month.html", told, status=409 if error else 200)


def _sign(request: Asked, first: date, loaded: Review) -> str | None:
    try:
        review.sign(request.acting, first, loaded, timezone.localdate())
    except NotYet as error:
        return str(error)
    return None


def _judge(request: Asked, first: date, loaded: Review) -> str | None:
    found = loaded.finding(request.POST.get("finding", ""))
    if found is None:
        return _("Det som skulle bedömas finns inte längre. Läs sidan och försök igen.")
    return _say(request, first, found.key, found.lines[0].person)


def _say(request: Asked, first: date, finding: str, reader: str) -> str | None:
    """Records the form's verdict on what somebody has read, or tells what is amiss with it."""
    verdict, note = request.POST.get("verdict", ""), request.POST.get("note", "").strip()
    if reader == request.acting.person:
        return _("Ingen granskar sin egen läsning. Be en annan granskare.")
    if verdict not in review.VERDICTS:
        return _("Välj en bedömning.")
    if verdict != review.IN_ORDER and not note:
        return _("Skriv i anteckningen vad som ska utredas och varför.")
    if len(note) > LONGEST_NOTE:
        return _("Anteckningen är för lång. Skriv högst 2 000 tecken.")
    review.say(request.acting, first, finding, verdict, note)
    return None
