"""Who is let in to a page stands in the server's log, also where the page shows nobody's data."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

import pytest
from stage import Stage, signed_in

from sammanhang.site.logs import JsonLines

LOGGER = "sammanhang.access.decisions"


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, str]]:
    return [json.loads(JsonLines().format(one)) for one in caplog.records if one.name == LOGGER]


def test_who_was_let_in_and_in_which_assignment_is_told(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    client = signed_in(stage.ward)
    with caplog.at_level(logging.INFO, LOGGER):
        client.get("/riktlinjer/?q=Elsa+Prov")
        client.get("/logggranskning/")  # for a reviewer

    (line,) = told(caplog)
    ward = stage.ward
    assert line["message"] == f"let in: {ward.person} {ward.unit} {ward.assignment} {ward.role}"
    assert line["path"] == "/riktlinjer/"
    assert "Elsa" not in json.dumps(line)


@pytest.mark.parametrize(("synthetic", "level"), [("0", "INFO"), ("1", "NOTSET")])
def test_it_is_told_where_there_may_be_real_people(synthetic: str, level: str) -> None:
    code = f"from sammanhang.site.settings import LOGGING; print(LOGGING['loggers']['{LOGGER}'])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": "", "SAMMANHANG_SYNTHETIC": synthetic},
        capture_output=True,
        text=True,
        check=True,
    )
    assert level in done.stdout
