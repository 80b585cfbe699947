"""Admitting someone: find the person, then fill in the act that opens the case."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from sammanhang.access import limits
from sammanhang.access.acting import log_reading, scope
from sammanhang.access.limits import limited
from sammanhang.access.requires import Asked, Denied, in_care
from sammanhang.casework import blocks
from sammanhang.casework.actions import Performed, open_case
from sammanhang.casework.forms import asked_fields, form, typed, with_citations
from sammanhang.casework.processes import DISCHARGE, process_on
from sammanhang.casework.shown import OPENING, cited, cited_section
from sammanhang.casework.unit_choice import choices, with_unit_choices
from sammanhang.casework.views import may_admit
from sammanhang.engine import Refusal
from sammanhang.engine.calendar import local
from sammanhang.residents import queries as residents
from sammanhang.residents.identifiers import Faulty

FOUND = "found"
"""In the session: the person last found by number, whom the unit may not yet have a relation to."""
FEWEST_DIGITS = 4
"""With fewer digits than this, what is written is a name."""


def _only_those_who_may(request: Asked) -> None:
    if not may_admit(request.acting):
        raise PermissionDenied


@require_http_methods(["GET", "POST"])
@in_care
def find(request: Asked) -> HttpResponse:
    """Finds the person to admit. What is searched for is posted: numbers don't belong in
    addresses, which end up in logs and histories."""
    _only_those_who_may(request)
    q = request.POST.get("q", "").strip()
    context = {"q": q, "found": None, "fault": None, "by_name": False}
    context["today"] = timezone.localdate()
    if q:
        context.update(_found(request, q))
    part = "find_results" if request.headers.get("HX-Request") else "find"
    return render(request, f"casework/{part}.html", context)


def _found(request: Asked, q: str) -> dict[str, object]:
    """By number when digits are written, otherwise by name among those the unit knows."""
    if sum(mark.isdigit() for mark in q) < FEWEST_DIGITS:
        limits.count("name", request.acting.person)
        with scope(request.acting):
            found = residents.find_by_name(q)
            if found:
                everyone = [person.id for person in found]
                log_reading(request.acting, "find:name", residents=everyone)
            return {"found": found, "by_name": True}
    number = residents.understood_number(q, timezone.localdate(), synthetic=settings.SYNTHETIC)
    if isinstance(number, Faulty):
        return {"fault": number.reason}
    limits.count("number", request.acting.person)
    with scope(request.acting):
        person = residents.find_by_number(number)
        if person is None:
            log_reading(request.acting, "find:nobody")
            return {"found": []}
        log_reading(request.acting, "find:number", resident=person.id)
    request.session[FOUND] = {str(person.id): number.value}
    return {"found": [person]}


@require_http_methods(["GET", "POST"])
@in_care
def admit(request: Asked, resident: UUID) -> HttpResponse:
    """The first act of a case."""
    _only_those_who_may(request)
    acting, now = request.acting, timezone.now()
    process = process_on(DISCHARGE, local(now).date())
    act = process.acts[OPENING]
    asked = asked_fields(process, act, acting.unit, now)
    with scope(acting):
        person = _person(request, resident)
        despite = blocks.reasons(act) if blocks.stands(acting, person.id) else []
        log_reading(acting, "read:resident", resident=person.id)
    refusal: Refusal | None = None
    if request.method == "POST":
        data = typed(asked, request.POST)
        result = open_case(
            acting=acting,
            resident=resident,
            act=OPENING,
            data=data,
            now=now,
            key=_key(request.POST.get("key", "")),
            despite=request.POST.get("despite"),
        )
        if isinstance(result, Performed):
            request.session.pop(FOUND, None)
            address = reverse("casework:case", args=[result.case])
            return redirect(f"{address}?klart={result.seq}")
        refusal = result.refusal
        fields = form(asked, data, now, refusal.fields or {}, propose=False)
    else:
        fields = form(asked, {}, now)
    with scope(acting):
        fields = with_unit_choices(process, act, fields, acting, now, person)
        fields = with_citations(fields, process, act, acting.unit, now)
    citing = None
    if refusal is not None and refusal.document and refusal.section:
        citing = cited_section(process, refusal.document, refusal.section)
    faulty = [field for field in fields if field.error]
    context = {
        "person": person,
        "act": act,
        "cited": cited(process, act.source),
        "process": process,
        "fields": fields,
        "open": {
            "act": act,
            "refusal": refusal,
            "faulty": faulty,
            "changed": None,
            "cited": citing,
            "despite": request.POST.get("despite"),
        },
        "despite": despite,
        "key": uuid4(),
        "now": now,
        "today": local(now).date(),
    }
    return render(request, "casework/admit.html", context, status=422 if refusal else 200)


def _person(request: Asked, resident: UUID) -> residents.Person:
    """The person one has just found by number, or one the unit has to do with already."""
    number = request.session.get(FOUND, {}).get(str(resident))
    if number is None:
        found = residents.person(resident)
    else:
        known = residents.understood_number(number, timezone.localdate(), synthetic=False)
        shown = None if isinstance(known, Faulty) else residents.find_by_number(known)
        found = residents.person(shown.id) if shown else None
    if found is None:
        raise Denied("resident")
    return found


@require_GET
@in_care
@limited("unit")
def units(request: Asked) -> HttpResponse:
    """Units to choose among, as one searches."""
    now: datetime = timezone.now()
    process = process_on(DISCHARGE, local(now).date())
    act = process.acts.get(request.GET.get("act", ""))
    field = request.GET.get("falt", "")
    if act is None or field not in process.fields_asked:
        raise Http404
    q, chosen = request.GET.get("sok-" + field, ""), request.GET.get("f-" + field, "")
    with scope(request.acting):
        found = choices(process, act, field, request.acting, now, q.strip(), chosen)
    context = {"units": found, "name": "f-" + field, "chosen": chosen, "q": q}
    context["required"] = process.fields_asked[field].required
    return render(request, "casework/unit_options.html", context)


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()
