"""The pages on which a unit's log is reviewed."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sammanhang.access import review
from sammanhang.access.acting import log_reading
from sammanhang.access.requires import Asked, Denied, requires
from sammanhang.access.review import Review
from sammanhang.access.review_patterns import WHY
from sammanhang.engine.calendar import local

LONGEST_NOTE = 2000


@require_GET
@requires("log_reviewer")
def months(request: Asked) -> HttpResponse:
    """The months there is a log of."""
    with review.scope(request.acting):
        found = review.months()
        log_reading(request.acting, "read:log-review")
    return render(request, "access/review_months.html", {"section": "review", "months": found})


@require_http_methods(["GET", "POST"])
@requires("log_reviewer")
def month(request: Asked, year: int, month: int) -> HttpResponse:
    """A sample of the month and what is worth a look, and a verdict on one of them."""
    try:
        first = date(year, month, 1)
    except (ValueError, OverflowError):
        raise Denied("log-review") from None
    if not 2000 <= year <= 9000:
        raise Denied("log-review")
    error = None
    with review.scope(request.acting):
        loaded = review.load(first, request.acting.unit)
        if request.method == "POST":
            error = _say(request, first, loaded)
        log_reading(request.acting, "read:log-review")
    if request.method == "POST" and error is None:
        return redirect("access:review-month", year=year, month=month)
    told = {
        "section": "review",
        "month": f"{first:%Y-%m}",
        "review": loaded,
        "groups": ((_("Stickprov"), loaded.sample), (_("Värt en titt"), loaded.patterns)),
        "why": {pattern: _(words) for pattern, words in WHY.items()},
        "said": {"in order": _("I sin ordning"), "look into": _("Utreds"), "misuse": _("Intrång")},
        "local": lambda at: f"{local(at):%Y-%m-%d %H.%M}",
        "error": error,
        "typed": request.POST,
    }
    return render(request, "access/review_month.html", told, status=409 if error else 200)


def _say(request: Asked, first: date, loaded: Review) -> str | None:
    """Records what the form says, or tells what is amiss with it."""
    verdict, note = request.POST.get("verdict", ""), request.POST.get("note", "").strip()
    found = loaded.finding(request.POST.get("finding", ""))
    if found is None:
        return _("Det som skulle bedömas finns inte längre. Läs sidan och försök igen.")
    if found.lines[0].person == request.acting.person:
        return _("Ingen granskar sin egen läsning. Be en annan granskare.")
    if verdict not in review.VERDICTS:
        return _("Välj en bedömning.")
    if verdict != review.IN_ORDER and not note:
        return _("Skriv i anteckningen vad som ska utredas och varför.")
    if len(note) > LONGEST_NOTE or "\0" in note:
        return _("Anteckningen är för lång. Skriv högst 2 000 tecken.")
    review.say(request.acting, first, found.key, verdict, note)
    return None
