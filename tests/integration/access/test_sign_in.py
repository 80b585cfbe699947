"""Signing in at an identity provider, which runs in a process of its own and lies when asked to.

Whatever it says that isn't as it should be is refused, told plainly, noted in the access log, and
leaves no session.
"""

from __future__ import annotations

import time
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from bs4 import BeautifulSoup
from desk import BOARD, MINE, Desk
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.test.utils import override_settings
from stage import Stage, owner, person_at

from sammanhang.access.acting import SESSION_KEY
from sammanhang.access.oidc import LOA3
from sammanhang.access.requires import RECENTLY
from sammanhang.access.sessions import AUTHENTICATED
from sammanhang.residents.identifiers import synthetic_personnummer
from sammanhang.site.settings import client_secret, evidence

pytestmark = pytest.mark.usefixtures("signs_in_there")


def log() -> list[tuple[str, str]]:
    return owner("select person, action from access_log order by id")


def refused(answer: Any, why: str) -> None:
    """As every refusal is: a page in Swedish that says what to do, a line in the log."""
    page = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 403
    assert page.select_one("h1").text == "Inloggningen gick inte"
    assert f"Kod: {why}" in page.text
    assert len(page.select_one("[role=alert]").text) > 20
    assert log()[-1][1] == f"denied:sign-in:{why}"


def no_session_is_left() -> bool:
    return owner("select 1 from access_session") == []


# --- What is refused ------------------------------------------------------------------------

LIES = {
    "iss": "iss",
    "aud": "aud",
    "azp": "azp",
    "nonce": "nonce",
    "no-nonce": "nonce",
    "exp": "exp",
    "iat": "iat",
    "future": "iat",
    "at_hash": "at_hash",
    "none": "alg",
    "hs256": "alg",
    "kid": "kid",
    "signature": "signature",
    "jwk": "signature",
    "typ": "typ",
    "no-token": "id_token",
    "no-hsa-id": "employeeHsaId",
    "state": "state",
    "cancelled": "cancelled",
}
"""What the provider does wrong, and what it is refused for."""


@pytest.mark.parametrize(("fault", "why"), LIES.items())
def test_an_answer_that_is_not_as_it_should_be_signs_nobody_in(
    stage: Stage, fault: str, why: str
) -> None:
    desk = Desk()
    refused(desk.signs_in(stage.ward, fault=fault), why)
    assert no_session_is_left()
    assert not desk.is_in()
    assert log()[-1][0] == "-"  # whom it said that it was isn't believed


@pytest.mark.parametrize(
    "fault", ["amr", "amr-without-pin", "amr-software", "amr-text", "amr-odd", "no-amr"]
)
def test_without_a_key_in_hardware_and_a_sign_of_intent_nobody_gets_in(
    stage: Stage, fault: str
) -> None:
    desk = Desk()
    answer = desk.signs_in(stage.ward, fault=fault)
    refused(answer, "amr")
    assert "ditt kort" in answer.content.decode()
    # A claim that isn't even a list makes the whole token one not to believe.
    assert log()[-1][0] == ("-" if fault == "amr-text" else stage.ward.person)
    assert no_session_is_left()


def test_where_the_level_itself_means_a_card_the_installation_says_so(stage: Stage) -> None:
    with override_settings(OIDC_HARDWARE=evidence(f"acr:{LOA3}")):
        desk = Desk()
        desk.signs_in(stage.ward, fault="no-amr")
        assert desk.is_in()
        refused(Desk().signs_in(stage.ward, loa="loa4", fault="no-amr"), "amr")


@pytest.mark.parametrize("faulty", ["hwk", "amr:", "amr:sc+", "sub:sc", "amr hwk"])
def test_what_is_no_evidence_is_said_at_start(faulty: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SAMMANHANG_OIDC_HARDWARE"):
        evidence(faulty)


def test_below_level_3_nobody_sees_anybody(stage: Stage) -> None:
    answer = Desk().signs_in(stage.ward, loa="loa2")
    refused(answer, "acr")
    assert "tillitsnivå 3" in answer.content.decode()
    assert log()[-1][0] == stage.ward.person
    assert no_session_is_left()


def test_one_who_is_unknown_or_has_no_assignment_today_is_told_the_same(stage: Stage) -> None:
    owner(
        "update directory_assignment set until = current_date where id = %s",
        stage.ward.assignment,
    )
    pages = []
    for person in (stage.ward.person, "TSTNMT2321000156-OKAND"):
        desk = Desk()
        answer = desk.client.get(desk.shows_card(person))
        refused(answer, "no-assignment")
        pages.append(BeautifulSoup(answer.content, "html.parser").main)
    assert pages[0] == pages[1]
    assert "administratör" in pages[0].text
    assert no_session_is_left()


def test_an_answer_is_used_once_and_in_the_browser_that_asked(stage: Stage) -> None:
    desk, other = Desk(), Desk()
    back = desk.shows_card(stage.ward.person)
    refused(other.client.get(back), "state")
    assert desk.client.get(back).status_code == 302
    refused(desk.client.get(back), "state")
    assert desk.is_in()  # as before: nothing came of it
    assert not other.is_in()


def test_a_code_that_was_stolen_can_t_be_used_by_the_thief(stage: Stage) -> None:
    victim, thief = Desk(), Desk()
    code = parse_qs(urlsplit(victim.shows_card(stage.ward.person)).query)["code"][0]
    state = thief.leaves()["state"]
    answer = thief.client.get(f"/logga-in/svar/?{urlencode({'code': code, 'state': state})}")

    refused(answer, "code")
    assert not thief.is_in()


def test_an_answer_from_another_provider_is_refused(stage: Stage) -> None:
    desk = Desk()
    back = desk.shows_card(stage.ward.person)
    refused(desk.client.get(f"{back}&iss=https%3A%2F%2Fond.example"), "iss")


def test_a_provider_that_is_another_than_it_should_be_or_silent_is_told(
    stage: Stage, provider: str
) -> None:
    for issuer, why in (
        (provider.replace("localhost", "127.0.0.1"), "iss"),
        ("http://localhost:1", "provider"),
    ):
        with override_settings(OIDC_ISSUER=issuer):
            answer = Client().post("/logga-in/")
        assert answer.status_code == 403
        assert f"Kod: {why}" in answer.content.decode()


def test_with_a_provider_nobody_gets_in_by_choosing(stage: Stage) -> None:
    client = Client()
    assert stage.ward.person_name not in client.get("/logga-in/").content.decode()
    client.post("/logga-in/", {"assignment": stage.ward.assignment})
    assert client.get(BOARD).status_code == 302


def test_another_site_can_t_begin_a_sign_in(stage: Stage) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/logga-in/").status_code == 403
    assert no_session_is_left()


# --- Who comes in ---------------------------------------------------------------------------


def test_one_who_shows_a_card_acts_in_the_assignment_of_today(stage: Stage) -> None:
    desk = Desk()
    form = desk.leaves(wanted="/riktlinjer/")
    before = desk.client.session.session_key
    answer = desk.client.get(desk.shows_card(stage.ward.person, form))

    assert answer.headers["Location"] == "/riktlinjer/"
    assert desk.client.session.session_key != before
    assert desk.client.session[SESSION_KEY]["unit"] == stage.ward.unit
    assert desk.is_in()
    assert (stage.ward.person, "sign-in") in log()


def test_the_number_that_the_provider_tells_is_kept_for_log_review_alone(stage: Stage) -> None:
    number = synthetic_personnummer(date(1970, 5, 4), woman=True, n=1)
    for told in (number, f"{number[:8]}-{number[8:]}", "inget"):
        Desk().signs_in(stage.ward, number=told)
    assert owner("select person, number from access_own_number") == [(stage.ward.person, number)]
    ((data,),) = owner("select string_agg(data, '') from access_session")
    assert "credentialPersonalIdentityNumber" not in data


def test_the_provider_may_change_its_keys_at_any_time(stage: Stage) -> None:
    for fault in ("", "rotation", ""):
        desk = Desk()
        desk.signs_in(stage.ward, fault=fault)
        assert desk.is_in()


def test_one_with_several_assignments_chooses_among_ones_own(stage: Stage) -> None:
    ((second,),) = owner(
        "insert into directory_assignment (staff_id, unit_id, role, purpose, since) "
        "values (%s, %s, 'ward_nurse', 'Vård och behandling', '2020-01-01') returning id",
        stage.ward.person, stage.other_ward.unit,
    )  # fmt: skip
    desk = Desk()
    choose = desk.signs_in(stage.ward).headers["Location"]
    assert not desk.is_in()
    desk.client.post(choose, {"assignment": stage.officer.assignment})
    assert not desk.is_in()
    assert desk.client.post(choose, {"assignment": second}).headers["Location"] == BOARD
    assert desk.client.session[SESSION_KEY]["unit"] == stage.other_ward.unit


def test_one_signs_out_at_the_provider_too(stage: Stage, provider: str) -> None:
    desk = Desk()
    desk.signs_in(stage.ward)
    away = desk.client.post("/logga-ut/").headers["Location"]

    assert away.startswith(f"{provider}/end?")
    assert httpx.get(away).headers["Location"] == "http://testserver/logga-in/"
    assert no_session_is_left()


# --- Where one is signed in, and showing again who one is -----------------------------------


def rests(desk: Desk) -> None:
    """So long that a sensitive act takes that one shows again who one is."""
    session = desk.client.session
    session[AUTHENTICATED] = time.time() - RECENTLY - 1
    session.save()


def test_one_sees_and_ends_ones_own_sessions_and_no_others(stage: Stage) -> None:
    here, elsewhere, stranger = Desk(), Desk(), Desk()
    for desk, who in ((here, stage.ward), (elsewhere, stage.ward), (stranger, stage.officer)):
        desk.signs_in(who)
    page = BeautifulSoup(here.client.get(MINE).content, "html.parser")
    assert page.text.count("Edge, Windows") == 2
    ((others,),) = owner("select id from access_session where person = %s", stage.officer.person)

    here.client.post(MINE, {"session": others})
    assert stranger.is_in()
    here.client.post(MINE, {"session": page.select_one("button[name=session]")["value"]})
    assert not elsewhere.is_in()
    assert here.is_in()
    elsewhere.signs_in(stage.ward)
    here.client.post(MINE)
    assert (here.is_in(), elsewhere.is_in(), stranger.is_in()) == (False, False, True)


def test_a_sensitive_act_takes_that_one_has_just_shown_who_one_is(stage: Stage) -> None:
    desk, elsewhere = Desk(), Desk()
    for one in (desk, elsewhere):
        one.signs_in(stage.ward)
    rests(desk)
    ask = desk.client.post(MINE, headers={"Referer": f"http://testserver{MINE}"})
    assert ask.headers["Location"] == f"/logga-in/igen/?{urlencode({'next': MINE})}"
    assert elsewhere.is_in()

    refused(desk.shows_again(stage.ward, fault="auth_time"), "auth_time")
    refused(desk.shows_again(stage.ward, loa="loa2"), "acr")
    refused(desk.shows_again(stage.officer), "another")
    assert desk.is_in()
    desk.client.post(MINE)
    assert elsewhere.is_in()

    before = desk.client.session.session_key
    assert desk.shows_again(stage.ward).headers["Location"] == MINE
    assert desk.client.session.session_key != before
    desk.client.post(MINE)
    assert not elsewhere.is_in()


def test_a_sign_in_that_the_provider_remembered_is_no_fresh_one(stage: Stage) -> None:
    desk = Desk()
    desk.signs_in(stage.ward, fault="auth_time")
    assert desk.is_in()
    assert "/logga-in/igen/" in desk.client.post(MINE).headers["Location"]


def test_where_one_chooses_whom_to_be_one_says_again_that_one_is(stage: Stage) -> None:
    with override_settings(ROOT_URLCONF="simulation.urls"):
        desk = Desk()
        desk.client.post("/logga-in/", {"assignment": stage.ward.assignment})
        rests(desk)
        assert "/logga-in/igen/" in desk.client.post(MINE).headers["Location"]
        answer = desk.client.post("/logga-in/igen/", {"next": MINE})
        assert answer.headers["Location"] == MINE
        desk.client.post(MINE)
        assert not desk.is_in()


def test_a_month_is_made_final_by_one_who_has_just_shown_who_they_are(stage: Stage) -> None:
    economist = person_at(stage.officer.unit, role="economist")
    desk = Desk()
    desk.signs_in(economist)
    rests(desk)
    answer = desk.client.post("/betalning/2026-02/", {"do": "close"})
    assert "/logga-in/igen/" in answer.headers["Location"]


# --- Settings -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("issuer", "client", "message"),
    [
        ("http://idp.example", "x", "https://"),
        ("https://idp.example", "", "SAMMANHANG_OIDC_CLIENT_ID"),
        ("https://idp.example", "x", "SAMMANHANG_OIDC_SECRET_FILE"),
    ],
)
def test_a_provider_half_told_of_is_said_at_start(
    monkeypatch: pytest.MonkeyPatch, issuer: str, client: str, message: str
) -> None:
    monkeypatch.setenv("SAMMANHANG_OIDC_CLIENT_ID", client)
    monkeypatch.setenv("SAMMANHANG_OIDC_SECRET_FILE", "/finns/inte")
    with pytest.raises(ImproperlyConfigured, match=message):
        client_secret(issuer)
