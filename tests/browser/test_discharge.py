"""The main job: a discharge carried from ward to home, in three windows that follow each other."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Service, Window

pytestmark = pytest.mark.browser

NURSE, COORDINATOR, OFFICER = "Anna Lindqvist", "Karim Saleh", "Britt Öhman"
AT_ONCE = 1000  # milliseconds in which what happens in one window is to be seen in another


def admit(page: Page, number: str) -> None:
    """A ward nurse admits someone who may need services after discharge."""
    page.get_by_role("link", name="Skriv in patient").first.click()
    page.get_by_label("Nummer eller namn").fill(number)
    page.get_by_role("button", name="Sök").click()
    page.get_by_role("link", name="Skriv in").click()
    page.get_by_role("group", name="Kan personen behöva insatser").get_by_label("Ja").check()
    page.locator("form button[type=submit]", has_text="Skriv in").click()
    page.wait_for_url("**/arende/**")


def begin(page: Page, title: str) -> None:
    """Opens the form of an act, from what is owed or what may be done."""
    named = re.compile(rf"^(Gör nu: )?{title}( utkast)?$")
    page.locator("#arbete").get_by_role("link", name=named).first.click()
    expect(page.get_by_role("heading", name=title, exact=True, level=2)).to_be_visible()


def send(page: Page) -> None:
    page.locator(".act-send button").click()
    page.wait_for_url("**klart=**")


def choose_unit(page: Page, group: str, words: str) -> None:
    asked = page.get_by_role("group", name=group)
    asked.get_by_role("searchbox").press_sequentially(words)
    asked.get_by_label(words).first.check()


def open_case(page: Page, name: str) -> None:
    page.goto("/tavla/")
    page.get_by_role("link", name=name).first.click()
    page.wait_for_url("**/arende/**")


def acknowledge_all(page: Page) -> None:
    while page.locator("#arbete").get_by_role("button", name="Kvittera").count():
        page.locator("#arbete").get_by_role("button", name="Kvittera").first.click()
        page.wait_for_url("**klart=**")
        page.goto(page.url.split("?")[0])


def test_a_discharge_is_carried_from_ward_to_home(service: Service, window: Window) -> None:
    number, name = service.next_patient()
    ward, centre, office = window(NURSE), window(COORDINATOR), window(OFFICER)
    for board in (centre, office):
        expect(board.get_by_role("link", name=name)).to_have_count(0)
        expect(board.locator("#line")).to_have_class("line line-on")

    admit(ward, number)
    begin(ward, "Inskrivningsmeddelande")
    ward.get_by_label("Beräknad utskrivningsdag").fill("2027-01-15")
    choose_unit(ward, "Öppenvårdsenhet", "Vårdcentralen Skövde Centrum")
    choose_unit(ward, "Kommunens enhet", "Biståndsenheten Skövde")
    send(ward)

    # The notice stands on the others' boards at once, unasked for.
    for board in (centre, office):
        expect(board.get_by_role("link", name=name)).to_be_visible(timeout=AT_ONCE)

    for other in (centre, office):
        open_case(other, name)
        acknowledge_all(other)
    expect(ward.locator("#handelser")).to_contain_text(
        "Kvitterad av Karim Saleh", timeout=5 * AT_ONCE
    )

    begin(centre, "Fast vårdkontakt")
    centre.get_by_role("textbox", name="Fast vårdkontakt").fill("Maria Holm")
    send(centre)
    expect(ward.locator("#huvud")).to_contain_text("Planering pågår", timeout=AT_ONCE)

    begin(office, "Behovsbedömning")
    office.get_by_role("textbox", name="Bedömning").fill("Hemtjänst morgon och kväll.")
    send(office)
    expect(ward.locator("#handelser")).to_contain_text("Hemtjänst morgon", timeout=AT_ONCE)

    ward.goto(ward.url.split("?")[0])
    acknowledge_all(ward)
    begin(ward, "Utskrivningsklar")
    ward.get_by_role("group", name="Behövs en samordnad individuell plan").get_by_label(
        "Ja"
    ).check()
    send(ward)
    expect(office.locator("#huvud")).to_contain_text("Utskrivningsklar", timeout=AT_ONCE)

    centre.goto(centre.url.split("?")[0])
    acknowledge_all(centre)
    begin(centre, "Kallelse till SIP")
    send(centre)
    expect(ward.locator("#huvud")).to_contain_text("SIP kallad", timeout=AT_ONCE)

    ward.goto(ward.url.split("?")[0])
    acknowledge_all(ward)
    begin(ward, "Utskrivning")
    send(ward)
    for other in (centre, office):
        expect(other.locator("#huvud")).to_contain_text("Hemgång klar", timeout=AT_ONCE)
    expect(ward.locator("#arbete")).to_contain_text("Utskrivningsinformation")


def test_a_refusal_tells_the_reason_the_paragraph_and_what_to_do(
    service: Service, window: Window
) -> None:
    number, _ = service.next_patient()
    ward = window(NURSE)
    admit(ward, number)
    ward.get_by_text("Inte möjligt just nu").click()
    blocked = ward.locator(".blocked li", has_text="Planeringsmeddelande")
    expect(blocked).to_contain_text("Inskrivningsmeddelande saknas")
    blocked.get_by_text("Varför?").click()
    expect(blocked).to_contain_text("Parterna skriver till varandra")


def test_what_is_typed_is_kept_as_a_draft(service: Service, window: Window) -> None:
    number, _ = service.next_patient()
    ward = window(NURSE)
    admit(ward, number)
    case = ward.url.split("?")[0]
    begin(ward, "Inskrivningsmeddelande")
    with ward.expect_response("**/utkast/**"):
        ward.get_by_label("Inskrivningsorsak").press_sequentially("Höftfraktur")
    ward.goto(case)
    begin(ward, "Inskrivningsmeddelande")
    expect(ward.get_by_label("Inskrivningsorsak")).to_have_value("Höftfraktur")


def test_a_faulty_form_is_told_beside_the_field_and_nothing_is_lost(
    service: Service, window: Window
) -> None:
    number, _ = service.next_patient()
    ward = window(NURSE)
    admit(ward, number)
    begin(ward, "Inskrivningsmeddelande")
    ward.get_by_label("Inskrivningsorsak").fill("Stroke")
    ward.locator(".act-send button").click()
    expect(ward.locator(".field-error").first).to_have_text(
        "Beräknad utskrivningsdag måste fyllas i."
    )
    expect(ward.get_by_label("Inskrivningsorsak")).to_have_value("Stroke")


def test_a_whole_number_is_searched_for_on_the_board_and_stands_on_none(
    service: Service, window: Window
) -> None:
    number, name = service.next_patient()
    ward = window(NURSE)
    admit(ward, number)
    expect(ward.locator(".case-person")).to_contain_text(f"{number[:8]}-{number[8:]}")
    ward.goto("/tavla/")
    assert number[8:] not in ward.locator("#board").inner_html()
    shown = ward.locator("#board tbody tr:visible")
    ward.locator("#sok").fill(f"{number[2:8]}-{number[8:]}")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text(name)
    assert "?" not in ward.url
    ward.locator("#sok").fill(number[:8] + "0000")
    expect(shown).to_have_count(0)
    ward.locator("#sok").fill(f"{number[:4]}-{number[4:6]}-{number[6:8]}")
    expect(shown.first).to_be_visible()


def test_a_wrong_number_is_refused_in_swedish(window: Window) -> None:
    ward = window(NURSE)
    ward.goto("/skriv-in/")
    ward.get_by_label("Nummer eller namn").fill("19460317-9816")
    ward.get_by_role("button", name="Sök").click()
    expect(ward.locator("#q-fel")).to_contain_text("Kontrollsiffran stämmer inte")


def test_a_case_of_others_is_not_to_be_had(service: Service, window: Window) -> None:
    number, _ = service.next_patient()
    ward, other = window(NURSE), window("Nora Ek")
    admit(ward, number)
    answer = other.goto(ward.url)
    assert answer is not None
    assert answer.status == 404
    expect(other.locator("main")).to_contain_text("er enhet inte deltar i")
