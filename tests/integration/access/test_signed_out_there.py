"""The identity provider tells that somebody has signed out there, or been put out: a lost card is
revoked, and what was begun with it ends. What tells so is believed only if all of it holds."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest
from desk import Desk
from django.conf import settings
from django.test import Client
from django.test.utils import override_settings
from stage import Stage, owner

from sammanhang.access import limits, strangers

pytestmark = pytest.mark.usefixtures("signs_in_there")
ENDED = "/logga-ut/fran-legitimeringen/"


@pytest.fixture(autouse=True)
def _nothing_is_noted_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "noted", strangers.Noted())


def telling(person: str, **said: str) -> str:
    """What the provider sends of a person: a token that it has signed."""
    return httpx.post(f"{settings.OIDC_ISSUER}/ended", data={"person": person, **said}).text


def tells(token: str) -> Any:
    """As the provider does: without cookies, and without a form of ours."""
    return Client(enforce_csrf_checks=True).post(ENDED, {"logout_token": token})


def signed_in(who: Any, sid: str = "") -> Desk:
    desk = Desk()
    desk.signs_in(who, sid=sid)
    assert desk.is_in()
    return desk


def test_a_person_who_is_put_out_there_is_out_here_in_every_window(stage: Stage) -> None:
    here, elsewhere, other = (signed_in(who) for who in (stage.ward, stage.ward, stage.officer))
    answer = tells(telling(stage.ward.person))

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert (here.is_in(), elsewhere.is_in(), other.is_in()) == (False, False, True)
    told = owner("select person from access_log where action = 'sign-out-by-provider'")
    assert told == [(stage.ward.person,)] * 2


def test_a_session_that_ends_there_ends_here_and_no_other(stage: Stage) -> None:
    here, elsewhere = signed_in(stage.ward, "ett"), signed_in(stage.ward, "två")
    assert tells(telling(stage.ward.person, sid="ett")).status_code == 200
    assert (here.is_in(), elsewhere.is_in()) == (False, True)

    assert tells(telling(stage.officer.person, sid="två")).status_code == 200
    assert elsewhere.is_in()  # another person's, whatever it is called


def test_it_holds_for_one_who_has_switched_or_shown_the_card_again_or_not_chosen_yet(
    stage: Stage,
) -> None:
    again = signed_in(stage.ward, "ett")
    again.shows_again(stage.ward, sid="två")
    assert tells(telling(stage.ward.person, sid="två")).status_code == 200
    assert not again.is_in()

    owner(
        "insert into directory_assignment (staff_id, unit_id, role, purpose, since) "
        "values (%s, %s, 'ward_nurse', 'Vård och behandling', '2020-01-01')",
        stage.ward.person, stage.other_ward.unit,
    )  # fmt: skip
    choosing = Desk()
    choosing.signs_in(stage.ward)
    assert tells(telling(stage.ward.person)).status_code == 200
    chosen = choosing.client.post("/logga-in/uppdrag/", {"assignment": stage.ward.assignment})
    assert chosen.headers["Location"] == "/logga-in/"
    assert owner("select 1 from access_session") == []


LIES = {
    "iss": "iss", "no-iss": "iss",
    "aud": "aud", "no-aud": "aud",
    "iat": "iat", "no-iat": "iat", "future": "iat",
    "exp": "exp", "no-exp": "exp",
    "no-jti": "jti",
    "no-events": "events", "other-event": "events", "text-event": "events", "list-event": "events",
    "nonce": "nonce",
    "of-nobody": "sub", "odd-sub": "sub", "empty": "sub",
    "none": "alg", "hs256": "alg",
    "kid": "kid", "signature": "signature", "jwk": "signature",
    "typ": "typ", "typ-jwt": "typ",
}  # fmt: skip
"""What is wrong with what is told, and what it is refused for."""


@pytest.mark.parametrize(("fault", "why"), LIES.items())
def test_what_is_not_as_it_should_be_ends_nothing(
    stage: Stage, fault: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    desk = signed_in(stage.ward)
    with caplog.at_level(logging.WARNING):
        answer = tells(telling(stage.ward.person, fault=fault))

    assert (answer.status_code, answer.content.decode()) == (400, why)
    assert desk.is_in()
    assert f"sign-out-told:{why}" in caplog.text


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "." * 9000, "x" * 20_000, "e30.e30.e30"])
def test_what_is_no_token_ends_nothing(stage: Stage, token: str) -> None:
    assert tells(token).status_code == 400
    assert Client().post(ENDED).status_code == 400
    assert Client().get(ENDED).status_code == 405


def test_what_was_told_once_is_not_told_again(stage: Stage) -> None:
    signed_in(stage.ward)
    token = telling(stage.ward.person)
    assert tells(token).status_code == 200
    desk = signed_in(stage.ward)
    answer = tells(token)

    assert (answer.status_code, answer.content.decode()) == (400, "jti")
    assert desk.is_in()


def test_an_answer_at_sign_in_is_not_taken_for_it(stage: Stage) -> None:
    desk = signed_in(stage.ward)
    assert tells(desk.client.session["id token"]).status_code == 400
    assert desk.is_in()


def test_a_key_that_the_provider_has_taken_out_of_use_ends_nothing(stage: Stage) -> None:
    token = telling(stage.ward.person)
    desk = Desk()
    desk.signs_in(stage.ward, fault="rotation")
    answer = tells(token)

    assert (answer.status_code, answer.content.decode()) == (400, "kid")
    assert desk.is_in()


def test_it_may_be_tried_so_often_from_an_address_and_no_more(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = limits.Limit(1, limits.HOUR, shared=1)
    monkeypatch.setitem(limits.LIMITS, "sign-out-told", few)
    assert tells("x").status_code == 400
    assert tells("x").status_code == 429


def test_without_a_provider_there_is_nothing_there(stage: Stage) -> None:
    with override_settings(OIDC_ISSUER=""):
        assert tells("x").status_code == 404
