"""A resident's own extract as PDF, and the package of an incident."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pdfua
import pytest
from click.testing import CliRunner
from django.conf import settings
from django.utils import timezone
from pypdf import PdfReader
from stage import Stage, owner, person_at, signed_in, whose

from sammanhang.access import incident
from sammanhang.access.acting import Acting, log_reading
from sammanhang.access.acting import scope as acting_scope
from sammanhang.access.log_extract import extract
from sammanhang.access.log_extract_pdf import as_pdf
from sammanhang.engine.calendar import STOCKHOLM
from sammanhang.residents.identifiers import synthetic_personnummer

TODAY = datetime.now(STOCKHOLM).date()
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def kept(tmp_path: Path) -> Iterator[Path]:
    """The folder where heads are kept."""
    before, settings.DATA = settings.DATA, tmp_path
    yield tmp_path
    settings.DATA = before


@pytest.fixture
def reviewer(stage: Stage) -> Acting:
    return person_at(stage.ward.unit, "Rut Granskare", "log_reviewer")


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def asked_for(whose: str, **other: str) -> dict[str, str]:
    asked = {"number": whose, "since": str(TODAY), "last": str(TODAY), "checked": "Visade kort"}
    return asked | other


def hands_out(who: Acting, form: dict[str, str]) -> tuple[int, bytes]:
    client = signed_in(who)
    answer = client.post("/logggranskning/utdrag/", form)
    return answer.status_code, answer.content


def unit_name(unit: str) -> str:
    ((name,),) = owner("select name from directory_unitperiod where unit_id = %s", unit)
    return name


# --- The extract ----------------------------------------------------------------------------


def test_tells_units_times_and_what_in_plain_swedish_with_the_words_explained(
    stage: Stage,
) -> None:
    case = stage.notified()
    resident, number = whose(case)
    with acting_scope(stage.centre):
        log_reading(stage.centre, "read:case", case=case, resident=resident)
    made = as_pdf(number, "alla enheter", TODAY, TODAY, extract(resident, TODAY, TOMORROW))
    told = text_of(made)

    for said in (
        unit_name(stage.ward.unit), unit_name(stage.centre.unit), "läste ärendet", str(TODAY),
        "skrev: inskrivning", "Någon öppnade ditt ärende", "imy.se",
    ):  # fmt: skip
        assert said in told, said
    for kept_out in ("Elsa", stage.ward.person, "Per Prov", "read:case", "sökte på"):
        assert kept_out not in told, kept_out


def test_is_an_accessible_pdf(stage: Stage, kept: Path) -> None:
    resident, number = whose(stage.notified())
    file = kept / "utdrag.pdf"
    for lines in (extract(resident, TODAY, TOMORROW), []):
        file.write_bytes(as_pdf(number, "alla enheter", TODAY, TODAY, lines))
        assert not pdfua.validate(str(file)).findings
        document = PdfReader(file)
        assert document.trailer["/Root"]["/Lang"].startswith("sv")  # type: ignore[index]
        assert (document.metadata or {})["/Title"].startswith("Loggutdrag")


def test_of_a_protected_person_the_keeper_gives_care_providers_and_with_a_reason_units(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, kept: Path
) -> None:
    resident, number = whose(stage.notified())
    owner("update residents_resident set secrecy_marking = true where id = %s", resident)
    file = kept / "utdrag.pdf"
    told = keeper("extract", number, "--from", str(TODAY), "--to", str(TODAY), "--pdf", str(file),
                  monkeypatch=monkeypatch)  # fmt: skip
    assert "skyddade personuppgifter" in told
    assert unit_name(stage.ward.unit) not in text_of(file.read_bytes())
    assert "Västra Götaland" in text_of(file.read_bytes())
    told = keeper("extract", number, "--from", str(TODAY), "--to", str(TODAY),
                  "--show-units", "Begärt av ombud", monkeypatch=monkeypatch)  # fmt: skip
    assert unit_name(stage.ward.unit) in told
    whys = owner("select why from access_log where action = 'read:log' order by id")
    assert whys == [("log review",), ("unmasked: Begärt av ombud",)]


def keeper(*arguments: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The command, in the test's own database."""
    from contextlib import nullcontext

    from sammanhang.site import cli_audit

    monkeypatch.setattr(cli_audit, "database_at_hand", nullcontext)
    done = CliRunner().invoke(cli_audit.audit, arguments)
    assert done.exit_code == 0, done.output
    return done.output


# --- Handed out by a unit -------------------------------------------------------------------


def test_a_unit_hands_out_its_own_and_that_it_did_is_logged(stage: Stage, reviewer: Acting) -> None:
    case = stage.notified()
    resident, number = whose(case)
    with acting_scope(stage.centre):
        log_reading(stage.centre, "read:case", case=case, resident=resident)
    status, made = hands_out(reviewer, asked_for(number))

    assert status == 200
    assert "skrev: inskrivning" in text_of(made)
    assert "läste ärendet" not in text_of(made)  # which another unit did
    assert owner("select person, resident_id, why from access_log where action = 'read:log'") == [
        (reviewer.person, resident, "the resident asks: Visade kort")
    ]


def test_who_is_unknown_and_whom_the_unit_has_not_met_are_told_the_same(
    stage: Stage, reviewer: Acting
) -> None:
    """Nobody finds out here who there is, nor who is under protection."""
    case = stage.admitted()
    resident, number = whose(case)
    owner("update residents_resident set secrecy_marking = true where id = %s", resident)
    elsewhere = person_at(stage.other_ward.unit, "Mia Granskare", "log_reviewer")
    nobody = synthetic_personnummer(date(1930, 5, 4), woman=False, n=1)
    for asked in (number, nobody):
        status, made = hands_out(elsewhere, asked_for(asked))
        assert status == 200
        assert "Ingen har tagit del" in text_of(made)


def test_a_protected_person_s_is_not_handed_out_by_a_unit(stage: Stage, reviewer: Acting) -> None:
    resident, number = whose(stage.notified())
    owner("update residents_resident set protected_registration = true where id = %s", resident)
    status, page = hands_out(reviewer, asked_for(number))

    assert status == 409
    assert "lämnas av systemförvaltningen" in page.decode()
    assert owner("select count(*) from access_log where action = 'denied:log-extract'") == [(1,)]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"number": "inget"}, "nummer"),
        ({"since": "i fjol"}, "år-månad-dag"),
        ({"since": "2031-01-01"}, "första dagen"),
        ({"checked": " "}, "hur du har kontrollerat"),
    ],
)
def test_what_was_typed_survives(
    stage: Stage, reviewer: Acting, wrong: dict[str, str], told: str
) -> None:
    _, number = whose(stage.notified())
    form = asked_for(number, **wrong)
    status, page = hands_out(reviewer, form)
    assert status == 409
    assert told in page.decode().lower() or told in page.decode()
    for typed in form.values():
        assert f'value="{typed}"' in page.decode()


# --- An incident ----------------------------------------------------------------------------


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_an_incident_s_package_tells_who_did_what_to_whom_and_proves_it(
    stage: Stage, kept: Path
) -> None:
    case = stage.notified()
    resident, number = whose(case)
    stage.notified()
    with acting_scope(stage.other_ward):
        for n in range(3):
            log_reading(stage.other_ward, "read:case", case=case + n, resident=resident)
        log_reading(stage.other_ward, "denied:case", case=99)
    folder, until = kept / "incident", timezone.now() + timedelta(minutes=1)
    since = until - timedelta(hours=1)
    found = incident.package(folder, incident.Scope(since, until, person=stage.other_ward.person))

    assert (found.lines, found.denied, len(found.residents)) == (4, 1, 1)
    lines = rows(folder / "tidslinje.csv")
    assert [one["handling"] for one in lines] == ["read:case"] * 3 + ["denied:case"]
    assert {one["person"] for one in lines} == {stage.other_ward.person}
    ((affected),) = rows(folder / "invånare.csv")
    assert (affected["invånare"], affected["rader"]) == (str(resident), "3")
    ((unit),) = rows(folder / "enheter.csv")
    assert (unit["enhet"], unit["namn"]) == (
        stage.other_ward.unit, unit_name(stage.other_ward.unit)
    )  # fmt: skip
    proof = json.loads((folder / "loggbevis.json").read_text())
    assert proof["findings"] == []
    assert [one["hash"] for one in proof["heads"]] == [one["hash"] for one in proof["seals"]]
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        hashed, name = line.split("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == hashed
    everything = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"Elsa" not in everything
    assert number.encode() not in everything
    assert owner("select count(*) from access_log where action = 'export:incident'") == [(1,)]


def test_an_incident_in_one_case_and_one_that_is_nothing(stage: Stage, kept: Path) -> None:
    case, other = stage.notified(), stage.notified()
    until = timezone.now() + timedelta(minutes=1)
    since = until - timedelta(hours=1)
    found = incident.package(kept / "one", incident.Scope(since, until, case=case))
    assert {one["ärende"] for one in rows(kept / "one" / "tidslinje.csv")} == {str(case)}
    assert other != case
    assert found.lines > 0
    empty = incident.package(kept / "none", incident.Scope(since, until, person="SE-INGEN"))
    assert (empty.lines, rows(kept / "none" / "invånare.csv")) == (0, [])
    with pytest.raises(FileExistsError):
        incident.package(kept / "none", incident.Scope(since, until))


def test_the_command_says_what_is_wrong_and_where_it_wrote(
    stage: Stage, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.notified()
    folder = kept / "incident"
    told = keeper("incident", str(folder), "--since", str(TODAY), monkeypatch=monkeypatch)
    assert "Börja med läs-mig.md" in told
    from sammanhang.site.cli_audit import audit

    for arguments, says in (
        ([str(folder), "--since", str(TODAY)], "inte tom"),
        ([str(kept / "x"), "--since", "igår"], "2026-11-28T14:05"),
        ([str(kept / "x"), "--since", "2031-01-01"], "slutar innan"),
    ):
        done = CliRunner().invoke(audit, ["incident", *arguments])
        assert done.exit_code == 1
        assert says in done.output
