"""An auditor sees that things are governed, settled, sealed and reviewed, and nobody's data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from stage import Stage, office_of, owner, person_at, signed_in

from sammanhang.access import oversight, seals
from sammanhang.access.acting import Acting, log_reading
from sammanhang.access.acting import scope as acting_scope


@pytest.fixture(autouse=True)
def kept(tmp_path: Path) -> Iterator[None]:
    """The folder where heads are kept."""
    before, settings.DATA = settings.DATA, tmp_path
    yield
    settings.DATA = before


@pytest.fixture
def auditor(stage: Stage) -> Acting:
    """The region's."""
    return person_at(office_of(stage.ward), "Rakel Revisor", "auditor")


def page(who: Acting, address: str) -> str:
    client = signed_in(who)
    answer = client.get(address, follow=True)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def a_month_ago() -> date:
    return (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)


def signed(unit: str, *counts: int) -> None:
    month = a_month_ago()
    owner("insert into access_review_month values (%s, %s)", unit, month)
    if counts:
        owner(
            "insert into access_review_signed (unit, month, in_order, look_into, misuse, by) "
            "values (%s, %s, %s, %s, %s, 'granskaren')",
            unit, month, *counts,
        )  # fmt: skip


# --- The log --------------------------------------------------------------------------------


def test_sees_that_the_log_is_sealed_and_what_verifying_found(
    stage: Stage, auditor: Acting
) -> None:
    assert "Loggen är inte förseglad" in page(auditor, "/")
    stage.notified()
    seals.seal()
    assert list(seals.verified()) == []
    told = page(auditor, "/")
    assert "nummer 1" in told
    assert "loggen är hel" in told
    owner("alter table access_log_seal disable trigger user")
    owner("update access_log_seal set hash = sha256(hash)")
    owner("alter table access_log_seal enable trigger user")
    wrong = len(list(seals.verified()))
    assert wrong > 0
    assert f"{wrong} fel i loggen" in page(auditor, "/")


def test_sees_which_units_have_reviewed_theirs_and_the_verdicts_in_numbers(
    stage: Stage, auditor: Acting
) -> None:
    signed(stage.ward.unit, 17, 2, 1)
    signed(stage.other_ward.unit)
    signed(stage.officer.unit, 99, 99, 99)  # of another organisation
    with oversight.scope(auditor):
        (month,) = oversight.reviews(a_month_ago() + timedelta(days=70))

    assert {one.unit for one in month.units} == {stage.ward.unit, stage.other_ward.unit}
    assert (month.signed, month.late) == (1, 1)
    assert (month.in_order, month.look_into, month.misuse) == (17, 2, 1)
    told = page(auditor, f"/tillsyn/?manad={a_month_ago():%Y-%m}")
    assert "1/2" in told
    assert "granskaren" not in told


def test_reads_no_line_and_no_verdict_also_when_a_view_forgets(
    stage: Stage, auditor: Acting
) -> None:
    stage.notified()
    with acting_scope(stage.ward):
        log_reading(stage.ward, "read:case", case=1)
    for table in (
        "access_log", "access_review", "access_review_name", "access_review_act", "access_session",
        "casework_case", "casework_event", "casework_board", "casework_obligation",
        "residents_resident", "residents_residentnumber", "settlement_stay",
        "settlement_statement", "settlement_objection", "settlement_answer",
        "settlement_correction", "settlement_invoice", "governance_trial",
    ):  # fmt: skip
        with oversight.scope(auditor), connection.cursor() as cursor:
            cursor.execute(f"select count(*) from {table} where true")
            (seen,) = cursor.fetchone()
        own = 1 if table == "access_session" else 0
        assert seen <= own, table
    with oversight.scope(stage.ward), connection.cursor() as cursor:  # who is no auditor
        cursor.execute("select count(*) from access_verification")
        assert cursor.fetchone() == (0,)


def test_changes_nothing(stage: Stage, auditor: Acting) -> None:
    for sql in (
        "insert into access_verification (last_seal, findings) values (1, 0)",
        "insert into access_review_month values ('x', '2026-01-01')",
        "insert into settlement_month (month, agreement, version, reviewed_at, reviewed_by) "
        "values ('2026-01-01', 'x', '1', now(), 'x')",
        "delete from access_review_signed",
        "update directory_staff set sort_key = ''",
    ):
        with pytest.raises(DatabaseError), oversight.scope(auditor), connection.cursor() as cursor:
            cursor.execute(sql)


# --- What governs ---------------------------------------------------------------------------


def test_sees_what_was_in_force_on_any_day(stage: Stage, auditor: Acting) -> None:
    owner(
        "insert into casework_document (id, version, file, text, since, binds_running) "
        "select id, '99', file, replace(text, 'titel: ', 'titel: Ny '), current_date + 10, false "
        "from casework_document where id = 'prov-in-och-utskrivning'"
    )
    today = timezone.localdate()
    for day, says in ((today, False), (today + timedelta(days=10), True)):
        told = page(auditor, f"/gallde/?dag={day}")
        assert ("<td>99</td>" in told) == says
    assert f"slutar gälla {today + timedelta(days=10)}" in page(auditor, f"/gallde/?dag={today}")
    assert "Inget dokument gällde" in page(auditor, "/gallde/?dag=1999-01-01")


def test_a_day_that_is_none_is_told_and_stays_as_it_was_typed(
    stage: Stage, auditor: Acting
) -> None:
    client = signed_in(auditor)
    answer = client.get("/gallde/?dag=igår")
    assert answer.status_code == 409
    assert 'value="igår"' in answer.content.decode()
