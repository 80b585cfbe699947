"""The governing documents as people read them, each rule beside its paragraph."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.views.decorators.http import require_GET

from sammanhang.access.acting import scope
from sammanhang.access.requires import Asked, requires
from sammanhang.casework.case_page import open_by_rule
from sammanhang.governance import drafts
from sammanhang.governance.endings import ending, endings, keeps
from sammanhang.governance.shelf import in_force
from sammanhang.governance.versions import (
    Held,
    history,
    process_of,
    processes_on,
    told_by,
    version_of,
)
from sammanhang.guideline.explain import as_html_fragment, as_svg
from sammanhang.guideline.model import Duty, Process
from sammanhang.guideline.sentences import sentence


@require_GET
@requires()
def all_documents(request: Asked) -> HttpResponse:
    """Which documents there are, what is on its way, and what soon ends."""
    today = timezone.localdate()
    processes = list(processes_on(today).values())
    shown = {one.id for each in processes for one in (each.document, *each.additions)}
    with scope(request.acting):
        found = drafts.versions()
        ending_soon = endings(today)
    return render(
        request,
        "governance/list.html",
        {
            "processes": processes,
            "others": [one.document for id, one in in_force().items() if id not in shown],
            "to_decide": [one for one in found if one.standing.status == drafts.REFERRED],
            "coming": [one for one in found if one.standing.status == drafts.DECIDED],
            "endings": {one.document.id: one for one in ending_soon},
            "notices": [one for one in ending_soon if keeps(request.acting, one.document)],
        },
    )


@require_GET
@requires()
def document(request: Asked, key: str) -> HttpResponse:
    """A document with its rules, and how many obligations each rule has open for the unit."""
    today = timezone.localdate()
    with scope(request.acting):
        held = history(id_of(key), today)
        one = chosen(request, held)
        told = ending(held, one, today)
        counted = open_by_rule()
    process = process_of(one, today)
    notes = {
        name: ngettext("%(n)s öppet åtagande hos er", "%(n)s öppna åtaganden hos er", n) % {"n": n}
        for name, n in counted.items()
    }
    html = mark_safe(as_html_fragment(process, notes, get_language() or "sv"))  # noqa: S308 (escaped where it is made)
    return render(
        request,
        "governance/document.html",
        {
            "process": process,
            "html": html,
            "owed": sum(counted.values()),
            "one": one,
            "now": next((other for other in held if other.holds), None),
            "coming": [other for other in held if today < other.since],
            "ending": told,
            "keeps": keeps(request.acting, one.document),
            "is_base": process.document is one.document and bool(process.additions),
        },
    )


@require_GET
@requires()
def diagram(request: Asked, key: str) -> HttpResponse:
    """The process as a picture: parties as lanes, what leads to what, with deadlines."""
    process = _process(request, key)
    picture = mark_safe(as_svg(process))  # noqa: S308 (escaped where it is made)
    return render(request, "governance/diagram.html", {"process": process, "picture": picture})


@require_GET
@requires()
def paragraph(request: Asked, key: str, number: str) -> HttpResponse:
    """A paragraph to be read in place, with the rule one asked about: the answer to "Varför?"."""
    process = _process(request, key)
    section = next((one for one in process.document.sections if one.number == number), None)
    if section is None:
        raise Http404
    rule = process.rule(request.GET.get("regel", ""))
    return render(
        request,
        "governance/paragraph.html",
        {
            "process": process,
            "section": section,
            "prose": prose_of(process, number),
            "rule": sentence(rule, process) if rule else None,
            "law": rule.source.law if isinstance(rule, Duty) else None,
        },
    )


def prose_of(process: Process, number: str) -> list[str]:
    """The paragraphs of prose in a section, without its blocks."""
    sections = process.document.sections
    at = next(i for i, one in enumerate(sections) if one.number == number)
    lines = process.document.text.split("\n")
    end = sections[at + 1].place.line - 1 if at + 1 < len(sections) else len(lines)
    found: list[str] = []
    inside, kept = False, ""
    for line in lines[sections[at].place.line : end]:
        if line.startswith("```"):
            inside = not inside
        elif inside:
            continue
        elif line.strip():
            kept += line.strip().replace("*", "") + " "
        elif kept:
            found.append(kept.strip())
            kept = ""
    return [*found, kept.strip()] if kept else found


def id_of(key: str) -> str:
    """The document with this id, or the one whose process has this key."""
    told = told_by(key, timezone.localdate())
    return told.document.id if told else key


def chosen(request: Asked, held: list[Held]) -> Held:
    """The `version` that is asked for, which is the one that a case follows; or what holds."""
    one = version_of(held, request.GET.get("version"))
    if one is None:
        raise Http404
    return one


def _process(request: Asked, key: str) -> Process:
    today = timezone.localdate()
    with scope(request.acting):
        return process_of(chosen(request, history(id_of(key), today)), today)
