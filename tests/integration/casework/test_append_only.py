"""History is appended to, never changed: not by the application, and not by the schema's owner."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from stage import Stage, owner

from sammanhang.access.acting import scope

CHANGES = {
    "an event is altered": "update casework_event set act = 'annat'",
    "an event is removed": "delete from casework_event",
    "all events are removed": "truncate casework_event cascade",
    "all cases are removed": "truncate casework_case cascade",
    "a line of the access log is altered": "update access_log set person = 'annan'",
    "a line of the access log is removed": "delete from access_log",
    "the access log is emptied": "truncate access_log",
}


@pytest.mark.parametrize("sql", CHANGES.values(), ids=CHANGES)
def test_barred_for_the_owner(stage: Stage, sql: str) -> None:
    stage.notified()

    with pytest.raises(DatabaseError, match="varken ändras eller tas bort"):
        owner(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *CHANGES.values(),
        "delete from casework_case",
        "delete from casework_delivery",
        "delete from casework_obligation",
        "delete from casework_party",
        "update casework_phase set phase = 'annan'",
        "update casework_request set seq = 1",
        "alter table casework_event disable trigger all",
        "drop table casework_event",
    ],
)
def test_barred_for_the_application(stage: Stage, sql: str) -> None:
    stage.notified()

    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
        scope(stage.ward),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_an_event_is_written_only_in_ones_own_name(stage: Stage) -> None:
    case = stage.notified()
    insert = (
        "insert into casework_event (case_id, seq, at, unit, person, act, data, method, hash) "
        "values (%s, 3, now(), %s, %s, 'anteckning', '{}', 'sha256', sha256(''))"
    )
    ward, officer = stage.ward, stage.officer

    for unit, person in ((officer.unit, ward.person), (ward.unit, officer.person)):
        with scope(ward), connection.cursor() as cursor:
            cursor.execute("select set_config('app.case', %s, true)", [str(case)])
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                cursor.execute(insert, [case, unit, person])
