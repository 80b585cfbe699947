"""One case of the shipped guideline: a ward in Fyrbodal and a municipality in Skaraborg, each with
the additions of its own area, and each told of the paragraph that sets them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone
from stage import Stage, person_at, signed_in

from sammanhang.access.acting import Acting
from sammanhang.casework import processes
from sammanhang.directory.queries import geography

FYRBODAL, SKARABORG = "Fyrbodal", "Skaraborg"
ASKS = "Kan trygg hemgång bli aktuell?"
NOW = timezone.now().astimezone(UTC) - timedelta(hours=1)


@pytest.fixture
def stage(database: str) -> Stage:
    """Under the shipped guideline, with its supplements."""
    processes.forget()
    return Stage()


def someone(type: str, area: str, role: str) -> Acting:
    """At a unit of a type in an area."""
    known = sorted(geography().items())
    inside = next(unit for unit, at in known if (at.type, at.care_area) == (type, area))
    return person_at(inside, role=role)


def case_of(stage: Stage, ward: Acting, officer: Acting, *, at: datetime = NOW) -> int:
    """Admitted, and the admission notice sent."""
    centre = someone("vårdcentral", str(geography()[officer.unit].care_area), "care_coordinator")
    case = stage.admitted(at=at, by=ward, centre=None, officer=None)
    data: dict[str, Any] = {
        "beräknad-utskrivning": str((at + timedelta(days=5)).date()),
        "öppenvård-enhet": centre.unit,
        "kommun-enhet": officer.unit,
    }
    area = geography()[ward.unit].care_area
    data |= {"trygg-hemgång-aktuell": "ja"} if area == FYRBODAL else {}
    stage.did(ward, case, "inskrivningsmeddelande", data=data, at=at)
    return case


def page(who: Acting, address: str) -> BeautifulSoup:
    client = signed_in(who)
    answer = client.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def cited(shown: BeautifulSoup) -> set[str]:
    return {link["href"] for link in shown.find_all("a", class_="section-link")}


def test_each_unit_meets_what_its_own_area_has_added(stage: Stage) -> None:
    ward = someone("avdelning", FYRBODAL, "ward_nurse")
    officer = someone("biståndsenhet", SKARABORG, "case_officer")
    case = case_of(stage, ward, officer)

    # The ward's form asks what Fyrbodal asks, and says where that stands.
    form = page(ward, reverse("casework:act", args=[case, "inskrivningsmeddelande"]))
    assert ASKS in form.text
    assert "/riktlinjer/fyrbodal-trygg-hemg%C3%A5ng/?version=1.0#avsnitt-2" in cited(form)

    # The municipality assesses within Skaraborg's time, by Skaraborg's paragraph.
    own = page(officer, reverse("casework:case", args=[case]))
    links = {link["href"] for link in own.find_all("a", href=True)}
    assert "/riktlinjer/skaraborg-snabb-planering/?version=1.0#avsnitt-2" in links
    assert "Besked om trygg hemgång" not in {one.text.strip() for one in own.select("a.ds-button")}


def test_in_the_other_order_it_is_the_other_way_round(stage: Stage) -> None:
    ward = someone("avdelning", SKARABORG, "ward_nurse")
    officer = someone("biståndsenhet", FYRBODAL, "case_officer")
    case = case_of(stage, ward, officer)

    form = page(ward, reverse("casework:act", args=[case, "inskrivningsmeddelande"]))
    assert ASKS not in form.text
    own = page(officer, reverse("casework:case", args=[case]))
    assert not [link for link in own.find_all("a", href=True) if "skaraborg" in link["href"]]
    form = page(officer, reverse("casework:act", args=[case, "trygg-hemgång-besked"]))
    assert "Möter teamet personen hemma?" in form.text
