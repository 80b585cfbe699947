"""What a resident has blocked (spärr) is hidden by the database itself, opened by consent or in an
emergency by one person for a day, and what is read then is logged and told to the reviewers."""

from __future__ import annotations

import time
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, connection
from django.test import Client
from stage import MONDAY, Stage, owner, person_at
from test_documents_in_force import binding, record

from sammanhang.access.acting import Acting, scope
from sammanhang.access.requires import RECENTLY
from sammanhang.access.sessions import AUTHENTICATED
from sammanhang.casework import blocks, boards
from sammanhang.casework.actions import Performed, Refused, perform
from sammanhang.casework.case_page import CasePage, case_page
from sammanhang.casework.projection import PLANNED_DAY
from sammanhang.residents.identifiers import synthetic_personnummer

NOBODYS = synthetic_personnummer(date(1930, 5, 4), woman=False, n=1)
WISH = {"asked_by": "resident", "asked_on": date(2026, 3, 2), "note": ""}


def block(who: Acting, case: int, *, of_provider: bool = False, **wish: Any) -> dict[str, str]:
    with scope(who):
        return blocks.register(acting=who, case=case, of_provider=of_provider, wish=WISH | wish)


def page_of(who: Acting, case: int) -> CasePage:
    with scope(who):
        return case_page(who, case, MONDAY)


def seen(who: Acting, sql: str, *given: object) -> list[tuple[Any, ...]]:
    with scope(who), connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()


def texts(who: Acting, case: int) -> list[int]:
    """The events that the database shows, whatever a view forgot."""
    return [seq for (seq,) in seen(who, "select seq from casework_event order by seq")]


def attached(stage: Stage, case: int) -> str:
    number = str(uuid4())
    owner(
        "insert into casework_attachment "
        "(id, case_id, unit, person, name, type, content, added_at, seq) "
        "values (%s, %s, %s, %s, 'svar.pdf', 'application/pdf', 'Elsa', now(), 2)",
        number, case, stage.ward.unit, stage.ward.person,
    )  # fmt: skip
    return number


def signed_in(who: Acting) -> Client:
    client = Client()
    client.post("/logga-in/", {"assignment": who.assignment})
    return client


@pytest.fixture
def blocked(stage: Stage) -> int:
    """A case in which the ward has sent its message, and then registered a block."""
    case = stage.notified()
    attached(stage, case)
    assert block(stage.ward, case) == {}
    return case


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


def number_and_resident(case: int) -> tuple[str, UUID]:
    ((number, resident),) = owner(
        "select n.value, n.resident_id from casework_case c "
        "join residents_residentnumber n on n.resident_id = c.resident_id where c.id = %s",
        case,
    )
    return number, resident


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
    client, (number, resident) = signed_in(stage.ward), number_and_resident(long_ago)
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
    (number, _), nobodys = number_and_resident(long_ago), NOBODYS
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
    number, resident = number_and_resident(case)
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
    number, _ = number_and_resident(stage.admitted(officer=stage.other_officer))
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


# --- Opening --------------------------------------------------------------------------------


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
