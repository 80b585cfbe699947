"""The versions of a document: how far each has come, what differs between two, and how one ends."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sammanhang.access.acting import scope
from sammanhang.access.requires import Asked, just_signed_in, requires
from sammanhang.governance import drafts, endings
from sammanhang.governance.actions import NotSaved
from sammanhang.governance.changes import between
from sammanhang.governance.merge import side_by_side
from sammanhang.governance.versions import Held, history, version_of
from sammanhang.governance.views import chosen, id_of
from sammanhang.governance.views_decision import faulty_decision, secretary


@require_GET
@requires()
def versions(request: Asked, key: str) -> HttpResponse:
    """Every version with its status, its decision and its days; and those on their way."""
    today = timezone.localdate()
    with scope(request.acting):
        held = _history(key, today)
        on_the_way = [one for one in drafts.versions(held[0].id) if one.standing.decision is None]
    return render(
        request,
        "governance/versions.html",
        {
            "document": _shown(held).document,
            "held": held,
            "on_the_way": on_the_way,
            "may_repeal": request.acting.role == "secretary"
            and not endings.why_not_repeal(_shown(held)),
        },
    )


@require_GET
@requires()
def compare(request: Asked, key: str) -> HttpResponse:
    """What changes from one version to another: in duty, then in the text."""
    today = timezone.localdate()
    with scope(request.acting):
        held = _history(key, today)
    new = _asked(held, request.GET.get("till"), _shown(held))
    old = _asked(held, request.GET.get("fran"), _before(held, new) or new)
    changes = between(old.file, old.text, new.text, today)
    return render(
        request,
        "governance/compare.html",
        {
            "document": _shown(held).document,
            "held": held,
            "old": old,
            "new": new,
            "changes": changes,
            "rows": side_by_side(old.text, new.text),
        },
    )


@require_http_methods(["GET", "POST"])
@secretary
def repeal(request: Asked, key: str) -> HttpResponse:
    """Registers that the version that holds was decided to hold no more from a day."""
    today = timezone.localdate()
    with scope(request.acting):
        held = _history(key, today)
    one = _shown(held)
    hindrance = endings.why_not_repeal(one)
    decision, day = (request.POST.get(name, "").strip() for name in ("decision", "until"))
    fault = ""
    if request.method == "POST":
        just_signed_in(request)
        until = _day(day)
        fault = hindrance or faulty_decision(decision)
        fault = fault or ("" if until else "Skriv vilken dag dokumentet slutar gälla.")
        if until and not fault:
            try:
                with scope(request.acting):
                    endings.repeal(
                        acting=request.acting, one=one, until=until, decision=decision, today=today
                    )
                return redirect("governance:versions", key=one.id)
            except NotSaved as refused:
                fault = str(refused)
    return render(
        request,
        "governance/repeal.html",
        {
            "one": one,
            "hindrance": hindrance,
            "fault": fault,
            "decision": decision,
            "until": day,
        },
        status=422 if fault else 200,
    )


@require_POST
@requires(*endings.KEEPERS)
def seen(request: Asked, key: str) -> HttpResponse:
    """That one has seen that the document soon ends, or has ended."""
    today = timezone.localdate()
    with scope(request.acting):
        held = history(id_of(key), today)
        told = endings.ending(held, chosen(request, held), today)
        if told is None:
            raise Http404
        endings.see(acting=request.acting, told=told)
    return redirect("governance:list")


def _history(key: str, today: date) -> list[Held]:
    held = history(id_of(key), today)
    if not held:
        raise Http404
    return held


def _shown(held: list[Held]) -> Held:
    return version_of(held, None) or held[0]


def _asked(held: list[Held], version: str | None, otherwise: Held) -> Held:
    one = version_of(held, version) if version is not None else otherwise
    if one is None:
        raise Http404
    return one


def _before(held: list[Held], one: Held) -> Held | None:
    at = held.index(one)
    return held[at + 1] if at + 1 < len(held) else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
