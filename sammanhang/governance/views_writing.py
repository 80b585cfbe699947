"""The place to write: drafts, the editor, what it asks while somebody types."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sammanhang.access.acting import Acting, scope
from sammanhang.access.limits import limited
from sammanhang.access.requires import Asked, Denied, requires
from sammanhang.directory.models import CareArea
from sammanhang.governance import actions, drafts, new_documents
from sammanhang.governance.checking import AS_ONE_TYPES, Checked, check, names_in, step_words
from sammanhang.governance.drafts import Version
from sammanhang.governance.keywords import keywords
from sammanhang.governance.merge import merge, side_by_side
from sammanhang.governance.shelf import in_force
from sammanhang.guideline.explain import as_html_fragment, as_svg
from sammanhang.guideline.model import Finding

leader = requires("process_leader")


def writes(acting: Acting) -> bool:
    return acting.role == "process_leader"


@require_GET
@requires()
def all_drafts(request: Asked) -> HttpResponse:
    """What is being written, and for process leaders where to begin."""
    return _drafts_page(request)


def _drafts_page(request: Asked, fault: str = "", typed: Any = None) -> HttpResponse:
    with scope(request.acting):
        found = drafts.versions()
    there = [one.document for one in in_force().values()]
    return render(
        request,
        "governance/drafts.html",
        {
            "versions": found,
            "documents": there,
            "bases": [one for one in there if one.adds_to is None and one.process],
            "areas": list(CareArea.objects.values_list("name", flat=True).order_by("name")),
            "kinds": new_documents.KINDS,
            "writes": writes(request.acting),
            "fault": fault,
            "typed": typed or {},
        },
        status=422 if fault else 200,
    )


@require_POST
@leader
def start(request: Asked) -> HttpResponse:
    """A draft of a new version of what is in force, or of a new document from a template; or of
    either from a file."""
    there = in_force().get(request.POST.get("document", ""))
    based_on: str | None = None
    try:
        if there is not None:
            document = there.document
            begun = new_documents.Begun(document.id, there.file, document.title, there.text)
            based_on = document.version
        elif isinstance(file := request.FILES.get("file"), UploadedFile):
            begun, based_on = new_documents.read_file(file.read())
        else:
            begun = new_documents.begin(request.POST, timezone.localdate())
        with scope(request.acting):
            number = actions.start(
                acting=request.acting,
                document=begun.id,
                file=begun.file,
                title=begun.title,
                based_on=based_on,
                text=begun.text,
            )
    except actions.NotSaved as fault:
        return _drafts_page(request, str(fault), request.POST)
    return redirect("governance:write", draft=number)


# --- The editor -------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@leader
def write(request: Asked, draft: int) -> HttpResponse:
    """The text, to be written on. A POST saves it, from a script or from a plain form."""
    if request.method == "POST":
        return _save(request, draft)
    with scope(request.acting):
        version = drafts.version(draft)
        if not version.is_draft:
            return redirect("governance:draft", draft=draft)
        actions.say_present(acting=request.acting, number=draft)
        others = drafts.also_writing(draft, request.acting.person)
    return _editor(request, version, version.head.text, version.head.revision, others)


def _editor(
    request: Asked,
    version: Version,
    text: str,
    onto: int,
    others: list[str] | None = None,
    fault: str = "",
) -> HttpResponse:
    checked = check(version.file, text, timezone.localdate(), AS_ONE_TYPES)
    # CodeMirror puts its style sheets into the page itself.
    request.style_nonce = secrets.token_urlsafe(16)  # type: ignore[attr-defined]
    return render(
        request,
        "governance/write.html",
        {
            "version": version,
            "text": text,
            "onto": onto,
            "others": others or [],
            "fault": fault,
            "findings": checked.findings,
            "checked": checked,
            "step_words": step_words,
            "keywords": keywords(),
            "nonce": request.style_nonce,  # type: ignore[attr-defined]
        },
        status=422 if fault else 200,
    )


def _save(request: Asked, draft: int) -> HttpResponse:
    text = request.POST.get("text", "").replace("\r\n", "\n")
    onto = number_of(request.POST.get("onto"))
    from_script = request.headers.get("Accept") == "application/json"
    try:
        with scope(request.acting):
            saved = actions.save(acting=request.acting, number=draft, onto=onto, text=text)
    except actions.NotSaved as fault:
        if from_script:
            return JsonResponse({"fault": str(fault)}, status=422)
        with scope(request.acting):
            version = drafts.version(draft)
        return _editor(request, version, text, onto, fault=str(fault))
    merging = reverse("governance:merge", kwargs={"draft": draft, "revision": saved.revision})
    if from_script:
        met = {"name": saved.met.name, "merge": merging} if saved.met else None
        return JsonResponse({"revision": saved.revision, "met": met, "at": _clock()})
    if saved.met:
        return redirect(merging)
    following = request.POST.get("then", "")
    if following in ("templates", "draft", "findings"):
        return redirect(f"governance:{following}", draft=draft)
    return redirect("governance:write", draft=draft)


@require_POST
@leader
@limited("check")
def examine(request: Asked, draft: int) -> JsonResponse:
    """What is wrong with the text as it stands in the editor, which names it has, and who else
    has it open."""
    text = _text(request)
    with scope(request.acting):
        version = drafts.version(draft)
        actions.say_present(acting=request.acting, number=draft)
        others = drafts.also_writing(draft, request.acting.person)
    checked = check(version.file, text, timezone.localdate(), AS_ONE_TYPES)
    return JsonResponse(
        {
            "findings": [as_data(one, checked) for one in checked.findings],
            "names": names_in(version.file, text),
            "others": others,
            "head": version.head.revision,
            "head_by": version.head.name,
        }
    )


def as_data(finding: Finding, checked: Checked) -> dict[str, Any]:
    own = finding.place.file == checked.file
    process = checked.process
    return {
        "line": finding.place.line if own else None,
        "file": "" if own else finding.place.file,
        "severity": finding.severity.value,
        "text": finding.text,
        "history": [asdict(step_words(one, process)) for one in finding.history if process],
    }


@require_POST
@leader
@limited("check")
def preview(request: Asked, draft: int) -> HttpResponse:
    """The text as people will read it, or as a diagram; 204 while it can't be read."""
    with scope(request.acting):
        version = drafts.version(draft)
    checked = check(version.file, _text(request), timezone.localdate())
    page = checked.page
    if page is None:
        return HttpResponse(status=204)
    drawn = as_svg(page) if request.GET.get("som") == "diagram" else as_html_fragment(page)
    return HttpResponse(drawn)


# --- Two at once ------------------------------------------------------------------------------


@require_GET
@leader
def merging(request: Asked, draft: int, revision: int) -> HttpResponse:
    """Two texts made from the same one, compared, and put together as far as can be."""
    with scope(request.acting):
        version = drafts.version(draft)
        mine = drafts.saving(draft, revision)
        if not mine.aside or not version.is_draft:
            raise Denied("saving")
        base = drafts.saving(draft, mine.onto)
    theirs = version.head
    my_name = _("din text") if mine.saved_by == request.acting.person else mine.name
    together = merge(base.text, mine.text, theirs.text, my_name, theirs.name)
    return render(
        request,
        "governance/merge.html",
        {
            "version": version,
            "mine": mine,
            "theirs": theirs,
            "my_rows": side_by_side(base.text, mine.text),
            "their_rows": side_by_side(base.text, theirs.text),
            "together": together,
        },
    )


def _text(request: Asked) -> str:
    return request.POST.get("text", "").replace("\r\n", "\n")[: actions.LARGEST]


def number_of(text: str | None) -> int:
    """A number that was sent; 0 where it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0


def _clock() -> str:
    return timezone.localtime().strftime("%H:%M")
