"""A unit's administrator keeps its own people, and nobody else's."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone
from stage import Stage, owner, person_at

from sammanhang.access.acting import Acting, choices
from sammanhang.access.administration import scope


def signed_in(who: Acting) -> Client:
    client = Client()
    client.post("/logga-in/", {"assignment": who.assignment})
    return client


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
    signed_in(administrator).post("/uppdrag/", {"person": new.lower()})
    assert held(new) == sorted([*before, (stage.ward.unit, "ward_nurse")])
    written = owner("select count(*) from access_log where action = 'write:assignment:' || %s", new)
    assert written == [(1,)]


def test_ends_an_assignment_and_the_person_is_out_within_a_minute(
    stage: Stage, administrator: Acting
) -> None:
    signed_in(administrator).post("/uppdrag/", {"end": str(stage.ward.assignment)})
    assert held(stage.ward.person) == []


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
        "insert into directory_assignment (staff_id, unit_id, role, purpose, since) "
        "values (%s, %s, %s, 'x', %s)"
    )
    today, long_ago = timezone.localdate(), "2020-01-01"
    for values in (
        [person, there, "ward_nurse", today],
        [person, here, "unit_administrator", today],
        [person, here, "economist", today],
        [person, here, "ward_nurse", long_ago],
        [administrator.person, here, "ward_nurse", today],
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
    for typed, told in (
        ("inget", "HSA-id"),
        ("SE2321000131-FINNSINTE", "finns inte i katalogen"),
        (stage.ward.person, "har redan uppdraget"),
        (administrator.person, "Ingen ger sig själv"),
    ):
        answer = client.post("/uppdrag/", {"person": typed})
        page = answer.content.decode()
        assert answer.status_code == 409
        assert told in page
        assert f'value="{typed}"' in page
