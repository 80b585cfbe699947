"""What a resident has blocked (spärr) is hidden by the database itself, until the unit lifts it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from blocking import WISH, block, page_of, seen, texts
from bs4 import BeautifulSoup
from django.db import DatabaseError, connection
from stage import MONDAY, Stage, owner, signed_in, whose
from test_documents_in_force import binding, record

from sammanhang.access.acting import scope
from sammanhang.casework import blocks, boards
from sammanhang.casework.actions import Performed, Refused, perform
from sammanhang.casework.projection import PLANNED_DAY
from sammanhang.residents.identifiers import synthetic_personnummer

NOBODYS = synthetic_personnummer(date(1930, 5, 4), woman=False, n=1)


# --- What is hidden, and what isn't ---------------------------------------------------------


def test_what_the_unit_has_written_is_hidden_from_others_and_not_from_itself(
    stage: Stage, blocked: int
) -> None:
    for other in (stage.centre, stage.officer):
        assert texts(other, blocked) == []
        assert seen(other, "select content from casework_attachment") == []
        assert seen(other, "select day from casework_planned") == []
        (row,) = boards.board(other).rows or []
        assert row.planned_on is None
    assert texts(stage.ward, blocked) == [1, 2]
    assert len(seen(stage.ward, "select content from casework_attachment")) == 1


def test_that_it_is_there_whose_it_is_and_who_owes_what_is_told(stage: Stage, blocked: int) -> None:
    page = page_of(stage.centre, blocked)

    assert page.entries == ()
    assert [(one.seq, one.unit, one.unread) for one in page.locked] == [(2, stage.ward.unit, True)]
    assert len(page.parties) == 3
    assert page.phase == "inskriven"
    assert {one.unit for one in page.obligations if one.is_open} == {
        stage.centre.unit, stage.officer.unit,
    }  # fmt: skip


def test_the_page_says_so_calmly_and_what_to_do(stage: Stage, blocked: int) -> None:
    page = signed_in(stage.centre).get(f"/arende/{blocked}/").content.decode()

    assert "Personen har begärt att det som" in page
    assert f"/arende/{blocked}/oppna/" in page
    assert "Behöver hemtjänst" not in page


def test_what_others_have_written_is_not_hidden(stage: Stage, blocked: int) -> None:
    own = stage.did(stage.centre, blocked, "planeringsmeddelande", data={"text": "Till kommunen."})

    assert texts(stage.officer, blocked) == [own]
    assert texts(stage.centre, blocked) == [own]


def test_a_block_of_the_provider_hides_from_other_providers_only(stage: Stage) -> None:
    """The ward and the centre are the region's; the officer is a municipality's."""
    case = stage.notified()
    to = stage.did(stage.centre, case, "planeringsmeddelande", data={"text": "Till kommunen."})
    assert texts(stage.officer, case) == [2, to]
    assert block(stage.ward, case, of_provider=True) == {}

    assert texts(stage.officer, case) == []
    assert texts(stage.centre, case) == [2, to]


def test_one_who_takes_over_from_the_unit_does_not_read_it(stage: Stage, blocked: int) -> None:
    stage.did(
        stage.ward, blocked, "byte-av-avdelning", data={"ny-avdelning": stage.other_ward.unit}
    )

    assert texts(stage.other_ward, blocked) == []
    assert 2 in [one.seq for one in page_of(stage.other_ward, blocked).locked]


def test_it_holds_in_every_case_of_the_resident_also_a_new_one(stage: Stage, blocked: int) -> None:
    ((resident,),) = owner("select resident_id from casework_case where id = %s", blocked)
    stage.did(stage.ward, blocked, "utskrivningsklar", despite="law")
    stage.did(stage.ward, blocked, "utskrivning")
    again = stage.admits(resident)
    assert isinstance(again, Performed)

    sends = ("inskrivningsmeddelande", {PLANNED_DAY: "2026-03-09"})
    refused = stage.does(stage.ward, again.case, *sends)
    assert isinstance(refused, Refused)
    assert refused.refusal.kind == "spärr"


def test_boards_and_pages_that_stand_open_begin_anew(stage: Stage) -> None:
    case = stage.notified()
    before = boards.board(stage.centre).version
    with connection.cursor() as cursor:
        cursor.execute("listen casework")
        block(stage.ward, case)
        notices = list(cursor.connection.notifies(timeout=5, stop_after=1))

    assert boards.board(stage.centre).version != before
    assert stage.centre.unit in notices[0].payload
    assert '"case"' not in notices[0].payload


# --- Registering and lifting ----------------------------------------------------------------


def test_only_the_unit_itself_with_a_relation_registers_and_lifts(
    stage: Stage, blocked: int
) -> None:
    ((resident,),) = owner("select resident_id from casework_case where id = %s", blocked)
    insert = "insert into access_block (resident_id, unit) values (%s, %s) returning id"
    for who, unit in (
        (stage.centre, stage.ward.unit),  # in another's name
        (stage.other_ward, stage.other_ward.unit),  # without a relation
    ):
        with pytest.raises(DatabaseError, match="row-level security"):
            seen(who, insert, resident, unit)
    lifting = "update access_block set until = now() returning id"
    assert seen(stage.centre, lifting) == []
    assert len(seen(stage.ward, lifting)) == 1
    assert texts(stage.centre, blocked) == [2]


def test_it_is_lifted_once_and_never_changed_or_removed_by_the_owner_either(
    stage: Stage, blocked: int
) -> None:
    ((number,),) = owner("select id from access_block")
    wish = WISH | {"asked_on": date(2026, 3, 5), "note": "Ringde själv."}
    with scope(stage.ward):
        resident = page_of(stage.ward, blocked).resident.id
        lifting = {"acting": stage.ward, "resident": resident, "block": number, "wish": wish}
        assert blocks.lift(**lifting) == {}
        assert "block" in blocks.lift(**lifting)
        (known,) = blocks.registered(stage.ward, resident)

    assert [(one.wish, one.asked_on.day, one.note) for one in known.wishes] == [
        ("block", 2, ""), ("lift", 5, "Ringde själv."),
    ]  # fmt: skip
    assert texts(stage.centre, blocked) == [2]
    for sql in (
        "update access_block set until = null",
        "update access_block set since = since - interval '1 day'",
        "delete from access_block",
        "truncate access_block cascade",
        "update access_block_wish set note = 'x'",
        "delete from access_block_wish",
    ):
        with pytest.raises(DatabaseError):
            owner(sql)
    logged = owner(
        "select action from access_log where action in ('write:block', 'write:lift') order by id"
    )
    assert [action for (action,) in logged] == ["write:block", "write:lift"]


@pytest.mark.parametrize(
    ("wish", "born", "field"),
    [
        ({"asked_by": ""}, "1940-03-17", "asked_by"),
        ({"asked_by": "representative"}, "2019-03-17", "asked_by"),
        ({"asked_on": None}, "1940-03-17", "asked_on"),
        ({"note": "x" * 2001}, "1940-03-17", "note"),
    ],
)
def test_what_is_amiss_is_said_by_its_field_and_nothing_is_blocked(
    stage: Stage, wish: dict[str, Any], born: str, field: str
) -> None:
    case = stage.notified()
    owner("update residents_resident set birth_date = %s", born)

    assert list(block(stage.ward, case, **wish)) == [field]
    assert owner("select count(*) from access_block") == [(0,)]


def test_the_form_registers_lifts_and_keeps_what_was_typed(stage: Stage) -> None:
    case = stage.notified()
    client, address = signed_in(stage.ward), f"/arende/{case}/sparr/"
    typed = {"reach": "units", "asked_on": "2026-03-02", "note": "Sa det vid ronden."}
    faulty = client.post(address, typed)
    assert faulty.status_code == 422
    assert "Sa det vid ronden." in faulty.content.decode()

    assert client.post(address, typed | {"asked_by": "resident"}).status_code == 302
    assert texts(stage.centre, case) == []
    again = client.post(address, typed | {"asked_by": "resident"})
    assert "Den spärren finns redan" in again.content.decode()

    page = BeautifulSoup(client.get(address).content, "html.parser")
    number = page.select_one("input[name=lift]")["value"]
    lifted = {"lift": number, "asked_by": "resident", "asked_on": "2026-03-03"}
    assert client.post(address, lifted).status_code == 302
    assert texts(stage.centre, case) == [2]
    assert "Sa det vid ronden." in client.get(address).content.decode()


# --- Lifting when one has nothing more to do with the resident --------------------------------


@pytest.fixture
def long_ago(stage: Stage, blocked: int) -> int:
    """The ward has handed its patient over, and its time of insight is over."""
    stage.did(
        stage.ward, blocked, "byte-av-avdelning", data={"ny-avdelning": stage.other_ward.unit}
    )
    owner(
        "update casework_board set sees_until = now() where case_id = %s and unit = %s",
        blocked, stage.ward.unit,
    )  # fmt: skip
    return blocked


LIFTED = {"asked_by": "resident", "asked_on": "2026-03-03", "note": "Ringde själv."}


def test_a_unit_whose_relation_has_ended_lifts_its_own_block(stage: Stage, long_ago: int) -> None:
    client, (resident, number) = signed_in(stage.ward), whose(long_ago)
    assert client.get(f"/arende/{long_ago}/sparr/").status_code == 404
    version = boards.board(stage.centre).version
    page = BeautifulSoup(client.post("/sparr/", {"q": number}).content, "html.parser")
    assert "Elsa Prov" in page.text
    assert number[8:] not in page.select_one("main").text
    form = page.select_one("form:has(input[name=lift])")
    sent = {one["name"]: one["value"] for one in form.select("input[type=hidden]")}
    faulty = client.post("/sparr/", sent | LIFTED | {"asked_by": ""})
    assert faulty.status_code == 422
    assert "Ringde själv." in faulty.content.decode()
    assert texts(stage.centre, long_ago) == []

    assert "Spärren är hävd." in client.post("/sparr/", sent | LIFTED).content.decode()
    assert texts(stage.centre, long_ago) == [2]
    assert boards.board(stage.centre).version != version  # those who have it open are told
    assert "ingen spärr" in client.post("/sparr/", sent | LIFTED).content.decode()
    logged = owner(
        "select action from access_log where person = %s and resident_id = %s and case_id is null "
        "order by id",
        stage.ward.person, resident,
    )  # fmt: skip
    assert [action for (action,) in logged][:5] == [
        "find:number", "read:block", "find:number", "read:block", "find:number",
    ]  # fmt: skip
    assert "write:lift" in [action for (action,) in logged]


def test_who_has_no_block_of_ones_own_is_told_nothing_of_the_person(
    stage: Stage, long_ago: int
) -> None:
    (_, number), nobodys = whose(long_ago), NOBODYS
    ((block,),) = owner("select id from access_block")
    for who in (stage.other_ward, stage.centre):
        client = signed_in(who)
        answers = [
            BeautifulSoup(client.post("/sparr/", {"q": q, **more}).content, "html.parser")
            for q in (number, nobodys)
            for more in ({}, {"lift": str(block), **LIFTED})
        ]
        for page in answers:
            assert "Elsa" not in page.text
            assert page.select_one("input[name=lift]") is None
        assert "ingen spärr" in answers[0].text
        assert answers[0].select_one("main").text.replace(number, "") == answers[2].select_one(
            "main"
        ).text.replace(nobodys, "")
    assert texts(stage.officer, long_ago) == []


# --- Sending in spite of it -----------------------------------------------------------------


def test_what_is_sent_on_purpose_is_read_by_those_it_was_sent_to_and_no_others(
    stage: Stage, blocked: int
) -> None:
    refused = stage.does(stage.ward, blocked, "utskrivningsklar")
    assert isinstance(refused, Refused)
    assert "Personen har spärrat det ni skriver" in refused.refusal.reason

    sent = stage.did(stage.ward, blocked, "utskrivningsklar", despite="law")
    assert texts(stage.centre, blocked) == [sent]
    to = {"rätt-enhet": stage.other_centre.unit}
    stage.did(stage.centre, blocked, "vidarebefordran", data=to)
    assert sent not in texts(stage.other_centre, blocked)
    assert owner("select unit, ground from casework_disclosure order by unit") == sorted(
        [(stage.centre.unit, "law"), (stage.officer.unit, "law")]
    )


def test_a_correction_is_asked_for_too_and_a_note_to_oneself_is_not(
    stage: Stage, blocked: int
) -> None:
    corrected = {"meddelande": 2, "värden": {PLANNED_DAY: "2026-03-12"}}
    assert isinstance(stage.does(stage.ward, blocked, "rättelse", corrected), Refused)
    stage.did(stage.ward, blocked, "anteckning", data={"text": "Bara vi"})
    stage.did(stage.ward, blocked, "rättelse", data=corrected, despite="consent")

    (row,) = boards.board(stage.centre).rows or []
    assert str(row.planned_on) == "2026-03-12"


TO_OTHERS = (
    "rubrik: Inskrivning\nvem: slutenvård\n",
    "rubrik: Inskrivning\nvem: slutenvård\ntill: [öppenvård, kommun]\nkvittens: 1 arbetsdag\n"
    "stöd: SFS 2017:612 2 kap.\n",
)


@pytest.mark.parametrize("of_provider", [False, True])
def test_the_first_act_of_a_new_case_is_asked_for_too(stage: Stage, of_provider: bool) -> None:
    """Also of a ward of the same provider that has never met the person."""
    case = stage.notified()
    assert block(stage.ward, case, of_provider=of_provider) == {}
    resident, number = whose(case)
    stage.did(stage.ward, case, "utskrivningsklar", despite="law")
    stage.did(stage.ward, case, "utskrivning")
    record(binding(date(2026, 3, 2), TO_OTHERS))
    ward = stage.other_ward if of_provider else stage.ward
    if of_provider:
        assert seen(ward, "select resident_id from access_block") == []
    refused = stage.admits(resident, by=ward)
    assert isinstance(refused, Refused)
    assert refused.refusal.kind == "spärr"

    client = signed_in(ward)
    client.post("/skriv-in/", {"q": number})
    form = client.get(f"/skriv-in/{resident}/").content.decode()
    assert "Varför ska mottagarna ändå få läsa" in form
    units = {"f-öppenvård-enhet": stage.centre.unit, "f-kommun-enhet": stage.officer.unit}
    asked_again = client.post(f"/skriv-in/{resident}/", units)
    assert asked_again.status_code == 422
    assert "Ange varför mottagarna ändå ska få läsa" in asked_again.content.decode()
    assert client.post(f"/skriv-in/{resident}/", units | {"despite": "law"}).status_code == 302
    ((opened,),) = owner("select max(id) from casework_case")
    reads = "select seq from casework_event where case_id = %s"
    assert seen(stage.officer, reads, opened) == [(1,)]
    assert owner("select ground from casework_disclosure where case_id = %s", opened) == [
        ("law",), ("law",),
    ]  # fmt: skip


def test_who_is_admitted_without_a_block_is_not_asked(stage: Stage) -> None:
    _, number = whose(stage.admitted(officer=stage.other_officer))
    record(binding(date(2026, 3, 2), TO_OTHERS))
    client = signed_in(stage.other_ward)
    found = client.post("/skriv-in/", {"q": number}, headers={"HX-Request": "true"})
    address = BeautifulSoup(found.content, "html.parser").select_one("a.ds-button")["href"]

    assert "Varför ska mottagarna" not in client.get(address).content.decode()


def test_what_rests_on_consent_is_not_sent_by_duty_in_law() -> None:
    from sammanhang.guideline import read_document

    text = (
        "---\nid: a\ntitel: A\nnivå: riktlinje\nprocess: a\n---\n## 1 A\n\nA.\n\n"
        "```part p\nrubrik: P\n```\n\n```handling h\nvem: p\ntill: p\nstöd: samtycke\n```\n"
    )
    process = read_document(text, "a.md").process
    assert process is not None
    act = process.acts["h"]

    assert blocks.not_sent_on_purpose(act, blocks.BY_LAW) is not None
    assert blocks.not_sent_on_purpose(act, blocks.BY_CONSENT) is None


def test_where_there_is_no_block_nobody_is_asked(stage: Stage) -> None:
    case = stage.notified()
    sent = perform(
        acting=stage.ward, case=case, act="utskrivningsklar", data={}, now=MONDAY, key=uuid4(),
        despite="law",
    )  # fmt: skip

    assert isinstance(sent, Performed)
    assert owner("select count(*) from casework_disclosure") == [(0,)]


def test_the_form_asks_why_and_keeps_what_was_typed(stage: Stage, blocked: int) -> None:
    client = signed_in(stage.ward)
    address = f"/arende/{blocked}/gor/planeringsmeddelande/"
    assert "Varför ska mottagarna ändå få läsa" in client.get(address).content.decode()
    sent = client.post(address, {"f-text": "Skriven text", "key": str(uuid4())})
    assert sent.status_code == 422
    assert "Skriven text" in sent.content.decode()

    filled = {"f-text": "Skriven text", "key": str(uuid4()), "despite": "law"}
    assert client.post(address, filled).status_code == 302
    assert "Skriven text" in signed_in(stage.officer).get(f"/arende/{blocked}/").content.decode()


# --- With the application's filter gone -----------------------------------------------------


def test_with_the_application_s_filter_gone_the_database_still_hides(
    stage: Stage, blocked: int
) -> None:
    """Statements that a careless view could send for one who takes part but is kept out."""
    for sql in (
        "select data from casework_event",
        "select e.data from casework_event e join casework_delivery d using (case_id, seq)",
        "select content from casework_attachment",
        "select day from casework_planned",
        "select state from casework_snapshot",
        "select note from access_block_wish",
        "select reason from access_opening",
        "select data from casework_event where case_id = 1 or unit <> ''",
    ):
        assert seen(stage.officer, sql) == [], sql
