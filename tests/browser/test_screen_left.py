"""What stands on a screen goes when somebody signs out; and what the server itself answers."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Service, Window
from tests.browser.test_discharge import NURSE

pytestmark = pytest.mark.browser


def test_signing_out_in_one_window_clears_the_others(service: Service, window: Window) -> None:
    ward = window(NURSE)
    other = ward.context.new_page()
    other.goto("/riktlinjer/")
    expect(other.locator(".top-person")).to_be_visible()
    ward.locator("summary.top-summary, .top-menu summary").first.click()
    ward.get_by_role("button", name="Logga ut").click()

    other.wait_for_url("**/logga-in/**")
    expect(other.locator(".top-person")).to_have_count(0)


def test_who_is_searched_for_stays_out_of_the_address(service: Service, window: Window) -> None:
    ward = window(NURSE)
    ward.locator("#sok").fill("Elsa")
    ward.locator("#ordning").select_option("namn")
    ward.wait_for_url("**ordning=namn**")

    assert "Elsa" not in ward.url


# --- On the wire ----------------------------------------------------------------------------


def raw(service: Service, sent: str) -> str:
    place = urlsplit(service.address)
    with socket.create_connection((str(place.hostname), place.port or 80), timeout=10) as line:
        line.sendall(sent.encode("latin1"))
        line.settimeout(10)
        got = b""
        try:
            while more := line.recv(65536):
                got += more
        except TimeoutError:
            pass
    return got.decode("latin1")


ASKED = "HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"


@pytest.mark.parametrize("method", ["TRACE", "TRACK"])
def test_the_server_sends_nothing_back_of_what_was_sent(service: Service, method: str) -> None:
    told = raw(service, f"{method} /tavla/ {ASKED}X-Secret: hemligt\r\n\r\n")

    assert told.startswith("HTTP/1.1 405")
    assert "hemligt" not in told


@pytest.mark.parametrize(
    "sent",
    [
        f"POST / {ASKED}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x ",
        f"POST / {ASKED}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        f"POST / {ASKED}Content-Length: -1\r\n\r\n",
        f"GET / {ASKED}A: b\r\n c: d\r\n\r\n",
        f"GET / {ASKED}A b: c\r\n\r\n",
        "GET /\r\n\r\n",
    ],
    ids=["both lengths", "two lengths", "negative", "folded", "space in name", "no version"],
)
def test_a_request_that_two_servers_could_read_in_two_ways_gets_one_answer_at_most(
    service: Service, sent: str
) -> None:
    told = raw(service, sent)

    assert told.count("HTTP/1.1") <= 1
    assert "Traceback" not in told


@pytest.mark.parametrize("path", ["/logga-in/", "/finns-inte/", "/static/finns-inte.js", "/%ff/"])
def test_every_answer_of_the_real_server_has_the_headers(service: Service, path: str) -> None:
    try:
        headers = urllib.request.urlopen(service.address + path).headers  # noqa: S310
    except urllib.error.HTTPError as error:
        headers = error.headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
