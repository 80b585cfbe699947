"""A stay as settlement has it, put straight into the database that Django is set up for."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
from django.db import connections

from sammanhang.settlement.round import new_key

SWEDEN = ZoneInfo("Europe/Stockholm")


def put_stay(payer: str, days: int, *, ready: date, care: str = "somatic") -> str:
    """Somebody who waited so many days from `ready`, and then went home. Gives the stay's key."""
    begins = datetime(ready.year, ready.month, ready.day, 10, tzinfo=SWEDEN)
    ended = begins + timedelta(days=days)
    key = new_key()
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into residents_resident (id, given_name, family_name, sort_key, sex, "
            "secrecy_marking, protected_registration) values (gen_random_uuid(), 'Hemlig', "
            "'Person', 'person hemlig', 'F', true, false) returning id"
        )
        (resident,) = cursor.fetchone()
        cursor.execute(
            "insert into casework_case (resident_id, process, document, version, edition, "
            "place, opened_at, closed_at) "
            "values (%s, 'in-och-utskrivning', 'd', '1', %s, %s, %s, %s) returning id",
            [resident, ready, key, begins, ended],
        )
        (case,) = cursor.fetchone()
        cursor.execute(
            "insert into settlement_stay values (%s, %s, 1, %s, %s, %s, %s, '[]', %s, %s)",
            [case, key, payer, care, begins, orjson.dumps([[begins, None, None]]).decode(), ended,
             ended.date().replace(day=1)],
        )  # fmt: skip
    return key
