"""Signing in to the demonstration, switching unit, signing out.

Here one chooses whom to be; a real sign-in takes the place of `sign_in` and leaves the rest.
"""

from __future__ import annotations

from itertools import groupby

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sammanhang.access import acting
from sammanhang.access.acting import Acting, Choice
from sammanhang.access.requires import Asked, open_to_all, requires
from sammanhang.directory.models import ROLES

HOME = "/"


@open_to_all
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Chooses a person and an assignment, and acts in it from then on. Where there may be real
    people, nobody gets in by choosing."""
    if not settings.SYNTHETIC:
        raise PermissionDenied
    wanted = _wanted(request)
    if request.method == "POST":
        chosen = _chosen(request)
        if chosen is not None:
            acting.sign_in(request, chosen)
            acting.log_session(chosen, "sign-in")
            return redirect(wanted)
    q = request.GET.get("q", "")[:100]
    found = acting.choices(timezone.localdate(), q=q)
    if not q.strip():
        found = [one for one in found if one.demo]  # the rest are found by searching
    return render(
        request,
        "access/sign_in.html",
        {
            "groups": by_role(found),
            "q": q,
            "next": wanted,
            "gone": request.method == "POST",
            "acting": acting.current(request, timezone.localdate()),
        },
        status=409 if request.method == "POST" else 200,
    )


@require_http_methods(["GET", "POST"])
@requires()
def switch(request: Asked) -> HttpResponse:
    """Acts in another of one's own assignments."""
    mine = acting.choices(timezone.localdate(), person=request.acting.person)
    if request.method == "POST":
        chosen = _chosen(request)
        if chosen is not None and chosen.person == request.acting.person:
            acting.switch(request, chosen)
            acting.log_session(chosen, "switch")
            return redirect(HOME)
    return render(request, "access/switch.html", {"choices": mine, "acting": request.acting})


@open_to_all
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    who = acting.current(request, timezone.localdate())
    acting.sign_out(request)
    if who is not None:
        acting.log_session(who, "sign-out")
    return redirect("access:sign-in")


def by_role(found: list[Choice]) -> list[tuple[str, list[Choice]]]:
    """The choices under the title of their role, the roles in the order of a stay."""
    order = list(ROLES)
    known = [one for one in found if one.acting.role in ROLES]
    known.sort(key=lambda one: order.index(one.acting.role))
    return [
        (_(ROLES[role]), list(choices))
        for role, choices in groupby(known, lambda one: one.acting.role)
    ]


def _chosen(request: HttpRequest) -> Acting | None:
    number = request.POST.get("assignment", "")
    if not number.isdecimal() or len(number) > 15:
        return None
    return acting.assignment(int(number), timezone.localdate())


def _wanted(request: HttpRequest) -> str:
    """Where the person was going, if it is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or HOME
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if safe else HOME
