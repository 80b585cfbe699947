"""Finding people: by number, by name, and only those one has something to do with."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections

from sammanhang.access.acting import Acting, scope
from sammanhang.residents import queries
from sammanhang.residents.identifiers import Faulty, Identifier, synthetic_personnummer
from sammanhang.residents.models import Address, Registration, Resident, ResidentNumber
from sammanhang.swedish_order import swedish_sort_key

TODAY = date(2026, 3, 5)
BORN = date(1946, 3, 17)
NURSE = Acting("SE2321000131-P1", "Anna", "SE2321000131-A0001", "Avd", "avdelning", 1, "ward_nurse")
NUMBER = synthetic_personnummer(BORN, woman=True, n=0)
OLD_NUMBER = "19460317K607"


@pytest.fixture
def resident(database: str) -> UUID:
    return add("Märta", "Öhman", NUMBER, OLD_NUMBER)


def add(given: str, family: str, *numbers: str, protected: bool = False) -> UUID:
    made = Resident.objects.using("owner").create(
        id=uuid4(),
        given_name=given,
        family_name=family,
        sort_key=swedish_sort_key(f"{family} {given}"),
        birth_date=BORN,
        sex="F",
        secrecy_marking=protected,
    )
    for at, value in enumerate(numbers):
        ResidentNumber.objects.using("owner").create(
            value=value, resident=made, kind="personnummer", current=at == 0, since=BORN
        )
    Registration.objects.using("owner").create(resident=made, municipality_id="1496", since=BORN)
    Address.objects.using("owner").create(
        resident=made, street="Hemliga gatan 1", postcode="541 00", place="Skövde"
    )
    return made.id


def understood(text: str) -> Identifier:
    found = queries.understood_number(text, TODAY, synthetic=False)
    assert isinstance(found, Identifier)
    return found


def test_the_old_number_and_the_new_find_the_same_person(resident: UUID) -> None:
    for text in (NUMBER, f"{NUMBER[2:8]}-{NUMBER[8:]}", OLD_NUMBER):
        with scope(NURSE):
            found = queries.find_by_number(understood(text))
            assert found is not None
            assert (found.id, found.number) == (resident, "19460317••••")
            whole = queries.person(resident)
            assert whole is not None
            assert whole.number == NUMBER


def test_a_number_opens_the_row_only_within_its_transaction(resident: UUID) -> None:
    with scope(NURSE):
        queries.find_by_number(understood(NUMBER))
    with scope(NURSE):
        assert queries.person(resident) is None


def test_without_a_relation_nobody_is_found_by_name(resident: UUID) -> None:
    with scope(NURSE):
        assert queries.find_by_name("öhman märta") == []


def test_without_anyone_acting_the_tables_are_empty(resident: UUID) -> None:
    with connection.cursor() as cursor:
        for table in ("resident", "residentnumber", "registration", "address"):
            cursor.execute(f"select count(*) from residents_{table}")
            assert cursor.fetchone()[0] == 0


def test_real_numbers_are_refused_while_the_service_is_synthetic() -> None:
    found = queries.understood_number("19121212-1212", TODAY, synthetic=True)
    assert isinstance(found, Faulty)
    assert "verklig person" in found.reason


def test_where_a_protected_person_lives_is_not_to_be_had(database: str) -> None:
    hidden = add("Hemlig", "Person", NUMBER, protected=True)
    with scope(NURSE):
        found = queries.find_by_number(understood(NUMBER))
        assert found is not None
        assert found.protected
        assert found.municipality is None
        assert found.listed_name == queries.PROTECTED
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from residents_address")
            assert cursor.fetchone()[0] == 0
            cursor.execute("select set_config('app.unmask', %s, true)", [str(hidden)])
            cursor.execute("select street from residents_address")
            assert cursor.fetchone()[0] == "Hemliga gatan 1"


def test_nobody_changes_a_resident_through_the_application(resident: UUID) -> None:
    from django.db import ProgrammingError

    with (
        scope(NURSE),
        pytest.raises(ProgrammingError, match="permission denied"),
        connection.cursor() as cursor,
    ):
        cursor.execute("update residents_resident set given_name = 'X'")
    with connections["owner"].cursor() as cursor:
        cursor.execute("select given_name from residents_resident where id = %s", [resident])
        assert cursor.fetchone()[0] == "Märta"
