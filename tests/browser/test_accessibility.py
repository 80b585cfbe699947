"""Every page passes axe (WCAG 2.0-2.2 A and AA): wide, narrow, and at twice the size."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Service, Window, accessibility_faults
from tests.browser.test_discharge import NURSE, admit

pytestmark = pytest.mark.browser

SIZES = {
    "wide": {"viewport": {"width": 1400, "height": 900}},
    "narrow": {"viewport": {"width": 320, "height": 700}},
    "twice the size": {"viewport": {"width": 700, "height": 450}, "device_scale_factor": 2},
}
DOCUMENT = "/riktlinjer/in-och-utskrivning/"
PAGES = (
    "/tavla/",
    "/byt-enhet/",
    "/skriv-in/",
    "/sparr/",
    "/riktlinjer/",
    DOCUMENT,
    DOCUMENT + "diagram/",
    "/finns-inte/",
)


@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_accessible(service: Service, window: Window, size: str) -> None:
    page = window(None, **SIZES[size])
    faults = {"/logga-in/": accessibility_faults(page)}
    page.get_by_role("button", name=NURSE).first.click()
    for address in PAGES:
        page.goto(address)
        faults[address] = [*accessibility_faults(page), *too_wide(page, address)]
    number, _ = service.next_patient()
    page.goto("/tavla/")
    admit(page, number)
    case = page.url.split("?")[0]
    faults["case"] = [*accessibility_faults(page), *too_wide(page, "case")]
    for act in ("inskrivningsmeddelande", "dödsfall", "behov-bedömt", "permission"):
        page.goto(f"{case}gor/{act}/")
        faults[act] = [*accessibility_faults(page), *too_wide(page, act)]
    page.goto(f"{case}gor/inskrivningsmeddelande/")
    page.locator(".act-send button").click()
    page.locator(".field-error").first.wait_for()
    faults["a refused form"] = [*accessibility_faults(page), *too_wide(page, "a refused form")]
    for beside in ("sparr/", "oppna/"):
        page.goto(case + beside)
        faults[beside] = [*accessibility_faults(page), *too_wide(page, beside)]
        page.locator("main form button[type=submit]").last.click()
        page.locator(".field-error").first.wait_for()
        refused = f"{beside} refused"
        faults[refused] = [*accessibility_faults(page), *too_wide(page, refused)]
    faults |= blocked_and_lifted(page, case, number)
    assert {address: found for address, found in faults.items() if found} == {}


def blocked_and_lifted(page: Page, case: str, number: str) -> dict[str, list[str]]:
    """A block that stands, on the page of the case and where it is sought by number."""
    page.goto(case + "sparr/")
    page.get_by_label("Personen själv").last.check()
    page.get_by_label("Alla andra enheter").check()
    page.locator("main form button[type=submit]").last.click()
    page.get_by_role("heading", name="Gäller nu").wait_for()
    page.get_by_text("Häv spärren").first.click()
    found = {"a block": [*accessibility_faults(page), *too_wide(page, "a block")]}
    page.goto("/sparr/")
    page.get_by_label("Personens nummer").fill(number)
    page.get_by_role("button", name="Sök").click()
    page.get_by_text("Häv spärren").first.click()
    found["lifting"] = [*accessibility_faults(page), *too_wide(page, "lifting")]
    return found


OVERSEEING = {
    "Birgitta Hedin": ("/tillsyn/", "/betalning/faststallt/", "/gallde/", "/gallde/?dag=igår"),
    "Tomas Nyberg": (
        "/tjansten/",
        "/tjansten/uppdrag/?q=skövde",
        "/tjansten/uppdrag/SE2321000131-A0001/",
        "/tjansten/inloggningar/",
        "/tjansten/allmant-intresse/",
    ),
    "Gun Berg": ("/uppdrag/",),
    "Ingrid Sand": ("/logggranskning/", "/logggranskning/utdrag/"),
}


@pytest.mark.parametrize("size", SIZES)
def test_pages_of_those_who_answer_for_the_service_are_accessible(
    service: Service, window: Window, size: str
) -> None:
    faults = {}
    for who, pages in OVERSEEING.items():
        page = window(None, **SIZES[size])
        page.get_by_role("button", name=who).first.click()
        page.wait_for_load_state()
        for address in pages:
            page.goto(address)
            faults[address] = [*accessibility_faults(page), *too_wide(page, address)]
    assert {address: found for address, found in faults.items() if found} == {}


def too_wide(page: Page, address: str) -> list[str]:
    """Whether one has to scroll sideways to read."""
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{address} är {wide} bildpunkter för bred"] if wide > 1 else []
