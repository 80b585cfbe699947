"""Log review: a unit's reviewer looks through its log, month by month (HSLF-FS 2016:40 4 kap. 9 §).

Who may read what is held by the database (sql/log_review.sql). People are told of by the numbers
of their cases alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection

from sammanhang.access.acting import Acting, log_reading
from sammanhang.access.acting import scope as access_scope
from sammanhang.access.review_patterns import Finding, Line, patterns
from sammanhang.engine.calendar import STOCKHOLM

SAMPLE = 20
"""Lines drawn each month."""
IN_ORDER, LOOK_INTO, MISUSE = "in order", "look into", "misuse"
VERDICTS = (IN_ORDER, LOOK_INTO, MISUSE)


@dataclass(frozen=True, slots=True)
class Verdict:
    finding: str
    verdict: str
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Review:
    """A month of the unit's log as its reviewer meets it."""

    sample: list[Finding]
    patterns: list[Finding]
    verdicts: dict[str, list[Verdict]]
    sealed: bool
    """Whether the sample can be drawn: the month has a seal."""

    def finding(self, key: str) -> Finding | None:
        return next((one for one in (*self.sample, *self.patterns) if one.key == key), None)


@contextmanager
def scope(acting: Acting) -> Iterator[None]:
    """A transaction in which the log of the reviewer's own unit may be read."""
    with access_scope(acting):
        with connection.cursor() as cursor:
            cursor.execute("select set_config('app.office', %s, true)", [acting.unit])
        yield


def months() -> list[date]:
    """The first days of the months in the log, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct date_trunc('month', at at time zone 'Europe/Stockholm')::date "
            "from access_log order by 1 desc"
        )
        return [first for (first,) in cursor.fetchall()]


def load(first: date, unit: str) -> Review:
    """The month, in the reviewer's scope."""
    since, until = _span(first)
    with connection.cursor() as cursor:
        cursor.execute(
            "select l.id, l.at, l.person, s.given_name || ' ' || s.family_name, l.action, "
            "l.case_id, l.resident_id, l.why from access_log l "
            "left join directory_staff s on s.hsa_id = l.person "
            "where l.at >= %s and l.at < %s and l.action <> 'read:log-review' order by l.id",
            [since, until],
        )
        lines = [
            Line(line, at, who, name or who, *what)
            for line, at, who, name, *what in cursor.fetchall()
        ]
        cursor.execute(
            "select line, pattern from access_review_name where at >= %s and at < %s",
            [since, until],
        )
        names = cursor.fetchall()
        cursor.execute("select case_id, last_act from access_review_act")
        acts = dict(cursor.fetchall())
        cursor.execute(
            "select encode(hash, 'hex') from access_log_seal "
            "where sealed_at >= %s and sealed_at < %s order by number limit 1",
            [since, until],
        )
        row = cursor.fetchone()
        seed = f"{unit} {first} {row[0]}" if row else None
        cursor.execute(
            "select finding, verdict, note, by, at from access_review where month = %s order by id",
            [first],
        )
        said: dict[str, list[Verdict]] = {}
        for row in cursor.fetchall():
            said.setdefault(row[0], []).append(Verdict(*row))
    return Review(_sample(lines, seed), patterns(lines, names, acts), said, seed is not None)


def verdicts(finding: str) -> list[Verdict]:
    """What has been said of one finding, in whatever month."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select finding, verdict, note, by, at from access_review where finding = %s "
            "order by id",
            [finding],
        )
        return [Verdict(*row) for row in cursor.fetchall()]


def _span(first: date) -> tuple[datetime, datetime]:
    after = (first + timedelta(days=31)).replace(day=1)
    since, until = (datetime.combine(day, time(), STOCKHOLM) for day in (first, after))
    return since, until


def _sample(lines: list[Line], seed: str | None) -> list[Finding]:
    """Lines about people that nobody can choose: those whose hashes with the seed come first."""
    if seed is None:
        return []
    about = [one for one in lines if one.action.startswith(("read:", "find:"))]
    about.sort(key=lambda one: hashlib.sha256(f"{seed}{one.id}".encode()).digest())
    return [Finding("line", str(one.id), one.name, (one,)) for one in about[:SAMPLE]]


def say(acting: Acting, first: date, finding: str, verdict: str, note: str) -> None:
    """Records the reviewer's verdict. What was said before stands beside it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into access_review (unit, month, finding, verdict, note, by) "
            "values (%s, %s, %s, %s, %s, %s)",
            [acting.unit, first, finding, verdict, note, acting.person],
        )
    log_reading(acting, f"write:log-review:{first:%Y-%m}")
