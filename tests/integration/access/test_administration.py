"""A unit's administrator keeps its own people, and nobody else's."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone
from stage import Stage, owner, person_at, signed_in

from sammanhang.access.acting import Acting, choices
from sammanhang.access.administration import scope
from sammanhang.access.requires import RECENTLY
from sammanhang.access.sessions import AUTHENTICATED


def asked_for(person: str, **other: object) -> dict[str, str]:
    """A form that gives somebody the unit's role for a year."""
    last_day = timezone.localdate() + timedelta(days=364)
    asked = {"person": person, "need": "Vikarierar på natten", "last_day": last_day}
    return {name: str(value) for name, value in (asked | other).items()}


@pytest.fixture
def administrator(stage: Stage) -> Acting:
    return person_at(stage.ward.unit, "Ada Admin", "unit_administrator")


def held(person: str) -> list[tuple[str, str]]:
    found = choices(timezone.localdate(), person=person)
    return sorted((one.acting.unit, one.acting.role) for one in found)


def test_gives_the_units_role_to_somebody_in_the_directory(
    stage: Stage, administrator: Acting
) -> None:
    new = stage.other_ward.person
    before = held(new)
    signed_in(administrator).post("/uppdrag/", asked_for(new.lower()))
    assert held(new) == sorted([*before, (stage.ward.unit, "ward_nurse")])
    noted = f"write:assignment:ward_nurse:{stage.ward.unit}:{new}"
    assert owner("select count(*) from access_log where action = %s", noted) == [(1,)]
    ((need, given_by, until),) = owner(
        "select need, given_by, until from directory_assignment "
        "where staff_id = %s and unit_id = %s",
        new, stage.ward.unit,
    )  # fmt: skip
    assert (need, given_by) == ("Vikarierar på natten", administrator.person)
    assert until == timezone.localdate() + timedelta(days=365)


def test_ends_an_assignment_and_the_person_is_out_at_once(
    stage: Stage, administrator: Acting
) -> None:
    client = signed_in(stage.ward)
    signed_in(administrator).post("/uppdrag/", {"end": str(stage.ward.assignment)})
    assert held(stage.ward.person) == []
    assert client.get("/tavla/").status_code == 302


def test_another_units_people_are_not_shown_and_not_ended(
    stage: Stage, administrator: Acting
) -> None:
    client = signed_in(administrator)
    assert stage.other_ward.person not in client.get("/uppdrag/").content.decode()
    answer = client.post("/uppdrag/", {"end": str(stage.other_ward.assignment)})
    assert answer.status_code == 409
    assert held(stage.other_ward.person) != []


def test_the_database_holds_it_where_a_view_forgets(stage: Stage, administrator: Acting) -> None:
    """Not another unit's, not an administrator's own kind, not backwards in time."""
    person, here, there = stage.other_ward.person, stage.ward.unit, stage.other_ward.unit
    new = (
        "insert into directory_assignment "
        "(staff_id, unit_id, role, since, until, need, given_by, purpose) "
        "values (%s, %s, %s, %s, %s, %s, %s, 'x')"
    )
    today, long_ago, me = timezone.localdate(), "2020-01-01", administrator.person
    later, far = today + timedelta(days=30), today + timedelta(days=1000)
    for values in (
        [person, there, "ward_nurse", today, later, "Natt", me],
        [person, here, "unit_administrator", today, later, "Natt", me],
        [person, here, "log_reviewer", today, later, "Natt", me],
        [person, here, "economist", today, later, "Natt", me],
        [person, here, "ward_nurse", long_ago, later, "Natt", me],
        [me, here, "ward_nurse", today, later, "Natt", me],
        [person, here, "ward_nurse", today, None, "Natt", me],
        [person, here, "ward_nurse", today, far, "Natt", me],
        [person, here, "ward_nurse", today, later, "", me],
        [person, here, "ward_nurse", today, later, "Natt", stage.ward.person],
    ):
        with (
            pytest.raises(DatabaseError),
            scope(administrator),
            connection.cursor() as cursor,
        ):
            cursor.execute(new, values)
    owner(
        "update directory_assignment set until = '2025-01-01' where id = %s", stage.ward.assignment
    )
    with scope(administrator), connection.cursor() as cursor:  # what has ended is history
        cursor.execute(
            "update directory_assignment set until = current_date where until is not null"
        )
        assert cursor.rowcount == 0
    with scope(stage.ward), connection.cursor() as cursor:  # who is no administrator
        cursor.execute("update directory_assignment set until = current_date")
        assert cursor.rowcount == 0


def test_what_was_typed_survives_and_one_is_told_what_to_do(
    stage: Stage, administrator: Acting
) -> None:
    client = signed_in(administrator)
    someone = stage.other_ward.person
    for form, told in (
        (asked_for("inget"), "HSA-id"),
        (asked_for("SE2321000131-FINNSINTE"), "finns inte i katalogen"),
        (asked_for(stage.ward.person), "har redan uppdraget"),
        (asked_for(administrator.person), "Ingen ger sig själv"),
        (asked_for(someone, need=" "), "Skriv varför"),
        (asked_for(someone, last_day="snart"), "år-månad-dag"),
        (asked_for(someone, last_day=date(2020, 1, 1)), "inom två år"),
        (asked_for(someone, last_day="9999-12-31"), "inom två år"),
    ):
        answer = client.post("/uppdrag/", form)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert told in page
        assert f'value="{form["person"]}"' in page
        assert form["need"] in page


def test_once_a_year_each_is_confirmed_or_ended(stage: Stage, administrator: Acting) -> None:
    """Those of a file have no last day, and would stand for ever."""
    client = signed_in(administrator)
    assert "Att gå igenom" in client.get("/uppdrag/").content.decode()
    client.post("/uppdrag/", {"confirm": str(stage.ward.assignment)})

    assert "Att gå igenom" not in client.get("/uppdrag/").content.decode()
    assert held(stage.ward.person) == [(stage.ward.unit, "ward_nurse")]
    assert owner("select assignment, by from directory_confirmation") == [
        (stage.ward.assignment, administrator.person)
    ]
    for another in (stage.other_ward.assignment, administrator.assignment, 999_999):
        answer = client.post("/uppdrag/", {"confirm": str(another)})
        assert answer.status_code == 409
        with pytest.raises(DatabaseError), scope(administrator), connection.cursor() as cursor:
            cursor.execute(
                "insert into directory_confirmation (assignment, by) values (%s, %s)",
                [another, administrator.person],
            )


def test_what_was_given_by_mistake_today_is_taken_back_today(
    stage: Stage, administrator: Acting
) -> None:
    client, new = signed_in(administrator), stage.other_ward.person
    client.post("/uppdrag/", asked_for(new))
    ((number,),) = owner("select max(id) from directory_assignment")
    client.post("/uppdrag/", {"end": str(number)})
    assert held(new) == [(stage.other_ward.unit, "ward_nurse")]


def in_a_while(client: Client) -> None:
    """So long that a sensitive act takes that one shows again who one is."""
    session = client.session
    session[AUTHENTICATED] = time.time() - RECENTLY - 1
    session.save()


def test_signs_out_somebody_at_the_unit_whose_card_is_lost(
    stage: Stage, administrator: Acting
) -> None:
    own, other = signed_in(stage.ward), signed_in(stage.other_ward)
    client = signed_in(administrator)
    assert "Logga ut" in client.get("/uppdrag/").content.decode()
    answer = client.post("/uppdrag/", {"sign-out": stage.ward.person}, follow=True)

    assert "1 inloggning är avslutad." in answer.content.decode()
    assert client.post("/uppdrag/", {"sign-out": stage.other_ward.person}).status_code == 404
    assert (own.get("/tavla/").status_code, other.get("/tavla/").status_code) == (302, 200)
    told = owner("select person from access_log where action like 'write:sessions-ended:%%'")
    assert told == [(administrator.person,)]

    own = signed_in(stage.ward)
    in_a_while(client)
    answer = client.post("/uppdrag/", {"sign-out": stage.ward.person})
    assert "/logga-in/igen/" in answer.headers["Location"]
    assert own.get("/tavla/").status_code == 200


def test_another_units_sessions_stay_also_when_the_view_forgets(
    stage: Stage, administrator: Acting
) -> None:
    signed_in(stage.other_ward), signed_in(stage.ward)
    with scope(administrator), connection.cursor() as cursor:
        cursor.execute("delete from access_session where person is not null")
    assert owner("select person from access_session") == [(stage.other_ward.person,)]
