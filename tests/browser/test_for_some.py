"""What is for some only: a part of a message, and who a protected person is."""

from __future__ import annotations

import psycopg
import pytest
from playwright.sync_api import expect

from sammanhang.site import database as embedded
from tests.browser.conftest import Service, Window, accessibility_faults
from tests.browser.test_discharge import (
    COORDINATOR,
    NURSE,
    OFFICER,
    admit,
    begin,
    choose_unit,
    open_case,
    send,
)

pytestmark = pytest.mark.browser

NOTE = "Maken orkar inte längre."
HIDDEN = "Skyddade personuppgifter"


def test_a_part_is_read_by_those_it_is_for_and_a_name_by_one_who_says_why(
    server: embedded.Server, service: Service, window: Window
) -> None:
    number, name = service.next_patient()
    ward, centre, office = window(NURSE), window(COORDINATOR), window(OFFICER)
    admit(ward, number)
    begin(ward, "Inskrivningsmeddelande")
    ward.get_by_label("Beräknad utskrivningsdag").fill("2027-01-15")
    choose_unit(ward, "Öppenvårdsenhet", "Vårdcentralen Skövde Centrum")
    choose_unit(ward, "Kommunens enhet", "Biståndsenheten Skövde")
    send(ward)

    begin(ward, "Planeringsmeddelande")
    only = ward.get_by_label("Uppgifter till kommunen")
    expect(only).to_have_accessible_description(
        "Syns bara för kommun och er egen enhet. "
        "Det bara kommunen behöver, till exempel om dem som bor i hemmet."
    )
    assert accessibility_faults(ward) == []
    ward.get_by_label("Meddelande", exact=True).fill("Hemgång på fredag.")
    only.fill(NOTE)
    send(ward)

    for page, sees in ((ward, 1), (office, 1), (centre, 0)):
        open_case(page, name)
        expect(page.get_by_text("Hemgång på fredag.")).to_have_count(1)
        expect(page.get_by_text(NOTE)).to_have_count(sees)
        expect(page.get_by_text("bara för kommun")).to_have_count(sees)

    centre.goto("/tavla/")
    expect(centre.locator("#line")).to_have_class("line line-on")
    with psycopg.connect(server.url(embedded.OWNER, "sammanhang_browser")) as owner:
        owner.execute(
            "update residents_resident set secrecy_marking = true where id = (select resident_id "
            "from residents_residentnumber where value = %s)",
            [number],
        )
    expect(centre.get_by_role("link", name=name)).to_have_count(0)
    open_case(centre, HIDDEN)
    expect(centre.get_by_role("heading", name=HIDDEN)).to_be_visible()
    centre.get_by_text("Visa namn och nummer").click()
    assert accessibility_faults(centre) == []
    centre.get_by_label("Varför behöver du veta vem det är?").fill("Ringer om läkemedel.")
    centre.get_by_role("button", name="Visa", exact=True).click()
    expect(centre.get_by_role("heading", name=name)).to_be_visible()
    assert accessibility_faults(centre) == []
    centre.get_by_role("link", name="Dölj namn och nummer").click()
    expect(centre.get_by_role("heading", name=HIDDEN)).to_be_visible()
