"""A system owner's pages: whose sessions to end, and who is of public interest. See also
views_administration.py, and site/views.py for the state of the service."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sammanhang.access import administration, public_interest, sessions, sign_ins
from sammanhang.access.acting import Acting, log_reading
from sammanhang.access.administration import NotDone
from sammanhang.access.requires import Asked, just_signed_in, requires
from sammanhang.access.sessions import Session
from sammanhang.directory import hsa
from sammanhang.directory.queries import staff_names


@require_http_methods(["GET", "POST"])
@requires("system_owner")
def signed_in(request: Asked) -> HttpResponse:
    """The sessions of somebody at work in one's organisation, found by HSA-id, to end them all."""
    typed, error = request.POST.get("person", "")[:200].strip(), None
    person, name, found, ended = "", "", list[Session](), None
    with administration.scope(request.acting):
        not_mine = sign_ins.not_mine()
    if request.method == "POST":
        just_signed_in(request)
        try:
            person = hsa.hsa_id(typed)
            with administration.scope(request.acting):
                name = staff_names([person]).get(person, "")
                if "end" in request.POST:
                    ended = _end(request.acting, person)
                found = sessions.of_person(person, None)
                log_reading(request.acting, f"read:sessions:{person}")
        except ValidationError as fault:
            error = fault.messages[0]
    told = {
        "section": "signed-in", "typed": typed, "person": person, "name": name,
        "sessions": found, "ended": ended, "error": error, "not_mine": not_mine,
    }  # fmt: skip
    return render(request, "access/signed_in.html", told, status=409 if error else 200)


def _end(acting: Acting, person: str) -> int:
    ended = sessions.end(person)
    log_reading(acting, f"write:sessions-ended:{person}:{ended}")
    return ended


@require_http_methods(["GET", "POST"])
@requires("system_owner")
def interest(request: Asked) -> HttpResponse:
    """To put somebody on the list of people of public interest, or take them off."""
    error = None
    if request.method == "POST":
        just_signed_in(request)
        try:
            with administration.scope(request.acting):
                listed = request.POST.get("listed") == "1"
                public_interest.say(
                    request.acting, request.POST.get("number", "")[:50], listed=listed
                )
        except NotDone as fault:
            error = str(fault)
        if error is None:
            return redirect(f"{request.path}?klart=1")
    told = {
        "section": "public-interest",
        "error": error,
        "typed": request.POST.get("number", "")[:50],
        "done": "klart" in request.GET,
    }
    return render(request, "access/public_interest.html", told, status=409 if error else 200)
