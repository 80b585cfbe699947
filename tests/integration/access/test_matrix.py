"""Every address x every role x one's own, another's and no unit: who gets what.

An address that isn't in the table fails: whoever adds a page says here who may use it.
"""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import get_resolver
from stage import Stage, attached, owner, person_at, signed_in, units

from sammanhang.access.acting import Acting, scope
from sammanhang.access.middleware import every_address
from sammanhang.casework.processes import DISCHARGE
from sammanhang.directory.models import CARE_ROLES, ROLES
from sammanhang.governance import actions
from sammanhang.governance.shelf import in_force

SIGN_IN = "to sign-in"
DRAFT = 1
SECRETS = ("Elsa", "19400317", "Behöver hemtjänst")
"""Who the case is about, and what was written in it."""

OPEN, ANYONE, CARE, WARD, PARTY = "open", "anyone", "care", "ward", "party"
SETTLES = "settles"
ADMINISTERS = "administers"
REVIEWS = "reviews"
AUDITS = "audits"
OWNS = "owns"
OVERSEES = "oversees"
LEADER = "leader"
DECIDES = "decides"
KEEPS = "keeps"
WHO_MAY = {
    "": ANYONE,
    "logga-in/": OPEN,
    "logga-in/svar/": OPEN,
    "logga-in/uppdrag/": OPEN,
    "logga-in/igen/": ANYONE,
    "logga-in/stammer-det/": ANYONE,
    "mina-inloggningar/": ANYONE,
    "logga-ut/": OPEN,
    "logga-ut/fran-legitimeringen/": OPEN,
    "inloggad/": OPEN,
    "sprak/": OPEN,
    "byt-enhet/": ANYONE,
    "uppdrag/": ADMINISTERS,
    "logggranskning/": REVIEWS,
    "logggranskning/<int:year>-<int:month>/": REVIEWS,
    "logggranskning/oppnat/<int:opening>/": REVIEWS,
    "logggranskning/utdrag/": REVIEWS,
    "tillsyn/": OVERSEES,
    "tjansten/": OWNS,
    "tjansten/uppdrag/": OWNS,
    "tjansten/uppdrag/<str:unit>/": OWNS,
    "tjansten/inloggningar/": OWNS,
    "tjansten/allmant-intresse/": OWNS,
    "gallde/": ANYONE,
    "betalning/faststallt/": AUDITS,
    "tavla/": CARE,
    "direkt/": CARE,
    "enheter/": CARE,
    "sparr/": CARE,
    "skriv-in/": WARD,
    "skriv-in/<uuid:resident>/": WARD,
    "arende/<int:number>/": PARTY,
    "arende/<int:number>/visa/": PARTY,
    "arende/<int:number>/sparr/": PARTY,
    "arende/<int:number>/oppna/": PARTY,
    "arende/<int:number>/gor/<str:act>/": PARTY,
    "arende/<int:number>/utkast/<str:act>/": PARTY,
    "arende/<int:number>/bilaga/<uuid:file>/": PARTY,
    "betalning/": SETTLES,
    "betalning/overenskommelsen/": SETTLES,
    "betalning/<int:year>-<int:month>/": SETTLES,
    "betalning/<int:year>-<int:month>/bokforing.si": SETTLES,
    "betalning/<int:year>-<int:month>/<str:payer>/": SETTLES,
    "betalning/<int:year>-<int:month>/<str:payer>/<str:file>": SETTLES,
    "riktlinjer/": ANYONE,
    "riktlinjer/<str:key>/": ANYONE,
    "riktlinjer/<str:key>/diagram/": ANYONE,
    "riktlinjer/<str:key>/avsnitt/<str:number>/": ANYONE,
    "riktlinjer/<str:key>/versioner/": ANYONE,
    "riktlinjer/<str:key>/jamfor/": ANYONE,
    "riktlinjer/<str:key>/som/<str:form>/": ANYONE,
    "riktlinjer/<str:key>/upphav/": DECIDES,
    "riktlinjer/<str:key>/sett/": KEEPS,
    "utkast/": ANYONE,
    "utkast/nytt/": LEADER,
    "utkast/<int:draft>/": ANYONE,
    "utkast/<int:draft>/som/<str:form>/": ANYONE,
    "utkast/<int:draft>/anmarkningar/": ANYONE,
    "utkast/<int:draft>/sparningar/": ANYONE,
    "utkast/<int:draft>/mallar/": LEADER,
    "utkast/<int:draft>/prov/": LEADER,
    "utkast/<int:draft>/prov/<int:number>/": LEADER,
    "utkast/<int:draft>/prov/<int:number>/csv/": LEADER,
    "utkast/<int:draft>/foresla/": LEADER,
    "utkast/<int:draft>/beslut/": DECIDES,
    "utkast/<int:draft>/skriv/": LEADER,
    "utkast/<int:draft>/kontroll/": LEADER,
    "utkast/<int:draft>/visning/": LEADER,
    "utkast/<int:draft>/sammanfoga/<int:revision>/": LEADER,
    "sprakets-exempel/": ANYONE,
    "sprakets-exempel/<str:example>/": ANYONE,
}
"""OPEN: no sign-in. ANYONE: signed in. CARE: in care. WARD: in care, at a unit that admits.
PARTY: in care, at a unit that takes part in the case. LEADER: a process leader.
DECIDES: a secretary. KEEPS: either of them. SETTLES: an economist.
ADMINISTERS: a unit's administrator. REVIEWS: a unit's reviewer. AUDITS: an auditor.
OWNS: a system owner. OVERSEES: either of these two."""


def test_every_address_is_in_the_table() -> None:
    assert {str(one.pattern) for one in every_address(get_resolver())} == set(WHO_MAY)


def begin_draft(stage: Stage) -> None:
    """A draft of the guideline, by a process leader."""
    who = person_at(stage.officer.unit, role="process_leader")
    there = in_force()["prov-in-och-utskrivning"]
    with scope(who):
        number = actions.start(
            acting=who,
            document=there.document.id,
            file=there.file,
            title=there.document.title,
            based_on="1",
            text=there.text,
        )
    assert number == DRAFT


def everybody(stage: Stage) -> list[tuple[str, bool, Acting]]:
    """(description, takes part, who): each role at a unit with a part in the case and without."""
    region = person_at(units("ekonomi")[0], role="economist")
    places = {
        "ward_nurse": (stage.ward, stage.other_ward),
        "care_coordinator": (stage.centre, stage.other_centre),
        "case_officer": (stage.officer, stage.other_officer),
        "municipal_nurse": (stage.officer, stage.other_officer),
        "process_leader": (stage.officer, stage.other_officer),
        "economist": (region, region),
        "unit_administrator": (stage.ward, stage.other_ward),
        "log_reviewer": (stage.ward, stage.other_ward),
        "secretary": (stage.officer, stage.other_officer),
        "auditor": (stage.ward, stage.other_ward),
        "system_owner": (stage.ward, stage.other_ward),
    }
    return [
        (f"{role} at {place}", takes_part, person_at(at.unit, role=role))
        for role in ROLES
        for place, takes_part, at in zip(
            ("a party", "no party"), (True, False), places[role], strict=True
        )
    ]


def filled(address: str, case: int, file: UUID, resident: str, unit: str) -> str:
    """An address of something that is there. Guidelines are not of a case: those have a key."""
    of_case = {"number": str(case), "act": "planeringsmeddelande", "file": str(file)}
    of_guideline = {"key": DISCHARGE, "number": "3"}
    values = {"resident": resident, **(of_case if "arende" in address else of_guideline)}
    if "logggranskning" in address:
        values = {"year": "2026", "month": "03", "opening": "1"}
    if "betalning" in address:
        values = {"year": "2026", "month": "03", "payer": "1490", "file": "underlag.pdf"}
    values |= {"draft": str(DRAFT), "revision": "1", "example": "om", "form": "md", "unit": unit}
    address += "?act=inskrivning&falt=kommun-enhet" if address == "enheter/" else ""
    return "/" + re.sub(r"<\w+:(\w+)>", lambda name: values[name[1]], address)


def allowed(may: str, who: Acting, takes_part: bool) -> bool:
    care = who.role in CARE_ROLES
    return {
        OPEN: True,
        ANYONE: True,
        CARE: care,
        WARD: care and who.unit_type == "avdelning",
        PARTY: care and takes_part,
        ADMINISTERS: who.role == "unit_administrator",
        REVIEWS: who.role == "log_reviewer",
        SETTLES: who.role == "economist",
        LEADER: who.role == "process_leader",
        DECIDES: who.role == "secretary",
        KEEPS: who.role in ("process_leader", "secretary"),
        AUDITS: who.role == "auditor",
        OWNS: who.role == "system_owner",
        OVERSEES: who.role in ("auditor", "system_owner"),
    }[may]


@pytest.mark.parametrize("address", sorted(WHO_MAY))
def test_who_gets_what(stage: Stage, address: str) -> None:
    case = stage.notified()
    file = attached(stage, case)
    begin_draft(stage)
    ((resident,),) = owner("select resident_id::text from casework_case")
    asked = filled(address, case, file, resident, stage.ward.unit)
    may = WHO_MAY[address]
    for described, takes_part, who in everybody(stage):
        client = signed_in(who)
        permitted = allowed(may, who, takes_part)
        answers = [client.get(asked)]
        if not permitted:
            answers.append(client.post(asked, {"key": str(uuid4()), "f-text": "x", "q": "Elsa"}))
        for answer in answers:
            text = b"" if answer.streaming else answer.content
            if permitted:
                assert answer.status_code in (200, 204, 302, 405, 404), (
                    described,
                    answer.status_code,
                )
                if may in (ANYONE, CARE) or (may == PARTY and "utkast" not in address):
                    assert answer.status_code in (200, 302) or "bilaga" in address, described
            else:
                assert answer.status_code in (403, 404, 204, 405), (described, answer.status_code)
                told = text.decode(errors="replace")
                assert not [one for one in SECRETS if one in told], described
    nobody = Client().get(asked)
    if may != OPEN:
        gone = nobody.status_code == 302 and "/logga-in/" in nobody.headers["Location"]
        assert gone or nobody.status_code in (204, 405)
