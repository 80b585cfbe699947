"""What the server's log tells, and what it never does."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory

from sammanhang.site.logs import JsonLines, without_identity_numbers

NUMBERS = (
    "19460317-9815", "4603179815", "460317+9815", "194603179815", "1946-03-17-9815",
    "460317–9815", "460317—9815", "460317−9815", "460317 9815", "460317 - 9815", "460317\u00a09815",
    "460317\u200b\u00ad9815", "46 03 17 98 15", "460317.9815", "460317/9815", "19460317%2D9815",
    "４６０３１７９８１５", "٤٦٠٣١٧٩٨١٥", "460377-9815", "19460317T23X", "19460317t23x",
)  # fmt: skip
"""As people write them, paste them, and as browsers send them; of coordination and of reserve."""


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("around", ["Sökte {} igen", "/person/{}/", "{}", "({}),"])
def test_logs_hold_no_identity_numbers(around: str, number: str) -> None:
    assert without_identity_numbers(around.format(number)) == around.format("[nummer]")


@pytest.mark.parametrize(
    "text",
    ["ärende 1234567 kl. 12:30", "2026-03-05 12:00:00", "SE2321000016-11AB", "2321000016", "1/2"],
)
def test_what_is_no_number_of_a_person_stays(text: str) -> None:
    assert without_identity_numbers(text) == text


def written(work: Any, **more: Any) -> dict[str, Any]:
    """The line that came of it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    log = logging.Logger("prov")
    log.addHandler(handler)
    work(log)
    (line,) = stream.getvalue().splitlines()
    assert line.isprintable()
    return json.loads(line)


def test_a_line_is_json_with_when_how_bad_and_from_where_in_the_code() -> None:
    told = written(lambda log: log.warning("%s gick fel", "Tavlan"))

    assert told["at"].endswith("+00:00")
    assert (told["level"], told["logger"]) == ("WARNING", "prov")
    assert told["message"] == "Tavlan gick fel"


@pytest.mark.parametrize(
    "forged",
    [
        "a\nERROR x",
        "a\r\nx",
        "a\u2028x",
        "a\x85x",
        "a\x1b[2Jx",
        'a"}\n{"level": "INFO"}',
        "\u202ex",
    ],
)
def test_nobody_writes_a_line_of_their_own_in_the_log(forged: str) -> None:
    assert written(lambda log: log.warning("Hittade inte %s", forged))["message"].endswith(forged)


def fails(name: str) -> None:
    number = "19460317-9815"
    try:
        raise KeyError(name)
    except KeyError as error:
        raise ValueError(f"{name} {number} går inte") from error


def test_of_an_exception_its_kind_and_place_are_told_and_no_value() -> None:
    def work(log: logging.Logger) -> None:
        try:
            fails("Elsa Prov")
        except ValueError:
            log.exception("Fel hos oss")

    told = written(work)
    assert [one["type"] for one in told["errors"]] == ["builtins.ValueError", "builtins.KeyError"]
    assert told["errors"][0]["frames"][-1].endswith(" fails")
    assert "Elsa" not in json.dumps(told)
    assert "9815" not in json.dumps(told)


def test_what_was_asked_for_and_from_where_is_told_with_a_fault() -> None:
    request = RequestFactory().get("/arende/7/?q=Elsa", REMOTE_ADDR="192.0.2.1")
    told = written(lambda log: log.error("Fel", extra={"request": request}))

    assert (told["method"], told["path"], told["from"]) == ("GET", "/arende/7/", "192.0.2.1")
    assert "Elsa" not in json.dumps(told)


def test_the_web_server_writes_its_lines_the_same_way() -> None:
    import sammanhang.site

    file = Path(sammanhang.site.__file__).parent / "server-log.json"
    assert (
        json.loads(file.read_text())["formatters"]["json"]["()"] == "sammanhang.site.logs.JsonLines"
    )
