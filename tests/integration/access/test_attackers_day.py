"""An attacker's day: an officer of one municipality tries to reach another municipality's case.

Every try is denied, nothing of the case is in any answer, and every try that names something of
others is in the log with who tried.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from stage import Stage, attached, office_of, owner, person_at, signed_in, whose

from sammanhang.access.acting import SESSION_KEY, Acting, scope
from sammanhang.access.requires import RECENTLY
from sammanhang.access.sessions import AUTHENTICATED
from sammanhang.casework import blocks, boards
from sammanhang.casework.drafts import save_draft

SECRETS = ("Hemfrid", "Behöver hemtjänst", "hemligt utkast", "Hemlig bilaga")
"""The person's name, what was written to others, a draft, and a file's content."""
KEPT_OUT = (204, 302, 400, 403, 404, 405, 422)


class Prey:
    """A case of others, with a message, a file and a draft; and the thief's own session."""

    def __init__(self, stage: Stage, thief: Acting | None = None) -> None:
        self.stage, self.thief = stage, thief or stage.other_officer
        self.case = stage.notified()
        self.own = stage.admitted(officer=stage.other_officer)
        self.file = attached(stage, self.case, "b.pdf", "Hemlig bilaga")
        self.resident, self.number = whose(self.case)
        owner("update residents_resident set given_name = 'Hemfrid' where id = %s", self.resident)
        save_draft(
            acting=stage.officer,
            case=self.case,
            act="planeringsmeddelande",
            data={"text": "hemligt utkast"},
            now=timezone.now(),
        )
        self.client = Client()
        self.client.post("/logga-in/", {"assignment": self.thief.assignment})

    @property
    def page(self) -> str:
        return f"/arende/{self.case}/"

    def get(self, address: str, **more: Any) -> HttpResponse:
        return self.client.get(address, **more)

    def post(self, address: str, data: dict[str, Any] | None = None, **more: Any) -> HttpResponse:
        return self.client.post(address, {"key": str(uuid4()), **(data or {})}, **more)

    def does(self, act: str, data: dict[str, Any] | None = None) -> HttpResponse:
        return self.post(f"{self.page}gor/{act}/", data)

    def with_session(self, **changed: Any) -> HttpResponse:
        """What one gets who could write in one's own session's store, which nobody can."""
        session = self.client.session
        session[SESSION_KEY] = {**session[SESSION_KEY], **changed}
        session.save()
        return self.get(self.page)


def old_session(prey: Prey) -> HttpResponse:
    """A key of a session at the ward that has ended."""
    ward = signed_in(prey.stage.ward)
    key = ward.cookies["sammanhang"].value
    ward.post("/logga-ut/")
    thief = Client()
    thief.cookies["sammanhang"] = key
    return thief.get(prey.page)


def replayed(prey: Prey) -> HttpResponse:
    """The ward's own form, with its key, sent again by the thief."""
    key = uuid4()
    prey.stage.did(prey.stage.ward, prey.case, "anteckning", data={"text": "x"}, key=key)
    return prey.post(f"{prey.page}gor/anteckning/", {"key": str(key), "f-text": "x"})


def signed_out(prey: Prey) -> HttpResponse:
    return Client().get(prey.page)


def cached(prey: Prey) -> HttpResponse:
    """The ward looks at the page; then the thief asks for the same address with its tag."""
    ward = signed_in(prey.stage.ward)
    assert "no-store" in ward.get(prey.page).headers["Cache-Control"]
    tag = boards.board(prey.stage.ward).version
    return prey.get(prey.page, headers={"If-None-Match": f'"{tag}"', "If-Modified-Since": "0"})


WISH = {"asked_by": "resident", "asked_on": "2026-03-02"}
Try = Callable[[Prey], HttpResponse]
BY_CASE: dict[str, Try] = {
    "the page": lambda p: p.get(p.page),
    "the page, told it is done": lambda p: p.get(p.page + "?klart=2"),
    "the page as a fragment": lambda p: p.get(p.page, headers={"HX-Request": "true"}),
    "the page for another unit": lambda p: p.get(p.page + f"?unit={p.stage.officer.unit}"),
    "with a forged header": lambda p: p.get(p.page, headers={"X-Unit": p.stage.ward.unit}),
    "as if from inside": lambda p: p.get(p.page, headers={"X-Forwarded-For": "127.0.0.1"}),
    "with a rewritten path": lambda p: p.get(p.page, headers={"X-Original-URL": "/tavla/"}),
    "by the head alone": lambda p: p.client.head(p.page),
    "by another method": lambda p: p.client.put(p.page),
    "cached": cached,
    "a form": lambda p: p.get(f"{p.page}gor/planeringsmeddelande/"),
    "the form to correct": lambda p: p.get(f"{p.page}gor/rättelse/?meddelande=2"),
    "the form to withdraw": lambda p: p.get(f"{p.page}gor/återtagande/?meddelande=2"),
    "to acknowledge": lambda p: p.does("kvittens", {"meddelande": "2"}),
    "to acknowledge all": lambda p: p.does("kvittens"),
    "to write": lambda p: p.does("planeringsmeddelande", {"f-text": "Hej"}),
    "to write as another unit": lambda p: p.does(
        "anteckning", {"f-text": "x", "unit": p.stage.ward.unit, "person": p.stage.ward.person}
    ),
    "to assess": lambda p: p.does("behovsbedömning"),
    "to withdraw": lambda p: p.does("återtagande", {"meddelande": "2"}),
    "to correct": lambda p: p.does("rättelse", {"meddelande": "2", "f-text": "x"}),
    "to forward to oneself": lambda p: p.does(
        "vidarebefordran", {"f-rätt-enhet": p.thief.unit}
    ),
    "to join": lambda p: p.does("ansluta-kommun", {"f-kommun-enhet": p.thief.unit}),
    "to discharge": lambda p: p.does("utskrivning"),
    "an act that isn't there": lambda p: p.does("allt"),
    "with a file": lambda p: p.does(
        "planeringsmeddelande", {"f-bilaga": SimpleUploadedFile("x.pdf", b"%PDF-1.7")}
    ),
    "a replayed form": replayed,
    "to keep a draft": lambda p: p.post(f"{p.page}utkast/planeringsmeddelande/", {"f-text": "x"}),
    "another's draft": lambda p: p.get(f"{p.page}gor/planeringsmeddelande/?utkast=1"),
    "the file": lambda p: p.get(f"{p.page}bilaga/{p.file}/"),
    "the file by one's own case": lambda p: p.get(f"/arende/{p.own}/bilaga/{p.file}/"),
    "to register a block": lambda p: p.post(f"{p.page}sparr/", WISH),
    "to lift a block": lambda p: p.post(f"{p.page}sparr/", {"lift": "1", **WISH}),
    "what is blocked": lambda p: p.get(f"{p.page}sparr/"),
    "to open what is blocked": lambda p: p.post(
        f"{p.page}oppna/", {"ground": "emergency", "reason": "Brådskar"}
    ),
    "a case that isn't there": lambda p: p.get("/arende/999999/"),
}  # fmt: skip
OTHERWISE: dict[str, Try] = {
    "to admit by the person's key": lambda p: p.get(f"/skriv-in/{p.resident}/"),
    "to admit": lambda p: p.post(f"/skriv-in/{p.resident}/", {"f-kommun-enhet": p.thief.unit}),
    "to find by name": lambda p: p.post("/skriv-in/", {"q": "Hemf"}),
    "to find by number": lambda p: p.post("/skriv-in/", {"q": p.number}),
    "the board with a number": lambda p: p.post("/tavla/", {"q": p.number}),
    "the board with a search": lambda p: p.get("/tavla/?q=Hemf&visa=alla&ordning=namn"),
    "the board of another unit": lambda p: p.get(f"/tavla/?unit={p.stage.ward.unit}"),
    "the guideline's counts": lambda p: p.get("/riktlinjer/prov/"),
    "the units": lambda p: p.get("/enheter/?act=inskrivning&falt=kommun-enhet&sok=Hemf"),
    "an acting unit one hasn't": lambda p: p.post(
        "/byt-enhet/", {"assignment": p.stage.officer.assignment}
    ),
    "a page through the sign-in": lambda p: p.get(f"/logga-in/?next={p.page}"),
    "a case number with more in it": lambda p: p.get(f"/arende/{p.case}%20or%201=1/"),
    "a path that climbs": lambda p: p.get(f"/static/../arende/{p.case}/"),
    "an old session": old_session,
    "no session": signed_out,
}  # fmt: skip


@pytest.fixture
def prey(stage: Stage) -> Prey:
    return Prey(stage)


def log_of(who: Acting) -> list[str]:
    rows = owner("select action from access_log where person = %s order by id", who.person)
    return [action for (action,) in rows]


def nothing_of_it(prey: Prey, answer: HttpResponse) -> bool:
    told = answer.content.decode(errors="replace")
    return not any(secret in told for secret in (*SECRETS, prey.number[:8] + "-" + prey.number[8:]))


def test_forty_ways_at_least() -> None:
    assert len(BY_CASE) + len(OTHERWISE) >= 40


@pytest.mark.parametrize("way", BY_CASE)
def test_a_case_of_others_is_not_reached_and_the_try_is_logged(prey: Prey, way: str) -> None:
    before = owner("select count(*), max(seq) from casework_event where case_id = %s", prey.case)
    if way == "a replayed form":
        before = [(3, 3)]
    answer = BY_CASE[way](prey)

    assert answer.status_code in KEPT_OUT, answer.status_code
    assert nothing_of_it(prey, answer)
    after = owner("select count(*), max(seq) from casework_event where case_id = %s", prey.case)
    assert after == before
    refused_by_method = answer.status_code == 405
    assert refused_by_method or [one for one in log_of(prey.thief) if one.startswith("denied:")]


@pytest.mark.parametrize("way", OTHERWISE)
def test_no_other_way_leads_there(prey: Prey, way: str) -> None:
    answer = OTHERWISE[way](prey)

    assert nothing_of_it(prey, answer)
    taken_part = owner(
        "select unit from casework_party where case_id = %s and unit = %s",
        prey.case, prey.thief.unit,
    )  # fmt: skip
    assert taken_part == []
    if way.startswith("to "):
        assert "denied:role" in log_of(prey.thief)
    assert prey.get(prey.page).status_code in (302, 404)


# --- Who took part once, and who takes part but is kept out ----------------------------------


@pytest.fixture
def long_ago(stage: Stage) -> Prey:
    """The thief's unit took part in the case, but its time of insight is over."""
    prey = Prey(stage, stage.officer)
    owner(
        "update casework_board set sees_until = now() where case_id = %s and unit = %s",
        prey.case, prey.thief.unit,
    )  # fmt: skip
    return prey


@pytest.mark.parametrize("way", sorted(BY_CASE.keys() - {"a replayed form"}))
def test_a_case_of_long_ago_is_not_reached_and_the_try_is_logged(long_ago: Prey, way: str) -> None:
    answer = BY_CASE[way](long_ago)

    assert answer.status_code in KEPT_OUT, answer.status_code
    assert nothing_of_it(long_ago, answer)
    logged = [one for one in log_of(long_ago.thief) if one.startswith("denied:")]
    assert answer.status_code == 405 or logged


def opened_by(prey: Prey, who: Acting) -> int:
    """An opening of the case by somebody else."""
    with scope(who):
        made = {"ground": "emergency", "reason": "Brådskar"}
        assert blocks.open_blocked(acting=who, case=prey.case, **made) == {}
    ((number,),) = owner("select id from access_opening")
    return number


def by_a_colleague_s_opening(prey: Prey) -> HttpResponse:
    opened_by(prey, person_at(prey.thief.unit, role="case_officer"))
    return prey.get(prey.page)


def by_another_unit_s_opening(prey: Prey) -> HttpResponse:
    number = opened_by(prey, prey.stage.centre)
    return prey.get(f"{prey.page}?opening={number}", headers={"X-Opening": str(number)})


def by_an_opening_that_is_over(prey: Prey) -> HttpResponse:
    opened_by(prey, prey.thief)
    owner("alter table access_opening disable trigger append_only")
    owner("update access_opening set until = now()")
    return prey.get(prey.page)


def by_an_opening_of_another_case(prey: Prey) -> HttpResponse:
    other = prey.stage.admitted()
    with scope(prey.thief):
        made = {"ground": "consent", "reason": "Får läsa"}
        assert blocks.open_blocked(acting=prey.thief, case=other, **made) == {}
    return prey.get(prey.page)


def by_an_opening_without_a_ground(prey: Prey) -> HttpResponse:
    prey.post(f"{prey.page}oppna/", {"ground": "relation", "reason": "Vill veta"})
    prey.post(f"{prey.page}oppna/", {"ground": "emergency", "reason": "  "})
    return prey.get(prey.page)


def by_a_card_shown_long_ago(prey: Prey) -> HttpResponse:
    session = prey.client.session
    session[AUTHENTICATED] = time.time() - RECENTLY - 1
    session.save()
    prey.post(f"{prey.page}oppna/", {"ground": "emergency", "reason": "Brådskar"})
    return prey.get(prey.page)


def lifted_by_the_thief(prey: Prey) -> HttpResponse:
    ((number,),) = owner("select id from access_block")
    prey.post(f"{prey.page}sparr/", {"lift": str(number), **WISH})
    return prey.get(prey.page)


def handed_on_to_a_neighbour(prey: Prey) -> HttpResponse:
    neighbour = prey.stage.other_officer
    prey.does("vidarebefordran", {"f-rätt-enhet": neighbour.unit})
    client = signed_in(neighbour)
    return client.get(prey.page)


def acknowledged_first(prey: Prey) -> HttpResponse:
    prey.does("kvittens", {"meddelande": "2"})
    return prey.get(prey.page)


def the_line(prey: Prey) -> HttpResponse:
    """What the board hears of the case."""
    found = boards.board(prey.thief, case=prey.case).rows or []
    assert [one.planned_on for one in found] == [None]
    return HttpResponse(str(found))


PAST_A_BLOCK: dict[str, Try] = {
    "the page": lambda p: p.get(p.page),
    "the page, told it is done": lambda p: p.get(f"{p.page}?klart=2"),
    "the board": lambda p: p.get("/tavla/"),
    "the line": the_line,
    "the form to correct": lambda p: p.get(f"{p.page}gor/rättelse/?meddelande=2"),
    "the form to withdraw": lambda p: p.get(f"{p.page}gor/återtagande/?meddelande=2"),
    "to correct": lambda p: p.does("rättelse", {"meddelande": "2", "f-text": "x"}),
    "a form that knows the planned day": lambda p: p.get(f"{p.page}gor/planeringsmeddelande/"),
    "what others did meanwhile": lambda p: p.does(
        "planeringsmeddelande", {"f-text": "x", "seq": "1"}
    ),
    "the file": lambda p: p.get(f"{p.page}bilaga/{p.file}/"),
    "the history of the block": lambda p: p.get(f"{p.page}sparr/"),
    "acknowledged first": acknowledged_first,
    "a colleague's opening": by_a_colleague_s_opening,
    "another unit's opening": by_another_unit_s_opening,
    "an opening that is over": by_an_opening_that_is_over,
    "an opening of another case": by_an_opening_of_another_case,
    "an opening without a ground": by_an_opening_without_a_ground,
    "an opening by a card shown long ago": by_a_card_shown_long_ago,
    "lifting it oneself": lifted_by_the_thief,
    "handing the case on to a neighbour": handed_on_to_a_neighbour,
}


@pytest.mark.parametrize("way", PAST_A_BLOCK)
def test_what_is_blocked_is_not_reached_by_one_who_takes_part(stage: Stage, way: str) -> None:
    prey = Prey(stage, stage.officer)
    with scope(stage.ward):
        wish = WISH | {"asked_on": date(2026, 3, 2), "note": "Hemlig önskan"}
        known = {"acting": stage.ward, "case": prey.case, "of_provider": False}
        assert blocks.register(**known, wish=wish) == {}
    owner("delete from casework_draft")  # the thief's own
    answer = PAST_A_BLOCK[way](prey)

    told = answer.content.decode(errors="replace")
    for secret in ("Behöver hemtjänst", "Hemlig bilaga", "Hemlig önskan", "2026-03-09", "9 mars"):
        assert secret not in told, secret


@pytest.mark.parametrize("field", ["unit", "person", "role", "unit_type"])
def test_a_session_that_says_otherwise_than_the_assignment_has_ended(
    prey: Prey, field: str
) -> None:
    answer = prey.with_session(**{field: getattr(prey.stage.ward, field)})

    assert answer.status_code == 302
    assert SESSION_KEY not in prey.client.session


# --- Those who answer for the service, and for nobody's care ----------------------------------

IN_A_YEAR = str(timezone.localdate() + timedelta(days=300))
OF_OTHERS: dict[str, Try] = {
    "the log": lambda p: p.get("/logggranskning/"),
    "a month of the log": lambda p: p.get("/logggranskning/2026-03/"),
    "a resident's extract": lambda p: p.post(
        "/logggranskning/utdrag/",
        {"number": p.number, "since": "2026-01-01", "last": "2026-03-31", "checked": "x"},
    ),
    "a municipality's stays": lambda p: p.get("/betalning/2026-03/1490/"),
    "a municipality's basis": lambda p: p.get("/betalning/2026-03/1490/underlag.xlsx"),
    "to make a month final": lambda p: p.post("/betalning/2026-03/", {"do": "close"}),
    "a unit's people": lambda p: p.get("/uppdrag/"),
    "to give oneself care": lambda p: p.post(
        "/uppdrag/", {"person": p.thief.person, "need": "x", "last_day": IN_A_YEAR}
    ),
    "to appoint at another organisation": lambda p: p.post(
        f"/tjansten/uppdrag/{p.stage.officer.unit}/",
        {"person": p.stage.ward.person, "need": "x", "last_day": IN_A_YEAR, "role": "log_reviewer"},
    ),
    "to appoint oneself": lambda p: p.post(
        f"/tjansten/uppdrag/{p.stage.ward.unit}/",
        {"person": p.thief.person, "need": "x", "last_day": IN_A_YEAR, "role": "log_reviewer"},
    ),
    "to appoint to care": lambda p: p.post(
        f"/tjansten/uppdrag/{p.stage.ward.unit}/",
        {"person": p.thief.person, "need": "x", "last_day": IN_A_YEAR, "role": "ward_nurse"},
    ),
    "to end a nurse's assignment": lambda p: p.post(
        f"/tjansten/uppdrag/{p.stage.ward.unit}/", {"end": str(p.stage.ward.assignment)}
    ),
    "a month that is none": lambda p: p.get("/tillsyn/?manad=' or 1=1 --"),
    "another's months": lambda p: p.get("/betalning/faststallt/?manad=2026-03&payer=1490"),
    "a draft": lambda p: p.get("/utkast/1/prov/"),
    "to decide": lambda p: p.post("/utkast/1/beslut/", {"decision": "x"}),
}  # fmt: skip


@pytest.mark.parametrize("role", ["auditor", "system_owner"])
def test_who_answers_for_the_service_reaches_nobody(stage: Stage, role: str) -> None:
    prey = Prey(stage, person_at(office_of(stage.ward), "Olle Obehörig", role))
    given = "select count(*) from directory_assignment where until is null or until > current_date"
    before = owner(given)
    for way, tried in {**BY_CASE, **OTHERWISE, **OF_OTHERS}.items():
        if way in ("a replayed form", "an old session", "no session"):
            continue  # of no role
        answer = tried(prey)
        assert way not in BY_CASE or answer.status_code in KEPT_OUT, way
        assert answer.status_code < 500, way
        assert nothing_of_it(prey, answer), way
    assert owner(given) == before
    assert owner("select count(*) from access_log where action like 'find:%%' and person = %s",
                 prey.thief.person) == [(0,)]  # fmt: skip
    assert log_of(prey.thief).count("denied:role") >= len(BY_CASE) // 2


@pytest.mark.parametrize("way", ["the page", "a form", "another's draft"])
def test_who_is_let_in_to_a_draft_is_logged_and_others_drafts_are_not_there(
    stage: Stage, way: str
) -> None:
    """A colleague at the unit, who takes part: that one opens the form, and no draft of another."""
    prey = Prey(stage, person_at(stage.officer.unit, role="case_officer"))
    answer = BY_CASE[way](prey)

    assert answer.status_code == 200
    assert "hemligt utkast" not in answer.content.decode()
    assert "read:draft" not in log_of(prey.thief)
    assert "read:case" in log_of(prey.thief)
    assert log_of(stage.officer) == ["write:draft"]


def test_a_cookie_made_up_is_nobodys(prey: Prey) -> None:
    for made_up in ("a" * 32, "", "' or 1=1 --", json.dumps({"unit": prey.stage.ward.unit})):
        thief = Client()
        thief.cookies["sammanhang"] = made_up
        assert thief.get(prey.page).status_code == 302


def test_the_line_tells_only_ones_own(prey: Prey) -> None:
    """Whatever is asked for, the line is that of the unit one acts for."""
    one_case = boards.board(prey.thief, case=prey.case)
    assert one_case.rows == []
    assert [row.case for row in boards.board(prey.thief).rows or ()] == [prey.own]


def test_with_the_application_s_filter_gone_the_database_still_holds(prey: Prey) -> None:
    """Statements that a careless view could send, in the thief's scope."""
    from django.db import connection

    careless = [
        "select state from casework_snapshot",
        "select data from casework_event where case_id = %(case)s",
        "select content from casework_attachment where case_id = %(case)s",
        "select data from casework_draft where case_id = %(case)s",
        "select given_name from residents_resident where id = %(resident)s",
        "select value from residents_residentnumber where resident_id = %(resident)s",
        "select * from casework_board where case_id = %(case)s",
        "select * from casework_obligation where case_id = %(case)s",
        "select * from casework_begin(%(person)s, %(unit)s, %(case)s, %(key)s, false)",
    ]
    given = {
        "case": prey.case, "resident": prey.resident, "key": uuid4(),
        "person": prey.thief.person, "unit": prey.thief.unit,
    }  # fmt: skip
    for sql in careless:
        with scope(prey.thief), connection.cursor() as cursor:
            cursor.execute(sql, given)
            assert cursor.fetchall() == [], sql
