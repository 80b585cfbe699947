"""Governing documents fetched as files, as they hold, as they stood, and as they are written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from sammanhang.access.acting import scope
from sammanhang.access.limits import limited
from sammanhang.access.requires import Asked, requires
from sammanhang.governance import drafts
from sammanhang.governance.checking import check
from sammanhang.governance.drafts import Version
from sammanhang.governance.versions import COMING, HOLDS, REPLACED, Held, history, process_of
from sammanhang.governance.views import chosen, id_of
from sammanhang.guideline.model import Process
from sammanhang.interop.documents.forms import FORMS, Form, NotWritten
from sammanhang.interop.documents.mark import Mark


@require_GET
@requires()
@limited("export")
def document(request: Asked, key: str, form: str) -> HttpResponse:
    """A version of a document, alone or with what is laid on it."""
    today = timezone.localdate()
    with scope(request.acting):
        one = chosen(request, history(id_of(key), today))
    process = process_of(one, today)
    whole = request.GET.get("med") == "tillagg" and process.document.id == one.id
    return _file(request, process, _form(form), f"{one.id}-{one.version}", mark_of(one), whole)


@require_GET
@requires()
@limited("export")
def draft(request: Asked, draft: int, form: str) -> HttpResponse:
    """A text that is being written, as it was last saved."""
    today = timezone.localdate()
    with scope(request.acting):
        version = drafts.version(draft)
    text = version.head.text
    name = f"{version.document}-utkast-{version.id}-{version.head.revision}"
    if form == "md":  # also of a text with faults
        return _sent(text.encode(), FORMS["md"], name)
    page = check(version.file, text, today).page
    if page is None:
        return _not_written(request, "Texten har fel som måste rättas först. Se Anmärkningar.")
    return _file(request, page, _form(form), name, mark_of_draft(version), whole=False)


def mark_of(one: Held) -> Mark | None:
    """What a version that doesn't hold says of itself."""
    if one.status == HOLDS:
        return None
    if one.status == COMING:
        return Mark(f"Beslutad, gäller från {one.since}.", "active")
    what = "Ersatt av en ny version" if one.status == REPLACED else one.status.capitalize()
    return Mark(f"{what}. Gäller inte sedan {one.ended}.", "retired")


def mark_of_draft(version: Version) -> Mark | None:
    standing, on = version.standing, _day(version)
    match standing.status:
        case drafts.DRAFT:
            return Mark(f"Utkast, sparat {on}. Inte beslutat.")
        case drafts.REFERRED:
            return Mark(f"För remiss, version {standing.number}, {on}. Inte beslutat.")
        case drafts.DECIDED:
            return Mark(f"Beslutad, gäller från {standing.in_force_from}.", "active")
        case "gällande":
            return None
        case other:
            return Mark(f"{other.capitalize()}.", "retired")


def _day(version: Version) -> date:
    at = version.head.saved_at if version.is_draft else version.standing.at
    return timezone.localtime(at).date()


def _form(name: str) -> Form:
    if name not in FORMS:
        raise Http404
    return FORMS[name]


def _file(
    request: Asked, process: Process, form: Form, name: str, mark: Mark | None, whole: bool
) -> HttpResponse:
    """Of a text no more than was asked for; a process is what all its documents come to."""
    told = replace(process, additions=()) if form.of_text and not whole else process
    try:
        return _sent(form.write(told, mark), form, name)
    except NotWritten as fault:
        return _not_written(request, str(fault))


def _sent(made: bytes, form: Form, name: str) -> HttpResponse:
    answer = HttpResponse(made, content_type=form.type)
    header = content_disposition_header(as_attachment=True, filename=f"{name}.{form.ending}")
    answer["Content-Disposition"] = header or "attachment"
    return answer


def _not_written(request: Asked, fault: str) -> HttpResponse:
    return render(request, "governance/not_written.html", {"fault": fault}, status=422)
