"""The board, and admitting someone. The pages of a case are in views_case.py."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sammanhang.access import limits, strangers
from sammanhang.access.acting import Acting, current, log_denied, log_reading, scope, still
from sammanhang.access.requires import Asked, in_care
from sammanhang.casework import boards, live
from sammanhang.casework.processes import DISCHARGE, process_on
from sammanhang.casework.shown import OPENING, ShownRow, row
from sammanhang.directory.models import CARE_ROLES
from sammanhang.engine.calendar import local
from sammanhang.residents import queries as residents
from sammanhang.residents.identifiers import Faulty, Identifier

WHOLE_NUMBER = 10
"""Digits from which on a number is searched for, and not a date of birth."""


@dataclass(frozen=True, slots=True)
class Tally:
    """A filter of the board, with how many it leaves."""

    key: str
    kind: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class ShownBoard:
    show: str
    sort: str
    q: str
    rows: list[ShownRow]
    tallies: list[Tally]
    etag: str
    caption: str
    fault: str
    """What is wrong with the whole number that was searched for, if that is what was written."""

    @property
    def visible(self) -> int:
        return sum(not one.hidden for one in self.rows)

    def link(self, show: str) -> str:
        """The address of the board with another filter and all else as it is."""
        kept = {"visa": show, "ordning": self.sort if self.sort != "brådska" else ""}
        return "?" + urlencode({key: value for key, value in kept.items() if value})


def sorts() -> list[tuple[str, str]]:
    return [
        ("brådska", _("Brådska")),
        ("namn", _("Namn")),
        ("läge", _("Läge")),
        ("utskrivningsdag", _("Planerad utskrivning")),
        ("dagar", _("Längst i sitt läge")),
    ]


@require_http_methods(["GET", "POST"])
@in_care
def board(request: Asked) -> HttpResponse:
    """The unit's board. A script asks for it again with the version it has. What is searched for
    is posted, as names don't belong in addresses."""
    acting, now = request.acting, timezone.now()
    sort = request.GET.get("ordning", "")
    sort = sort if sort in boards.SORTS else "brådska"
    known = request.headers.get("If-None-Match")
    found = boards.board(acting, known=_version_in(known, acting, sort, now))
    if found.rows is None:
        return HttpResponse(status=304)
    everyone = found.rows
    show = request.GET.get("visa", "alla")
    show = show if show in boards.FILTERS else "alla"
    q = request.POST.get("q", "").strip()
    number = residents.understood_number(q, local(now).date(), synthetic=settings.SYNTHETIC)
    fault = number.reason if isinstance(number, Faulty) else ""
    sought = None if isinstance(number, Faulty) else _with_number(acting, number)
    everyone.sort(key=lambda one: boards.SORTS[sort](one, now))
    shown = ShownBoard(
        show=show,
        sort=sort,
        q=q,
        rows=[
            row(one, now, found.units, sort=sort, show=show, q=q, found=sought) for one in everyone
        ],
        tallies=tallies(boards.counts(everyone, now)),
        etag=_etag(acting, found.version, sort, now),
        caption=ngettext("%(n)s person", "%(n)s personer", len(everyone)) % {"n": len(everyone)},
        fault=fault if sum(mark.isdigit() for mark in q) >= WHOLE_NUMBER else "",
    )
    context = {
        "board": shown,
        "sorts": sorts(),
        "may_admit": may_admit(acting),
        "now": now,
        "today": local(now).date(),
    }
    part = request.headers.get("HX-Request") or known
    return render(request, f"casework/{'board_rows' if part else 'board'}.html", context)


def _with_number(acting: Acting, number: Identifier) -> UUID | None:
    """Whoever on the board has the number: logged, as at admission."""
    limits.count("number", acting.person)
    with scope(acting):
        found = boards.with_number(acting, number.value)
        log_reading(acting, "find:number" if found else "find:nobody", resident=found)
    return found


def tallies(counts: dict[str, int]) -> list[Tally]:
    named = [
        ("alla", "all", _("Alla")),
        ("att-göra", "owed", _("Att göra")),
        ("försenat", "late", _("Försenat")),
        ("oläst", "unread", _("Oläst")),
        ("väntar", "waiting", _("Väntar på andra")),
    ]
    return [Tally(key, kind, title, counts[key]) for key, kind, title in named]


def may_admit(acting: Acting) -> bool:
    """Whether the unit is of a kind that may do the act that opens a case."""
    process = process_on(DISCHARGE, timezone.localdate())
    parts = [process.parts[name] for name in process.acts[OPENING].performers]
    return any(not part.unit_types or acting.unit_type in part.unit_types for part in parts)


def _etag(acting: Acting, version: str, sort: str, now: datetime) -> str:
    """What the board's HTML depends on, but for the passing of time within a day."""
    return f'"{version}{_settings(acting, sort, now)}"'


def _version_in(etag: str | None, acting: Acting, sort: str, now: datetime) -> str | None:
    """The board's version that an etag tells of, if all else is as it was."""
    ending = f'{_settings(acting, sort, now)}"'
    return etag[1:].removesuffix(ending) if etag and etag.endswith(ending) else None


def _settings(acting: Acting, sort: str, now: datetime) -> str:
    return f"/{acting.unit}/{sort}/{get_language()}/{local(now).date()}"


# --- Live -----------------------------------------------------------------------------------


def changes(request: HttpRequest) -> HttpResponseBase:
    """The line on which a board and its case pages hear what happens."""
    acting = current(request)
    if acting is None or not acting.takes_part_in_care:
        if acting is None:
            strangers.note(request, "not-signed-in")
        else:
            log_denied(acting, "line")
        return HttpResponse(status=204)  # an EventSource stops at 204
    if live.hub.full(acting.person):
        log_denied(acting, "limit:line")
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    sort = request.GET.get("ordning", "brådska")
    sort = sort if sort in boards.SORTS else "brådska"
    language = get_language()
    session = request.session.session_key

    async def rendered(case: int) -> str:
        return await live.in_thread(_change, acting, case, sort, language)

    async def still_acting() -> bool:
        return await live.in_thread(still, session, acting)

    content: AsyncIterator[bytes] = live.stream(acting.unit, rendered, still_acting, acting.person)
    return StreamingHttpResponse(
        content,
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


changes.requirement = CARE_ROLES  # type: ignore[attr-defined]


def _change(acting: Acting, case: int, sort: str, language: str | None) -> str:
    """One change as JSON: the case, and its row's new HTML (none when off the board)."""
    now = timezone.now()
    with override(language):
        found = boards.board(acting, case=case)
        etag = _etag(acting, found.version, sort, now)
        told: dict[str, Any] = {"case": case, "etag": etag, "html": None}
        for one in found.rows or ():
            shown = row(one, now, found.units, sort=sort)
            context = {"one": shown, "now": now, "today": local(now).date()}
            told["html"] = render_to_string("casework/one_row.html", context)
    return orjson.dumps(told).decode()
