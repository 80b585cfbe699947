"""A system owner appoints in their own organisation, ends sessions, and sees nobody's data."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone
from stage import Stage, office_of, owner, person_at, signed_in

from sammanhang.access import public_interest, sessions
from sammanhang.access.acting import Acting, choices
from sammanhang.access.administration import scope
from sammanhang.residents.identifiers import synthetic_personnummer


@pytest.fixture
def system_owner(stage: Stage) -> Acting:
    """The region's."""
    return person_at(office_of(stage.ward), "Sven Systemägare", "system_owner")


def organisation(who: Acting) -> str:
    ((number,),) = owner("select organisation_id from directory_unit where hsa_id = %s", who.unit)
    return number


def asked_for(person: str, role: str = "log_reviewer") -> dict[str, str]:
    last_day = timezone.localdate() + timedelta(days=100)
    return {"person": person, "role": role, "need": "Granskar loggen", "last_day": str(last_day)}


def held(person: str) -> set[tuple[str, str]]:
    found = choices(timezone.localdate(), person=person)
    return {(one.acting.unit, one.acting.role) for one in found}


# --- Appointing -----------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["unit_administrator", "log_reviewer"])
def test_appoints_at_a_unit_of_the_organisation(
    stage: Stage, system_owner: Acting, role: str
) -> None:
    assert organisation(stage.ward) == organisation(system_owner)
    page = f"/tjansten/uppdrag/{stage.ward.unit}/"
    new, client = stage.other_ward.person, signed_in(system_owner)
    client.post(page, asked_for(new, role))

    assert (stage.ward.unit, role) in held(new)
    assert "Granskar loggen" in client.get(page).content.decode()
    noted = f"write:assignment:{role}:{stage.ward.unit}:{new}"
    assert owner("select person from access_log where action = %s", noted) == [
        (system_owner.person,)
    ]


def test_another_organisation_s_unit_is_not_there(stage: Stage, system_owner: Acting) -> None:
    assert organisation(stage.officer) != organisation(system_owner)
    client, page = signed_in(system_owner), f"/tjansten/uppdrag/{stage.officer.unit}/"
    assert client.get(page).status_code == 404
    assert client.post(page, asked_for(stage.ward.person)).status_code == 404
    ((name,),) = owner(
        "select name from directory_unitperiod where unit_id = %s", stage.officer.unit
    )
    assert stage.officer.unit not in client.get("/tjansten/uppdrag/", {"q": name}).content.decode()


def test_the_database_holds_it_where_a_view_forgets(stage: Stage, system_owner: Acting) -> None:
    """Not for care, not another system owner, not elsewhere, not oneself, not without end."""
    new = (
        "insert into directory_assignment "
        "(staff_id, unit_id, role, since, until, need, given_by, purpose) "
        "values (%s, %s, %s, current_date, %s, %s, %s, 'x')"
    )
    person, here, there = stage.other_ward.person, stage.ward.unit, stage.officer.unit
    later, me = timezone.localdate() + timedelta(days=30), system_owner.person
    for values in (
        [person, here, "ward_nurse", later, "Behövs", me],
        [person, here, "system_owner", later, "Behövs", me],
        [person, here, "auditor", later, "Behövs", me],
        [person, there, "log_reviewer", later, "Behövs", me],
        [me, here, "log_reviewer", later, "Behövs", me],
        [person, here, "log_reviewer", None, "Behövs", me],
        [person, here, "log_reviewer", later, "", me],
    ):
        with pytest.raises(DatabaseError), scope(system_owner), connection.cursor() as cursor:
            cursor.execute(new, values)
    with scope(system_owner), connection.cursor() as cursor:
        cursor.execute("update directory_assignment set until = current_date where role = any(%s)",
                       [["ward_nurse", "system_owner", "case_officer"]])  # fmt: skip
        assert cursor.rowcount == 0


def test_the_yearly_list_has_those_nobody_has_confirmed(stage: Stage, system_owner: Acting) -> None:
    reviewer = person_at(stage.ward.unit, "Rut Granskare", "log_reviewer")
    elsewhere = person_at(stage.officer.unit, "Mia Annanstans", "log_reviewer")
    client = signed_in(system_owner)
    page = client.get("/tjansten/uppdrag/").content.decode()
    assert "Rut Granskare" in page
    assert "Mia Annanstans" not in page
    client.post(f"/tjansten/uppdrag/{stage.ward.unit}/", {"confirm": str(reviewer.assignment)})
    client.post(f"/tjansten/uppdrag/{stage.ward.unit}/", {"confirm": str(elsewhere.assignment)})

    assert "Rut Granskare" not in client.get("/tjansten/uppdrag/").content.decode()
    assert owner("select assignment from directory_confirmation") == [(reviewer.assignment,)]


# --- Sessions -------------------------------------------------------------------------------


def test_ends_a_persons_sessions_everywhere(stage: Stage, system_owner: Acting) -> None:
    first, second, other = (signed_in(who) for who in (stage.ward, stage.ward, stage.other_ward))
    client = signed_in(system_owner)
    shown = client.post("/tjansten/inloggningar/", {"person": stage.ward.person}).content.decode()
    assert shown.count("sign-in-choice") == 2
    client.post("/tjansten/inloggningar/", {"person": stage.ward.person, "end": "1"})

    for ended in (first, second):
        assert "/logga-in/" in ended.get("/tavla/").headers["Location"]
    assert other.get("/tavla/").status_code == 200
    noted = f"write:sessions-ended:{stage.ward.person}:2"
    assert owner("select count(*) from access_log where action = %s", noted) == [(1,)]


def test_another_organisation_s_sessions_stay_also_when_the_view_forgets(
    stage: Stage, system_owner: Acting
) -> None:
    officer = signed_in(stage.officer)
    signed_in(system_owner).post(
        "/tjansten/inloggningar/", {"person": stage.officer.person, "end": "1"}
    )
    assert officer.get("/tavla/").status_code == 200
    with scope(system_owner):
        assert sessions.of_person(stage.officer.person, None) == []
    signed_in(stage.other_ward)
    with scope(stage.ward):  # who is no system owner
        assert sessions.end(stage.other_ward.person) == 0


def test_the_keeper_ends_a_persons_sessions_or_everybodys(stage: Stage) -> None:
    ward, other = signed_in(stage.ward), signed_in(stage.other_ward)
    assert sessions.end_as_keeper(stage.ward.person) == 1
    assert ward.get("/tavla/").status_code == 302
    assert other.get("/tavla/").status_code == 200
    assert sessions.end_as_keeper(None) == 1
    assert other.get("/tavla/").status_code == 302
    logged = owner("select action from access_log where why = 'keeper' order by id")
    assert logged == [
        (f"write:sessions-ended:{stage.ward.person}:1",), ("write:sessions-ended:*:1",)
    ]  # fmt: skip


# --- People of public interest ----------------------------------------------------------------


KNOWN = synthetic_personnummer(date(1940, 3, 17), woman=True, n=0)


def test_the_list_is_added_to_and_read_by_nobody_in_the_service(
    stage: Stage, system_owner: Acting
) -> None:
    number, client = KNOWN, signed_in(system_owner)
    for listed in ("1", "0", "1"):
        client.post("/tjansten/allmant-intresse/", {"number": number, "listed": listed})

    assert owner("select number, listed from access_public_interest order by id") == [
        (number, True), (number, False), (number, True)
    ]  # fmt: skip
    assert number not in client.get("/tjansten/allmant-intresse/").content.decode()
    with pytest.raises(DatabaseError), scope(system_owner), connection.cursor() as cursor:
        cursor.execute("select number from access_public_interest")
    logged = owner("select action from access_log where action like '%%public-interest%%'")
    assert logged == [("write:public-interest",)] * 3
    assert [one[:2] for one in public_interest.listed()] == [(number, organisation(system_owner))]


def test_the_list_is_the_system_owner_s_also_when_the_view_forgets(
    stage: Stage, system_owner: Acting
) -> None:
    insert = (
        "insert into access_public_interest (organisation, number, listed, by) "
        "values (%s, %s, true, %s)"
    )
    for who, of in (
        (system_owner, organisation(stage.officer)),
        (system_owner, "*"),
        (stage.ward, organisation(stage.ward)),
    ):
        with pytest.raises(DatabaseError), scope(who), connection.cursor() as cursor:
            cursor.execute(insert, [of, KNOWN, who.person])
    faulty = signed_in(system_owner).post(
        "/tjansten/allmant-intresse/", {"number": "19400317-123", "listed": "1"}
    )
    assert faulty.status_code == 409
    assert "19400317-123" in faulty.content.decode()


# --- The state of the service ---------------------------------------------------------------


def test_the_state_tells_of_the_service_and_of_nobody(stage: Stage, system_owner: Acting) -> None:
    stage.notified()
    page = signed_in(system_owner).get("/").headers["Location"]
    told = signed_in(system_owner).get(page).content.decode()
    for said in ("Loggen är inte förseglad", "arkiverar inte", "Prov", "version"):
        assert said.lower() in told.lower(), said
    assert "Elsa" not in told


def test_a_system_owner_reads_nobodys_data_also_when_a_view_forgets(
    stage: Stage, system_owner: Acting
) -> None:
    case = stage.notified()
    for table in (
        "casework_case", "casework_event", "casework_board", "residents_resident",
        "residents_residentnumber", "access_log", "access_review", "settlement_stay",
        "settlement_statement", "settlement_total",
    ):  # fmt: skip
        with scope(system_owner), connection.cursor() as cursor:
            cursor.execute(f"select count(*) from {table}")
            assert cursor.fetchone() == (0,), table
    assert signed_in(system_owner).get(f"/arende/{case}/").status_code == 403
