"""The pages on which assignments are kept: by a unit's administrator, and by a system owner."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from sammanhang.access import administration, appointments, sessions, sign_ins
from sammanhang.access.acting import log_reading
from sammanhang.access.administration import YEAR, NotDone, Wanted
from sammanhang.access.requires import LARGEST_NUMBER, Asked, Denied, just_signed_in, requires


@require_http_methods(["GET", "POST"])
@requires("unit_administrator")
def people(request: Asked) -> HttpResponse:
    """Who may act for the unit; to give an assignment, to end one, and to say it is needed. Also
    to sign somebody out everywhere, whose card is lost."""
    if "sign-out" in request.POST:
        return _sign_out(request)
    acting, today = request.acting, timezone.localdate()
    roles = (administration.role_at(acting),)
    error = _do(request, acting.unit, roles) if request.method == "POST" else None
    if request.method == "POST" and error is None:
        return redirect("access:people")
    with administration.scope(acting):
        found = administration.at_unit(acting.unit, today)
        told = {
            "section": "people",
            "held": found,
            "roles": roles,
            "not_mine": sign_ins.not_mine(),
            "ended": _shown_number(request, "avslutade"),
            **_form(request, error, today),
        }
    return render(request, "access/people.html", told, status=409 if error else 200)


def _sign_out(request: Asked) -> HttpResponse:
    """Ends the sessions, here and at other units, of somebody who may act for the unit today."""
    just_signed_in(request)
    person = request.POST["sign-out"][:50]
    with administration.scope(request.acting):
        at_work = {
            one.person for one in administration.at_unit(request.acting.unit, timezone.localdate())
        }
        if person not in at_work:
            raise Denied("sessions")
        ended = sessions.end(person)
        log_reading(request.acting, f"write:sessions-ended:{person}:{ended}")
    return redirect(f"{request.path}?avslutade={ended}")


@require_GET
@requires("system_owner")
def appointed(request: Asked) -> HttpResponse:
    """Units to find, and the administrators and reviewers whom nobody has confirmed for a year."""
    today, q = timezone.localdate(), request.GET.get("q", "")[:100]
    with administration.scope(request.acting):
        due = [one for one in appointments.all_appointed(today) if one.is_due(today)]
        told = {
            "section": "appointed",
            "today": today,
            "q": q,
            "units": appointments.units(q) if q.strip() else [],
            "due": due,
            "names": appointments.names({one.unit for one in due}),
            "behind": appointments.units_behind(today),
        }
    return render(request, "access/appointed.html", told)


@require_http_methods(["GET", "POST"])
@requires("system_owner")
def appoint(request: Asked, unit: str) -> HttpResponse:
    """The administrators and reviewers of a unit of one's own organisation."""
    acting, today = request.acting, timezone.localdate()
    with administration.scope(acting):
        there = appointments.unit(unit)
    if there is None:
        raise Denied("assignments")
    roles = administration.APPOINTED
    error = _do(request, unit, roles) if request.method == "POST" else None
    if request.method == "POST" and error is None:
        return redirect("access:appoint", unit=unit)
    with administration.scope(acting):
        found = appointments.at_unit(unit, today)
    told = {
        "section": "appointed",
        "unit": there,
        "held": found,
        "roles": roles,
        **_form(request, error, today),
    }
    return render(request, "access/appoint.html", told, status=409 if error else 200)


def _do(request: Asked, unit: str, roles: tuple[str, ...]) -> str | None:
    """Does what the form asks for, or says what is amiss."""
    try:
        with administration.scope(request.acting):
            if (ended := _number(request, "end")) is not None:
                administration.end(request.acting, ended)
            elif (confirmed := _number(request, "confirm")) is not None:
                administration.confirm(request.acting, confirmed)
            else:
                role = request.POST.get("role", "")
                wanted = Wanted(*(request.POST.get(name, "")[:1000] for name in _FIELDS))
                role = role if role in roles else roles[0]
                administration.give(request.acting, unit, role, wanted, timezone.localdate())
    except NotDone as error:
        return str(error)
    return None


_FIELDS = ("person", "need", "last_day")


def _number(request: Asked, name: str) -> int | None:
    text = request.POST.get(name, "")
    fits = text.isascii() and text.isdigit() and int(text[:20]) <= LARGEST_NUMBER
    return int(text[:20]) if fits else None


def _shown_number(request: Asked, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= 3 else None


def _form(request: Asked, error: str | None, today: date) -> dict[str, Any]:
    typed = {"last_day": today + YEAR, "role": ""}
    if error:
        typed |= {name: request.POST.get(name, "")[:1000] for name in (*_FIELDS, "role")}
    return {"error": error, "typed": typed, "today": today}
