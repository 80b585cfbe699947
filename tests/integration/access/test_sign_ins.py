"""A person is told when and with what they last signed in, and asked about what is unusual."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from desk import BOARD, Desk
from django.db import DatabaseError, connection
from django.test import Client
from stage import Stage, office_of, owner, person_at

from sammanhang.access import administration
from sammanhang.access.acting import Acting, scope
from sammanhang.access.sign_ins import FIRST_MINUTE, LONG, Earlier, told

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ANSWER = "/logga-in/stammer-det/"


def ago(days: float, mark: str = "här", **more: Any) -> Earlier:
    return Earlier(NOW - timedelta(days=days), "Edge, Windows", mark, **more)


@pytest.mark.parametrize(
    ("earlier", "unusual"),
    [
        ([], []),
        ([ago(1)], []),
        ([ago(1, "där")], ["new_browser"]),
        ([ago(1, "där"), ago(2)], []),
        ([ago(LONG.days - 0.1)], []),
        ([ago(LONG.days)], ["long_ago"]),
        ([ago(LONG.days + 1, "där")], ["new_browser", "long_ago"]),
        # A refused try counts until one has signed in after it.
        ([ago(1, refused="acr"), ago(2)], ["refused"]),
        ([ago(1), ago(2, refused="acr")], []),
        ([ago(1, refused="acr")], ["refused"]),
        # Refused tries make no browser known.
        ([ago(1, "där"), ago(2, refused="amr")], ["new_browser"]),
        # Whoever has the card doesn't answer for it: one is told where one used to sit.
        ([ago(1, "där", unusual=["new_browser"]), ago(2)], ["since_here"]),
        ([ago(1), ago(2, "där", unusual=["new_browser"]), ago(3)], []),
        ([ago(1, "där", unusual=["long_ago"]), ago(2)], []),
    ],
)
def test_what_is_unusual_about_a_sign_in(earlier: list[Earlier], unusual: list[str]) -> None:
    assert told(earlier, "här", NOW).unusual == unusual


# --- On the pages ----------------------------------------------------------------------------

pytestmark = pytest.mark.usefixtures("signs_in_there")


def note(desk: Desk) -> str:
    """What the board's page tells of the sign-in."""
    page = BeautifulSoup(desk.client.get(BOARD).content, "html.parser")
    found = page.select_one(".told")
    return " ".join(found.text.split()) if found else ""


def later(span: timedelta) -> None:
    """As if all that has been noted had been done so much earlier."""
    owner("update access_sign_in set at = at - %s", span)


def says(desk: Desk, mine: bool, wanted: str = BOARD) -> Any:
    return desk.client.post(ANSWER, {"mine": "1" if mine else "0", "next": wanted})


def signed_in_before(who: Acting) -> Desk:
    """Somebody's usual browser, where they have signed in and out."""
    desk = Desk()
    desk.signs_in(who)
    desk.client.post("/logga-ut/")
    later(timedelta(days=1))
    return desk


def test_one_is_told_when_and_with_what_one_last_signed_in(stage: Stage) -> None:
    desk = signed_in_before(stage.ward)
    desk.signs_in(stage.ward)

    assert "Senast loggade du in" in note(desk)
    assert "Edge, Windows" in note(desk)
    assert "Var det du?" not in note(desk)


def test_it_is_told_in_the_first_minute_and_then_no_more(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = signed_in_before(stage.ward)
    desk.signs_in(stage.ward)
    monkeypatch.setattr("sammanhang.access.sign_ins.FIRST_MINUTE", timedelta(0))
    assert note(desk) == ""
    assert timedelta(minutes=1) == FIRST_MINUTE


def test_one_who_signs_in_for_the_first_time_is_asked_nothing(stage: Stage) -> None:
    desk = Desk()
    desk.signs_in(stage.ward)
    assert note(desk) == ""


def test_a_new_browser_and_another_session_are_asked_about_until_answered(stage: Stage) -> None:
    usual = Desk()
    usual.signs_in(stage.ward)
    other = Desk()
    other.client = Client(headers={"User-Agent": FIREFOX})
    other.signs_in(stage.ward)

    asked = note(other)
    assert "inte loggat in i den här webbläsaren förut" in asked
    assert "inloggad också i Edge, Windows" in asked
    assert note(other) == asked
    other.client.post("/byt-enhet/", {"assignment": stage.ward.assignment})
    assert note(other) == asked
    assert says(other, mine=True).headers["Location"] == BOARD
    assert "Var det du?" not in note(other)
    assert (usual.is_in(), other.is_in()) == (True, True)
    assert owner("select mine from access_sign_in order by id") == [(None,), (True,)]


def test_what_the_one_with_the_card_has_answered_for_is_told_where_one_usually_sits(
    stage: Stage,
) -> None:
    usual = signed_in_before(stage.ward)
    thief = Desk()
    thief.client = Client(headers={"User-Agent": FIREFOX})
    thief.signs_in(stage.ward)
    says(thief, mine=True)
    later(timedelta(hours=1))
    usual.signs_in(stage.ward)

    assert "för första gången där: Firefox, Linux" in note(usual)


@pytest.mark.parametrize(
    "card", [{"loa": "loa2"}, {"fault": "amr"}], ids=["below level 3", "no hardware"]
)
def test_refused_tries_are_told(stage: Stage, card: dict[str, str]) -> None:
    usual = signed_in_before(stage.ward)
    Desk().signs_in(stage.ward, **card)
    usual.signs_in(stage.ward)

    assert "nekades: Edge, Windows" in note(usual)


def test_a_card_shown_where_another_is_signed_in_is_told_to_its_owner(stage: Stage) -> None:
    usual, others = signed_in_before(stage.ward), Desk()
    others.signs_in(stage.officer)
    others.shows_again(stage.ward)
    usual.signs_in(stage.ward)

    assert "nekades" in note(usual)


def test_it_was_not_me_ends_the_others_and_is_told(stage: Stage) -> None:
    usual = signed_in_before(stage.ward)
    thief = Desk()
    thief.client = Client(headers={"User-Agent": FIREFOX})
    thief.signs_in(stage.ward)
    usual.signs_in(stage.ward)
    answer = says(usual, mine=False)

    page = BeautifulSoup(answer.content, "html.parser")
    assert "1 annan inloggning är avslutad." in page.text
    assert "spärra kortet" in page.text
    assert (usual.is_in(), thief.is_in()) == (True, False)
    told_of = owner("select person from access_log where action = 'sign-in-not-mine:1'")
    assert told_of == [(stage.ward.person,)]
    assert says(usual, mine=False).headers["Location"] == BOARD  # answered already

    administrator = person_at(stage.ward.unit, "Ada Admin", "unit_administrator")
    elsewhere = person_at(stage.other_ward.unit, "Bo Admin", "unit_administrator")
    own, others = (
        person_at(office_of(one), "Sy Ägare", "system_owner") for one in (stage.ward, stage.officer)
    )
    for who, address, is_told in (
        (administrator, "/uppdrag/", True),
        (elsewhere, "/uppdrag/", False),
        (own, "/tjansten/inloggningar/", True),
        (others, "/tjansten/inloggningar/", False),
    ):
        desk = Desk()
        desk.signs_in(who)
        page = desk.client.get(address).content.decode()
        assert (f"{stage.ward.person}) sade" in page) == is_told


def test_that_it_was_not_me_is_for_who_has_just_shown_the_card(stage: Stage) -> None:
    usual = signed_in_before(stage.ward)
    Desk().signs_in(stage.ward, loa="loa2")
    usual.signs_in(stage.ward, fault="auth_time")
    answer = usual.client.post(
        ANSWER, {"mine": "0"}, headers={"Referer": f"http://testserver{BOARD}"}
    )
    assert "/logga-in/igen/" in answer.headers["Location"]
    assert "nekades" in note(usual)


# --- In the database --------------------------------------------------------------------------


def counted(who: Acting, sql: str, *given: Any) -> int:
    with administration.scope(who), connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.rowcount


def test_nobody_sees_or_answers_for_another_also_when_the_view_forgets(stage: Stage) -> None:
    signed_in_before(stage.ward)
    administrator = person_at(stage.ward.unit, "Ada Admin", "unit_administrator")
    for who in (stage.other_ward, stage.centre, administrator):
        assert counted(who, "select * from access_sign_in") == 0
        assert counted(who, "update access_sign_in set mine = true, said_at = now()") == 0
    assert counted(stage.ward, "select * from access_sign_in") == 1
    for sql in (
        "insert into access_sign_in (person, browser, mark) values ('X', '', '')",
        "insert into access_sign_in (person, browser, mark, mine) values (%s, '', '', true)",
        "update access_sign_in set browser = 'annan' where person = %s",
        "delete from access_sign_in where person = %s",
    ):
        given = [stage.ward.person] if "%s" in sql else []
        with pytest.raises(DatabaseError), scope(stage.ward), connection.cursor() as cursor:
            cursor.execute(sql, given)


def test_an_answer_stands(stage: Stage) -> None:
    signed_in_before(stage.ward)
    change = "update access_sign_in set mine = %s, said_at = now()"
    assert counted(stage.ward, change, False) == 1
    assert counted(stage.ward, change, True) == 0
