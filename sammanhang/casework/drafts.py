"""What a person has typed in a case and not sent. Nobody else reads it; that it is kept, and opened
again, is logged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from sammanhang.access.acting import Acting, log_reading, scope


def save_draft(
    *, acting: Acting, case: int, act: str, data: Mapping[str, Any], now: datetime
) -> None:
    """Keeps what a person has typed. Logged once for each time of writing, however often it is
    kept."""
    with scope(acting), connection.cursor() as cursor:
        cursor.execute(
            "select casework_keep_draft(%s, %s, %s, %s::jsonb, %s)",
            [acting.assignment, case, act, orjson.dumps(data).decode(), now],
        )


def open_draft(acting: Acting, case: int, act: str) -> dict[str, Any] | None:
    """What the person has typed of an act and not sent, in scope; logged if there is anything."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select d.data::text, c.resident_id from casework_draft d "
            "join casework_case c on c.id = d.case_id where d.case_id = %s and d.act = %s",
            [case, act],
        )
        found = cursor.fetchone()
    if found is None:
        return None
    log_reading(acting, "read:draft", case=case, resident=found[1])
    return orjson.loads(found[0])


def discard_draft(*, acting: Acting, case: int, act: str) -> None:
    with scope(acting), connection.cursor() as cursor:
        cursor.execute("delete from casework_draft where case_id = %s and act = %s", [case, act])
