"""Registering the decision on a proposed version. The secretary does it, who writes no drafts: one
who has written a text never puts it in force alone."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from sammanhang.access.acting import scope
from sammanhang.access.requires import Asked, just_signed_in, requires
from sammanhang.governance import actions, drafts
from sammanhang.governance.checking import THOROUGHLY, Checked, check
from sammanhang.governance.drafts import REFERRED, Version
from sammanhang.governance.shelf import in_force
from sammanhang.governance.views_draft import changes_of

secretary = requires("secretary")


@require_http_methods(["GET", "POST"])
@secretary
def decide(request: Asked, draft: int) -> HttpResponse:
    """What was decided on the version, or that it goes back to be written on."""
    today = timezone.localdate()
    with scope(request.acting):
        version = drafts.version(draft)
        text = drafts.saving(draft, version.standing.revision).text
    checked = check(version.file, text, today, THOROUGHLY)
    back, decision = "tillbaka" in request.POST, request.POST.get("decision", "").strip()
    hindrance = _hindrance(version, checked, today)
    fault = ""
    if request.method == "POST":
        just_signed_in(request)
        fault = "" if back else hindrance or faulty_decision(decision)
        if not fault:
            try:
                _register(request, version, checked, decision, today, back=back)
                return redirect("governance:draft", draft=draft)
            except actions.NotSaved as refused:
                fault = str(refused)
    return render(
        request,
        "governance/decide.html",
        {
            "version": version,
            "document": checked.document,
            "changes": changes_of(version, in_force().get(version.document)),
            "hindrance": hindrance,
            "fault": fault,
            "decision": decision,
            "may_be_decided": version.standing.status == REFERRED,
        },
        status=422 if fault else 200,
    )


def _register(
    request: Asked, version: Version, checked: Checked, decision: str, today: date, *, back: bool
) -> None:
    with scope(request.acting):
        if back:
            actions.send_back(acting=request.acting, number=version.id)
        else:
            actions.decide(
                acting=request.acting,
                number=version.id,
                decision=decision,
                binds_running=bool(checked.document and checked.document.binds_running),
                today=today,
            )


def _hindrance(version: Version, checked: Checked, today: date) -> str:
    """Why no decision on it can be registered, if none can."""
    if version.standing.status != REFERRED:
        return f"Versionen är {version.standing.status}. Bara det som är på remiss kan beslutas."
    if checked.errors or checked.document is None:
        return (
            "Texten har fel mot det som gäller i dag. Sänd tillbaka den, så att felen rättas. "
            "Se Anmärkningar."
        )
    since = version.standing.in_force_from
    if since is None or since <= today:
        return (
            f"Texten säger att den gäller från {since}, och den dagen har redan kommit. "
            "Sänd tillbaka den, så att dagen ändras."
        )
    return ""


MOST = 200


def faulty_decision(decision: str) -> str:
    if not decision:
        return "Skriv organ, dag och paragraf för beslutet, till exempel VVG 2026-12-03 § 14."
    if len(decision) > MOST:
        return f"Beslutet är för långt. Skriv organ, dag och paragraf med högst {MOST} tecken."
    return ""
