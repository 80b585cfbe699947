"""The page on which a unit's reviewer gives a resident the extract of the unit's own log.

A unit hands out what it did itself; the whole, of all units, the keeper hands out from the command
line: docs/adr/0020-the-residents-log-extract.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sammanhang.access import limits, review
from sammanhang.access.acting import Acting, log_reading
from sammanhang.access.administration import NotDone
from sammanhang.access.log_extract import extract_of_unit
from sammanhang.access.requires import Asked, just_signed_in, requires
from sammanhang.residents.identifiers import Faulty, Identifier
from sammanhang.residents.queries import find_by_number, understood_number

YEAR = timedelta(days=365)
FIELDS = ("number", "since", "last", "checked")
LONGEST_CHECKED = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be handed out: whose, from which day to which, and how it is known who asks."""

    number: Identifier
    since: date
    last: date
    checked: str


@require_http_methods(["GET", "POST"])
@requires("log_reviewer")
def extract(request: Asked) -> HttpResponse:
    """A form, and then the extract as PDF. That it was handed out is a line in the log."""
    today = timezone.localdate()
    typed = {"since": today - YEAR, "last": today}
    error = None
    if request.method == "POST":
        just_signed_in(request)
        typed = {name: request.POST.get(name, "")[:500] for name in FIELDS}
        try:
            return _handed_out(request.acting, _wish(typed, today))
        except NotDone as fault:
            error = str(fault)
    told = {"section": "review", "typed": typed, "error": error, "acting": request.acting}
    return render(request, "access/extract.html", told, status=409 if error else 200)


def _handed_out(acting: Acting, wish: Wish) -> HttpResponse:
    from sammanhang.access.log_extract_pdf import as_pdf  # loaded when one is asked for

    limits.count("number", acting.person)
    with review.scope(acting):
        person = find_by_number(wish.number)
        after = wish.last + timedelta(days=1)
        with connection.cursor() as cursor:
            lines = extract_of_unit(cursor, person.id, wish.since, after) if person else []
        protected = bool(person and lines and person.protected)
        action = "denied:log-extract" if protected else "read:log"
        whose = person.id if person else None
        log_reading(acting, action, resident=whose, why=f"the resident asks: {wish.checked}")
    if protected:
        raise NotDone(
            _("Personen har skyddade personuppgifter. Utdraget lämnas av systemförvaltningen.")
        )
    made = as_pdf(wish.number.value, acting.unit_name, wish.since, wish.last, lines)
    answer = HttpResponse(made, content_type="application/pdf")
    name = f"loggutdrag-{wish.since}--{wish.last}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _wish(typed: dict[str, str], today: date) -> Wish:
    known = understood_number(typed["number"], today, synthetic=settings.SYNTHETIC)
    if isinstance(known, Faulty):
        raise NotDone(known.reason)
    try:
        since, last = (date.fromisoformat(typed[name].strip()) for name in ("since", "last"))
    except ValueError:
        raise NotDone(_("Skriv dagarna som år-månad-dag, till exempel 2026-03-31.")) from None
    if not date(2000, 1, 1) <= since <= last <= today:
        raise NotDone(_("Den första dagen ska komma före den sista, som är senast i dag."))
    checked = typed["checked"].strip()
    if not checked or len(checked) > LONGEST_CHECKED:
        raise NotDone(_("Skriv kort hur du har kontrollerat vem som frågar, högst 200 tecken."))
    return Wish(known, since, last, checked)
