"""Signing in at an identity provider, as a nurse does it: away to show the card, and back."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from simulation.staff import memorable
from tests.browser.conftest import Window, _await, _free_port, accessibility_faults

pytestmark = pytest.mark.browser
NURSE = memorable()[0]


@pytest.fixture(scope="module", autouse=True)
def _provider(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Started before the service, which is told of it; and after the database has been made, which
    can't be done once Playwright runs."""
    secret: Path = tmp_path_factory.mktemp("provider") / "secret"
    secret.write_text("bara-till-prov")
    port = _free_port()
    told = {
        "SAMMANHANG_OIDC_ISSUER": f"http://localhost:{port}",
        "SAMMANHANG_OIDC_CLIENT_ID": "sammanhang",
        "SAMMANHANG_OIDC_SECRET_FILE": str(secret),
        "IDENTITY_PROVIDER_SECRET": "bara-till-prov",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in told.items():
            patch.setenv(name, value)
        command = [sys.executable, "-m", "simulation.identity_provider", f"--port={port}"]
        process = subprocess.Popen(command, env=dict(os.environ))
        try:
            _await(f"http://localhost:{port}/keys")
            yield
        finally:
            process.terminate()
            process.wait(10)


def shows_card(page: Page) -> None:
    page.get_by_label("Vem är du?").fill(NURSE.hsa_id)
    page.get_by_role("button", name="Legitimera").click()


def test_a_nurse_signs_in_with_her_card_sees_where_and_signs_out(window: Window) -> None:
    page = window()
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Logga in med SITHS eID").click()
    shows_card(page)
    page.wait_for_url("**/tavla/**")

    page.locator("summary", has_text=NURSE.family_name).click()
    page.get_by_role("link", name="Mina inloggningar").click()
    expect(page.get_by_text("den här")).to_be_visible()
    expect(page.get_by_text("Chrome, Linux")).to_be_visible()
    assert accessibility_faults(page) == []

    page.locator("summary", has_text=NURSE.family_name).click()
    page.get_by_role("button", name="Logga ut", exact=True).click()
    page.wait_for_url("**/logga-in/")
    page.goto("/tavla/")
    expect(page).to_have_url(re.compile("/logga-in/"))


def test_she_is_asked_about_a_browser_that_she_has_not_used_before_and_answers(
    window: Window,
) -> None:
    def signed_in() -> Page:
        page = window()
        page.get_by_role("button", name="Logga in med SITHS eID").click()
        shows_card(page)
        page.wait_for_url("**/tavla/**")
        return page

    elsewhere, page = signed_in(), signed_in()
    asked = page.get_by_role("region", name="Var det du?")
    expect(asked).to_contain_text("inte loggat in i den här webbläsaren förut")
    expect(asked).to_contain_text("inloggad också i Chrome, Linux")
    assert accessibility_faults(page) == []
    page.goto("/mina-inloggningar/")
    asked.get_by_role("button", name="Det var inte jag").click()
    expect(page.get_by_role("heading", name="Tack, det är noterat")).to_be_visible()
    assert accessibility_faults(page) == []

    page.get_by_role("link", name="Fortsätt arbeta").click()
    expect(page).to_have_url(re.compile("/mina-inloggningar/"))
    expect(asked).to_have_count(0)
    elsewhere.goto("/tavla/")
    expect(elsewhere).to_have_url(re.compile("/logga-in/"))
