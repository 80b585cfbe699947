"""The state of the service as a system owner sees it: what holds, what waits, what is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import connection

from sammanhang.access import oversight
from sammanhang.access.oversight import LogState, MonthReview
from sammanhang.casework.documents import InForce, front_of, in_force_on, recorded


@dataclass(frozen=True, slots=True)
class Archiving:
    """What the database says of its write-ahead log's way to the archive, from which one restores
    to a moment. Whether base backups are taken it doesn't know."""

    on: bool
    last: datetime | None
    failed_at: datetime | None

    @property
    def fails(self) -> bool:
        """Whether the latest try failed."""
        return self.failed_at is not None and (self.last is None or self.failed_at > self.last)


@dataclass(frozen=True, slots=True)
class State:
    documents: list[tuple[str, InForce]]
    """(title, version in force)."""
    log: LogState
    reviews: list[MonthReview]
    archiving: Archiving
    sessions: int
    """Of those at work in the owner's organisation."""
    trials_waiting: int
    oldest_trial: datetime | None

    @property
    def late_reviews(self) -> int:
        return sum(month.late for month in self.reviews)


def state(today: date) -> State:
    """Read in the system owner's scope (oversight.scope)."""
    held = [(front_of(one.file, one.text), one) for one in in_force_on(recorded(), today)]
    return State(
        [(front.title if front else one.id, one) for front, one in held],
        oversight.log_state(),
        oversight.reviews(today),
        _archiving(),
        *_counts(),
    )


def _archiving() -> Archiving:
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_setting('archive_mode') <> 'off', last_archived_time, "
            "last_failed_time from pg_stat_archiver"
        )
        return Archiving(*cursor.fetchone())


def _counts() -> tuple[int, int, datetime | None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from access_session where ends_at > now() and seen_at > now() - %s",
            [settings.IDLE],
        )
        (sessions,) = cursor.fetchone()
        cursor.execute(
            "select count(*), min(asked_at) from governance_trial where ended_at is null"
        )
        return sessions, *cursor.fetchone()
