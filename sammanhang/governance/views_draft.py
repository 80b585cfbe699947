"""A draft's own pages: what it changes, what is wrong with it, its savings, proposing it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from sammanhang.access.acting import scope
from sammanhang.access.requires import Asked, requires
from sammanhang.governance import actions, drafts, ready_made, versions
from sammanhang.governance.changes import Changes, between
from sammanhang.governance.checking import THOROUGHLY, Checked, check, names_in, step_words
from sammanhang.governance.drafts import Version
from sammanhang.governance.merge import is_marked, side_by_side
from sammanhang.governance.shelf import InForce, in_force
from sammanhang.governance.views_writing import leader, number_of


@require_GET
@requires()
def draft(request: Asked, draft: int) -> HttpResponse:
    """What the draft would change in duty, and what it changes in the text."""
    with scope(request.acting):
        version = drafts.version(draft)
        before = before_of(version)
    return render(
        request,
        "governance/draft.html",
        {
            "version": version,
            "checked": _checked(version),
            "before": before,
            "changes": changes_of(version, before),
            "rows": side_by_side(before.text, version.head.text) if before else None,
        },
    )


def before_of(version: Version) -> InForce | versions.Held | None:
    """What the version is compared with: what holds while it is being written, and then what it
    took the place of. None for a new document. Read in the reader's scope."""
    if version.standing.status in (drafts.DRAFT, drafts.REFERRED):
        return in_force().get(version.document)
    held = versions.history(version.document, timezone.localdate())
    numbers = [one.version for one in held]
    at = numbers.index(version.standing.number) if version.standing.number in numbers else -1
    return held[at + 1] if 0 <= at < len(held) - 1 else None


def changes_of(version: Version, before: InForce | versions.Held | None) -> Changes | None:
    old = before.text if before else None
    return between(version.file, old, version.head.text, timezone.localdate())


@require_GET
@requires()
def findings(request: Asked, draft: int) -> HttpResponse:
    """Everything that is wrong, each with a shortest history that leads there."""
    version = _version(request, draft)
    found = {"version": version, "checked": _checked(version, THOROUGHLY), "step_words": step_words}
    return render(request, "governance/findings.html", found)


@require_GET
@requires()
def history(request: Asked, draft: int) -> HttpResponse:
    """Every saving; with `?sparning=` what one of them changed."""
    chosen = number_of(request.GET.get("sparning"))
    with scope(request.acting):
        version = drafts.version(draft)
        saving = drafts.saving(draft, chosen) if chosen else None
        before = drafts.saving(draft, saving.onto) if saving and saving.onto else None
        found = {
            "version": version,
            "savings": drafts.savings(draft),
            "standings": drafts.standings(draft),
            "saving": saving,
            "rows": side_by_side(before.text, saving.text) if saving and before else None,
        }
    return render(request, "governance/history.html", found)


@require_http_methods(["GET", "POST"])
@leader
def propose(request: Asked, draft: int) -> HttpResponse:
    """Sends the draft out for opinions, as it stands. Its number and its day stand in the text."""
    version = _version(request, draft)
    checked = _checked(version, THOROUGHLY)
    fault = _not_proposed(version, checked)
    if request.method == "POST" and not fault and checked.document is not None:
        try:
            with scope(request.acting):
                actions.propose(
                    acting=request.acting,
                    number=draft,
                    onto=number_of(request.POST.get("onto")),
                    as_number=checked.document.version,
                    in_force_from=checked.document.in_force_from,
                )
            return redirect("governance:draft", draft=draft)
        except actions.NotSaved as refused:
            fault = str(refused)
    before = in_force().get(version.document)
    return render(
        request,
        "governance/propose.html",
        {
            "version": version,
            "document": checked.document,
            "changes": changes_of(version, before),
            "fault": fault,
        },
        status=422 if request.method == "POST" else 200,
    )


def _not_proposed(version: Version, checked: Checked) -> str:
    """Why it can't be proposed, if it can't."""
    document = checked.document
    if is_marked(version.head.text):
        return (
            "Två texter har slagits ihop, och märken står kvar (<<<<<<< och >>>>>>>). Ta bort dem."
        )
    there = in_force().get(version.document)
    if not version.is_draft:
        return f"Texten är redan {version.standing.status}."
    if checked.errors or document is None:
        return "Texten har fel som måste rättas innan den kan föreslås. Se Anmärkningar."
    if there and document.version == there.document.version:
        return (
            f"Texten kallar sig version {document.version}, som redan gäller. "
            "Ändra 'version' överst i texten."
        )
    if document.in_force_from is None:
        return "Texten säger inte från vilken dag den ska gälla. Skriv 'gäller-från' överst."
    if there and there.document.in_force_from == document.in_force_from:
        return (
            f"Texten säger att den gäller från {document.in_force_from}, då den version började "
            "gälla som gäller nu. Ändra 'gäller-från' överst i texten."
        )
    return ""


@require_http_methods(["GET", "POST"])
@leader
def templates(request: Asked, draft: int) -> HttpResponse:
    """Common rules to fill in. A POST puts the paragraph and its block last in a section."""
    version = _version(request, draft)
    if not version.is_draft:
        return redirect("governance:draft", draft=draft)
    text = version.head.text
    names = names_in(version.file, text)
    fault, filled = "", request.POST
    template = ready_made.TEMPLATES.get(filled.get("mall", ""))
    if request.method == "POST" and template is not None:
        try:
            addition = ready_made.written(template, filled, names)
            new = ready_made.inserted(text, filled.get("avsnitt", ""), addition)
            with scope(request.acting):
                actions.save(
                    acting=request.acting, number=draft, onto=version.head.revision, text=new
                )
            return redirect("governance:write", draft=draft)
        except (ready_made.NotFilled, actions.NotSaved) as refused:
            fault = str(refused)
    return render(
        request,
        "governance/templates.html",
        {
            "version": version,
            "templates": list(ready_made.TEMPLATES.values()),
            "names": names,
            "sections": ready_made.sections(text),
            "units": ready_made.UNITS,
            "fault": fault,
            "filled": filled,
        },
        status=422 if request.method == "POST" else 200,
    )


def _version(request: Asked, number: int) -> Version:
    with scope(request.acting):
        return drafts.version(number)


def _checked(version: Version, most: int | None = None) -> Checked:
    return check(version.file, version.head.text, timezone.localdate(), most)
