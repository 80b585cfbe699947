"""Several at once, mistakes and a lost line: nothing is done twice, nothing typed is lost."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Service, Window
from tests.browser.test_discharge import (
    AT_ONCE,
    COORDINATOR,
    NURSE,
    OFFICER,
    acknowledge_all,
    admit,
    begin,
    choose_unit,
    open_case,
    send,
)

pytestmark = pytest.mark.browser


def notified(ward: Page, number: str, centre: str = "Vårdcentralen Skövde Centrum") -> str:
    """Admits someone and sends the notice. The case's address."""
    admit(ward, number)
    case = ward.url.split("?")[0]
    begin(ward, "Inskrivningsmeddelande")
    ward.get_by_label("Beräknad utskrivningsdag").fill("2027-01-15")
    ward.get_by_label("Inskrivningsorsak").fill("Höftfraktur")
    choose_unit(ward, "Öppenvårdsenhet", centre)
    choose_unit(ward, "Kommunens enhet", "Biståndsenheten Skövde")
    send(ward)
    return case


def happening(page: Page, title: str) -> list[str]:
    """The words of every event with a title, newest first."""
    return page.locator(".happening", has=page.get_by_role("heading", name=title)).all_inner_texts()


def test_two_at_once_one_wins_and_the_other_is_told_and_keeps_what_was_typed(
    service: Service, window: Window
) -> None:
    ward, other = window(NURSE), window(NURSE)
    case = notified(ward, service.next_patient()[0])
    for page, said in ((ward, "Rollator hemma."), (other, "Nycklar i receptionen.")):
        page.goto(case)
        begin(page, "Planeringsmeddelande")
        page.get_by_role("textbox", name="Meddelande").fill(said)
    send(ward)

    other.locator(".act-send button").click()
    told = other.locator(".note-changed")
    expect(told).to_contain_text("Någon annan hann före")
    expect(told).to_contain_text("Planeringsmeddelande")
    expect(other.get_by_role("textbox", name="Meddelande")).to_have_value("Nycklar i receptionen.")
    send(other)
    assert len(happening(other, "Planeringsmeddelande")) == 2


def test_a_double_click_and_a_resent_form_send_once(service: Service, window: Window) -> None:
    ward = window(NURSE)
    case = notified(ward, service.next_patient()[0])
    begin(ward, "Planeringsmeddelande")
    ward.get_by_role("textbox", name="Meddelande").fill("Rollator hemma.")
    form = ward.locator("[data-form-open] form, form[data-once]").filter(
        has=ward.get_by_role("textbox", name="Meddelande")
    )
    sent = form.evaluate("form => Object.fromEntries(new FormData(form))")
    address = str(form.evaluate("form => form.action"))
    ward.locator(".act-send button").dblclick()
    ward.wait_for_url("**klart=**")
    again = ward.request.post(address, form=sent, headers={"Referer": case})

    assert again.ok
    ward.goto(case)
    assert len(happening(ward, "Planeringsmeddelande")) == 1


def test_what_came_to_the_wrong_unit_is_forwarded_and_the_right_one_owes(
    service: Service, window: Window
) -> None:
    number, name = service.next_patient()
    ward, office, nursing = window(NURSE), window(OFFICER), window(None)
    nursing.get_by_role("button", name="Kommunal hälso- och sjukvård Skövde").first.click()
    nursing.wait_for_url("**/tavla/**")
    case = notified(ward, number)

    open_case(office, name)
    begin(office, "Vidarebefordran")
    choose_unit(office, "Rätt enhet", "Kommunal hälso- och sjukvård Skövde")
    office.get_by_label("Skäl").fill("Personen har bara hemsjukvård.")
    send(office)

    expect(nursing.get_by_role("link", name=name)).to_be_visible(timeout=AT_ONCE)
    open_case(nursing, name)
    expect(nursing.locator("#handelser")).to_contain_text("Höftfraktur")
    acknowledge_all(nursing)
    ward.goto(case)
    expect(ward.locator("#sidan")).to_contain_text("Kommunal hälso- och sjukvård Skövde")


def test_a_correction_and_a_withdrawal_reach_those_who_saw_the_message(
    service: Service, window: Window
) -> None:
    number, name = service.next_patient()
    ward, centre = window(NURSE), window(COORDINATOR)
    case = notified(ward, number)
    open_case(centre, name)
    acknowledge_all(centre)

    ward.goto(case)
    notice = ward.locator(".happening", has_text="Höftfraktur")
    notice.get_by_role("link", name="Rätta").click()
    ward.get_by_label("Inskrivningsorsak").fill("Bäckenfraktur")
    ward.locator(".act-send button").click()
    ward.wait_for_url("**klart=**")
    expect(centre.locator("#handelser")).to_contain_text("Bäckenfraktur", timeout=AT_ONCE)

    ward.goto(case)
    ward.locator(".happening", has_text="Inskrivningsorsak").last.get_by_role(
        "link", name="Återta"
    ).click()
    ward.get_by_label("Skäl").fill("Fel person.")
    ward.locator(".act-send button").click()
    ward.wait_for_url("**klart=**")
    expect(centre.locator("#handelser")).to_contain_text("Återtagande", timeout=AT_ONCE)


def test_a_lost_line_is_seen_and_what_was_missed_is_caught_up(
    service: Service, window: Window
) -> None:
    number, name = service.next_patient()
    ward, centre = window(NURSE), window(COORDINATOR)
    expect(centre.locator("#line")).to_have_class("line line-on")
    centre.context.set_offline(True)
    expect(centre.locator("#line-text")).to_contain_text("Ingen kontakt sedan")
    notified(ward, number)
    expect(centre.get_by_role("link", name=name)).to_have_count(0)

    centre.context.set_offline(False)
    expect(centre.locator("#line")).to_have_class("line line-on")
    expect(centre.get_by_role("link", name=name)).to_be_visible()


def test_a_board_is_worked_with_from_the_keyboard(service: Service, window: Window) -> None:
    number, name = service.next_patient()
    ward = window(NURSE)
    notified(ward, number)
    ward.goto("/tavla/")
    ward.keyboard.press("/")
    ward.keyboard.type(name.split()[0])
    expect(ward.get_by_role("link", name=name)).to_be_visible()
    ward.keyboard.press("Enter")
    ward.keyboard.press("Escape")
    ward.keyboard.press("?")
    expect(ward.get_by_role("dialog")).to_contain_text("Kortkommandon")


def test_an_address_of_nothing_helps_on(window: Window) -> None:
    ward = window(NURSE)
    answer = ward.goto(f"/{uuid4()}/")
    assert answer is not None
    assert answer.status == 404
    ward.get_by_role("link", name="Tavla").first.click()
    ward.wait_for_url("**/tavla/**")
