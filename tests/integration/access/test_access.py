"""Who is let in, as whom, and for how long."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import override_settings
from django.urls import URLPattern, get_resolver, path
from stage import Stage, owner, person_at, signed_in

from sammanhang.access.acting import SESSION_KEY, Acting, scope, sign_in
from sammanhang.access.middleware import every_address, every_view_declares
from sammanhang.access.requires import requires

BOARD = "/tavla/"


def forgotten(request: HttpRequest) -> HttpResponse:
    return HttpResponse("allt om alla")


class Undeclared:
    urlpatterns = [path("glomd/", forgotten)]


# --- Deny by default ------------------------------------------------------------------------


def test_every_address_says_who_may_use_it() -> None:
    addresses = list(every_address(get_resolver()))

    assert len(addresses) > 10
    assert every_view_declares(forgotten) is forgotten


def test_a_service_with_a_view_that_says_nothing_does_not_start() -> None:
    with (
        override_settings(ROOT_URLCONF=Undeclared),
        pytest.raises(ImproperlyConfigured, match="glomd/"),
    ):
        every_view_declares(forgotten)


ARGUMENTS = {"act": "kvittens", "resident": uuid4(), "file": uuid4(), "key": "x", "payer": "1490"}


def test_without_signing_in_no_page_but_the_open_ones_is_shown(stage: Stage) -> None:
    stage.notified()
    client = Client()
    for address in every_address(get_resolver()):
        if address.callback.requirement == ("open",):
            continue
        for answer in (client.get(filled(address)), client.post(filled(address))):
            to_sign_in = answer.status_code == 302 and "/logga-in/" in answer.headers["Location"]
            assert to_sign_in or answer.status_code in (204, 405), address


def filled(address: URLPattern) -> str:
    """An address with a value for each of its names; a number will do for most."""
    return "/" + re.sub(
        r"<\w+:(\w+)>", lambda name: str(ARGUMENTS.get(name[1], 1)), str(address.pattern)
    )


# --- Signing in, switching, signing out -----------------------------------------------------


def test_one_acts_in_the_chosen_assignment_under_a_new_session_key(stage: Stage) -> None:
    client = signed_in(stage.ward)
    before = client.session.session_key
    client.post("/logga-in/", {"assignment": stage.officer.assignment})

    assert client.session[SESSION_KEY]["unit"] == stage.officer.unit
    assert client.session.session_key != before
    assert client.get(BOARD).status_code == 200


def test_one_switches_only_to_an_assignment_of_ones_own(stage: Stage) -> None:
    client = signed_in(stage.ward)
    ((own,),) = owner(
        "insert into directory_assignment (staff_id, unit_id, role, purpose, since) "
        "values (%s, %s, 'ward_nurse', 'Vård och behandling', '2020-01-01') returning id",
        stage.ward.person, stage.other_ward.unit,
    )  # fmt: skip

    client.post("/byt-enhet/", {"assignment": stage.officer.assignment})
    assert client.session[SESSION_KEY]["unit"] == stage.ward.unit
    client.post("/byt-enhet/", {"assignment": own})
    assert client.session[SESSION_KEY]["unit"] == stage.other_ward.unit


def test_one_who_has_signed_out_sees_nothing_more(stage: Stage) -> None:
    client = signed_in(stage.ward)
    client.post("/logga-ut/")

    assert client.get(BOARD).status_code == 302


def test_an_assignment_that_ends_ends_the_session_with_the_next_request(stage: Stage) -> None:
    client = signed_in(stage.ward)
    owner(
        "update directory_assignment set until = current_date where id = %s",
        stage.ward.assignment,
    )

    assert client.get("/inloggad/").status_code == 401
    assert client.get(BOARD).status_code == 302
    assert client.post("/logga-in/", {"assignment": stage.ward.assignment}).status_code == 409


@pytest.mark.parametrize(
    "change",
    [
        "update directory_assignment set role = 'economist' where id = %s",
        "update directory_assignment set unit_id = (select min(hsa_id) from directory_unit) "
        "where id = %s",
        "update directory_assignment set since = current_date + 2 where id = %s",
        "delete from directory_assignment where id = %s",
        "update directory_unit u set type = 'vårdcentral' from directory_assignment a "
        "where u.hsa_id = a.unit_id and a.id = %s",
    ],
)
def test_what_an_assignment_gives_is_never_given_longer_than_it_does(
    stage: Stage, change: str
) -> None:
    client = signed_in(stage.ward)
    assert client.get(BOARD).status_code == 200
    owner(change, stage.ward.assignment)

    assert client.get(BOARD).status_code == 302
    assert owner("select 1 from access_session") == []


@pytest.mark.parametrize("wanted", ["//ond.example/", "https://ond.example/", "javascript:x"])
def test_signing_in_leads_only_to_pages_of_ours(stage: Stage, wanted: str) -> None:
    data = {"assignment": stage.ward.assignment, "next": wanted}
    answer = Client().post("/logga-in/", data)

    assert answer.headers["Location"] == "/"


def test_a_view_for_some_roles_is_closed_to_others(stage: Stage) -> None:
    @requires("process_leader")
    def leaders_only(request: HttpRequest) -> HttpResponse:
        return HttpResponse("ja")

    leader = person_at(stage.ward.unit, role="process_leader")
    assert leaders_only(request_by(leader)).status_code == 200
    with pytest.raises(PermissionDenied):
        leaders_only(request_by(stage.ward))


def request_by(who: Acting) -> HttpRequest:
    request: Any = RequestFactory().get("/")
    request.session = Client().session
    sign_in(request, who)
    return request


# --- The scope ------------------------------------------------------------------------------


def test_nothing_of_the_scope_is_left_when_it_ends(stage: Stage) -> None:
    stage.notified()
    with scope(stage.ward), connection.cursor() as cursor:
        cursor.execute("select count(*) from casework_case")
        assert cursor.fetchone() == (1,)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from casework_case")
        assert cursor.fetchone() == (0,)


def test_a_page_that_is_not_there_leads_to_where_one_s_own_work_is(stage: Stage) -> None:
    reviewer = person_at(stage.ward.unit, role="log_reviewer")
    told = [signed_in(who).get("/finns-inte/").content.decode() for who in (stage.ward, reviewer)]
    assert "Gå till tavlan" in told[0]
    assert "Gå till tavlan" not in told[1]
