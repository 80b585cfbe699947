"""Hostile values in every form and address: a clear answer, no fault of ours, nothing leaked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from stage import Stage, owner, signed_in

from sammanhang.casework.forms import CLOCK, DAY, PREFIX
from sammanhang.casework.processes import DISCHARGE, process_on

HOSTILE = (
    "", " ", "\x00", "a\x00b", "\ud800", "x" * 200_000, "' or 1=1 --", "<script>alert(1)</script>",
    "{{ 7*7 }}", "%s%n%(x)s", "../../etc/passwd", "1e999", "NaN", "-1", "99999999999999999999",
    "2026-02-30", "9999-12-31", "0000-00-00", "25:61", "null", "[]", '{"a": 1}', "ﷺ" * 50,
    "\u202eabc", "🙈", "=cmd|' /C calc'!A0", "١٢٣", "٢٠٢٦-٠٣-٠٢",
)  # fmt: skip
FINE = (200, 204, 302, 304, 400, 403, 404, 405, 409, 413, 422)
EXECUTABLE = "<script>alert(1)</script>"


@pytest.fixture
def nurse(stage: Stage) -> Client:
    client = Client(raise_request_exception=False)
    client.post("/logga-in/", {"assignment": stage.ward.assignment})
    return client


def posted(value: str) -> str:
    """What a browser can send: lone surrogates become something else on the way."""
    return value.encode("utf-8", "replace").decode()


def fine(answer: Any, about: object) -> None:
    assert answer.status_code in FINE, (about, answer.status_code)
    if not answer.streaming:
        text = answer.content.decode(errors="replace")
        assert EXECUTABLE not in text, about
        assert "Traceback" not in text, about


def test_no_value_in_any_field_of_any_act_is_a_fault_of_ours(stage: Stage, nurse: Client) -> None:
    case = stage.notified()
    for act in process_on(DISCHARGE, date(2026, 3, 2)).acts.values():
        names = [PREFIX + field.name for field in act.fields] + ["meddelande", "key", "seq"]
        names += [PREFIX + field.name + part for field in act.fields for part in (DAY, CLOCK)]
        for value in HOSTILE:
            form = {"key": str(uuid4()), **dict.fromkeys(names, posted(value))}
            fine(nurse.post(f"/arende/{case}/gor/{act.name}/", form), (act.name, value[:20]))
            fine(nurse.post(f"/arende/{case}/utkast/{act.name}/", form), (act.name, value[:20]))


def test_no_search_or_filter_is_a_fault_of_ours(stage: Stage, nurse: Client) -> None:
    stage.notified()
    for value in map(posted, HOSTILE):
        q = {"q": value, "visa": value, "ordning": value, "klart": value, "next": value}
        short = {name: one[:500] for name, one in q.items()}
        for address in ("/tavla/", "/logga-in/", "/riktlinjer/"):
            fine(nurse.get(address, short), (address, value[:20]))
        fine(nurse.post("/skriv-in/", q), value[:20])
        fine(nurse.get("/enheter/", {"act": value[:99], "falt": value[:99]}), value[:20])
        unit = {"act": "inskrivning", "falt": "kommun-enhet", "sok-kommun-enhet": value[:500]}
        fine(nurse.get("/enheter/", unit), value[:20])
        fine(nurse.post("/logga-in/", {"assignment": value}), value[:20])
        fine(nurse.post("/byt-enhet/", {"assignment": value}), value[:20])
        fine(nurse.post("/sprak/", {"language": value, "next": value}), value[:20])


def test_no_number_in_an_address_is_a_fault_of_ours(stage: Stage, nurse: Client) -> None:
    stage.notified()
    for number in ("0", "9223372036854775807", "9223372036854775808", "9" * 400, "9" * 5000):
        for rest in ("", "gor/anteckning/", "utkast/anteckning/", f"bilaga/{uuid4()}/"):
            for answer in (
                nurse.get(f"/arende/{number}/{rest}"),
                nurse.post(f"/arende/{number}/{rest}"),
            ):
                fine(answer, (number[:20], rest))
    ((tried,),) = owner("select count(*) from access_log where action = 'denied:case'")
    assert tried > 0


def test_no_header_is_a_fault_of_ours(stage: Stage, nurse: Client) -> None:
    stage.notified()
    for value in ("", '"', "W/", "x" * 5000, '"a" "b"', "*", "0-0-0/x", "<script>"):
        for header in ("If-None-Match", "HX-Request", "Accept-Language", "Cookie", "Referer"):
            fine(nurse.get("/tavla/", headers={header: value}), (header, value[:20]))


def test_no_file_that_isnt_what_it_says_is_kept(stage: Stage, nurse: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    case = stage.notified()
    files = (
        ("x.pdf", b"MZ\x90"), ("x.html", b"<script>"), ("x.svg", b"<svg onload=alert(1)>"),
        ("../../x.pdf", b"#!/bin/sh"), ("x.pdf", b""),
    )  # fmt: skip
    for name, content in files:
        file = SimpleUploadedFile(name or "x", content)
        form = {"key": str(uuid4()), "f-underlag": file}
        fine(nurse.post(f"/arende/{case}/gor/behovsbedömning/", form), name)
    assert owner("select count(*) from casework_attachment") == [(0,)]


def reached(client: Client, first: str = "/", most: int = 80) -> Iterator[tuple[str, str]]:
    """Every page one comes to by following links: (address, HTML)."""
    waiting, seen = [first], set[str]()
    while waiting and len(seen) < most:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = client.get(address, follow=True)
        is_page = "text/html" in answer.headers["Content-Type"]
        if answer.status_code != 200 or answer.streaming or not is_page:
            continue
        html = answer.content.decode()
        yield address, html
        for link in BeautifulSoup(html, "html.parser").select("a[href]"):
            found = str(link["href"]).split("#")[0]
            if re.match(r"^/(?!/|static)", found):
                waiting.append(found)


def test_protected_people_are_nameless_in_lists_and_live_nowhere(stage: Stage) -> None:
    """Followed link by link as everyone who has to do with the case, and as others."""
    case = stage.notified()
    ((resident,),) = owner("select resident_id from casework_case where id = %s", case)
    owner(
        "update residents_resident set secrecy_marking = true, given_name = 'Skyddsnamn', "
        "family_name = 'Skyddsson' where id = %s",
        resident,
    )
    owner(
        "insert into residents_address (resident_id, street, postcode, place) "
        "values (%s, 'Hemliga gatan 7', '999 99', 'Hemligort')",
        resident,
    )
    ((number,),) = owner(
        "select value from residents_residentnumber where resident_id = %s", resident
    )
    for who in (stage.ward, stage.centre, stage.officer, stage.other_ward, stage.other_officer):
        client = signed_in(who)
        pages = dict(reached(client))
        assert len(pages) >= 4
        for address, html in pages.items():
            assert "Hemliga gatan" not in html, address
            assert "Hemligort" not in html, address
            assert "Skydds" not in html.replace("Skyddade personuppgifter", ""), address
            assert number[2:8] not in html, address
        find = client.post("/skriv-in/", {"q": "Skyddsson"})
        assert "Skyddsnamn" not in find.content.decode()
