"""What is blocked is opened by consent or in an emergency, by one person for a day; what is read
then is logged and told to the reviewers."""

from __future__ import annotations

import time

import pytest
from blocking import page_of, seen, texts
from bs4 import BeautifulSoup
from django.db import DatabaseError, connection
from django.test import Client
from stage import Stage, owner, person_at, signed_in

from sammanhang.access.acting import Acting, scope
from sammanhang.access.requires import RECENTLY
from sammanhang.access.sessions import AUTHENTICATED
from sammanhang.casework import blocks, boards


def opens(who: Acting, case: int, ground: str = "emergency") -> None:
    with scope(who):
        faults = blocks.open_blocked(
            acting=who, case=case, ground=ground, reason="Medvetslös, okänd medicinering."
        )
    assert faults == {}


@pytest.mark.parametrize("ground", ["emergency", "consent"])
def test_one_person_reads_it_for_a_day_and_all_that_is_read_is_logged_with_the_ground(
    stage: Stage, blocked: int, ground: str
) -> None:
    opens(stage.centre, blocked, ground)
    page = page_of(stage.centre, blocked)
    assert [one.seq for one in page.entries if one.opened] == [2]
    assert page.locked == ()
    assert page.planned_on == "2026-03-09"
    client = signed_in(stage.centre)
    file = seen(stage.ward, "select id::text from casework_attachment")[0][0]
    assert client.get(f"/arende/{blocked}/bilaga/{file}/").status_code == 200

    logged = owner(
        "select action, why from access_log where person = %s and case_id = %s order by id",
        stage.centre.person, blocked,
    )  # fmt: skip
    assert logged == [
        ("write:opening", ground), ("read:case", ground), ("read:attachment", ground),
    ]  # fmt: skip


def test_it_opens_for_nobody_else_nowhere_else_and_not_for_longer(
    stage: Stage, blocked: int
) -> None:
    opens(stage.centre, blocked)
    ((number, hours),) = owner(
        "select id, extract(epoch from until - since) / 3600 from access_opening"
    )
    assert hours == 24

    colleague = person_at(stage.centre.unit, role="care_coordinator")
    assert page_of(colleague, blocked).entries == ()
    assert page_of(stage.officer, blocked).entries == ()
    for thief in (colleague, stage.officer):  # who says that the opening is theirs
        with scope(thief), connection.cursor() as cursor:
            cursor.execute("select set_config('app.opening', %s, true)", [str(number)])
            cursor.execute("select count(*) from casework_event where unit = %s", [stage.ward.unit])
            assert cursor.fetchone() == (0,)
    assert texts(stage.centre, blocked) == []  # not without saying that one reads by it
    (row,) = boards.board(stage.centre).rows or []
    assert row.planned_on is None

    owner("alter table access_opening disable trigger append_only")
    owner("update access_opening set until = now()")
    assert page_of(stage.centre, blocked).entries == ()


def test_when_it_ends_and_who_is_told_are_not_for_the_one_who_opens_to_say(
    stage: Stage, blocked: int
) -> None:
    ((resident,),) = owner("select resident_id from casework_case where id = %s", blocked)
    seen(
        stage.centre,
        "insert into access_opening (case_id, resident_id, unit, person, ground, reason, since, "
        "until, told) values (%s, %s, %s, %s, 'emergency', 'x', now(), now() + interval '9 years', "
        "'{}') returning id",
        blocked, resident, stage.centre.unit, stage.centre.person,
    )  # fmt: skip
    ((told, hours),) = owner(
        "select told, extract(epoch from until - since) / 3600 from access_opening"
    )
    assert (set(told), hours) == ({stage.centre.unit, stage.ward.unit}, 24)
    for sql in ("update access_opening set told = '{}'", "delete from access_opening"):
        with pytest.raises(DatabaseError):
            owner(sql)


def test_without_a_part_in_the_case_nothing_can_be_opened(stage: Stage, blocked: int) -> None:
    ((resident,),) = owner("select resident_id from casework_case where id = %s", blocked)
    with pytest.raises(DatabaseError, match="row-level security"):
        seen(
            stage.other_officer,
            "insert into access_opening (case_id, resident_id, unit, person, ground, reason, "
            "since, until, told) values (%s, %s, %s, %s, 'consent', 'x', now(), now(), '{}') "
            "returning id",
            blocked, resident, stage.other_officer.unit, stage.other_officer.person,
        )  # fmt: skip


def test_one_shows_again_who_one_is_and_what_was_typed_is_still_there(
    stage: Stage, blocked: int
) -> None:
    client, address = signed_in(stage.centre), f"/arende/{blocked}/oppna/"
    session = client.session
    session[AUTHENTICATED] = time.time() - RECENTLY - 1
    session.save()
    typed = {"ground": "emergency", "reason": "Medvetslös på golvet"}
    sent = client.post(address, typed, headers={"Referer": f"http://testserver{address}"})
    assert sent.headers["Location"].startswith("/logga-in/igen/")
    assert owner("select count(*) from access_opening") == [(0,)]

    client.post("/logga-in/igen/", {"next": address})
    assert "Medvetslös på golvet" in client.get(address).content.decode()
    without = client.post(address, {"reason": "Medvetslös på golvet"})
    assert without.status_code == 422
    assert "Medvetslös på golvet" in without.content.decode()
    assert client.post(address, typed).status_code == 302
    page = client.get(f"/arende/{blocked}/").content.decode()
    assert "Behöver hemtjänst" in page
    assert "Du läser det som personen har spärrat" in page


# --- The reviewers --------------------------------------------------------------------------


def test_reviewers_of_both_units_are_told_at_once_until_they_have_said_what_they_think(
    stage: Stage, blocked: int
) -> None:
    opens(stage.centre, blocked)
    ours, theirs, other = (
        signed_in(person_at(who.unit, "Rut Granskare", "log_reviewer"))
        for who in (stage.centre, stage.ward, stage.other_ward)
    )
    for reviewer in (ours, theirs):
        head = BeautifulSoup(reviewer.get("/riktlinjer/").content, "html.parser")
        assert head.select_one(".top-nav .unread").text == "1 att bedöma"
        assert reviewer.get("/inloggad/").headers["To-Review"] == "1"
        assert reviewer.get("/").headers["Location"] == "/logggranskning/"
        assert "Nödöppning" in reviewer.get("/logggranskning/").content.decode()
    assert "Nödöppning" not in other.get("/logggranskning/").content.decode()
    assert other.get("/inloggad/").headers["To-Review"] == "0"
    assert "To-Review" not in signed_in(stage.ward).get("/inloggad/").headers

    ((number,),) = owner("select id from access_opening")
    address = f"/logggranskning/oppnat/{number}/"
    assert other.get(address).status_code == 404
    page = ours.get(address).content.decode()
    assert "Medvetslös, okänd medicinering." in page
    assert "Elsa" not in page
    assert "Elsa" not in theirs.get(address).content.decode()

    assert ours.post(address, {"verdict": "look into"}).status_code == 409
    assert ours.post(address, {"verdict": "in order"}).status_code == 302
    assert "Nödöppning" not in ours.get("/logggranskning/").content.decode()
    assert "Nödöppning" in theirs.get("/logggranskning/").content.decode()


def test_nobody_judges_their_own_opening(stage: Stage, blocked: int) -> None:
    opens(stage.centre, blocked)
    ((number,),) = owner("select id from access_opening")
    ((assignment,),) = owner(
        "insert into directory_assignment (staff_id, unit_id, role, purpose, since) "
        "values (%s, %s, 'log_reviewer', 'x', '2020-01-01') returning id",
        stage.centre.person, stage.centre.unit,
    )  # fmt: skip
    client = Client()
    client.post("/logga-in/", {"assignment": assignment})
    sent = client.post(f"/logggranskning/oppnat/{number}/", {"verdict": "in order"})

    assert "Ingen granskar sin egen läsning" in sent.content.decode()
    assert owner("select count(*) from access_review") == [(0,)]
