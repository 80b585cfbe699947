"""Disclosure by message: a unit sees what it wrote, what was addressed to it, and of the case as a
whole its parties, phases and obligations. The database itself holds it, whatever a view forgot."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, connections
from stage import MONDAY, Stage, owner, person_at, resident, units

from sammanhang.access.acting import Acting, scope
from sammanhang.casework import boards, shown
from sammanhang.casework.actions import NoSuchCase
from sammanhang.casework.case_page import case_page

OPEN_TABLES = {
    "django_migrations": "which migrations are done",
}
"""Tables that need no row security, with the reason."""


def seen(who: Acting, sql: str, *given: object) -> list[tuple[object, ...]]:
    """What the database shows to someone acting for a unit."""
    with scope(who), connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()


def acts_seen(who: Acting, case: int) -> list[str]:
    rows = seen(who, "select act from casework_event where case_id = %s order by seq", case)
    return [str(act) for (act,) in rows]


PUBLIC = "casework_document"
"""Governing documents are for anyone to read."""


def guarded_tables() -> list[str]:
    rows = owner("select tablename from pg_tables where schemaname = 'public' order by 1")
    return [name for (name,) in rows if name not in OPEN_TABLES]


# --- The database as such -------------------------------------------------------------------


def test_every_table_with_a_person_or_a_unit_is_guarded(stage: Stage) -> None:
    unguarded = owner(
        "select relname from pg_class c where relnamespace = 'public'::regnamespace "
        "and relkind in ('r', 'p') and relname <> all(%s) "
        "and not (relrowsecurity and relforcerowsecurity "
        "         and exists (select from pg_policy p where p.polrelid = c.oid))",
        list(OPEN_TABLES),
    )

    assert unguarded == []


def test_every_policy_that_lets_write_says_what_may_be_written(stage: Stage) -> None:
    """`a`: insert, `w`: update, `*`: all. A policy for all without it would use its own reading."""
    without = owner(
        "select polrelid::regclass::text, polname from pg_policy "
        "where polcmd in ('a', 'w', '*') and polwithcheck is null"
    )

    assert without == []


def test_no_view_and_no_function_passes_row_security_by(stage: Stage) -> None:
    """As one that runs with its owner's rights would."""
    views = owner("select viewname from pg_views where schemaname = 'public'")
    functions = owner(
        "select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef"
    )

    assert [name for (name,) in views if not name.startswith("pg_stat_statements")] == []
    assert functions == []


def test_the_application_owns_nothing_and_is_bound(stage: Stage) -> None:
    ((superuser, bypasses, owned),) = owner(
        "select rolsuper, rolbypassrls, "
        "(select count(*) from pg_class where relowner = r.oid) "
        "from pg_roles r where rolname = 'sammanhang_app'"
    )

    assert (superuser, bypasses, owned) == (False, False, 0)


def test_a_new_table_gives_it_no_rights_until_it_is_guarded(stage: Stage) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("create table forgotten (person text)")
        cursor.execute(
            "select has_table_privilege('sammanhang_app', 'forgotten', right_) "
            "from unnest(array['select', 'insert', 'update', 'delete']) right_"
        )
        given = cursor.fetchall()
        cursor.execute("drop table forgotten")

    assert given == [(False,)] * 4


@pytest.mark.parametrize("setting", [None, ""], ids=["unset", "empty"])
def test_without_context_nothing_is_seen_and_nothing_written(
    stage: Stage, setting: str | None
) -> None:
    case = stage.notified()
    with connection.cursor() as cursor:
        if setting is not None:
            for name in ("person", "unit", "case"):
                cursor.execute("select set_config(%s, %s, false)", [f"app.{name}", setting])
        for table in guarded_tables():
            if table == PUBLIC:
                continue
            if table.startswith(("casework_", "residents_", "directory_staff", "directory_ass")):
                cursor.execute(f"select count(*) from {table}")
                assert cursor.fetchone() == (0,), table
        for sql in (
            "insert into casework_draft values (0, 'A', 'B', 'c', '{}', now())",
            "insert into access_log (person, unit, action) values ('A', 'B', 'c')",
            f"insert into casework_request values ('A', gen_random_uuid(), 'B', {case}, 1, now())",
        ):
            with pytest.raises(DatabaseError, match="row-level security"):
                cursor.execute(sql)


# --- Units without a case in common ---------------------------------------------------------


def test_a_unit_without_a_part_in_the_case_sees_nothing_of_it(stage: Stage) -> None:
    case = stage.notified()

    for stranger in (stage.other_ward, stage.other_centre, stage.other_officer):
        for table in guarded_tables():
            if table.startswith(("casework_", "residents_")) and table != PUBLIC:
                assert seen(stranger, f"select count(*) from {table}") == [(0,)], table
        assert boards.board(stranger).version.startswith("0-")
        with pytest.raises(NoSuchCase), scope(stranger):
            case_page(stranger, case, MONDAY)


def test_no_pair_of_organisations_sees_each_others_cases(stage: Stage) -> None:
    """One ward from each hospital, each with one patient: each sees just its own, for every
    ordered pair."""
    wards = [person_at(unit) for unit in units("avdelning")]
    own = {
        ward.unit: stage.admits(resident(100 + n), by=ward, centre=None, officer=None).case
        for n, ward in enumerate(wards)
    }
    assert len(own) > 5

    for ward in wards:
        assert seen(ward, "select id from casework_case") == [(own[ward.unit],)]
        assert seen(ward, "select distinct case_id from casework_event") == [(own[ward.unit],)]
        assert seen(ward, "select count(*) from residents_resident") == [(1,)]


def test_an_outsider_can_do_nothing_and_is_told_nothing(stage: Stage) -> None:
    case = stage.notified()

    for missing in (case, case + 999):
        with pytest.raises(NoSuchCase):
            stage.does(stage.other_officer, missing, "kvittens")


# --- Within a case --------------------------------------------------------------------------


def test_a_message_is_seen_by_sender_and_recipients_and_a_note_by_its_writer(stage: Stage) -> None:
    case = stage.notified()
    stage.did(stage.ward, case, "anteckning", data={"text": "Bara för oss."})
    stage.did(stage.centre, case, "planeringsmeddelande", data={"text": "Till kommunen."})

    assert acts_seen(stage.ward, case) == ["inskrivning", "inskrivningsmeddelande", "anteckning"]
    assert acts_seen(stage.centre, case) == ["inskrivningsmeddelande", "planeringsmeddelande"]
    assert acts_seen(stage.officer, case) == ["inskrivningsmeddelande", "planeringsmeddelande"]


def test_parties_phases_and_obligations_are_seen_by_all_who_take_part(stage: Stage) -> None:
    case = stage.notified()

    for who in (stage.ward, stage.centre, stage.officer):
        assert len(seen(who, "select * from casework_party where case_id = %s", case)) == 3
        assert seen(who, "select phase from casework_phase where case_id = %s", case) == [
            ("inskriven",)
        ]
        owed = seen(who, "select unit from casework_obligation where ended_by is null")
        assert {unit for (unit,) in owed} == {stage.centre.unit, stage.officer.unit}


def test_one_who_joins_later_does_not_get_earlier_messages(stage: Stage) -> None:
    case = stage.notified()
    stage.did(stage.ward, case, "ansluta-kommun", data={"kommun-enhet": stage.other_officer.unit})

    assert acts_seen(stage.other_officer, case) == []
    (row,) = boards.board(stage.other_officer).rows or []
    assert row.planned_on is None  # it stands in a message to others


def test_forwarding_to_the_right_unit_lets_it_read_and_owe_and_the_first_keep_what_it_had(
    stage: Stage,
) -> None:
    case = stage.notified()
    stage.did(stage.centre, case, "vidarebefordran", data={"rätt-enhet": stage.other_centre.unit})
    later = stage.did(stage.ward, case, "utskrivningsklar")

    assert acts_seen(stage.other_centre, case) == ["inskrivningsmeddelande", "utskrivningsklar"]
    assert acts_seen(stage.centre, case) == ["inskrivningsmeddelande", "vidarebefordran"]
    (row,) = boards.board(stage.other_centre).rows or []
    assert (row.unread, len(row.owed), str(row.planned_on)) == (2, 2, "2026-03-09")
    assert boards.board(stage.centre).rows == []
    with scope(stage.centre):
        page = case_page(stage.centre, case, MONDAY)
    assert later not in [entry.seq for entry in page.entries]
    assert not page.is_party
    assert page.phase == "utskrivningsklar"


def test_a_ward_that_takes_over_reads_all_and_sees_the_receipts(stage: Stage) -> None:
    case = stage.notified()
    stage.did(stage.ward, case, "anteckning")
    stage.did(stage.ward, case, "byte-av-avdelning", data={"ny-avdelning": stage.other_ward.unit})
    stage.did(stage.centre, case, "kvittens")

    assert acts_seen(stage.other_ward, case) == [
        "inskrivning", "inskrivningsmeddelande", "anteckning", "kvittens",
    ]  # fmt: skip
    for ward in (stage.ward, stage.other_ward):
        (receipt,) = seen(
            ward,
            "select acknowledged_by from casework_delivery "
            "where case_id = %s and seq = 2 and unit = %s",
            case,
            stage.centre.unit,
        )
        assert receipt == (stage.centre.person,)


def test_receipt_withdrawal_and_correction_reach_all_who_saw_the_message(stage: Stage) -> None:
    case = stage.notified()
    stage.did(stage.centre, case, "kvittens")
    corrected = {"meddelande": 2, "värden": {"beräknad-utskrivning": "2026-03-11"}}
    stage.did(stage.ward, case, "rättelse", data=corrected)
    stage.did(stage.ward, case, "återtagande", data={"meddelande": 2})

    about = ["inskrivningsmeddelande", "kvittens", "rättelse", "återtagande"]
    assert acts_seen(stage.officer, case) == about
    assert acts_seen(stage.centre, case) == about
    assert acts_seen(stage.ward, case) == ["inskrivning", *about]


def test_the_whole_case_is_open_only_while_the_engine_works_on_it(stage: Stage) -> None:
    """Also within one long transaction: what perform opens, it closes."""
    case = stage.notified()
    with scope(stage.officer):
        stage.did(stage.officer, case, "kvittens")
        case_page(stage.officer, case, MONDAY)
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from casework_snapshot")
            assert cursor.fetchone() == (0,)
            cursor.execute("select act from casework_event where seq = 1")
            assert cursor.fetchone() is None


def test_a_protected_person_is_not_named_on_the_board(stage: Stage) -> None:
    stage.admits(resident(50, protected=True))

    (row,) = boards.board(stage.ward).rows or []
    assert shown.row(row, MONDAY, {}, q="Elsa").hidden
    assert "Elsa" not in row.name
    assert row.number == ""


def test_every_reading_of_a_case_is_logged_with_who_for_which_unit(stage: Stage) -> None:
    case = stage.notified()
    with scope(stage.officer):
        case_page(stage.officer, case, MONDAY)

    logged = owner("select person, unit, assignment, action, case_id from access_log order by id")
    ward, officer = stage.ward, stage.officer
    assert logged == [
        (ward.person, ward.unit, ward.assignment, "write:inskrivning", case),
        (ward.person, ward.unit, ward.assignment, "write:inskrivningsmeddelande", case),
        (officer.person, officer.unit, officer.assignment, "read:case", case),
    ]
