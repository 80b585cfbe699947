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
from django.utils.translation import gettext as _

from sammanhang.access.acting import Acting, log_reading
from sammanhang.access.acting import scope as access_scope
from sammanhang.access.review_patterns import Finding, Line, patterns
from sammanhang.engine.calendar import STOCKHOLM

SAMPLE = 20
"""Lines drawn each month."""
IN_ORDER, LOOK_INTO, MISUSE = "in order", "look into", "misuse"
VERDICTS = (IN_ORDER, LOOK_INTO, MISUSE)
REVIEWED_WITHIN = timedelta(days=14)
"""After the end of a month, when its review is late and one is reminded of it."""


class NotYet(Exception):
    """The month can't be said to be reviewed; the message says why."""


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
    """Whether the sample can be drawn: there is a seal from after the month began."""

    def finding(self, key: str) -> Finding | None:
        return next((one for one in (*self.sample, *self.patterns) if one.key == key), None)

    def unjudged(self, reviewer: str) -> int:
        """How much the reviewer has left to judge. Their own readings are another's to judge."""
        everything = {one.key: one for one in (*self.sample, *self.patterns)}
        return sum(
            key not in self.verdicts and one.lines[0].person != reviewer
            for key, one in everything.items()
        )

    def count(self, verdict: str) -> int:
        """Of what was judged, how much was last judged so."""
        return sum(said[-1].verdict == verdict for said in self.verdicts.values())


@dataclass(frozen=True, slots=True)
class MonthStatus:
    """A month of the unit's log, and when it was last said to be reviewed."""

    first: date
    signed: datetime | None
    is_late: bool


@contextmanager
def scope(acting: Acting) -> Iterator[None]:
    """A transaction in which the log of the reviewer's own unit may be read."""
    with access_scope(acting):
        with connection.cursor() as cursor:
            cursor.execute("select set_config('app.office', %s, true)", [acting.unit])
        yield


def months(today: date) -> list[MonthStatus]:
    """The months in the log, the latest first. Each is asked for by itself: the log is long."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select m.first::date, s.at, m.first::date in (select month from access_review_month) "
            "from (select date_trunc('month', min(at) at time zone 'Europe/Stockholm') as earliest "
            "      from access_log) log "
            "cross join generate_series(log.earliest, %s::timestamp, '1 month') m(first) "
            "left join lateral (select max(at) as at from access_review_signed "
            "                   where month = m.first::date) s on true "
            "where exists (select from access_log l "
            "  where l.at >= m.first at time zone 'Europe/Stockholm' "
            "  and l.at < (m.first + interval '1 month') at time zone 'Europe/Stockholm') "
            "order by 1 desc",
            [today],
        )
        return [
            MonthStatus(first, signed, of_people and signed is None and is_late(first, today))
            for first, signed, of_people in cursor.fetchall()
        ]


def is_late(first: date, today: date) -> bool:
    """Whether the month that began on a day should have been reviewed."""
    return today >= month_after(first) + REVIEWED_WITHIN


def month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


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
            "where sealed_at >= %s order by number limit 1",
            [since],
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
    days = (first, month_after(first))
    since, until = (datetime.combine(day, time(), STOCKHOLM) for day in days)
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


def sign(acting: Acting, first: date, loaded: Review, today: date) -> None:
    """The reviewer's word that the month has been reviewed, with what came of it."""
    if today < month_after(first):
        raise NotYet(_("Månaden pågår. Den kan granskas klart när den är slut."))
    if not loaded.sealed:
        raise NotYet(_("Stickprovet är inte draget. Det dras när loggen förseglas."))
    left = loaded.unjudged(acting.person)
    if left:
        raise NotYet(_("%(n)s fynd är inte bedömda. Bedöm dem först.") % {"n": left})
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into access_review_signed (unit, month, in_order, look_into, misuse, by) "
            "values (%s, %s, %s, %s, %s, %s)",
            [acting.unit, first, *(loaded.count(one) for one in VERDICTS), acting.person],
        )
    log_reading(acting, f"write:log-review:{first:%Y-%m}")
