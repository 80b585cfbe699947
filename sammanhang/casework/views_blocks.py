"""Blocks (spärr): registering and lifting them at the resident's wish, and opening them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from sammanhang.access import limits
from sammanhang.access.acting import Acting, log_reading, scope
from sammanhang.access.requires import Asked, SignInAgain, in_care, just_signed_in
from sammanhang.casework import blocks
from sammanhang.casework.actions import NoSuchCase
from sammanhang.casework.case_page import resident_of
from sammanhang.casework.drafts import discard_draft, open_draft, save_draft
from sammanhang.directory.queries import staff_names
from sammanhang.residents import queries as residents
from sammanhang.residents.identifiers import Faulty, Identifier
from sammanhang.residents.queries import Person

OPENING_DRAFT = ":öppning"
"""What has been typed of an opening lies among the person's drafts; no act is called so."""


@require_http_methods(["GET", "POST"])
@in_care
def block(request: Asked, number: int) -> HttpResponse:
    """The blocks that the unit has registered for the resident, and one more, or one less."""
    acting, today = request.acting, timezone.localdate()
    faults: dict[str, str] = {}
    with scope(acting):
        person = _person(number)
        if request.method == "POST":
            faults = _registered_or_lifted(request, number, person, today)
        known = blocks.registered(acting, person.id)
        names = staff_names({wish.person for one in known for wish in one.wishes})
        log_reading(acting, "read:block", case=number, resident=person.id)
    if request.method == "POST" and not faults:
        return redirect("casework:block", number=number)
    context = {
        "number": number,
        "person": person,
        "child": (age := person.age(today)) is not None and age < blocks.OF_AGE,
        "standing": [one for one in known if one.until is None],
        "lifted": [one for one in known if one.until is not None],
        "names": names,
        "faults": faults,
        "typed": request.POST,
        "lifting": request.POST.get("lift"),
        "now": timezone.now(),
        "today": today,
    }
    return render(request, "casework/block.html", context, status=422 if faults else 200)


@require_http_methods(["GET", "POST"])
@in_care
def lift(request: Asked) -> HttpResponse:
    """Lifting a block for somebody whom the unit has nothing more to do with: found by number, and
    shown only if the unit has a block that stands."""
    acting, today, q = request.acting, timezone.localdate(), request.POST.get("q", "").strip()
    known = residents.understood_number(q, today, synthetic=settings.SYNTHETIC)
    context: dict[str, Any] = {"q": q, "standing": [], "faults": {}, "typed": request.POST}
    context |= {"lifting": request.POST.get("lift"), "now": timezone.now(), "today": today}
    if q and isinstance(known, Faulty):
        context["fault"] = known.reason
    elif isinstance(known, Identifier):
        limits.count("number", acting.person)
        with scope(acting):
            person = residents.find_by_number(known)
            log_reading(
                acting, "find:number" if person else "find:nobody", resident=person and person.id
            )
            if person is not None:
                context |= _standing(request, person, today)
    status = 422 if context["faults"] or "fault" in context else 200
    return render(request, "casework/lift.html", context, status=status)


def _standing(request: Asked, person: Person, today: date) -> dict[str, Any]:
    """The unit's blocks for the person that stand, after what was asked for is done. Where it has
    none, nothing is told: neither who it is nor that there is anybody with the number."""
    acting, faults = request.acting, dict[str, str]()
    standing = _standing_ones(acting, person)
    number = _block_number(request.POST) if standing else None
    if number is not None:
        wish = _wish(request.POST, today)
        faults = blocks.lift(acting=acting, resident=person.id, block=number, wish=wish)
        standing = _standing_ones(acting, person)
    names = staff_names({wish.person for one in standing for wish in one.wishes})
    if standing:
        log_reading(acting, "read:block", resident=person.id)
    done = number is not None and not faults
    return {"person": person, "standing": standing, "names": names, "faults": faults, "done": done}


def _standing_ones(acting: Acting, person: Person) -> list[blocks.Block]:
    return [one for one in blocks.registered(acting, person.id) if one.until is None]


def _block_number(post: Mapping[str, str]) -> int | None:
    lifted = post.get("lift", "")
    return int(lifted) if lifted.isdecimal() and len(lifted) < 16 else None


def _registered_or_lifted(
    request: Asked, number: int, person: Person, today: date
) -> dict[str, str]:
    acting, post, wish = request.acting, request.POST, _wish(request.POST, today)
    lifted = _block_number(post)
    if lifted is not None:
        return blocks.lift(acting=acting, resident=person.id, block=lifted, wish=wish, case=number)
    of_provider = post.get("reach") == blocks.FROM_PROVIDERS
    return blocks.register(acting=acting, case=number, of_provider=of_provider, wish=wish)


def _wish(post: Mapping[str, str], today: date) -> dict[str, Any]:
    """Who asked for it and when, as typed; no day if it can't be one."""
    try:
        asked_on = date.fromisoformat(post.get("asked_on", "").strip())
    except ValueError:
        asked_on = None
    return {
        "asked_by": post.get("asked_by", ""),
        "asked_on": asked_on if asked_on and date(1900, 1, 1) <= asked_on <= today else None,
        "note": post.get("note", "").strip(),
    }


@require_http_methods(["GET", "POST"])
@in_care
def opening(request: Asked, number: int) -> HttpResponse:
    """Opening what is blocked in a case. A sensitive act: one shows again who one is, and what one
    had typed is then still there."""
    acting, post = request.acting, request.POST
    faults: dict[str, str] = {}
    typed = {"ground": post.get("ground", ""), "reason": post.get("reason", "").strip()}
    with scope(acting):
        person = _person(number)
        if request.method != "POST":
            log_reading(acting, "read:blocked", case=number, resident=person.id)
    if request.method == "POST":
        _shown_who(request, number, typed)
        with scope(acting):
            faults = blocks.open_blocked(acting=acting, case=number, **typed)
        if not faults:
            discard_draft(acting=acting, case=number, act=OPENING_DRAFT)
            return redirect("casework:case", number=number)
    elif draft := _draft(request, number):
        typed = draft
    context = {
        "number": number,
        "person": person,
        "faults": faults,
        "typed": typed,
        "today": timezone.localdate(),
    }
    return render(request, "casework/opening.html", context, status=422 if faults else 200)


def _shown_who(request: Asked, number: int, typed: dict[str, str]) -> None:
    try:
        just_signed_in(request)
    except SignInAgain:
        kept = {name: text.replace("\0", "")[:4000] for name, text in typed.items()}
        save_draft(acting=request.acting, case=number, act=OPENING_DRAFT, data=kept,
                   now=timezone.now())  # fmt: skip
        raise


def _draft(request: Asked, number: int) -> dict[str, str] | None:
    with scope(request.acting):
        return open_draft(request.acting, number, OPENING_DRAFT)


def _person(number: int) -> Person:
    """Who the case is about, in scope. Raises NoSuchCase."""
    found = resident_of(number)
    if found is None:
        raise NoSuchCase(number)
    return found
