"""A process leader writes: shortens a deadline, mends a typing error, compares; two at once."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, Route, expect
from pypdf import PdfReader

from tests.browser.conftest import Service, Window, accessibility_faults
from tests.browser.test_accessibility import SIZES, too_wide
from tests.browser.test_discharge import NURSE, admit

pytestmark = pytest.mark.browser

LEADER, SECRETARY = "Elin Forsberg", "Sonja Falk"
LONG = 30_000  # milliseconds, for what the service has to work on
GUIDELINE = "In- och utskrivning från sluten hälso- och sjukvård"


def sign_in(page: Page, who: str = LEADER) -> Page:
    page.get_by_role("button", name=who).first.click()
    page.wait_for_url(re.compile(r"/(riktlinjer|tavla)/"))
    return page


def begin(page: Page) -> str:
    """A draft of the county guideline; the editor's address."""
    page.goto("/utkast/")
    page.get_by_label("Dokument").select_option("in-och-utskrivning")
    page.get_by_role("button", name="Börja ett utkast").click()
    page.wait_for_url("**/skriv/")
    page.locator(".cm-content").wait_for()
    return page.url


def replace(page: Page, old: str, new: str) -> None:
    """Puts other words in the place of the first such ones, as one does by searching."""
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+f")
    page.locator(".cm-search [name=search]").press_sequentially(old)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.insert_text(new)


def test_a_process_leader_shortens_a_deadline(service: Service, window: Window) -> None:
    number, _ = service.next_patient()
    admit(window(NURSE), number)
    page = sign_in(window(None, viewport={"width": 1400, "height": 900}))
    begin(page)
    expect(page.locator("#sound")).to_be_visible()

    # A typing error is told as it is typed, beside the line and in the list.
    replace(page, "senast: 24 timmar", "senast: 12 timar")
    finding = page.locator(".finding-error")
    expect(finding).to_contain_text("Menade du 'timmar'?", timeout=LONG)
    expect(page.locator(".cm-lint-marker-error")).to_have_count(1)
    page.get_by_role("tab", name="Som sida").click()
    expect(page.locator("#preview-none")).to_be_visible()

    # Mended, it can be read as a page and as a diagram.
    replace(page, "12 timar", "12 timmar")
    expect(page.locator("#pane-page .regelkort").first).to_be_visible(timeout=LONG)
    expect(page.locator("#pane-page")).to_contain_text("12 timmar")
    page.get_by_role("tab", name="Diagram").click()
    expect(page.locator("#pane-diagram svg")).to_be_visible(timeout=LONG)
    page.get_by_role("tab", name="Anmärkningar").click()
    expect(page.locator("#sound")).to_be_visible()
    expect(page.locator("#saving")).to_have_text(re.compile(r"Sparat \d\d:\d\d"))

    # What it changes for whom.
    page.get_by_role("link", name="Vad ändras").click()
    expect(page.locator(".changes")).to_contain_text("skärps")
    expect(page.locator(".changes")).to_contain_text("12 timmar")
    expect(page.locator(".diff-new")).to_contain_text("12 timmar")

    # Tried on the cases there have been, which it goes through in the background.
    page.get_by_role("link", name="Pröva").click()
    page.get_by_role("button", name="Pröva").click()
    expect(page.locator("#trial")).to_contain_text("Ärenden som skiljer sig", timeout=LONG)
    expect(page.locator("#trial")).to_contain_text("människor gjort annorlunda")
    expect(page.locator(".facts dd").first).to_have_text("1")

    # Fetched as PDF, for those who are asked for their opinion: marked as what it is.
    page.get_by_text("Hämta som").click()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="PDF tillgänglig").click()
    first = " ".join(PdfReader(fetched.value.path()).pages[0].extract_text().split())
    assert "Utkast, sparat" in first
    assert "Inte beslutat." in first
    propose_and_decide(page, sign_in(window(None), SECRETARY))


def propose_and_decide(leader: Page, secretary: Page) -> None:
    """The new version gets its number and its day and is proposed; the secretary registers what
    was decided; everyone reads of it at the document."""
    tomorrow = date.today() + timedelta(days=1)  # noqa: DTZ011 (as the browser has it)
    leader.get_by_role("link", name="Skriv", exact=True).click()
    leader.locator(".cm-content").wait_for()
    replace(leader, 'version: "1.0"', 'version: "1.1"')
    replace(leader, "gäller-från: 2026-01-01", f"gäller-från: {tomorrow}")
    expect(leader.locator("#saving")).to_have_text(re.compile(r"Sparat \d\d:\d\d"))
    leader.get_by_role("link", name="Föreslå").click()
    expect(leader.locator(".changes")).to_contain_text("12 timmar")
    leader.get_by_role("button", name="Föreslå").click()
    expect(leader.locator(".draft-status")).to_contain_text("På remiss")

    secretary.goto("/riktlinjer/")
    section = secretary.locator("section", has_text="Att registrera beslut om")
    section.get_by_role("link", name=GUIDELINE).click()
    expect(secretary.locator(".changes")).to_contain_text("skärps")
    secretary.get_by_label("Beslut", exact=True).fill("VVG 2026-12-03 § 14")
    secretary.get_by_role("button", name="Registrera beslutet").click()
    expect(secretary.locator(".draft-status")).to_contain_text("Beslutad")
    secretary.goto("/riktlinjer/in-och-utskrivning/")
    expect(secretary.locator(".note")).to_contain_text(
        f"1.1 är beslutad och gäller från {tomorrow}"
    )
    secretary.get_by_role("link", name="Versioner").click()
    expect(secretary.locator("tbody tr").first).to_contain_text("VVG 2026-12-03 § 14")


def test_names_are_completed(service: Service, window: Window) -> None:
    page = sign_in(window(None))
    begin(page)
    replace(page, "ska: inskrivningsmeddelande", "ska: ")
    page.keyboard.type("inskrivningsm")
    expect(page.locator(".cm-tooltip-autocomplete")).to_contain_text("inskrivningsmeddelande")


def test_names_that_come_after_one_has_begun_to_type_are_offered_then(
    service: Service, window: Window
) -> None:
    page = sign_in(window(None))
    held: list[Route] = []
    page.route("**/kontroll/", lambda route: held.append(route))
    begin(page)
    replace(page, "ska: inskrivningsmeddelande", "ska: ")
    page.keyboard.type("inskrivningsm")
    for route in held:
        route.continue_()
    page.unroute("**/kontroll/")
    expect(page.locator(".cm-tooltip-autocomplete")).to_contain_text("inskrivningsmeddelande")


def test_what_was_typed_last_is_saved_before_one_leaves(service: Service, window: Window) -> None:
    page = sign_in(window(None))
    begin(page)
    replace(page, "## 1. Syfte och omfattning", "## 1. Syfte, strax före")
    page.get_by_role("link", name="Vad ändras").click()
    expect(page.locator(".diff-new")).to_contain_text("Syfte, strax före")
    page.get_by_role("link", name="Skriv", exact=True).click()
    page.locator(".cm-content").wait_for()
    replace(page, "## 2. Parter", "## 2. Parter, strax före")
    page.get_by_role("button", name="Lägg in en regel").click()
    page.locator("summary", has_text="Inom en viss tid").click()
    page.get_by_label("Avsnitt").first.select_option("2")
    expect(page.get_by_label("Avsnitt").first).to_contain_text("Parter, strax före")


def test_a_lost_line_loses_no_text(service: Service, window: Window) -> None:
    page = sign_in(window(None))
    editor = begin(page)
    page.route("**/utkast/**", lambda route: route.abort())
    replace(page, "## 1. Syfte och omfattning", "## 1. Syfte, utan kontakt")
    expect(page.locator("#saving")).to_contain_text("Ingen kontakt")

    # The window is lost as well: what was typed is put back in the next one, and saved.
    page.unroute("**/utkast/**")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(editor)
    expect(page.locator(".cm-content")).to_contain_text("Syfte, utan kontakt")
    expect(page.locator("#saving")).to_have_text(re.compile(r"Sparat \d\d:\d\d"))
    page.goto(editor)
    expect(page.locator("textarea#text")).to_have_value(re.compile("Syfte, utan kontakt"))


def test_two_windows_lose_nothing(service: Service, window: Window) -> None:
    first, second = sign_in(window(None)), sign_in(window(None))
    editor = begin(first)
    second.goto(editor)
    second.locator(".cm-content").wait_for()
    replace(first, "## 1. Syfte och omfattning", "## 1. Syfte, i det ena fönstret")
    expect(first.locator("#saving")).to_have_text(re.compile(r"Sparat \d\d:\d\d"))

    replace(second, "## 2. Parter", "## 2. Parter, i det andra fönstret")

    expect(second.locator("#met")).to_contain_text("har sparat en annan text")
    second.get_by_role("link", name="Jämför och slå ihop").click()
    together = second.locator("textarea[name=text]")
    expect(together).to_have_value(re.compile("i det ena fönstret.*i det andra fönstret", re.S))
    second.get_by_role("button", name="Spara den ihopslagna texten").click()
    second.wait_for_url("**/skriv/")
    expect(second.locator("textarea#text")).to_have_value(re.compile("i det andra fönstret"))


def test_it_can_be_written_without_scripts(service: Service, window: Window) -> None:
    page = sign_in(window(None, java_script_enabled=False))
    page.goto("/utkast/")
    page.get_by_label("Dokument").select_option("in-och-utskrivning")
    page.get_by_role("button", name="Börja ett utkast").click()
    text = page.locator("textarea#text")
    text.fill(text.input_value().replace("senast: 24 timmar", "senast: 12 timar", 1))
    page.get_by_role("button", name="Spara och kontrollera").click()
    expect(page.locator(".finding-error")).to_contain_text("Menade du 'timmar'?")


def test_an_example_runs_as_it_is_changed(service: Service, window: Window) -> None:
    page = sign_in(window(None))
    page.goto("/sprakets-exempel/")
    example = page.locator("#inom-en-viss-tid")
    text = example.get_by_label("Riktlinjen")
    text.fill(text.input_value().replace("24 timmar", "3 dagar"))
    expect(example.locator(".example-result")).to_contain_text("senast 2026-03-05 23:59")
    expect(example.locator(".example-result")).to_contain_text("öppet")


@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_accessible(service: Service, window: Window, size: str) -> None:
    page = sign_in(window(None, **SIZES[size]))
    editor = begin(page)
    faults = {}
    replace(page, "senast: 24 timmar", "senast: 12 timar")
    page.locator(".finding-error").wait_for()
    faults["editor"] = [*accessibility_faults(page), *too_wide(page, "editor")]
    replace(page, "12 timar", "12 timmar")
    expect(page.locator("#saving")).to_have_text(re.compile(r"Sparat \d\d:\d\d"))
    draft = editor.removesuffix("skriv/")
    pages = ("", "anmarkningar/", "prov/", "sparningar/?sparning=2", "mallar/", "foresla/")
    page.goto(draft + "prov/")
    page.get_by_role("button", name="Pröva").click()
    expect(page.locator("#trial")).to_contain_text("Ärenden som skiljer sig", timeout=LONG)
    faults["a trial"] = [*accessibility_faults(page), *too_wide(page, "provet")]
    document = "/riktlinjer/in-och-utskrivning/"
    own = ("/riktlinjer/", document + "versioner/", document + "jamfor/")
    for address in ("/utkast/", "/sprakets-exempel/", *own, *(draft + one for one in pages)):
        page.goto(address)
        faults[address] = [*accessibility_faults(page), *too_wide(page, address)]
    for address in (document, draft):
        page.goto(address)
        page.get_by_text("Hämta som").click()
        faults[f"{address} menu"] = [*accessibility_faults(page), *too_wide(page, "menyn")]
    secretary = sign_in(window(None, **SIZES[size]), SECRETARY)
    for address in (draft + "beslut/", "/riktlinjer/skaraborg-snabb-planering/upphav/"):
        secretary.goto(address)
        faults[address] = [*accessibility_faults(secretary), *too_wide(secretary, address)]
    assert {address: found for address, found in faults.items() if found} == {}
