"""A session, a body and a file have their limits, and what is shown beside a case is logged too."""

from __future__ import annotations

import asyncio
import importlib.util
import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings
from sent_files import plain_pdf
from stage import Stage, attached, owner, person_at, signed_in

from sammanhang.access import sessions
from sammanhang.access.acting import LONGEST_SESSION, SESSION_KEY, SIGNED_IN, Acting, scope, still
from sammanhang.access.sessions import SessionStore
from sammanhang.casework.views_admit import FOUND
from sammanhang.site import asgi, settings

BOARD = "/tavla/"


def log_of(who: Acting) -> list[tuple[Any, ...]]:
    return owner(
        "select action, coalesce(resident_id, residents[1])::text from access_log "
        "where person = %s order by id",
        who.person,
    )


# --- Sessions -------------------------------------------------------------------------------


def test_a_session_ends_after_a_shift_however_busy_and_whoever_switches(stage: Stage) -> None:
    client = signed_in(stage.ward)
    session = client.session
    session[SIGNED_IN] -= LONGEST_SESSION - 60
    session.save()
    client.post("/byt-enhet/", {"assignment": stage.ward.assignment})
    assert client.get(BOARD).status_code == 200

    session = client.session
    session[SIGNED_IN] -= 61
    session.save()
    assert client.get(BOARD).status_code == 302


def test_nothing_is_left_of_who_sat_here_before(stage: Stage) -> None:
    client = signed_in(stage.ward)
    session = client.session
    session[FOUND] = {"a": "b"}
    session.save()
    before = session.session_key
    client.post("/logga-in/", {"assignment": stage.other_ward.assignment})

    assert FOUND not in client.session
    assert not SessionStore(before).look()


def test_a_session_ends_when_nobody_has_asked_for_anything_in_it(stage: Stage) -> None:
    """A live board's line is no sign of life: it stands open whether anybody sits there or not."""
    client = signed_in(stage.ward)
    key = client.session.session_key
    idle(29)
    assert still(key, stage.ward)
    assert client.get(BOARD).status_code == 200
    idle(29)  # since the board was shown
    assert client.get(BOARD).status_code == 200
    idle(31)
    assert not still(key, stage.ward)
    assert client.get(BOARD).status_code == 302


def idle(minutes: int) -> None:
    owner(
        "update access_session set seen_at = seen_at - make_interval(mins => %s)",
        minutes,
    )


def test_who_reads_the_table_of_sessions_can_t_act_in_any_of_them(stage: Stage) -> None:
    client = signed_in(stage.ward)
    key = str(client.session.session_key)
    ((kept,),) = owner("select s::text from access_session s")

    assert key not in kept
    client.cookies["sammanhang"] = sessions.hashed(key)
    assert client.get(BOARD).status_code == 302


def test_without_its_key_a_session_of_others_is_not_there(stage: Stage) -> None:
    signed_in(stage.ward)
    with scope(stage.other_ward), connection.cursor() as cursor:
        cursor.execute("select count(*) from access_session")
        assert cursor.fetchone() == (0,)


def test_over_tls_each_cookie_belongs_to_this_host_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMMANHANG_HTTPS", "1")
    spec = importlib.util.spec_from_file_location("settings_over_tls", settings.__file__)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)

    for cookie in ("SESSION_COOKIE", "CSRF_COOKIE", "LANGUAGE_COOKIE"):
        assert getattr(made, f"{cookie}_NAME").startswith("__Host-")
        assert getattr(made, f"{cookie}_SECURE")
        assert getattr(made, f"{cookie}_HTTPONLY")
        assert getattr(made, f"{cookie}_SAMESITE") == "Lax"
    assert made.SECURE_HSTS_SECONDS >= 365 * 24 * 3600
    assert made.SECURE_HSTS_INCLUDE_SUBDOMAINS


def test_over_plain_http_a_page_leads_to_tls_and_what_is_sent_is_refused(stage: Stage) -> None:
    who = {"assignment": stage.ward.assignment}
    with override_settings(SECURE_SSL_REDIRECT=True):
        client = Client()
        asked = client.get("/logga-in/")
        sent = client.post("/logga-in/", who)
        told = client.post("/logga-ut/fran-legitimeringen/", {"logout_token": "x"})
        over_tls = client.post("/logga-in/", who, secure=True)

    assert (asked.status_code, asked.headers["Location"]) == (301, "https://testserver/logga-in/")
    assert (sent.status_code, told.status_code) == (403, 403)
    assert over_tls.status_code == 302


# --- Other sites ----------------------------------------------------------------------------


def test_a_form_from_elsewhere_is_refused(stage: Stage) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/logga-in/", {"assignment": stage.ward.assignment})

    assert answer.status_code == 403
    assert client.get(BOARD).status_code == 302


@pytest.mark.parametrize("address", ["/logga-in/", "/static/site/site.js", "/finns-inte/"])
def test_no_other_site_may_read_an_answer_or_frame_it(stage: Stage, address: str) -> None:
    headers = Client().get(address, headers={"Origin": "https://ond.example"}).headers

    assert not [name for name in headers if name.startswith("Access-Control")]
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_a_forged_form_of_one_who_is_signed_in_is_in_the_log(stage: Stage) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(stage.ward).cookies
    assert client.post("/byt-enhet/", {"assignment": stage.ward.assignment}).status_code == 403

    assert log_of(stage.ward)[-1] == ("denied:forged-form", None)


def test_to_act_in_another_s_assignment_is_refused_and_in_the_log(stage: Stage) -> None:
    client = signed_in(stage.ward)
    client.post("/byt-enhet/", {"assignment": stage.officer.assignment})

    assert log_of(stage.ward)[-1] == ("denied:assignment", None)
    assert client.session[SESSION_KEY]["person"] == stage.ward.person


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT"])
def test_no_method_sends_back_what_was_sent(stage: Stage, method: str) -> None:
    answer = signed_in(stage.ward).generic(method, BOARD, headers={"X-Secret": "hemligt"})

    assert answer.status_code == 405
    assert b"hemligt" not in answer.content
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


# --- The screen -----------------------------------------------------------------------------


def test_a_page_that_stands_open_learns_that_the_session_has_ended(stage: Stage) -> None:
    """And asking is no sign of life."""
    client = signed_in(stage.ward)
    idle(29)
    assert client.get("/inloggad/").status_code == 204
    idle(2)
    assert client.get("/inloggad/").status_code == 401
    assert client.get(BOARD).status_code == 302
    assert Client().get("/inloggad/").status_code == 401


def test_signing_out_tells_the_browser_to_forget(stage: Stage) -> None:
    answer = signed_in(stage.ward).post("/logga-ut/")

    assert answer.headers["Clear-Site-Data"] == '"cache"'


def test_who_is_searched_for_on_the_board_is_in_no_address(stage: Stage) -> None:
    stage.notified()
    client = signed_in(stage.ward)

    assert "Visar ingen" not in client.get(BOARD, {"q": "finns-inte"}).content.decode()
    html = client.post(BOARD, {"q": "Elsa"}).content.decode()
    assert 'value="Elsa"' in html
    assert "q=" not in "".join(re.findall(r'href="([^"]*)"', html))
    assert re.search(r'<form [^>]*method="post"[^>]*id="verktyg"', html)


# --- Bodies and files -----------------------------------------------------------------------


def test_a_body_without_end_is_cut_off() -> None:
    part, sent, received = b"x" * 2**20, [], 0

    async def receive() -> dict[str, Any]:
        nonlocal received
        received += 1
        return {"type": "http.request", "body": part, "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(asgi.Handler()({"type": "http"}, receive, send))

    assert sent[0]["status"] == 413
    assert received <= asgi.LARGEST_BODY / len(part) + 1


def test_a_file_is_named_as_what_it_is(stage: Stage) -> None:
    case = stage.notified()
    client = signed_in(stage.officer)
    for name in ("svar.exe", "svar.PDF", "x" * 200):
        file = SimpleUploadedFile(name, plain_pdf())
        client.post(
            f"/arende/{case}/gor/behovsbedömning/",
            {"key": str(uuid4()), "f-underlag": file},
        )
    kept = [name for (name,) in owner("select name from casework_attachment order by added_at")]

    assert kept == ["svar.exe.pdf", "svar.PDF", "x" * 110 + ".pdf"]


# --- The log --------------------------------------------------------------------------------


def test_who_signs_in_switches_and_signs_out_is_logged(stage: Stage) -> None:
    leader = person_at(stage.ward.unit, role="process_leader")
    for who in (stage.ward, leader):
        client = signed_in(who)
        client.post("/byt-enhet/", {"assignment": who.assignment})
        client.post("/logga-ut/")
        client.post("/logga-ut/")

        assert log_of(who) == [("sign-in", None), ("switch", None), ("sign-out", None)]


def test_a_file_that_is_opened_is_logged_with_whose_case_it_is(stage: Stage) -> None:
    case = stage.notified()
    file = attached(stage, case)
    ((resident,),) = owner("select resident_id::text from casework_case")
    answer = signed_in(stage.centre).get(f"/arende/{case}/bilaga/{file}/")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"

    assert log_of(stage.centre) == [("sign-in", None), ("read:attachment", resident)]


def test_who_is_found_by_name_or_opened_for_admission_is_logged(stage: Stage) -> None:
    stage.notified()
    ((resident,),) = owner("select resident_id::text from casework_case")
    client = signed_in(stage.ward)
    assert "Elsa" in client.post("/skriv-in/", {"q": "Elsa"}).content.decode()
    assert client.get(f"/skriv-in/{resident}/").status_code == 200

    assert log_of(stage.ward)[-2:] == [("find:name", resident), ("read:resident", resident)]


@pytest.mark.parametrize(
    "address", ["/.git/config", "/.git/HEAD", "/.svn/entries", "/static/.git/config", "/.env"]
)
def test_nothing_of_the_source_s_control_is_served(stage: Stage, address: str) -> None:
    assert signed_in(stage.ward).get(address).status_code == 404
