"""Switching unit, signing out, one's sessions. See views_sign_in for the way in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sammanhang.access import acting, oidc, openings, sessions
from sammanhang.access.requires import Asked, just_signed_in, open_to_all, requires
from sammanhang.access.wanted import HOME, chosen_assignment


@require_http_methods(["GET", "POST"])
@requires()
def switch(request: Asked) -> HttpResponse:
    """Acts in another of one's own assignments."""
    mine = acting.choices(timezone.localdate(), request.acting.person)
    if request.method == "POST":
        chosen = chosen_assignment(request)
        if chosen is not None and chosen.person == request.acting.person:
            acting.switch(request, chosen)
            acting.log_session(chosen, "switch")
            return redirect(HOME)
        acting.log_denied(request.acting, "assignment")
    return render(request, "access/switch.html", {"choices": mine, "acting": request.acting})


@open_to_all
@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Here, and at the identity provider if one signed in there."""
    who = acting.current(request)
    id_token = request.session.get(sessions.ID_TOKEN)
    acting.sign_out(request)
    if who is not None:
        acting.log_session(who, "sign-out")
    elsewhere = oidc.sign_out_address(request, id_token) if id_token else None
    response = redirect(elsewhere or "access:sign-in")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@open_to_all
@require_GET
def still(request: HttpRequest) -> HttpResponse:
    """Asked by a page that stands open: whether somebody is still signed in. It is no sign of life
    of theirs. 401: the page clears itself. A log reviewer is told how many openings wait."""
    kept = sessions.SessionStore(request.session.session_key).look().get(sessions.ACTING)
    response = HttpResponse(status=204 if kept else 401)
    if kept and kept["role"] == "log_reviewer":
        who = acting.Acting(**kept)
        response.headers["To-Review"] = str(openings.to_review(who))
    return response


@require_http_methods(["GET", "POST"])
@requires()
def my_sessions(request: Asked) -> HttpResponseBase:
    """Where one is signed in. Any of it can be ended, or all, by who has just shown who they are:
    somebody at a screen left open doesn't sign its owner out everywhere else."""
    this = request.session.session_key
    if request.method == "POST":
        just_signed_in(request)
        number = request.POST.get("session", "")
        one = int(number) if number.isdecimal() and len(number) <= 15 else None
        with acting.scope(request.acting):
            ended = sessions.end(request.acting.person, one)
            acting.log_reading(request.acting, f"sign-out-elsewhere:{ended}")
        if one is None:
            return sign_out(request)
        return redirect("access:sessions")
    with acting.scope(request.acting):
        mine = sessions.of_person(request.acting.person, this)
    told = {"sessions": mine, "acting": request.acting, "section": "sessions"}
    return render(request, "access/sessions.html", told)
