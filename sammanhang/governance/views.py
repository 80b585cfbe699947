"""The governing documents as people read them, each rule beside its paragraph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.views.decorators.http import require_GET

from sammanhang.access.acting import scope
from sammanhang.access.requires import Asked, requires
from sammanhang.casework import documents
from sammanhang.casework.case_page import open_by_rule
from sammanhang.casework.processes import DISCHARGE, edition_on, processes_of
from sammanhang.guideline.explain import as_html_fragment, as_svg
from sammanhang.guideline.model import Duty, Process
from sammanhang.guideline.sentences import sentence


@require_GET
@requires()
def all_documents(request: Asked) -> HttpResponse:
    """Which documents there are."""
    return render(
        request,
        "governance/list.html",
        {"processes": list(_processes(timezone.localdate()).values())},
    )


@require_GET
@requires()
def document(request: Asked, key: str) -> HttpResponse:
    """A document with its rules, and how many obligations each rule has open for the unit."""
    process = _process(request, key)
    with scope(request.acting):
        counted = open_by_rule()
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
            "now": _told_by(key, timezone.localdate()),
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


def _process(request: Asked, key: str) -> Process:
    """The process as the document with this id tells it, or the one that has this key: as it is
    today, or in the `version` that is asked for, which is the one that a case follows."""
    version, today = request.GET.get("version"), timezone.localdate()
    found = _told_by(key, today) if version is None else None
    for one in documents.recorded() if version is not None else ():
        if (one.id, one.version) == (key, version) and one.since <= today:
            found = _told_by(key, one.since)
    if found is None:
        raise Http404
    return found


def _told_by(key: str, day: date) -> Process | None:
    for process in _processes(day).values():
        for one in (process.document, *process.additions):
            if key == one.id or (key == process.key and one is process.document):
                return replace(process, document=one)
    return None


def _processes(day: date) -> Mapping[str, Process]:
    """Those in force on a day, with the routines and supplements that held with them."""
    try:
        return processes_of(edition_on(DISCHARGE, day))
    except KeyError:
        raise Http404 from None
