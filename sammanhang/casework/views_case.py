"""The page of a case: reading it, doing an act in it, drafts, attachments, choosing a unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sammanhang.access.acting import log_reading, scope
from sammanhang.access.requires import Asked, Denied, in_care
from sammanhang.casework import attachments, blocks, shown_case
from sammanhang.casework.actions import (
    Changed,
    Performed,
    Refused,
    perform,
    process_of,
)
from sammanhang.casework.case_page import CasePage, Entry, case_page
from sammanhang.casework.drafts import open_draft, save_draft
from sammanhang.casework.forms import (
    PREFIX,
    FormField,
    asked_fields,
    changed_only,
    form,
    typed,
    with_citations,
)
from sammanhang.casework.projection import PLANNED_DAY
from sammanhang.casework.shown import phase
from sammanhang.casework.unit_choice import with_unit_choices
from sammanhang.engine import Refusal
from sammanhang.engine.calendar import local
from sammanhang.engine.plan import CORRECTION, MESSAGE
from sammanhang.guideline.model import Act, Effect, Field, FieldType, Process
from sammanhang.residents import queries as residents

FEWEST, LONGEST = 5, 200
"""Characters of a reason."""
IN_A_SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""What a file may do in the browser: nothing."""


@dataclass(frozen=True, slots=True)
class OpenForm:
    """The one form that stands open on the page."""

    act: Act
    fields: list[FormField]
    key: UUID
    seq: int
    about: Entry | None = None
    """The message it withdraws or corrects."""
    refusal: Refusal | None = None
    changed: tuple[shown_case.Happening, ...] | None = None
    draft: bool = False
    despite: str | None = None
    """Why it is sent although the resident has blocked what the unit writes."""

    @property
    def faulty(self) -> list[FormField]:
        return [field for field in self.fields if field.error]


@require_GET
@in_care
def case(request: Asked, number: int) -> HttpResponse:
    now = timezone.now()
    with scope(request.acting):
        page = case_page(request.acting, number, now)
    return _shown(request, page, now)


@require_http_methods(["GET", "POST"])
@in_care
def unmask(request: Asked, number: int) -> HttpResponse:
    """Who a protected person is, shown once to somebody who says why; logged with that reason."""
    now, reason = timezone.now(), " ".join(request.POST.get("skal", "").split())
    if request.method == "GET":
        process_of(request.acting, number)  # is there such a case for the unit?
        return redirect("casework:case", number=number)
    fault = None if FEWEST <= len(reason) <= LONGEST and "\0" not in reason else _no_reason()
    with scope(request.acting):
        page = case_page(request.acting, number, now)
        if fault is None and page.resident is not None and page.resident.protected:
            log_reading(
                request.acting,
                "read:protected",
                case=number,
                resident=page.resident.id,
                why=reason,
            )
            residents.unmask(page.resident.id)
            page = replace(page, resident=residents.person(page.resident.id))
    return _shown(request, page, now, status=422 if fault else 200, unmask_fault=fault)


def _no_reason() -> str:
    return _("Skriv varför du behöver veta vem personen är, med högst 200 tecken.")


@require_http_methods(["GET", "POST"])
@in_care
def act(request: Asked, number: int, act: str) -> HttpResponse:
    """An act's form in its place on the page, and what comes of sending it."""
    now = timezone.now()
    if request.method == "POST":
        return _send(request, number, act, now)
    acting = request.acting
    with scope(acting):
        page = case_page(acting, number, now)
        found = page.process.acts.get(act)
        if found is None:
            raise Http404
        about = _message_about(page, found, request)
        kept = about is None and act in page.drafts
        draft = open_draft(acting, number, act) if kept else None
        values = draft or _proposed(page, found, about)
        correcting = about is not None and found.effect is Effect.CORRECTS
        asked = _asked(page.process, found, acting.unit, about, now)
        fields = form(asked, values, now, propose=not correcting)
        opened = OpenForm(
            found,
            with_citations(
                with_unit_choices(page.process, found, fields, acting, now, page.resident),
                page.process,
                found,
                acting.unit,
                now,
            ),
            uuid4(),
            page.seq,
            about,
            draft=draft is not None,
        )
    return _shown(request, page, now, opened)


def _send(request: Asked, number: int, name: str, now: datetime) -> HttpResponse:
    """Reads no more of the case than it must; the page is gathered only when it must be shown."""
    acting, post = request.acting, request.POST
    process = process_of(acting, number)
    act = process.acts.get(name)
    if act is None:
        raise Http404
    about: Entry | None = None
    if act.effect is Effect.CORRECTS:
        with scope(acting):
            about = _message_about(case_page(acting, number, now), act, request)
    fields = _asked(process, act, acting.unit, about, now)
    values, unfit = _with_files(request, number, fields, typed(fields, post))
    data: dict[str, Any] = values
    if about is not None:
        data = {MESSAGE: about.seq, CORRECTION: changed_only(fields, about.data, values)}
    elif act.effect is not None:
        data = {**values, MESSAGE: _number(post.get(MESSAGE, ""))}
    result = (
        Refused(Refusal("fields", act.name, "", fields=unfit))
        if unfit
        else perform(
            acting=acting,
            case=number,
            act=act.name,
            data=data,
            now=now,
            key=_key(post.get("key", "")),
            expected_seq=_number(post.get("seq", "")),
            despite=post.get("despite"),
        )
    )
    if isinstance(result, Performed):
        return redirect(f"{reverse('casework:case', args=[number])}?klart={result.seq}")
    refusal = result.refusal if isinstance(result, Refused) else None
    with scope(acting):
        page = case_page(acting, number, now)
        filled = form(fields, values, now, (refusal and refusal.fields) or {}, propose=False)
        opened = OpenForm(
            act,
            with_citations(
                with_unit_choices(page.process, act, filled, acting, now, page.resident),
                page.process,
                act,
                acting.unit,
                now,
            ),
            uuid4(),
            page.seq,
            _message_about(page, act, request),
            refusal=refusal,
            changed=_since(page, acting.unit, post) if isinstance(result, Changed) else None,
            despite=post.get("despite"),
        )
    return _shown(request, page, now, opened, status=422 if refusal else 409)


def _asked(
    process: Process, act: Act, unit: str, about: Entry | None, now: datetime
) -> tuple[Field, ...]:
    """What the act asks; of a correction, what the message that it corrects asked."""
    if about is not None and act.effect is Effect.CORRECTS:
        return asked_fields(process, about.act, about.unit, about.at)
    return asked_fields(process, act, unit, now)


def _since(page: CasePage, unit: str, post: Mapping[str, Any]) -> tuple[shown_case.Happening, ...]:
    """What has happened since the person opened the form, as far as the unit may see."""
    seen = _number(str(post.get("seq", ""))) or 0
    return tuple(one for one in shown_case.happenings(page, unit) if one.seq > seen)


def _shown(
    request: Asked,
    page: CasePage,
    now: datetime,
    opened: OpenForm | None = None,
    status: int = 200,
    unmask_fault: str | None = None,
) -> HttpResponse:
    unit = request.acting.unit
    happenings = shown_case.happenings(page, unit)
    done = _number(request.GET.get("klart", ""))
    context = {
        "case": page,
        "process": page.process,
        "person": page.resident,
        "phase": phase(page.process, page.phase),
        "stay": shown_case.stay(page, now),
        "tasks": shown_case.tasks(page, unit, now),
        "possible": shown_case.possible(page, unit),
        "impossible": shown_case.impossible(page),
        "happenings": happenings,
        "timeline": shown_case.with_locked(happenings, page),
        "waited_for": shown_case.waited_for(page, unit, now),
        "between_others": shown_case.between_others(page, unit, now),
        "done": next((one for one in happenings if one.seq == done), None),
        "acknowledged": _acknowledged(page, done),
        "open": opened,
        "unmask_fault": unmask_fault,
        "despite": _despite(page, opened),
        "correcting": _with_effect(page, Effect.CORRECTS),
        "withdrawing": _with_effect(page, Effect.WITHDRAWS),
        "forwarding": [one for one in page.possible if one.hands_over_to],
        "new_key": uuid4,
        "now": now,
        "today": local(now).date(),
    }
    return render(request, "casework/case.html", context, status=status)


def _despite(page: CasePage, opened: OpenForm | None) -> list[tuple[str, str]]:
    """The reasons to choose among for sending what the resident has blocked; none if it isn't."""
    return blocks.reasons(opened.act) if opened is not None and page.blocks_ours else []


def _with_effect(page: CasePage, effect: Effect) -> Act | None:
    return next((one for one in page.process.acts.values() if one.effect is effect), None)


def _acknowledged(page: CasePage, seq: int | None) -> Entry | None:
    """The message that event `seq` acknowledged."""
    entry = next((one for one in page.entries if one.seq == seq), None)
    if entry is None or entry.act.effect is not Effect.ACKNOWLEDGES:
        return None
    return next((one for one in page.entries if one.seq == entry.data.get(MESSAGE)), None)


def _message_about(page: CasePage, act: Act, request: HttpRequest) -> Entry | None:
    """The earlier message that an act with an effect speaks of."""
    if act.effect is None:
        return None
    seq = _number(request.POST.get(MESSAGE) or request.GET.get(MESSAGE) or "")
    found = next((one for one in page.entries if one.seq == seq), None)
    if found is None:
        raise Http404
    return found


def _proposed(page: CasePage, act: Act, about: Entry | None) -> dict[str, Any]:
    """What a form starts with: the message to correct, or what is already known of the stay."""
    if about is not None and act.effect is Effect.CORRECTS:
        return _as_it_stands(page, about)
    return {PLANNED_DAY: page.planned_on} if page.planned_on else {}


def _as_it_stands(page: CasePage, about: Entry) -> dict[str, Any]:
    """A message's values after the corrections made so far."""
    values = dict(about.data)
    for entry in page.entries:
        if entry.seq in about.corrected_by:
            values.update(entry.data.get(CORRECTION, {}))
    return values


def _with_files(
    request: Asked, number: int, fields: Any, values: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values with the files that came along kept; and what was wrong with a file."""
    faults: dict[str, str] = {}
    for field in fields:
        file = request.FILES.get(PREFIX + field.name)
        if field.type is FieldType.ATTACHMENT and file is not None:
            try:
                fit = attachments.examined(request.acting, file)
                with scope(request.acting):
                    values[field.name] = attachments.add(request.acting, number, fit)
            except attachments.Unfit as unfit:
                faults[field.name] = str(unfit)
    return values, faults


@require_POST
@in_care
def draft(request: Asked, number: int, act: str) -> HttpResponse:
    """Keeps what is being typed."""
    now = timezone.now()
    process = process_of(request.acting, number)
    found = process.acts.get(act)
    if found is None:
        raise Http404
    asked = asked_fields(process, found, request.acting.unit, now)
    save_draft(
        acting=request.acting,
        case=number,
        act=act,
        data=typed(asked, request.POST),
        now=now,
    )
    return render(request, "casework/saved.html", {"now": now})


@require_GET
@in_care
def attachment(request: Asked, number: int, file: UUID) -> HttpResponse:
    with scope(request.acting):
        found = attachments.read(request.acting, number, file)
    if found is None:
        raise Denied("attachment", number)
    response = HttpResponse(found.content, content_type=found.type)
    response.headers["Content-Disposition"] = _named(found.name)
    response.headers["Content-Security-Policy"] = IN_A_SANDBOX
    return response


def _named(name: str) -> str:
    from urllib.parse import quote

    return f"attachment; filename*=UTF-8''{quote(name)}"


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


__all__ = ["OpenForm", "act", "attachment", "case", "draft", "replace"]
