"""The service as its users meet it: a real server on a real database, and a real Chromium.

`service` is a served county with the memorable staff and some residents; `window` opens a browser
window and signs in as one of them.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from sammanhang.site import database as embedded
from sammanhang.site.processes import server_command, worker_command
from simulation.economy import PRICES

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
WITHIN = 120  # seconds for a server to answer
PATIENCE = 20_000  # milliseconds: what comes at once does so on a busy machine too

Window = Callable[..., Page]


@dataclass
class Service:
    """A served county. `people` are the residents, Skövde's all."""

    address: str
    people: list[tuple[str, str]] = field(default_factory=list)
    """(identity number, name)"""

    def next_patient(self) -> tuple[str, str]:
        """Someone whom no other test admits."""
        return self.people.pop()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Debian's Chromium. In CI it has to be there."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    message = "Chromium saknas: sudo apt-get install chromium"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="module")
def service(server: embedded.Server, template: str) -> Iterator[Service]:
    name = "sammanhang_browser"
    server.execute(f"create database {name} template {template} strategy file_copy")
    environment = {
        **os.environ,
        "DATABASE_URL": server.url(embedded.APP, name),
        "DATABASE_OWNER_URL": server.url(embedded.OWNER, name),
        "SAMMANHANG_PRICES": str(PRICES),
    }
    people = _fill(environment)
    port = _free_port()
    commands = (server_command("127.0.0.1", port, 1), worker_command())
    running = [subprocess.Popen(command, env=environment) for command in commands]
    try:
        address = f"http://127.0.0.1:{port}"
        _await(address + "/logga-in/")
        yield Service(address, people)
    finally:
        for process in running:
            process.terminate()
            process.wait(10)
        server.execute(f"drop database if exists {name} with (force)")


def _fill(environment: dict[str, str]) -> list[tuple[str, str]]:
    """Staff and residents of Skövde, put in by a process that has the database as its own."""
    command = [sys.executable, "-m", "tests.browser.fill"]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    lines = [line.split("\t") for line in done.stdout.splitlines() if "\t" in line]
    return [(number, name) for number, name in lines]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _await(address: str) -> None:
    deadline = time.monotonic() + WITHIN
    while True:
        try:
            urllib.request.urlopen(address, timeout=2)  # noqa: S310 (our own server)
            return
        except OSError:
            if time.monotonic() > deadline:
                raise


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        expect.set_options(timeout=PATIENCE)
        yield launched
        launched.close()


@pytest.fixture
def window(browser: Browser, service: Service) -> Iterator[Window]:
    """Opens a window, signed in as someone unless told otherwise. Faults in scripts fail tests."""
    opened = []
    faults: list[str] = []

    def open_window(who: str | None = None, **options: object) -> Page:
        context = browser.new_context(
            base_url=service.address, locale="sv-SE", timezone_id="Europe/Stockholm", **options
        )
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto("/logga-in/")
        if who is not None:
            page.get_by_role("button", name=who).first.click()
            page.wait_for_url("**/tavla/**")
        return page

    yield open_window
    for context in opened:
        context.close()
    assert faults == []


def accessibility_faults(page: Page) -> list[str]:
    """What axe finds against WCAG 2.0-2.2 A and AA, one line each."""
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    return [
        f"{one['id']}: {one['help']} ({node['html'][:160]})"
        for one in found["violations"]
        for node in one["nodes"]
    ]
