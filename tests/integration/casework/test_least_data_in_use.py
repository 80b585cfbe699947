"""What is read of a person lives in the service's memory only while it is asked for (OWASP ASVS
5.0, V11.7.2): no page, form or case is kept from one request to the next."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from stage import MONDAY, Stage, owner, resident

from sammanhang.access.acting import Acting
from sammanhang.casework.drafts import save_draft

BACKWARDS = ("anidirfmeH", "gilmeh tejlaT", "tsäl av trekcis")
"""A name, a message and a draft. Written so, this file isn't found among what is left."""


def secrets() -> list[str]:
    return [one[::-1] for one in BACKWARDS]


@pytest.fixture
def case(stage: Stage) -> int:
    name, text, draft = secrets()
    who = resident(77)
    owner("update residents_resident set given_name = %s, sort_key = %s where id = %s",
          name, name.lower(), who)  # fmt: skip
    opened = stage.admits(who)
    number = opened.case  # type: ignore[union-attr]
    data = {"beräknad-utskrivning": "2026-03-09", "text": text}
    stage.did(stage.ward, number, "inskrivningsmeddelande", data=data)
    save_draft(acting=stage.ward, case=number, act="anteckning", data={"text": draft}, now=MONDAY)
    return number


def used(who: Acting, case: int) -> str:
    """The pages that show most of somebody, one after another; and what they told."""
    client, told = Client(), ""
    client.post("/logga-in/", {"assignment": who.assignment})
    for page in ("/tavla/", f"/arende/{case}/", f"/arende/{case}/gor/anteckning/",
                 f"/arende/{case}/sparr/", f"/arende/{case}/oppna/"):  # fmt: skip
        told += client.get(page).content.decode()
    told += client.post("/skriv-in/", {"q": secrets()[0]}).content.decode()
    sent = client.post(
        f"/arende/{case}/gor/planeringsmeddelande/", {"f-text": secrets()[1], "key": str(uuid4())}
    )
    assert sent.status_code == 302
    return told


def left() -> Iterator[str]:
    """What holds strings in the process that tell of the person, and which."""
    needles = secrets()
    gc.collect()
    for thing in gc.get_objects():
        for one in gc.get_referents(thing) if thing is not needles else ():
            if type(one) in (str, bytes):  # isinstance would wake what is lazy
                text = one if type(one) is str else one.decode(errors="replace")
                if any(needle in text for needle in needles):
                    yield f"{type(thing).__name__} {str(thing)[:300]}: {text[:80]}"


def test_nothing_of_a_person_is_left_when_what_was_asked_for_is_answered(
    stage: Stage, case: int
) -> None:
    told = used(stage.ward, case)
    assert [one in told for one in secrets()] == [True] * 3
    kept_on_purpose = [told]
    assert list(left())  # what is kept is found
    kept_on_purpose.clear()
    del told
    for one in connections.all():
        one.close()

    assert list(left()) == []
