"""Signing in at the identity provider: to it, its answer, and which assignment to act in.

Also showing again who one is, which a sensitive act takes (`requires.just_signed_in`).
"""

from __future__ import annotations

import time

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sammanhang.access import (
    acting,
    limits,
    oidc,
    oidc_logout,
    own_number,
    sessions,
    sign_ins,
    strangers,
)
from sammanhang.access.acting import Acting
from sammanhang.access.oidc import Person, Refused
from sammanhang.access.requires import (
    RECENTLY,
    Asked,
    just_signed_in,
    open_to_all,
    requires,
)
from sammanhang.access.wanted import HOME, chosen_assignment, wanted_page

BEGUN = "begun"
"""In a session: [where the person was going, whether they were to show again who they are]."""
NO_ASSIGNMENT = "no-assignment"


@open_to_all
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Tells where one signs in, and goes there when asked to (by a form with a token, so that no
    other site signs anybody in)."""
    if request.method == "POST":
        limits.count_visitor(request, "sign-in")
        return _leave(request, again=False)
    return render(request, "access/provider.html", {"next": wanted_page(request)})


@require_http_methods(["GET", "POST"])
@requires()
def again(request: Asked) -> HttpResponse:
    """Shows again who one is."""
    if request.method == "GET":
        return render(request, "access/again.html", {"next": wanted_page(request)})
    return _leave(request, again=True)


def _leave(request: HttpRequest, *, again: bool) -> HttpResponse:
    request.session[BEGUN] = [wanted_page(request), again]
    try:
        return oidc.begin(request, again=again)
    except Refused as refused:
        return _refuse(request, refused)


@open_to_all
@require_GET
def answer(request: HttpRequest) -> HttpResponse:
    """What the identity provider answered, by way of the browser."""
    if not settings.OIDC_ISSUER:
        raise Http404
    limits.count_visitor(request, "sign-in")
    wanted, again = request.session.get(BEGUN, [HOME, False])
    try:
        person = oidc.answer(request)
        if again:
            _same_and_now(request, person)
        else:
            acting.identified(
                request, person.hsa_id, person.authenticated, person.id_token, person.there
            )
            own_number.remember(person.hsa_id, person.number)
    except Refused as refused:
        return _refuse(request, refused)
    rotate_token(request)
    if again:
        return redirect(wanted)
    mine = acting.choices(timezone.localdate(), person.hsa_id)
    if not mine:
        return _refuse(request, Refused(NO_ASSIGNMENT, person.hsa_id))
    if len(mine) == 1:
        return _act(request, mine[0].acting, wanted)
    request.session[BEGUN] = [wanted, False]
    return redirect("access:assignment")


def _same_and_now(request: HttpRequest, person: Person) -> None:
    """The one who sits here, and just now: not somebody whom the provider still remembered."""
    who = acting.current(request)
    if who is None or who.person != person.hsa_id:
        raise Refused("another", person.hsa_id)
    if person.authenticated < time.time() - RECENTLY:
        raise Refused("auth_time", person.hsa_id)
    acting.shown_again(request, person.authenticated, person.id_token, person.there)
    acting.switch(request, who)
    acting.log_session(who, "sign-in-again")


@csrf_exempt
@open_to_all
@require_POST
def ended_there(request: HttpRequest) -> HttpResponse:
    """The identity provider tells, itself and not by a browser, that somebody has signed out there
    or been put out, as when a card is revoked: it ends here too."""
    if not settings.OIDC_ISSUER:
        raise Http404
    limits.count_visitor(request, "sign-out-told")
    try:
        people = oidc_logout.end(oidc_logout.told(request.POST.get("logout_token", "")))
    except Refused as refused:
        strangers.note(request, f"sign-out-told:{refused.why}")
        return _to_provider(refused.why, status=400)
    for person in people:
        acting.log_session(Acting(person, "", "", "", "", 0, ""), "sign-out-by-provider")
    return _to_provider("", status=200)


def _to_provider(why: str, *, status: int) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(why, status=status, content_type="text/plain", headers=headers)


@open_to_all
@require_http_methods(["GET", "POST"])
def assignment(request: HttpRequest) -> HttpResponse:
    """One who has several assignments says which to act in."""
    person = request.session.get(sessions.PERSON)
    if person is None or sessions.ACTING in request.session:
        return redirect("access:sign-in")
    wanted, _again = request.session.get(BEGUN, [HOME, False])
    chosen = chosen_assignment(request) if request.method == "POST" else None
    if chosen is not None and chosen.person == person:
        return _act(request, chosen, wanted)
    mine = acting.choices(timezone.localdate(), person)
    return render(request, "access/assignment.html", {"choices": mine})


def _act(request: HttpRequest, chosen: Acting, wanted: str) -> HttpResponse:
    acting.switch(request, chosen)
    acting.log_session(chosen, "sign-in")
    sign_ins.signed_in(request, chosen)
    return redirect(wanted)


@require_http_methods(["GET", "POST"])
@requires()
def told(request: Asked) -> HttpResponse:
    """The answer to what was unusual. That it wasn't oneself is for who has just shown the card."""
    if request.method == "GET":
        return redirect(HOME)
    mine, wanted = request.POST.get("mine") == "1", wanted_page(request)
    if not mine:
        just_signed_in(request)
    ended = sign_ins.answered(request, request.acting, mine=mine)
    if mine or ended is None:
        return redirect(wanted)
    return render(request, "access/not_mine.html", {"ended": ended, "next": wanted})


def _refuse(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Says what to do about it, and notes it: of somebody unknown unless it is sure who it was."""
    who = Acting(refused.person or "-", "", "", "", "", 0, "")
    acting.log_denied(who, f"sign-in:{refused.why}")
    if refused.person and refused.why != NO_ASSIGNMENT:
        sign_ins.refused(request, who, refused.why)
    if sessions.ACTING not in request.session:
        acting.sign_out(request)  # nothing of the attempt is left
    told = {"why": refused.why, "what_to_do": _what_to_do(refused.why)}
    return render(request, "access/refused.html", told, status=403)


def _what_to_do(why: str) -> str:
    return {
        "acr": _(
            "Du loggade in på ett sätt som inte räcker för uppgifter om personer. "
            "Logga in med SITHS eID (tillitsnivå 3). Har du inget, beställ det hos din enhets "
            "id-administratör."
        ),
        "amr": _(
            "Du loggade in på ett sätt som inte räcker för uppgifter om personer. "
            "Logga in med ditt kort och din kod, eller med legitimationen i din mobil."
        ),
        NO_ASSIGNMENT: _(
            "Du har inget uppdrag i Sammanhang i dag. "
            "Be din enhets administratör att lägga till ett, och logga sedan in igen."
        ),
        "another": _("Du legitimerade dig som någon annan än den som är inloggad. Logga ut först."),
        "auth_time": _("Inloggningstjänsten frågade inte efter din legitimation på nytt."),
        "cancelled": _("Inloggningen avbröts."),
        "provider": _("Inloggningstjänsten svarar inte. Försök igen om en stund."),
        "state": _(
            "Svaret hör inte till en inloggning som började i det här fönstret, eller så har den "
            "redan använts. Börja om."
        ),
    }.get(
        why,
        _(
            "Svaret från inloggningstjänsten gick inte att lita på. Försök igen. Händer det igen, "
            "kontakta supporten och läs upp koden nedan."
        ),
    )
