"""Trying a draft on past cases: asking for it, how far it has come, what came of it."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from io import StringIO

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sammanhang.access.acting import scope
from sammanhang.access.limits import count, limited
from sammanhang.access.requires import Asked, Denied
from sammanhang.governance import drafts
from sammanhang.governance.trials import Trial, ask, trial, trials
from sammanhang.governance.views_writing import leader

A_YEAR = timedelta(days=365)
ASKS_FOR = timedelta(minutes=20)
"""A page left open asks no longer how far a trial has come, so that the session can end."""


@require_http_methods(["GET", "POST"])
@leader
def try_draft(request: Asked, draft: int) -> HttpResponse:
    """Which trials there are of the draft. A POST asks for one more."""
    today = timezone.localdate()
    fault = ""
    with scope(request.acting):
        version = drafts.version(draft)
        if request.method == "POST":
            period = _period(request, today)
            if period is not None:
                count("trial", request.acting.person)
                number = ask(
                    acting=request.acting,
                    version=draft,
                    revision=version.head.revision,
                    since=period[0],
                    until=period[1],
                )
                return redirect("governance:trial", draft=draft, number=number)
            fault = _("Skriv första och sista dag, den första först och ingen efter i dag.")
        found = {
            "version": version,
            "trials": trials(draft),
            "since": request.POST.get("since", (today - A_YEAR).isoformat()),
            "until": request.POST.get("until", today.isoformat()),
            "fault": fault,
        }
    return render(request, "governance/trials.html", found, status=422 if fault else 200)


def _period(request: Asked, today: date) -> tuple[date, date] | None:
    try:
        since, until = (date.fromisoformat(request.POST.get(one, "")) for one in ("since", "until"))
    except ValueError:
        return None
    return (since, until) if date(2000, 1, 1) <= since <= until <= today else None


@require_GET
@leader
def one_trial(request: Asked, draft: int, number: int) -> HttpResponse:
    """How far it has come, or what came of it; only that piece to a script."""
    with scope(request.acting):
        version = drafts.version(draft)
        tried = trial(draft, number)
    waited = timezone.now() - tried.asked_at
    found = {"version": version, "trial": tried, "asks_again": waited < ASKS_FOR}
    template = "trial_result" if request.headers.get("HX-Request") else "trial"
    return render(request, f"governance/{template}.html", found)


@require_GET
@leader
@limited("export")
def table(request: Asked, draft: int, number: int) -> HttpResponse:
    """All figures as CSV."""
    with scope(request.acting):
        found = trial(draft, number)
    if found.result is None:
        raise Denied("trial")
    answer = HttpResponse("\ufeff" + _csv(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="prov-{number}.csv"'
    return answer


def _csv(found: Trial) -> str:
    result = found.result or {}
    written = StringIO()
    rows = csv.writer(written, delimiter=";")
    rows.writerow(["vad", "namn", "före", "efter"])
    for kind, title in (("rules", "regel"), ("parts", "part"), ("places", "kommun")):
        for row in result[kind]:
            name = _as_text(row["name"])
            rows.writerow([f"åtaganden per {title}", name, *row["owed"]])
            rows.writerow([f"försenade per {title}", name, *row["late"]])
    for row in result["refused"]:
        name = _as_text(f"{row['name']} {row['rule']}".strip())
        rows.writerow(["nekat", name, *row["count"]])
    for row in result["phases"]:
        rows.writerow(["timmar i läge, medel", _as_text(row["name"]), *row["hours"]])
    return written.getvalue()


def _as_text(name: str) -> str:
    """A title that a spreadsheet won't take for a formula."""
    return f"'{name}" if name.startswith(("=", "+", "-", "@")) else name
