"""Past cases lived again under a draft, in the background (engine/compare.py).

The page asks; a process that is the owner works off what is asked, since it has to read cases
that the one who asks may not. All that comes out of it is counts, and where few people are behind
a count it is not told (`FEW`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson
from django.db import connection, connections, transaction

from sammanhang.access.acting import Acting
from sammanhang.access.requires import Denied
from sammanhang.casework.restricted import opened
from sammanhang.engine import Event
from sammanhang.engine.compare import Comparison, History, compare
from sammanhang.engine.transition import SWITCH
from sammanhang.governance.checking import check, process_in_force
from sammanhang.governance.trial_figures import told
from sammanhang.guideline.areas import first_moment, moment_after
from sammanhang.guideline.model import Process

logger = logging.getLogger(__name__)
OWNER = "owner"
AT_A_TIME = 100
"""Cases between two times that the page is told how far it has come."""
GONE_AFTER = 120
"""Seconds without news after which a trial is taken to have been broken off, and is begun anew."""
BROKEN = "Provet avbröts av ett fel i tjänsten. Det finns i dess logg."
HOLDS_NO_CASES = "Utkastet handlar inte om ärenden, eller har fel som måste rättas först."

LEAVES_OUT = (
    "Tillsammans med utkastet kan det här inte följas, och provet skulle räkna utan det: %s. "
    "Se Anmärkningar."
)


@dataclass(frozen=True, slots=True)
class Trial:
    id: int
    revision: int
    since: date
    until: date
    asked_at: datetime
    name: str
    seen_at: datetime | None
    done: int
    total: int | None
    ended_at: datetime | None
    fault: str | None
    result: dict[str, Any] | None


_TRIAL = """
select id, revision, since, until, asked_at, name, seen_at, done, total, ended_at, fault,
       result::text from governance_trial
"""


def ask(*, acting: Acting, version: int, revision: int, since: date, until: date) -> int:
    """Asks for a trial of one text on the cases that began in a period. Its number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into governance_trial (version, revision, since, until, asked_by, name) "
            "values (%s, %s, %s, %s, %s, %s) returning id",
            [version, revision, since, until, acting.person, acting.person_name],
        )
        return cursor.fetchone()[0]


def trials(version: int) -> list[Trial]:
    """Those of a draft, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIAL + " where version = %s order by id desc limit 20", [version])
        return [_trial(row) for row in cursor.fetchall()]


def trial(version: int, number: int) -> Trial:
    with connection.cursor() as cursor:
        cursor.execute(_TRIAL + " where version = %s and id = %s", [version, number])
        row = cursor.fetchone()
    if row is None:
        raise Denied("trial")
    return _trial(row)


def _trial(row: tuple[Any, ...]) -> Trial:
    *known, result = row
    return Trial(*known, result=orjson.loads(result) if result else None)


# --- Working it off, as the owner ---------------------------------------------------------------


def work_off() -> int:
    """Goes through all that has been asked for. How many trials that was."""
    done = 0
    while (number := _take()) is not None:
        try:
            _work(number)
        except Exception:  # whatever it is, it is this trial's and not the next one's
            logger.exception("trial %s", number)
            _end(number, fault=BROKEN)
        done += 1
    return done


def _take() -> int | None:
    """The next one that nobody is at work on."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "update governance_trial set seen_at = now(), done = 0 where id = ("
            "select id from governance_trial where ended_at is null and (seen_at is null "
            "or seen_at < now() - make_interval(secs => %s)) "
            "order by id limit 1 for update skip locked) returning id",
            [GONE_AFTER],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _work(number: int) -> None:
    ((file, text, since, until),) = _rows(
        "select v.file, s.text, t.since, t.until from governance_trial t "
        "join governance_version v on v.id = t.version "
        "join governance_saving s on s.version = t.version and s.revision = t.revision "
        "where t.id = %s",
        number,
    )
    new = check(file, text, until).process
    old = process_in_force(new.document.id) if new else None
    if new is None or old is None:
        return _end(number, fault=HOLDS_NO_CASES)
    lost = left_out(old, new)
    if lost:
        return _end(number, fault=LEAVES_OUT % ", ".join(lost))
    begins, ends = first_moment(since), moment_after(until)
    now = datetime.now(UTC)
    ends = min(ends, now) if ends else now
    period = (old.key, begins, ends)
    cases = [row[0] for row in _rows(_CASES, *period)]
    _note(number, 0, len(cases))
    places = dict(_rows(_PLACES))
    found = Comparison()
    for at in range(0, len(cases), AT_A_TIME):
        found.add(compare(old, new, _histories(cases[at : at + AT_A_TIME], ends), ends, places))
        _note(number, min(at + AT_A_TIME, len(cases)), len(cases))
    return _end(number, result=told(found, old, new))


_CASES = """
select id from casework_case where process = %s and opened_at >= %s and opened_at < %s order by id
"""
_PLACES = """
select p.unit_id, m.name from directory_unitperiod p
join directory_municipality m on m.scb_code = p.municipality_id where p.until is null
"""
_EVENTS = """
select e.case_id, e.seq, e.at, e.unit, e.person, e.act, e.data::text, r.said
from casework_event e left join (
  select case_id, seq, json_object_agg(field, said)::text as said
  from casework_restricted where case_id = any(%s) group by 1, 2
) r on r.case_id = e.case_id and r.seq = e.seq
where e.case_id = any(%s) and e.at < %s and e.act <> %s order by e.case_id, e.seq
"""
_FIRST = """
select p.case_id, p.part, p.unit from casework_party p
join casework_event e on e.case_id = p.case_id and e.seq = 1 and e.unit = p.unit
where p.case_id = any(%s) and p.since <= e.at
"""


def _histories(cases: list[int], ends: datetime) -> Iterator[History]:
    """A case begins with the unit that opened it; who else takes part, its events say."""
    events: dict[int, list[Event]] = {}
    for case, seq, at, unit, person, act, data, said in _rows(_EVENTS, cases, cases, ends, SWITCH):
        whole = opened(orjson.loads(data), orjson.loads(said or "{}"))
        event = Event(seq, at, unit, person, act, whole)
        events.setdefault(case, []).append(event)
    parties: dict[int, dict[str, tuple[str, ...]]] = {}
    for case, part, unit in _rows(_FIRST, cases):
        parties.setdefault(case, {})[part] = (unit,)
    for case, some in events.items():
        yield History(str(case), parties.get(case, {}), some)


def _rows(sql: str, *given: Any) -> list[tuple[Any, ...]]:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()


def _note(number: int, done: int, total: int) -> None:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "update governance_trial set seen_at = now(), done = %s, total = %s where id = %s",
            [done, total, number],
        )


def _end(number: int, *, result: dict[str, Any] | None = None, fault: str | None = None) -> None:
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(
            "update governance_trial set ended_at = now(), result = %s, fault = %s where id = %s",
            [orjson.dumps(result).decode() if result else None, fault, number],
        )


def left_out(old: Process, new: Process) -> list[str]:
    """Titles of what is laid on the old process and can't be laid on the new one."""
    kept = {one.id for one in new.additions}
    return [one.title for one in old.additions if one.id not in kept]
