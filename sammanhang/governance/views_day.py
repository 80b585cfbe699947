"""What was in force on a day, and who decided it: as much for an auditor as for whoever wonders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from sammanhang.access.acting import scope
from sammanhang.access.requires import Asked, requires
from sammanhang.casework import documents
from sammanhang.casework.documents import InForce, front_of, in_force_on, recorded


@dataclass(frozen=True, slots=True)
class Decision:
    """A step on a version's way, and who took it."""

    document: str
    title: str
    number: str | None
    status: str
    decision: str | None
    in_force_from: date | None
    at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class Held:
    """A document as it held on the day."""

    recorded: InForce
    document: documents.Document
    ended: date | None
    """The first day on which it held no more, as far as is decided."""


@require_GET
@requires()
def in_force(request: Asked) -> HttpResponse:
    """The documents in force on a day, and the decisions on versions in the year up to it."""
    today = timezone.localdate()
    typed = request.GET.get("dag", "")[:20]
    day = _day(typed) if typed else today
    everything = recorded()
    with scope(request.acting):
        decided = _decisions(day) if day else []
    told = {
        "section": "guidelines",
        "day": day,
        "typed": typed or today,
        "held": [_held(one, everything) for one in in_force_on(everything, day)] if day else [],
        "decisions": decided,
    }
    return render(request, "governance/on_a_day.html", told, status=200 if day else 409)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _held(one: InForce, everything: list[InForce]) -> Held:
    document = front_of(one.file, one.text)
    assert document is not None  # noqa: S101 (nothing is recorded that can't be read)
    later = [other.since for other in everything if other.id == one.id and other.since > one.since]
    ends = [day for day in (one.until, min(later, default=None)) if day]
    return Held(one, document, min(ends, default=None))


def _decisions(until: date) -> list[Decision]:
    """Steps of versions after they were written, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select v.document, v.title, s.number, s.status, s.decision, s.in_force_from, s.at, "
            "s.name from governance_standing s join governance_version v on v.id = s.version "
            "where s.status <> 'utkast' and (s.at at time zone 'Europe/Stockholm')::date <= %s "
            "order by s.at desc limit 100",
            [until],
        )
        return [Decision(*row) for row in cursor.fetchall()]
