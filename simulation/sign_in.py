"""The demonstration's way in: one chooses whom to be."""

from __future__ import annotations

import time
from datetime import date
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sammanhang.access import acting, limits, views_sign_in
from sammanhang.access.acting import Choice
from sammanhang.access.requires import Asked, open_to_all, requires
from sammanhang.access.wanted import chosen_assignment, wanted_page
from sammanhang.directory.models import ROLES
from simulation.staff import greeted


@open_to_all
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Chooses a person and an assignment, and acts in it from then on."""
    wanted = wanted_page(request)
    if request.method == "POST":
        limits.count_visitor(request, "sign-in")
        chosen = chosen_assignment(request)
        if chosen is not None:
            acting.sign_in(request, chosen)
            acting.log_session(chosen, "sign-in")
            return redirect(wanted)
    q = request.GET.get("q", "")[:100]
    told = {
        "groups": by_role(to_be(q, timezone.localdate())),
        "q": q,
        "next": wanted,
        "gone": request.method == "POST",
        "acting": acting.current(request),
    }
    status = 409 if request.method == "POST" else 200
    return render(request, "simulation/sign_in.html", told, status=status)


@require_http_methods(["GET", "POST"])
@requires()
def again(request: Asked) -> HttpResponse:
    """There is no card to show: one has said again who one is by coming here."""
    if request.method == "GET":
        return views_sign_in.again(request)  # type: ignore[return-value]
    acting.shown_again(request, time.time())
    acting.switch(request, request.acting)
    acting.log_session(request.acting, "sign-in-again")
    return redirect(wanted_page(request))


def to_be(q: str, today: date) -> list[Choice]:
    """Those whom the demonstration greets; or, with words in name, unit or place, whoever has
    them, those who are greeted first."""
    known = [one.hsa_id for one in greeted()]
    words = [f"%{word}%" for word in q.lower().replace("%", "").split()]
    if not words:
        return acting.in_force(today, "s.hsa_id = any(%s) order by s.sort_key, p.sort_key", known)
    told = "lower(concat_ws(' ', s.given_name, s.family_name, p.name, p.parent, m.name)) like %s"
    order = "order by s.hsa_id = any(%s) desc, s.sort_key, p.sort_key limit 60"
    return acting.in_force(today, f"{' and '.join([told] * len(words))} {order}", *words, known)


def by_role(found: list[Choice]) -> list[tuple[str, list[Choice]]]:
    """The choices under the title of their role, the roles in the order of a stay."""
    order = list(ROLES)
    known = [one for one in found if one.acting.role in ROLES]
    known.sort(key=lambda one: order.index(one.acting.role))
    return [
        (_(ROLES[role]), list(choices))
        for role, choices in groupby(known, lambda one: one.acting.role)
    ]
