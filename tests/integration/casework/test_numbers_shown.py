"""Identity numbers are shown whole of one person at a time, whose page is opened; lists tell people
of the same name apart by their date of birth (OWASP ASVS 5.0, V14.2.6)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from stage import Stage, owner, resident, signed_in, whose

from sammanhang.access.acting import Acting
from sammanhang.casework import boards
from sammanhang.residents.identifiers import synthetic_personnummer

NOBODYS = synthetic_personnummer(date(1930, 5, 4), woman=False, n=1)
RESERVE = "00552350XA14"


def as_shown(number: str) -> str:
    return f"{number[:8]}-{number[8:]}"


def found_by(client: Client, q: str) -> list[str]:
    """The cases that a search on the board leaves."""
    html = client.post("/tavla/", {"q": q}, headers={"HX-Request": "true"}).content.decode()
    rows = html.split('<tr role="row" id="rad-')[1:]
    return [row.split('"')[0] for row in rows if " hidden>" not in row.split("\n")[0]]


def logged(who: Acting) -> list[str]:
    return [
        action
        for (action,) in owner(
            "select action from access_log where person = %s and action <> 'sign-in' order by id",
            who.person,
        )
    ]


def test_a_board_tells_dates_of_birth_and_nobody_s_last_four(stage: Stage) -> None:
    case = stage.notified()
    number = whose(case)[1]
    told = [
        signed_in(stage.ward).get("/tavla/").content.decode(),
        repr(boards.board(stage.ward)),
        repr(boards.board(stage.ward, case=case)),
    ]
    with connection.cursor() as cursor:
        asked = [stage.ward.person, stage.ward.unit, stage.ward.assignment, None, None]
        cursor.execute("select casework_board_page(%s, %s, %s, %s, %s)::text", asked)
        told.append(cursor.fetchone()[0])

    assert "1940-03-17 · " in told[0]
    for one in told:
        assert number not in one
        assert number[8:] not in one


def test_two_of_the_same_name_are_told_apart(stage: Stage) -> None:
    stage.notified()
    other = resident(50)
    owner("update residents_resident set birth_date = '1951-07-02' where id = %s", other)
    stage.admits(other)
    html = signed_in(stage.ward).get("/tavla/").content.decode()

    assert html.count(">Elsa Prov</a>") == 2
    assert html.count("1940-03-17 · ") == html.count("1951-07-02 · ") == 1


def test_whose_date_of_birth_is_not_known_has_the_first_of_the_number(stage: Stage) -> None:
    """A national reserve number without date of birth."""
    unknown = resident(50)
    owner("update residents_resident set birth_date = null where id = %s", unknown)
    owner("update residents_residentnumber set value = %s where resident_id = %s", RESERVE, unknown)
    stage.admits(unknown)
    html = signed_in(stage.ward).get("/tavla/").content.decode()

    assert "00552350-••••" in html
    assert "XA14" not in html
    assert len(found_by(signed_in(stage.ward), as_shown(RESERVE))) == 1


@pytest.mark.parametrize("page", ["", "gor/planeringsmeddelande/"])
def test_the_whole_number_is_on_the_page_of_the_case_which_is_logged(
    stage: Stage, page: str
) -> None:
    case = stage.notified()
    html = signed_in(stage.officer).get(f"/arende/{case}/{page}").content.decode()

    assert as_shown(whose(case)[1]) in html
    assert "read:case" in logged(stage.officer)


def test_pages_beside_the_case_have_no_number(stage: Stage) -> None:
    case = stage.notified()
    client = signed_in(stage.officer)
    for page in ("sparr/", "oppna/"):
        assert whose(case)[1][8:] not in client.get(f"/arende/{case}/{page}").content.decode()


def test_who_is_found_to_be_admitted_is_shown_whole_when_opened(stage: Stage) -> None:
    number, name = whose(stage.notified())[1], "Elsa"
    client = signed_in(stage.ward)
    by_name = client.post("/skriv-in/", {"q": name}, headers={"HX-Request": "true"})
    by_number = client.post("/skriv-in/", {"q": number}, headers={"HX-Request": "true"})
    for found in (by_name, by_number):
        html = found.content.decode()
        assert "1940-03-17 · " in html
        assert number[8:] not in html
    address = html.split('href="')[1].split('"')[0]
    assert as_shown(number) in client.get(address).content.decode()
    assert logged(stage.ward)[-3:] == ["find:name", "find:number", "read:resident"]


# --- Searching the board by number ----------------------------------------------------------


def test_a_whole_number_finds_its_own_on_the_board_and_is_logged(stage: Stage) -> None:
    cases = [stage.notified() for _ in range(3)]
    number = whose(cases[1])[1]
    client = signed_in(stage.ward)

    for written in (number, number[2:], as_shown(number), as_shown(number)[2:]):
        assert found_by(client, written) == [str(cases[1])]
    searched = [one for one in logged(stage.ward) if one.startswith("find:")]
    assert searched == ["find:number"] * 4


def test_a_former_number_finds_its_own(stage: Stage) -> None:
    case = stage.notified()
    owner(
        "insert into residents_residentnumber (value, resident_id, kind, current, since) "
        "select %s, resident_id, 'personnummer', false, '2000-01-01' from casework_case",
        NOBODYS,
    )
    assert found_by(signed_in(stage.ward), NOBODYS) == [str(case)]


def test_a_number_of_somebody_else_finds_nobody(stage: Stage) -> None:
    stage.notified()
    elsewhere = whose(stage.admitted(officer=stage.other_officer))[1]
    client = signed_in(stage.officer)

    assert found_by(client, elsewhere) == found_by(client, NOBODYS) == []
    assert [one for one in logged(stage.officer) if one.startswith("find:")] == ["find:nobody"] * 2


def test_what_is_wrong_with_a_whole_number_is_said(stage: Stage) -> None:
    number = whose(stage.notified())[1]
    client = signed_in(stage.ward)
    mistyped = number[:11] + str((int(number[11]) + 1) % 10)
    wrong = client.post("/tavla/", {"q": mistyped}).content.decode()

    assert "Kontrollsiffran stämmer inte" in wrong
    for other in ("Elsa Prov", "1940", "194003"):
        assert "data-fault" not in client.post("/tavla/", {"q": other}).content.decode()


def test_a_part_of_a_number_finds_by_the_date_of_birth_alone(stage: Stage) -> None:
    case = stage.notified()
    client = signed_in(stage.ward)

    for written in ("1940-03-17", "19400317", "400317", "prov 1940"):
        assert found_by(client, written) == [str(case)], written
    assert found_by(client, whose(case)[1][8:]) == []
    assert not [one for one in logged(stage.ward) if one.startswith("find:")]


def test_who_is_protected_is_not_found_by_number_on_the_board(stage: Stage) -> None:
    case = stage.notified()
    owner("update residents_resident set secrecy_marking = true")

    assert found_by(signed_in(stage.ward), whose(case)[1]) == []
