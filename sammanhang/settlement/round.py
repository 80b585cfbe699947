"""The daily round: takes from the cases what settlement needs. Runs as the owner, since it reads
every case, and writes nothing by which anybody could tell whose stay it is."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import orjson
from django.db import connections, transaction

from sammanhang.casework.processes import DISCHARGE
from sammanhang.engine.snapshot import from_json
from sammanhang.guideline.liability import Specialty
from sammanhang.settlement.arithmetic.stays import local_date
from sammanhang.settlement.cases import Course, course

OWNER = "owner"
AT_ONCE = 500
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: none that can be mistaken for another when read aloud."""
OUTSIDE, NOBODY = "utomläns", "ingen"
"""Payers that are no municipality of the county: registered elsewhere; none was chosen."""


def take_stays() -> int:
    """Brings the stays up to date with the cases that have changed. How many those were."""
    taken = 0
    while some := _take_some():
        taken += some
    return taken


def _take_some() -> int:
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("set local synchronous_commit = off")
        cursor.execute(
            "select c.id, c.resident_id, n.state, s.key from casework_case c "
            "join casework_snapshot n on n.case_id = c.id "
            "left join settlement_stay s on s.case_id = c.id "
            "where c.process = %s and c.seq > coalesce(s.seq, 0) order by c.id limit %s",
            [DISCHARGE, AT_ONCE],
        )
        found = cursor.fetchall()
        types = _unit_types(cursor) if found else {}
        for number, resident, state, key in found:
            case = from_json(orjson.loads(state))
            told = course(case)
            if told is None:
                told = Course(None, (), (), None, "", frozenset())  # so that it isn't taken again
            payer = _payer(cursor, resident, told, types) if told.readiness else NOBODY
            _write(cursor, number, key or new_key(), case.seq, payer, told, types)
        return len(found)


def new_key() -> str:
    """`V-` and eight characters that tell nothing."""
    return "V-" + "".join(secrets.choice(LETTERS) for _ in range(8))


def _unit_types(cursor: Any) -> dict[str, str]:
    cursor.execute("select hsa_id, type from directory_unit")
    return dict(cursor.fetchall())


def _payer(cursor: Any, resident: Any, told: Course, types: dict[str, str]) -> str:
    """Where the person was registered at the last notice, if any municipality was told."""
    if not any(types.get(unit) in ("biståndsenhet", "hemsjukvård") for unit in told.told):
        return NOBODY
    day = local_date(told.readiness[-1].notice_at)
    cursor.execute(
        "select coalesce(municipality_id, %s) from residents_registration "
        "where resident_id = %s and since <= %s and (until is null or until > %s) "
        "order by since desc limit 1",
        [OUTSIDE, resident, day, day],
    )
    row = cursor.fetchone()
    return row[0] if row else OUTSIDE


def _write(
    cursor: Any, case: int, key: str, seq: int, payer: str, told: Course, types: dict[str, str]
) -> None:
    psychiatric = types.get(told.ward) == "psykiatrisk-avdelning"
    specialty = (Specialty.PSYCHIATRIC if psychiatric else Specialty.SOMATIC).name.lower()
    month = local_date(told.ended_at).replace(day=1) if told.ended_at else None
    cursor.execute(
        "insert into settlement_stay (case_id, key, seq, payer, specialty, admission_notice_at, "
        "readiness, leaves, ended_at, month) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
        "on conflict (case_id) do update set seq = excluded.seq, payer = excluded.payer, "
        "specialty = excluded.specialty, admission_notice_at = excluded.admission_notice_at, "
        "readiness = excluded.readiness, leaves = excluded.leaves, ended_at = excluded.ended_at, "
        "month = excluded.month",
        [case, key, seq, payer, specialty, told.admission_notice_at,
         _json([one.notice_at, one.withdrawn_at, one.called_at] for one in told.readiness),
         _json([one.left_at, one.back_at] for one in told.leaves), told.ended_at, month],
    )  # fmt: skip


def _json(rows: Iterator[list[datetime | None]]) -> str:
    return orjson.dumps(list(rows)).decode()


def months(cursor: Any) -> list[date]:
    """Months in which a stay has ended, the latest first."""
    cursor.execute(
        "select distinct month from settlement_stay where month is not null order by month desc"
    )
    return [month for (month,) in cursor.fetchall()]
