"""How a document ceases to hold: its last day, of which those who keep it are told beforehand, and
a decision that repeals it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, connection, transaction

from sammanhang.access.acting import Acting
from sammanhang.access.requires import Denied
from sammanhang.casework import documents
from sammanhang.directory.queries import geography
from sammanhang.governance.actions import NotSaved
from sammanhang.governance.versions import ENDED, Held
from sammanhang.guideline.corpus import WARNED_AT
from sammanhang.guideline.model import Document

KEEPERS = ("process_leader", "secretary")
OVER = 0
TOLD_AFTER = timedelta(days=60)
"""So long after its last day is one told that it is over."""
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Ending:
    """A document whose last day comes, or has gone. `told`: at how many days before that the
    notice was given, 0 once it is over; `since`: the day of the notice."""

    document: Document
    last_day: date
    left: int
    told: int
    since: date
    seen_by: str | None = None
    seen_at: datetime | None = None

    @property
    def over(self) -> bool:
        return self.left < 0


def ending_of(document: Document, following: date | None, today: date) -> Ending | None:
    """What there is to tell of it on a day, if anything. `following`: the first day of a later
    version that is decided; one that takes over in time leaves nothing to warn of."""
    last = document.last_day
    if last is None or (following is not None and following <= last + timedelta(days=1)):
        return None
    left = (last - today).days
    if left < 0:
        return Ending(document, last, left, OVER, last + timedelta(days=1))
    told = min((days for days in WARNED_AT if left <= days), default=None)
    if told is None:
        return None
    return Ending(document, last, left, told, last - timedelta(days=told))


def endings(today: date) -> list[Ending]:
    """Of every document in force that soon ends or lately has, the next to end first."""
    everything = documents.recorded()
    first_days: dict[str, list[date]] = {}
    for one in everything:
        first_days.setdefault(one.id, []).append(one.since)
    seen = _seen()
    found: list[Ending] = []
    for one in documents.in_force_on(everything, today):
        front = documents.front_of(one.file, one.text)
        later = [day for day in first_days[one.id] if day > one.since]
        told = ending_of(front, min(later, default=None), today) if front else None
        if told and today <= told.last_day + TOLD_AFTER:
            found.append(_with_who_saw(told, seen))
    return sorted(found, key=lambda one: one.last_day)


def ending(held: Sequence[Held], one: Held, today: date) -> Ending | None:
    """Of one version that holds, or that ended by its last day."""
    if not (one.holds or one.status == ENDED):
        return None
    later = [other.since for other in held if other.since > one.since]
    told = ending_of(one.document, min(later, default=None), today)
    return _with_who_saw(told, _seen()) if told else None


def keeps(acting: Acting, document: Document) -> bool:
    """Whether one is told of the document's end: its area's process leaders, and secretaries."""
    if acting.role == "secretary" or document.area is None:
        return acting.role in KEEPERS
    at = geography().get(acting.unit)
    return acting.role in KEEPERS and at is not None and document.area.contains(acting.unit, at)


def _seen() -> Mapping[tuple[str, str, int], tuple[str, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute("select document, number, days, name, seen_at from governance_notice")
        return {tuple(row[:3]): (row[3], row[4]) for row in cursor.fetchall()}


def _with_who_saw(
    told: Ending, seen: Mapping[tuple[str, str, int], tuple[str, datetime]]
) -> Ending:
    who, at = seen.get((told.document.id, told.document.version, told.told), (None, None))
    return Ending(told.document, told.last_day, told.left, told.told, told.since, who, at)


# --- What is done about it -----------------------------------------------------------------------


def see(*, acting: Acting, told: Ending) -> None:
    """That one of those who keep the document has seen the notice. It is noted once."""
    if not keeps(acting, told.document):
        raise Denied("notice")
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into governance_notice (document, number, days, seen_by, name) "
            "values (%s, %s, %s, %s, %s) on conflict do nothing",
            [
                told.document.id, told.document.version, told.told,
                acting.person, acting.person_name,
            ],
        )  # fmt: skip


def repeal(*, acting: Acting, one: Held, until: date, decision: str, today: date) -> None:
    """Registers that a version was decided to hold no more from a day to come."""
    hindrance = why_not_repeal(one)
    if hindrance:
        raise NotSaved(hindrance)
    if until <= today:
        raise NotSaved("Skriv en dag som inte har kommit. Vad som gäller i dag ändras inte.")
    if one.ended is not None and until >= one.ended:
        raise NotSaved(f"Dokumentet slutar gälla redan {one.ended} och behöver inte upphävas då.")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "insert into governance_repeal (document, number, until, decision, by, name) "
                "values (%s, %s, %s, %s, %s, %s)",
                [one.id, one.version, until, decision, acting.person, acting.person_name],
            )
            documents.repeal(one.id, one.version, until, today)
    except IntegrityError:
        raise NotSaved(f"Version {one.version} är redan upphävd.") from None


def why_not_repeal(one: Held) -> str:
    """Why the version can't be repealed, if it can't."""
    if not one.holds:
        return f"Version {one.version} är {one.status}. Bara den som gäller kan upphävas."
    if one.repeal is not None:
        return f"Version {one.version} är redan upphävd från {one.ended}."
    if one.document.adds_to is None:
        return (
            "Andra dokument och ärenden vilar på det här. Det upphävs inte, utan ersätts av en ny "
            "version."
        )
    return ""
