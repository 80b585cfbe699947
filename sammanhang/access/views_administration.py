"""The page on which a unit's administrator keeps its people."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from sammanhang.access import administration
from sammanhang.access.administration import NotDone
from sammanhang.access.requires import LARGEST_NUMBER, Asked, requires


@require_http_methods(["GET", "POST"])
@requires("unit_administrator")
def people(request: Asked) -> HttpResponse:
    """Who may act for the unit; to give an assignment, and to end one."""
    error = _do(request) if request.method == "POST" else None
    if request.method == "POST" and error is None:
        return redirect("access:people")
    with administration.scope(request.acting):
        found = administration.colleagues(request.acting, timezone.localdate())
    told = {
        "section": "people",
        "colleagues": found,
        "role": administration.role_at(request.acting),
        "error": error,
        "typed": request.POST.get("person", "")[:100] if error else "",
    }
    return render(request, "access/people.html", told, status=409 if error else 200)


def _do(request: Asked) -> str | None:
    number = request.POST.get("end", "")
    try:
        with administration.scope(request.acting):
            if number.isascii() and number.isdigit() and int(number[:20]) <= LARGEST_NUMBER:
                administration.end(request.acting, int(number[:20]))
            else:
                administration.give(request.acting, request.POST.get("person", "")[:200])
    except NotDone as error:
        return str(error)
    return None
