"""A month's end: the region lays it out, a municipality objects to a day, it is corrected, closed,
and the e-invoice is fetched."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import Service, Window, accessibility_faults
from tests.browser.test_accessibility import SIZES, too_wide
from tests.official_invoices import faults

pytestmark = pytest.mark.browser

REGION, MUNICIPALITY = "Maria Holm", "Lars Edvinsson"
LAST_MONTH = timezone.localdate().replace(day=1) - timedelta(days=1)
PAGE = f"/betalning/{LAST_MONTH:%Y-%m}/"


def economist(window: Window, name: str, **options: object) -> Page:
    page = window(None, **options)
    page.get_by_role("button", name=name).first.click()
    page.wait_for_url("**/betalning/**")
    return page


def test_a_months_end(service: Service, window: Window, tmp_path: Path) -> None:
    region = economist(window, REGION)
    region.locator("a[rel=prev]").click()
    row = region.get_by_role("row", name=re.compile("Skövde"))
    expect(row).to_contain_text("3,50")  # 1, 2, 4 and 7 days; the twelve are settled apart
    region.get_by_role("button", name="Lägg fram för granskning").click()
    expect(region.get_by_text("Under granskning")).to_be_visible()

    own = economist(window, MUNICIPALITY)
    own.goto(PAGE)
    longest = own.locator(".stay").first
    expect(longest).to_contain_text("12 dagar")
    longest.get_by_text("Invänd", exact=True).click()
    longest.get_by_label("Vad är fel?").fill("Personen kom hem redan den tionde dagen.")
    longest.get_by_role("button", name="Skicka invändningen").click()
    expect(own.get_by_text("Väntar på regionens svar.")).to_be_visible()

    region.reload()
    region.get_by_role("button", name="Fastställ månaden").click()
    expect(region.get_by_role("alert")).to_contain_text("inte besvarade")
    region.get_by_role("link", name="Skövde").click()
    asked = region.locator(".stay").first
    asked.get_by_label("ska ha").check()
    asked.get_by_label("Rätt antal dagar").fill("tio")
    asked.get_by_label("Svar till kommunen").fill("Ni har rätt, det var dag tio.")
    asked.get_by_role("button", name="Svara").click()
    expect(region.get_by_role("alert")).to_contain_text("heltal")
    asked = region.locator(".stay").first
    expect(asked.get_by_label("Svar till kommunen")).to_have_value("Ni har rätt, det var dag tio.")
    asked.get_by_label("Rätt antal dagar").fill("10")
    asked.get_by_role("button", name="Svara").click()
    expect(region.locator(".sums")).to_contain_text("Rättelse")

    region.get_by_role("link", name="Alla kommuner").click()
    region.get_by_role("button", name="Fastställ månaden").click()
    expect(region.get_by_text("Fastställd och låst.")).to_be_visible()

    own.goto(PAGE)
    with own.expect_download() as fetched:
        own.get_by_role("link", name=re.compile("Hämta e-faktura")).click()
    file = tmp_path / fetched.value.suggested_filename
    fetched.value.save_as(file)
    xml = file.read_text(encoding="utf-8")
    # Two over the mean, five of the twelve by themselves, less two.
    assert '<cbc:PayableAmount currencyID="SEK">56000.00</cbc:PayableAmount>' in xml
    assert faults(xml) == []


@pytest.mark.parametrize("size", SIZES)
def test_its_pages_are_accessible(service: Service, window: Window, size: str) -> None:
    page = economist(window, REGION, **SIZES[size])
    found: dict[str, list[str]] = {}
    for address in (PAGE, f"{PAGE}1496/", f"{PAGE}1401/", "/betalning/overenskommelsen/",
                    "/betalning/2024-03/"):  # fmt: skip
        page.goto(address)
        found[address] = [*accessibility_faults(page), *too_wide(page, address)]
    assert {address: some for address, some in found.items() if some} == {}
