"""The month as an economist meets it. A municipality sees its own, the region all."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from markdown_it import MarkdownIt

from sammanhang.access.acting import log_reading
from sammanhang.access.limits import limited
from sammanhang.access.requires import Asked, Denied, just_signed_in, requires
from sammanhang.settlement import closing, shown
from sammanhang.settlement.agreement import agreement
from sammanhang.settlement.arithmetic.amounts import Unsettleable
from sammanhang.settlement.closing import NotNow
from sammanhang.settlement.figures import kronor, swedish, two_decimals
from sammanhang.settlement.months import (
    EVERYBODY,
    Month,
    known_months,
    load,
    payers,
    scope,
    waiting_now,
)
from sammanhang.settlement.sie import Voucher, as_sie

economist = requires("economist")
YEARS = range(2000, 2101)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _first(year: int, month: int) -> date:
    """The first day. Denied where there is no such month."""
    if year not in YEARS or not 1 <= month <= 12:
        raise Denied("settlement")
    return date(year, month, 1)


def _told(request: Asked, first: date, settles_for: str | None) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "section": "settlement",
        "first": first,
        "state_title": shown.state_title,
        "kronor": kronor,
        "swedish": swedish,
        "two": two_decimals,
        "running": today.replace(day=1) <= first,
        "today": today,
        "months": known_months(),
        "region": settles_for == EVERYBODY,
        "names": payers(),
        "agreement_title": agreement().document.title,
    }


@require_GET
@economist
def latest(request: Asked) -> HttpResponse:
    """The month that runs."""
    today = timezone.localdate()
    return redirect("settlement:month", year=today.year, month=f"{today.month:02}")


@require_GET
@economist
def agreement_text(request: Asked) -> HttpResponse:
    """The agreement as people read it; each line of a statement links to its paragraph."""
    document = agreement().document
    text = document.text.split("---", 2)[-1]
    html = MarkdownIt("commonmark", {"html": False}).render(text)
    for section in document.sections:
        heading = f"<h2>{section.number}. "
        html = html.replace(heading, f'<h2 id="{section.anchor}">{section.number}. ')
    told = {"section": "settlement", "document": document, "html": mark_safe(html)}  # noqa: S308 (no HTML is let through)
    return render(request, "settlement/agreement.html", told)


# --- The month ------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@economist
def month(request: Asked, year: int, month: int) -> HttpResponse:
    """The county's month for the region; a municipality is taken to its own."""
    first = _first(year, month)
    error = _do(request, first) if request.method == "POST" else None
    if request.method == "POST" and error is None:
        return redirect("settlement:month", year=year, month=f"{month:02}")
    with scope(request.acting) as settles_for:
        if settles_for is None:
            raise Denied("settlement")
        if settles_for != EVERYBODY:
            return redirect("settlement:payer", year=year, month=f"{month:02}", payer=settles_for)
        told = _told(request, first, settles_for)
        try:
            loaded = load(first)
        except Unsettleable as unsettleable:
            return render(request, "settlement/unsettleable.html", {**told, "why": unsettleable})
        log_reading(request.acting, f"read:settlement:{first:%Y-%m}")
        rows = shown.rows(loaded, told["names"], waiting_now(), told["today"])
    told |= {
        "month": loaded,
        "rows": rows,
        "totals": shown.totals(rows, loaded, told["today"]),
        "error": error,
        "unanswered": sum(one.is_open for one in loaded.objections),
    }
    return render(request, "settlement/month.html", told, status=409 if error else 200)


def _do(request: Asked, first: date) -> str | None:
    """Lays the month out, or makes it final. Why not, if it can't be done."""
    now = timezone.now()
    if request.POST.get("do") == "close":
        just_signed_in(request)
    try:
        with scope(request.acting) as settles_for:
            if settles_for != EVERYBODY:
                raise Denied("settlement")
            closing.alone()
            person, today = request.acting.person, timezone.localdate()
            if request.POST.get("do") == "lay-out":
                closing.lay_out(load(first), person, today, now)
            elif request.POST.get("do") == "close":
                closing.close(first, person, today, now)
            log_reading(request.acting, f"write:settlement:{first:%Y-%m}")
    except (NotNow, Unsettleable) as error:
        return str(error)
    return None


@require_GET
@economist
@limited("export")
def vouchers(request: Asked, year: int, month: int) -> HttpResponse:
    """The month's vouchers for the region's ledger."""
    first = _first(year, month)
    with scope(request.acting) as settles_for:
        loaded = _loaded(first)
        if settles_for != EVERYBODY or loaded.state != "final":
            raise Denied("settlement")
        seller, accounts = closing.seller_with_accounts()
        log_reading(request.acting, f"read:settlement:{first:%Y-%m}:vouchers")
    made = as_sie(
        (
            Voucher(
                one.number,
                one.issued_on,
                f"Betalningsansvar {first:%Y-%m}, faktura {one.number}",
                -one.amount_ore if one.credit else one.amount_ore,
            )
            for one in sorted(loaded.invoices.values(), key=lambda one: one.number)
        ),
        organisation=seller.organisation,
        name=seller.name,
        receivable=accounts[0],
        revenue=accounts[1],
        made_on=timezone.localdate(),
    )
    return _file(made, "text/plain; charset=cp437", f"betalningsansvar-{first:%Y-%m}.si")


# --- A municipality -------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@economist
def payer(request: Asked, year: int, month: int, payer: str) -> HttpResponse:
    """A municipality's month with every stay; where it objects, and the region answers."""
    first = _first(year, month)
    error = _say(request, first, payer) if request.method == "POST" else None
    if request.method == "POST" and error is None:
        return redirect("settlement:payer", year=year, month=f"{month:02}", payer=payer)
    with scope(request.acting) as settles_for:
        told = _told(request, first, settles_for)
        _may_see(settles_for, payer, told["names"])
        try:
            loaded = load(first)
        except Unsettleable as unsettleable:
            return render(request, "settlement/unsettleable.html", {**told, "why": unsettleable})
        log_reading(request.acting, f"read:settlement:{first:%Y-%m}:{payer}")
        waiting = waiting_now().get(payer, 0)
    stated = loaded.statements.get(payer)
    told |= {
        "month": loaded,
        "payer": payer,
        "name": told["names"][payer],
        "stated": stated,
        "lines": sorted(stated.lines, key=lambda line: (-line.days, line.stay_id))
        if stated
        else [],
        "total_ore": loaded.total_ore(payer),
        "corrections": loaded.corrections_of(payer),
        "objections": {one.key: one for one in loaded.objections if one.payer == payer},
        "spans": {
            line.stay_id: shown.spans(line, first, loaded.last)
            for line in (stated.lines if stated else ())
        },
        "invoice": loaded.invoices.get(payer),
        "waiting": waiting,
        "error": error,
        "typed": request.POST if error else {},
    }
    return render(request, "settlement/payer.html", told, status=409 if error else 200)


def _may_see(settles_for: str | None, payer: str, names: dict[str, str]) -> None:
    if payer not in names or settles_for not in (EVERYBODY, payer):
        raise Denied("settlement")


def _say(request: Asked, first: date, payer: str) -> str | None:
    """Objects, answers or corrects. Why not, if it can't be done."""
    given, person = request.POST, request.acting.person
    try:
        with scope(request.acting) as settles_for:
            _may_see(settles_for, payer, payers())
            closing.alone()
            loaded = load(first)
            text = given.get("text", "")
            if given.get("do") == "object" and settles_for == payer:
                closing.object_to(loaded, payer, given.get("key", ""), text, person)
            elif given.get("do") == "answer" and settles_for == EVERYBODY:
                number, accepted = _number(given.get("objection")), given.get("verdict") != "keep"
                days = _days(given) if accepted else None
                closing.answer(loaded, number, text, person, accepted=accepted, days=days)
            elif given.get("do") == "correct" and settles_for == EVERYBODY:
                key = given.get("key", "")
                closing.correct(loaded, payer, key, _days(given), text, person)
            else:
                raise Denied("settlement")
            log_reading(request.acting, f"write:settlement:{first:%Y-%m}:{payer}")
    except (NotNow, Unsettleable) as error:
        return str(error)
    return None


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else 0


def _days(given: Any) -> int | None:
    """The right number of days; None for a stay that should not be counted."""
    if given.get("verdict") == "not-counted":
        return None
    text = given.get("days", "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= 3660):
        raise NotNow(_("Ange det rätta antalet dagar som ett heltal."))
    return int(text)


# --- Files ----------------------------------------------------------------------------------


@require_GET
@economist
@limited("export")
def download(request: Asked, year: int, month: int, payer: str, file: str) -> HttpResponse:
    """The basis as a spreadsheet or PDF, and the e-invoice. No file is named after a person."""
    first = _first(year, month)
    with scope(request.acting) as settles_for:
        names = payers()
        _may_see(settles_for, payer, names)
        loaded = _loaded(first)
        stated = loaded.statements.get(payer)
        log_reading(request.acting, f"read:settlement:{first:%Y-%m}:{payer}:{file[:40]}")
        if file == "faktura.xml" and payer in loaded.invoices:
            text = closing.invoice_xml(loaded.invoices[payer].number)
            name = f"faktura-{loaded.invoices[payer].number}.xml"
            return _file(text.encode(), "application/xml", name)
    if stated is None or file not in ("underlag.xlsx", "underlag.pdf"):
        raise Denied("settlement")
    corrections, name = loaded.corrections_of(payer), f"underlag-{payer}-{first:%Y-%m}"
    if file == "underlag.xlsx":
        from sammanhang.settlement.basis_xlsx import as_xlsx  # slow to load, and seldom asked for

        return _file(as_xlsx(names[payer], stated, corrections), XLSX, f"{name}.xlsx")
    from sammanhang.settlement.basis_pdf import as_pdf

    title = agreement().document.title
    made = as_pdf(names[payer], title, stated, corrections)
    return _file(made, "application/pdf", f"{name}.pdf")


def _loaded(first: date) -> Month:
    """The month, of which there are no files where it can't be settled."""
    try:
        return load(first)
    except Unsettleable:
        raise Denied("settlement") from None


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
