"""The versions of a document: how far each has come, by which decision, and its text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.db import connection
from django.utils.translation import gettext_noop as N_

from sammanhang.casework import documents
from sammanhang.casework.processes import DISCHARGE, edition_on, processes_of
from sammanhang.governance.checking import WITHOUT_ACTS, check
from sammanhang.guideline.model import Document, Process

COMING, HOLDS, REPLACED, REPEALED, ENDED = (
    N_("beslutad"), N_("gällande"), N_("ersatt"), N_("upphävd"), N_("utgången"),
)  # fmt: skip
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, and who registered it. `draft`: where the text was written."""

    words: str
    at: datetime
    name: str
    draft: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A version that holds, has held or is to hold."""

    id: str
    version: str
    file: str
    text: str
    document: Document
    status: str
    since: date
    ended: date | None
    """The first day on which it holds no more, if that is known."""
    decision: Decision | None
    repeal: Decision | None

    @property
    def last_day(self) -> date | None:
        return self.ended - DAY if self.ended else None

    @property
    def holds(self) -> bool:
        return self.status == HOLDS


def history(document: str, today: date) -> list[Held]:
    """Every version that was decided, the latest first."""
    mine = [one for one in documents.recorded() if one.id == document]
    decided, repealed = _decisions(document), _repeals(document)
    found: list[Held] = []
    following: date | None = None
    for one in reversed(mine):
        front = _front(one.file, one.text)
        if front is None:
            continue
        ended = ended_on(one, front, following)
        status = _status(one, front, ended, following, today)
        found.append(
            Held(
                one.id, one.version, one.file, one.text, front, status, one.since, ended,
                decided.get(one.version), repealed.get(one.version),
            )
        )  # fmt: skip
        following = one.since
    return found


@lru_cache(maxsize=64)
def _front(file: str, text: str) -> Document | None:
    return documents.front_of(file, text)


def ended_on(one: documents.InForce, front: Document, following: date | None) -> date | None:
    """The first day without it: a later version came, it is repealed, or its last day is over."""
    expired = front.last_day + DAY if front.last_day and front.last_day != date.max else None
    days = [day for day in (following, one.until, expired) if day is not None]
    return min(days) if days else None


def _status(
    one: documents.InForce,
    front: Document,
    ended: date | None,
    following: date | None,
    today: date,
) -> str:
    if today < one.since:
        return COMING
    if ended is None or today < ended:
        return HOLDS
    if ended == one.until:
        return REPEALED
    return REPLACED if ended == following else ENDED


def version_of(held: Sequence[Held], version: str | None) -> Held | None:
    """The version that is named; otherwise the one that holds, or else the latest that has."""
    if version is not None:
        return next((one for one in held if one.version == version), None)
    come = [one for one in held if one.status != COMING]
    return next((one for one in come if one.holds), next(iter([*come, *held]), None))


def _decisions(document: str) -> Mapping[str, Decision]:
    """By version. What came with the folder of guidelines has none but what it says itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select t.number, t.decision, t.at, t.name, v.id from governance_standing t "
            "join governance_version v on v.id = t.version "
            "where v.document = %s and t.status = 'beslutad' order by t.at",
            [document],
        )
        return {number: Decision(*rest) for number, *rest in cursor.fetchall()}


def _repeals(document: str) -> Mapping[str, Decision]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select number, decision, at, name from governance_repeal where document = %s",
            [document],
        )
        return {number: Decision(*rest) for number, *rest in cursor.fetchall()}


# --- What a version comes to ---------------------------------------------------------------------


def process_of(one: Held, today: date) -> Process:
    """The process as the version tells it, with what holds beside it, or held on its first day;
    one without acts, where the document is about something else than cases."""
    day = today if one.holds else one.since
    found = told_by(one.id, day) if day <= today else None
    if found is not None and found.document.version == one.version:
        return found
    return check(one.file, one.text, today).page or replace(WITHOUT_ACTS, document=one.document)


def told_by(key: str, day: date) -> Process | None:
    """The process on a day as the document with this id tells it, or the one that has this key."""
    for process in processes_on(day).values():
        for one in (process.document, *process.additions):
            if key == one.id or (key == process.key and one is process.document):
                return replace(process, document=one)
    return None


def processes_on(day: date) -> Mapping[str, Process]:
    """Those in force on a day, with the routines and supplements that held with them."""
    try:
        return processes_of(edition_on(DISCHARGE, day))
    except KeyError:
        return {}
