"""Who asks for what isn't for everyone, without being signed in, stands in the server's log: as
JSON, without what they typed, and never so often that it fills a disk."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from django.test import Client, RequestFactory
from stage import Stage

from sammanhang.access import strangers
from sammanhang.access.strangers import OF_ALL, OF_ONE, Noted
from sammanhang.site.logs import JsonLines

NOW = 1_000_000.0


@pytest.fixture(autouse=True)
def lines(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    monkeypatch.setattr(strangers, "noted", Noted())
    with caplog.at_level(logging.WARNING, "sammanhang.access"):
        yield


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, str]]:
    return [
        json.loads(JsonLines().format(one))
        for one in caplog.records
        if one.name == "sammanhang.access"
    ]


@pytest.mark.parametrize("page", ["/tavla/", "/arende/7/", "/uppdrag/", "/direkt/"])
def test_who_asks_without_being_signed_in_stands_in_the_log(
    stage: Stage, caplog: pytest.LogCaptureFixture, page: str
) -> None:
    Client().get(f"{page}?q=Elsa+Prov", REMOTE_ADDR="192.0.2.7")

    (line,) = told(caplog)
    assert (line["path"], line["from"], line["method"]) == (page, "192.0.2.7", "GET")
    assert line["message"] == "denied to a stranger: not-signed-in"
    assert "Elsa" not in json.dumps(line)


def test_what_is_for_everyone_is_not_noted(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    for page in ("/logga-in/", "/inloggad/", "/static/site/base.css"):
        Client().get(page)
    assert told(caplog) == []


def test_an_address_has_so_many_lines_a_minute_and_the_rest_are_counted(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers.time, "time", lambda: NOW)
    for n in range(OF_ONE + 15):
        strangers.note(RequestFactory().get(f"/arende/{n}/"), "not-signed-in")
    assert len(told(caplog)) == OF_ONE

    strangers.note(RequestFactory().get("/tavla/", REMOTE_ADDR="192.0.2.8"), "not-signed-in")
    assert len(told(caplog)) == OF_ONE + 1  # another's are not used up

    monkeypatch.setattr(strangers.time, "time", lambda: NOW + 60)
    strangers.note(RequestFactory().get("/tavla/"), "not-signed-in")
    assert told(caplog)[-2]["message"] == "denied to strangers, not told one by one: 15"


def test_however_many_addresses_there_are_they_fill_nothing() -> None:
    noted = Noted()
    fits = [noted.fits(f"address:{n}", NOW)[0] for n in range(OF_ALL * 10)]

    assert sum(fits) == OF_ALL
    assert len(noted.lines) == OF_ALL
