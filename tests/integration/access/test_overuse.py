"""Too much of anything is refused, in words and with when to go on; and nobody is shut out by what
others do: not a person by another, not a ward by whatever has the same network address."""

from __future__ import annotations

import asyncio
import re
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client
from sent_files import plain_pdf
from stage import Stage, owner, person_at, signed_in

from sammanhang.access.limits import ANY_REQUEST, LIMITS, InMemory, new_mark
from sammanhang.residents.identifiers import synthetic_personnummer
from sammanhang.site import asgi
from sammanhang.site.forwarded import networks

WARD = "192.0.2.10"
"""The one address that a whole hospital has."""
NURSES = 200


def used(kind: str, who: str, times: int) -> None:
    """So many times already, in the span that runs and the next."""
    for ahead in (0, 1):
        owner(
            "insert into access_use values (%s, %s, date_bin(%s, now() + %s, 'epoch'), %s) "
            "on conflict (kind, who, since) do update set times = excluded.times",
            kind, who, LIMITS[kind].span, ahead * LIMITS[kind].span, times,
        )  # fmt: skip


def refusals(kind: str) -> list[str]:
    rows = owner("select person from access_log where action = %s", f"denied:limit:{kind}")
    return [person for (person,) in rows]


# --- By person ------------------------------------------------------------------------------

NOBODYS = synthetic_personnummer(date(1930, 5, 4), woman=False, n=1)
COSTLY = {
    "number": ("ward_nurse", lambda c: c.post("/skriv-in/", {"q": NOBODYS})),
    "name": ("ward_nurse", lambda c: c.post("/skriv-in/", {"q": "Elsa"})),
    "unit": ("ward_nurse", lambda c: c.get("/enheter/?act=inskrivning&falt=kommun-enhet")),
    "check": ("process_leader", lambda c: c.post("/utkast/1/kontroll/", {"text": "x"})),
    "example": ("process_leader", lambda c: c.post("/sprakets-exempel/om/", {"text": "x"})),
    "export": ("economist", lambda c: c.get("/betalning/2026-03/1490/underlag.pdf")),
}


@pytest.mark.parametrize("kind", sorted(COSTLY))
def test_what_costs_much_has_a_limit_for_each_person_and_for_nobody_else(
    stage: Stage, kind: str
) -> None:
    role, does = COSTLY[kind]
    busy, other = (person_at(stage.ward.unit, role=role) for _ in range(2))
    used(kind, busy.person, LIMITS[kind].most)
    client = signed_in(busy)
    answers = [does(client) for _ in range(2)]

    for answer in answers:
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= LIMITS[kind].span.total_seconds() + 1
        assert re.search(r"Du kan fortsätta kl\. \d\d:\d\d", answer.content.decode())
    assert refusals(kind) == [busy.person]  # told once, however often one tries
    assert does(signed_in(other)).status_code != 429


def test_what_was_typed_is_kept_and_can_be_sent_later(stage: Stage) -> None:
    used("name", stage.ward.person, LIMITS["name"].most)
    html = signed_in(stage.ward).post("/skriv-in/", {"q": 'Elsa<"'}).content.decode()

    assert '<form method="post" action="/skriv-in/">' in html
    assert 'name="q" value="Elsa&lt;&#34;"' in html


def test_files_have_a_limit_and_the_form_stands_as_it_was(stage: Stage) -> None:
    case = stage.notified()
    client = signed_in(stage.officer)
    used("upload", stage.officer.person, LIMITS["upload"].most)
    form = {
        "key": str(uuid4()),
        "f-text": "Skrivet länge",
        "f-underlag": SimpleUploadedFile("a.pdf", plain_pdf()),
    }
    answer = client.post(f"/arende/{case}/gor/behovsbedömning/", form)

    assert answer.status_code == 422
    assert "många filer" in answer.content.decode()
    assert owner("select count(*) from casework_attachment") == [(0,)]
    assert refusals("upload") == [stage.officer.person]


# --- Before anyone has signed in ------------------------------------------------------------


def test_two_hundred_nurses_sign_in_from_one_address(stage: Stage) -> None:
    for _ in range(NURSES):
        answer = Client(REMOTE_ADDR=WARD).post("/logga-in/", {"assignment": stage.ward.assignment})
        assert answer.status_code == 302
    assert refusals("sign-in") == []


def test_nobody_shuts_a_ward_out_by_trying_to_sign_in_from_its_address(stage: Stage) -> None:
    nurse = signed_in(stage.ward, REMOTE_ADDR=WARD)
    nurse.post("/logga-ut/")
    used("sign-in", f"address:{WARD}", LIMITS["sign-in"].shared)
    stranger = Client(REMOTE_ADDR=WARD)
    forger = Client(REMOTE_ADDR=WARD)
    forger.cookies[settings.BROWSER_COOKIE_NAME] = "browser:made-up"

    for one in (stranger, forger):
        refused = one.post("/logga-in/", {"assignment": stage.ward.assignment})
        assert refused.status_code == 429
    assert nurse.post("/logga-in/", {"assignment": stage.ward.assignment}).status_code == 302
    assert refusals("sign-in") == ["-"]


def test_the_mark_of_a_browser_tells_nothing_of_who_sits_there(stage: Stage) -> None:
    client = signed_in(stage.ward)
    first = client.cookies[settings.BROWSER_COOKIE_NAME]
    client.post("/logga-ut/")
    client.post("/logga-in/", {"assignment": stage.other_ward.assignment})

    assert client.cookies[settings.BROWSER_COOKIE_NAME].value == first.value
    assert stage.ward.person not in first.value
    assert first["httponly"]
    assert first["samesite"] == "Lax"


# --- Any request ----------------------------------------------------------------------------


def asked(path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """(status, headers, text) of what the server's application answers."""
    sent: list[dict[str, Any]] = []
    body = headers.pop("body", "").encode()
    scope = {
        "type": "http",
        "method": "POST" if body else "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "server": ("localhost", 80),
        "client": (headers.pop("address", WARD), 0),
        "headers": [
            (name.replace("_", "-").encode(), value.encode())
            for name, value in {"host": "localhost", **headers}.items()
        ],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(asgi.application(scope, receive, send))
    told = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], told, sent[1]["body"].decode()


def flooded(monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    requests = InMemory()
    monkeypatch.setattr(asgi, "REQUESTS", requests)
    monkeypatch.setattr(asgi.time, "time", lambda: 600.0)
    requests.minute = 10
    requests.times[who] = ANY_REQUEST.shared


def test_a_flood_from_an_address_stops_strangers_there_and_no_browser_we_know(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    flooded(monkeypatch, f"address:{WARD}")
    status, told, _ = asked("/finns-inte/")
    assert (status, told["retry-after"]) == (429, "61")
    assert told["x-content-type-options"] == "nosniff"

    mark = f"{settings.BROWSER_COOKIE_NAME}={new_mark()}"
    assert asked("/finns-inte/", cookie=mark)[0] == 404
    assert asked("/finns-inte/", address="192.0.2.11")[0] == 404


def test_a_form_that_is_refused_comes_back_with_what_was_typed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    flooded(monkeypatch, f"address:{WARD}")
    form = "application/x-www-form-urlencoded"
    _, _, html = asked("/arende/1/gor/x/", body="f-text=L%C3%A5ng+text", content_type=form)

    assert 'action="/arende/1/gor/x/"' in html
    assert 'name="f-text" value="Lång text"' in html


def test_an_address_is_what_a_trusted_proxy_says_and_nobody_else(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    flooded(monkeypatch, f"address:{WARD}")
    assert asked("/finns-inte/", x_forwarded_for="203.0.113.1")[0] == 429

    monkeypatch.setattr(asgi, "PROXIES", networks([WARD]))
    assert asked("/finns-inte/", x_forwarded_for="203.0.113.1")[0] == 404
    assert asked("/finns-inte/", x_forwarded_for=f"203.0.113.1, {WARD}")[0] == 404
    forged = asked("/finns-inte/", address="192.0.2.99", x_forwarded_for="203.0.113.1")
    assert forged[0] == 404
    assert asgi.REQUESTS.times["address:203.0.113.1"] == 2
    assert asgi.REQUESTS.times["address:192.0.2.99"] == 1


# --- Statements -----------------------------------------------------------------------------


def test_no_statement_of_the_service_goes_on_for_long_and_none_keeps_others_waiting(
    stage: Stage,
) -> None:
    with connection.cursor() as cursor:
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"show {name}")
            assert cursor.fetchone()[0] in ("30s", "10s", "1min"), name
        cursor.execute("set statement_timeout = '50ms'")
        with pytest.raises(OperationalError, match="statement timeout"):
            cursor.execute("select pg_sleep(5)")
