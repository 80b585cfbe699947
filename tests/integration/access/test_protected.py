"""Nobody who is protected is named, numbered or found by anything the service gives out, but to
one who takes part in their care and says why; and that is in the log.

Everyone in the database is protected here, half by each of the two flags, and each bears secrets
that stand nowhere else. Whatever comes out is searched for them.
"""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import connection
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader
from stage import Stage, owner, person_at, signed_in
from test_matrix import WHO_MAY, attached, begin_draft, everybody, filled

from sammanhang.access.acting import Acting, scope
from sammanhang.casework import boards
from sammanhang.casework.views import _change  # pyright: ignore[reportPrivateUsage]
from sammanhang.governance import trials
from sammanhang.residents import queries
from sammanhang.residents.identifiers import synthetic_personnummer
from sammanhang.settlement import agreement
from sammanhang.site import cli_audit, cli_disposal, cli_settlement
from sammanhang.site.logs import JsonLines
from sammanhang.swedish_order import swedish_sort_key
from simulation.economy import PRICES, load_economy
from tests.settled_stays import put_stay

GIVEN, FAMILY = "Xantippaskydd", "Quistgårdhemlig"
BORN = "1951-07-23"
STREET, POSTCODE, PLACE = "Gömda stigen 4711", "987 65", "Avlägseby"
RELATIVE, PHONE = "Systern Zenobia Hemligson", "070-555 98 76"
NOTE = f"Ring {RELATIVE} på {PHONE}."
OLD_NUMBER = synthetic_personnummer(date(1944, 5, 9), woman=True, n=3)
REASON = "Behöver ringa till vårdcentralen om läkemedel."


def protected(resident: UUID, n: int) -> str:
    """Gives somebody secrets and one of the flags, and a former number. Their present number."""
    owner(
        "update residents_resident set given_name = %s, family_name = %s, sort_key = %s, "
        "birth_date = %s, secrecy_marking = %s, protected_registration = %s where id = %s",
        GIVEN, FAMILY, swedish_sort_key(f"{FAMILY} {GIVEN}"),
        BORN, n % 2 == 0, n % 2 == 1, resident,
    )  # fmt: skip
    owner(
        "insert into residents_address (resident_id, street, postcode, place) "
        "values (%s, %s, %s, %s)",
        resident, STREET, POSTCODE, PLACE,
    )  # fmt: skip
    ((number,),) = owner(
        "select value from residents_residentnumber where resident_id = %s and current", resident
    )
    return number


def forms_of(number: str) -> tuple[str, ...]:
    return (number, f"{number[:8]}-{number[8:]}", f"{number[2:8]}-{number[8:]}", number[2:])


@pytest.fixture
def cases(stage: Stage) -> list[int]:
    """Two cases, of one protected by each flag, in which things have been said and sent."""
    return [stage.notified(), stage.notified()]


@pytest.fixture
def secrets(stage: Stage, cases: list[int]) -> tuple[str, ...]:
    """What is to stand nowhere. What is written in a message is another matter: NOTE."""
    found = [GIVEN, FAMILY, BORN, STREET, POSTCODE, PLACE]
    for n, (resident,) in enumerate(owner("select resident_id from casework_case order by id")):
        found += forms_of(protected(resident, n))
    for case in cases:
        stage.did(stage.ward, case, "planeringsmeddelande", data={"text": NOTE})
        stage.did(stage.officer, case, "kvittens")
    return tuple(found)


def browser_of(who: Acting) -> Client:
    """Shown the page that the service shows when it fails."""
    return signed_in(who, raise_request_exception=False)


def text_of(answer: HttpResponseBase) -> str:
    """All that can be read in an answer: a page, the parts of a spreadsheet, the words of a PDF."""
    if answer.streaming:
        return str(answer.headers)
    content: bytes = answer.content  # type: ignore[attr-defined]
    parts = [str(answer.headers), content.decode(errors="replace")]
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts += [archive.read(one).decode(errors="replace") for one in archive.namelist()]
    if content.startswith(b"%PDF"):
        read = PdfReader(io.BytesIO(content))
        parts += [str(read.metadata), *(page.extract_text() for page in read.pages)]
    return "\n".join(parts)


def told(text: str, secrets: tuple[str, ...]) -> list[str]:
    return [one for one in secrets if one in text]


@contextmanager
def server_log() -> Iterator[io.StringIO]:
    """What the server writes in its log, at the level of most words, in its form."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


# --- Every address as everyone ----------------------------------------------------------------


def test_no_address_tells_anyone_who_they_are(
    stage: Stage, cases: list[int], secrets: tuple[str, ...]
) -> None:
    """Asked for and posted to, by every role at a unit with a part in the case and without."""
    file = attached(stage, cases[0])
    owner("update casework_attachment set content = 'fil'")
    begin_draft(stage)
    ((resident,), _) = owner("select resident_id::text from casework_case order by id")
    named = cases[0], file, resident, stage.ward.unit
    asked = {address: filled(address, *named) for address in sorted(WHO_MAY)}
    ends = ("logga-ut/", "logga-in/", "byt-enhet/", "mina-inloggningar/", "uppdrag/")
    posted = {"key": str(uuid4()), "f-text": "x", "q": GIVEN}
    with server_log() as log:
        for described, takes_part, who in everybody(stage):
            client = browser_of(who)
            for address, at in asked.items():
                answers = [client.get(at)] if address != "logga-ut/" else []
                if not address.endswith(ends):
                    answers.append(client.post(at, posted))
                for answer in answers:
                    text = text_of(answer).replace(f'value="{GIVEN}"', "")  # what was searched for
                    assert not told(text, secrets), (described, at, answer.status_code)
                    if not (takes_part and "arende" in address):
                        assert not told(text, (RELATIVE, PHONE)), (described, at)
        nobody = Client(raise_request_exception=False)
        for at in asked.values():
            assert not told(text_of(nobody.get(at)), (*secrets, RELATIVE, PHONE)), at
    assert not told(log.getvalue(), (*secrets, RELATIVE, PHONE))


def test_the_same_search_finds_those_who_are_not_protected(
    stage: Stage, cases: list[int], secrets: tuple[str, ...]
) -> None:
    """Or else finding nothing would tell nothing."""
    owner("update residents_resident set secrecy_marking = false, protected_registration = false")
    client = browser_of(stage.ward)
    for answer in (
        client.get("/tavla/"),
        client.get(f"/arende/{cases[0]}/"),
        client.get(f"/arende/{cases[0]}/gor/planeringsmeddelande/"),
        client.post("/skriv-in/", {"q": FAMILY}),
    ):
        assert {GIVEN, FAMILY} <= set(told(text_of(answer), secrets))


def test_a_search_by_a_number_that_is_no_longer_theirs_does_not_tell_the_new_one(
    stage: Stage, secrets: tuple[str, ...]
) -> None:
    ((resident,), *_) = owner("select resident_id from casework_case order by id")
    owner(
        "insert into residents_residentnumber (value, resident_id, kind, current, since) "
        "values (%s, %s, 'personnummer', false, '2000-01-01')",
        OLD_NUMBER, resident,
    )  # fmt: skip
    for who in (stage.ward, stage.other_ward):
        client = browser_of(who)
        for headers in ({}, {"HX-Request": "true"}):
            found = client.post("/skriv-in/", {"q": OLD_NUMBER}, headers=headers)
            assert queries.PROTECTED in found.content.decode()
            assert not told(text_of(found), secrets)
        admission = client.get(f"/skriv-in/{resident}/")
        assert admission.status_code == 200
        assert not told(text_of(admission), secrets)


def test_the_database_gives_no_name_to_a_view_that_forgets(
    stage: Stage, cases: list[int], secrets: tuple[str, ...]
) -> None:
    """What queries and boards hand on to templates holds nothing to be forgotten."""
    for who in (stage.ward, stage.centre, stage.officer):
        with scope(who):
            for (resident,) in owner("select resident_id from casework_case"):
                assert not told(repr(queries.person(resident)), (*secrets, "1951"))
            assert not told(repr(boards.board(who)), (*secrets, "1951"))
            assert queries.find_by_name(GIVEN) == []


# --- Errors -----------------------------------------------------------------------------------


def test_faults_tell_nothing_on_the_page_nor_in_the_log(
    stage: Stage, cases: list[int], secrets: tuple[str, ...]
) -> None:
    """Not found, refused, unacceptable, and real faults of the server: with a row of the database
    in the message."""
    client, at = browser_of(stage.ward), f"/arende/{cases[0]}/"
    typed = {"f-text": NOTE, "key": str(uuid4()), "seq": "99"}
    owner("alter table casework_draft add check (length(data::text) < 3)")
    with server_log() as log:
        answers = [
            client.get(f"/arende/{cases[0]}9999/"),
            client.get("/finns-inte/"),
            browser_of(stage.other_officer).get(at),
            client.post(f"{at}gor/inskrivningsmeddelande/", typed),
            client.post(f"{at}utkast/anteckning/", typed),
        ]
        owner("alter table residents_residentnumber rename column value to another")
        answers += [client.get(at), client.get("/tavla/")]

    assert [one.status_code for one in answers] == [404, 404, 404, 409, 500, 500, 500]
    for answer in answers:
        assert not told(text_of(answer), secrets)
    for answer in (*answers[:3], *answers[4:]):
        assert not told(text_of(answer), (RELATIVE, PHONE))
    assert "CheckViolation" in log.getvalue()
    assert not told(log.getvalue(), (*secrets, RELATIVE, PHONE))


# --- Live, figures, money ---------------------------------------------------------------------


def test_the_live_line_and_trials_tell_nothing(
    stage: Stage, cases: list[int], secrets: tuple[str, ...]
) -> None:
    for who in (stage.ward, stage.centre, stage.officer):
        for case in cases:
            row = _change(who, case, "brådska", "sv")
            assert queries.PROTECTED in row
            assert not told(row, (*secrets, RELATIVE, PHONE))
    begin_draft(stage)
    leader = person_at(stage.officer.unit, role="process_leader")
    client = browser_of(leader)
    asked = {"since": "2026-03-01", "until": "2026-03-31", "revision": "1"}
    client.post("/utkast/1/prov/", asked)
    trials.work_off()
    for row in owner("select t::text from governance_trial t"):
        assert not told(str(row), (*secrets, RELATIVE, PHONE))
    for at in ("/utkast/1/prov/", "/utkast/1/prov/1/", "/utkast/1/prov/1/csv/"):
        assert not told(text_of(client.get(at)), (*secrets, RELATIVE, PHONE)), at


@pytest.fixture
def prices() -> Iterator[None]:
    before: Any = settings.PRICES
    settings.PRICES = str(PRICES)
    agreement.prices.cache_clear()
    yield
    settings.PRICES = before
    agreement.prices.cache_clear()


MONTH = "/betalning/2026-03/"
FILES = ("underlag.pdf", "underlag.xlsx", "underlag.csv", "faktura.xml", "faktura.pdf")


def test_statements_invoices_and_vouchers_tell_nothing(stage: Stage, prices: None) -> None:
    load_economy()
    put_stay("1490", 12, ready=date(2026, 3, 2))
    secrets = [GIVEN, FAMILY, BORN]
    for n, (resident,) in enumerate(owner("select id from residents_resident")):
        owner(
            "insert into residents_residentnumber (value, resident_id, kind, current, since) "
            "values (%s, %s, 'personnummer', true, '2000-01-01')",
            OLD_NUMBER, resident,
        )  # fmt: skip
        secrets += forms_of(protected(resident, n))
    ((unit,),) = owner("select unit_id from directory_unitperiod where name = 'Ekonomi'")
    region = browser_of(person_at(unit, role="economist"))
    seen = 0
    for do in ({}, {"do": "lay-out"}, {"do": "close"}):
        region.post(MONTH, do)
        pages = ("", "bokforing.si", "1490/", *(f"1490/{name}" for name in FILES))
        for page in pages:
            answer = region.get(MONTH + page)
            seen += answer.status_code == 200
            assert not told(text_of(answer), tuple(secrets)), (do, page)
    assert seen >= 12  # statements as page and files, an invoice, vouchers


# --- The command line -------------------------------------------------------------------------


def test_commands_tell_nothing(
    stage: Stage,
    cases: list[int],
    secrets: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (cli_audit, cli_disposal, cli_settlement):
        monkeypatch.setattr(module, "database_at_hand", nullcontext)
    number = secrets[6]
    today = timezone.localdate()
    period = ["--from", str(today - timedelta(days=1)), "--to", str(today)]
    run = CliRunner().invoke
    for group, arguments in (
        (cli_audit.audit, ["seal"]),
        (cli_audit.audit, ["verify"]),
        (cli_audit.audit, ["extract", number, *period]),
        (cli_disposal.disposal, ["plan"]),
        (cli_disposal.disposal, ["hold", str(cases[0]), "--reason", "Tillsyn"]),
        (cli_disposal.disposal, ["carry-out", "--yes"]),
        (cli_settlement.settlement, ["update"]),
    ):
        done = run(group, arguments)
        assert done.exit_code == 0, (arguments, done.output)
        assert not told(done.output, (*secrets, RELATIVE, PHONE)), arguments


def test_national_log_records_tell_no_more_than_the_number_they_must(
    stage: Stage,
    secrets: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A record says whose data was read by number: it has no other name for them, and goes to the
    log service alone."""
    monkeypatch.setattr(cli_audit, "database_at_hand", nullcontext)
    today = timezone.localdate()
    period = ["--from", str(today - timedelta(days=1)), "--to", str(today)]
    done = CliRunner().invoke(cli_audit.audit, ["export", str(tmp_path), *period])

    assert done.exit_code == 0, done.output
    (sent,) = [one.read_text() for one in tmp_path.iterdir()]
    numbers = {one for one in secrets if one.isdecimal() and len(one) == 12}
    assert {one for one in numbers if one in sent} == numbers
    rest = sent
    for one in numbers:
        rest = rest.replace(f"extension>{one}<", "")
    assert not told(rest, (*secrets, RELATIVE, PHONE))


# --- Said why ---------------------------------------------------------------------------------


def test_one_in_the_care_who_says_why_is_shown_it_once_and_it_is_in_the_log(
    stage: Stage, cases: list[int], secrets: tuple[str, ...]
) -> None:
    client, at = browser_of(stage.centre), f"/arende/{cases[0]}/"
    shown = client.post(f"{at}visa/", {"skal": REASON})

    assert shown.status_code == 200
    assert f"{GIVEN} {FAMILY}" in shown.content.decode()
    assert not told(text_of(shown), (STREET, POSTCODE, PLACE))
    assert not told(text_of(client.get(at)), secrets)
    assert not told(text_of(client.get(f"{at}visa/", follow=True)), secrets)
    who = stage.centre
    assert owner(
        "select person, unit, case_id, why, resident_id is not null from access_log "
        "where action = 'read:protected'"
    ) == [(who.person, who.unit, cases[0], REASON, True)]


@pytest.mark.parametrize("reason", ["", "   ", "x", "\0" * 9, "å" * 201])
def test_without_a_reason_nothing_is_shown(
    stage: Stage, cases: list[int], secrets: tuple[str, ...], reason: str
) -> None:
    answer = browser_of(stage.centre).post(f"/arende/{cases[0]}/visa/", {"skal": reason})

    assert answer.status_code == 422
    assert "Skriv varför du behöver veta vem personen är" in answer.content.decode()
    assert not told(text_of(answer), secrets)
    assert owner("select count(*) from access_log where action = 'read:protected'") == [(0,)]


def test_a_unit_without_a_part_is_shown_nothing_whatever_it_says(
    stage: Stage, cases: list[int], secrets: tuple[str, ...]
) -> None:
    for who in (stage.other_centre, stage.other_ward):
        answer = browser_of(who).post(f"/arende/{cases[0]}/visa/", {"skal": REASON})
        assert answer.status_code == 404
        assert not told(text_of(answer), secrets)


# --- When the flag turns on -------------------------------------------------------------------


@pytest.mark.parametrize("flag", ["secrecy_marking", "protected_registration"])
def test_what_is_open_when_someone_comes_to_be_protected_is_masked_at_the_next_request(
    stage: Stage, flag: str
) -> None:
    case = stage.notified()
    client = browser_of(stage.officer)
    before = client.get("/tavla/")
    assert "Elsa Prov" in before.content.decode()
    etag = before.headers.get("ETag") or _etag_in(before.content.decode())
    assert client.get("/tavla/", headers={"If-None-Match": etag}).status_code == 304

    owner(f"update residents_resident set {flag} = true")

    after = client.get("/tavla/", headers={"If-None-Match": etag})
    assert after.status_code == 200
    for answer in (after, client.get("/tavla/"), client.get(f"/arende/{case}/")):
        assert queries.PROTECTED in answer.content.decode()
        assert not told(text_of(answer), ("Elsa",))


def _etag_in(html: str) -> str:
    from bs4 import BeautifulSoup

    found = BeautifulSoup(html, "html.parser").find(attrs={"data-etag": True})
    assert found is not None
    return str(found["data-etag"])


def test_whoever_has_it_open_is_told_at_once(stage: Stage) -> None:
    """The boards of all who take part, in which the row is then drawn anew."""
    case = stage.notified()
    with connection.cursor() as cursor:
        cursor.execute("listen casework")
        owner("update residents_resident set secrecy_marking = true")
        (notice,) = connection.connection.notifies(timeout=5, stop_after=1)

    for who in (stage.ward, stage.centre, stage.officer):
        assert who.unit in notice.payload
    assert f'"case" : {case}' in notice.payload
    assert not told(_change(stage.ward, case, "brådska", "sv"), ("Elsa",))


def test_what_has_not_changed_is_not_told_again(stage: Stage) -> None:
    stage.notified()
    version = boards.board(stage.ward).version
    owner("update residents_resident set given_name = given_name, secrecy_marking = false")

    assert boards.board(stage.ward, known=version).rows is None
