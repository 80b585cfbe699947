"""The access log: everyone who has been shown somebody stands in it, and tampering is found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client, override_settings
from stage import Stage, owner, signed_in

from sammanhang.access import seals
from sammanhang.access.acting import log_reading, scope
from sammanhang.access.limits import LIMITS
from sammanhang.access.log_extract import EXTRACT, extract
from sammanhang.access.store_log import store_log
from sammanhang.casework import boards
from sammanhang.engine.calendar import STOCKHOLM
from sammanhang.residents.identifiers import synthetic_personnummer

NOBODYS = synthetic_personnummer(date(1930, 5, 4), woman=False, n=1)


@pytest.fixture(autouse=True)
def kept(tmp_path: Path) -> Iterator[Path]:
    """The folder where heads are kept, outside the database."""
    before, settings.DATA = settings.DATA, tmp_path
    yield tmp_path
    settings.DATA = before


def tampered(sql: str, *given: object) -> None:
    """By someone who owns the database, and so can take away what guards the log."""
    tables = [name for (name,) in owner(
        "select relname from pg_class where relname ~ '^access_log' and relkind in ('r', 'p')"
    )]  # fmt: skip
    for table in tables:
        owner(f"alter table {table} disable trigger user")
    owner(sql, *given)
    for table in tables:
        owner(f"alter table {table} enable trigger user")


def lines() -> list[int]:
    return [line for (line,) in owner("select id from access_log order by id")]


def found() -> list[str]:
    return [str(finding) for finding in seals.verify()]


# --- What is in it --------------------------------------------------------------------------


def test_a_board_that_is_shown_is_logged_with_all_who_stand_on_it(stage: Stage) -> None:
    for _ in range(3):
        stage.notified()
    everyone = {row.resident for row in boards.board(stage.centre).rows or ()}
    ((unit, residents),) = owner(
        "select unit, residents from access_log where action = 'read:board' and person = %s",
        stage.centre.person,
    )

    assert (unit, set(residents)) == (stage.centre.unit, everyone)


def test_a_board_that_hasn_t_changed_shows_nothing_and_logs_nothing(stage: Stage) -> None:
    stage.notified()
    known = boards.board(stage.centre).version
    before = len(lines())

    assert boards.board(stage.centre, known=known).rows is None
    assert len(lines()) == before


def test_what_can_t_be_logged_is_not_shown(stage: Stage) -> None:
    case = stage.notified()
    client = Client(raise_request_exception=False)
    client.post("/logga-in/", {"assignment": stage.centre.assignment})
    owner("revoke insert on access_log from sammanhang_app")

    for address in ("/tavla/", f"/arende/{case}/"):
        answer = client.get(address)
        assert answer.status_code == 500
        assert "Elsa" not in answer.content.decode()


def test_a_search_for_a_number_is_logged_whether_it_finds_anyone_or_not(stage: Stage) -> None:
    stage.notified()
    ((number,),) = owner("select value from residents_residentnumber")
    client = signed_in(stage.other_ward)
    for q in (number, NOBODYS):
        client.post("/skriv-in/", {"q": q})

    logged = owner(
        "select action from access_log where person = %s order by id", stage.other_ward.person
    )
    assert logged == [("sign-in",), ("find:number",), ("find:nobody",)]


def test_who_tries_number_after_number_is_stopped_and_it_shows(stage: Stage) -> None:
    client = signed_in(stage.ward)
    owner(
        "insert into access_use values ('number', %s, date_trunc('hour', now()), %s)",
        stage.ward.person, LIMITS["number"].most - 1,
    )  # fmt: skip
    answers = [client.post("/skriv-in/", {"q": NOBODYS}) for _ in range(2)]

    assert ["Du kan fortsätta kl" in answer.content.decode() for answer in answers] == [False, True]
    ((stopped,),) = owner("select count(*) from access_log where action = 'denied:limit:number'")
    assert stopped == 1


# --- Seals ----------------------------------------------------------------------------------


def test_a_sealed_log_is_whole_and_what_comes_after_is_sealed_next(stage: Stage) -> None:
    stage.notified()
    first = seals.seal()
    assert first is not None
    assert found() == []
    assert seals.seal() is None

    boards.board(stage.ward)
    second = seals.seal()
    assert second is not None
    assert second.number == first.number + 1
    assert found() == []


TAMPERINGS: dict[str, tuple[str, str]] = {
    "changed": ("update access_log set person = 'annan' where id = %s", "rad {}: har ändrats"),
    "changed in time": (
        "update access_log set at = at - interval '1 hour' where id = %s", "rad {}: har ändrats",
    ),
    "removed": ("delete from access_log where id = %s", "rad {}: har tagits bort"),
    "given another's place": (
        "update access_log set id = id + 100000 where id = %s", "rad {}: har tagits bort",
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERINGS)
def test_a_line_that_was_tampered_with_is_named(stage: Stage, how: str) -> None:
    stage.notified()
    seals.seal()
    line = lines()[1]
    sql, told = TAMPERINGS[how]
    tampered(sql, line)

    assert told.format(line) in found()


def test_a_line_changed_together_with_its_hash_breaks_the_seal(stage: Stage) -> None:
    stage.notified()
    seals.seal()
    line = lines()[1]
    tampered("update access_log set person = 'annan' where id = %s", line)
    tampered("update access_log l set hash = access_log_hash(l) where id = %s", line)

    assert found() == ["försegling 1 stämmer inte med sina rader eller med den före"]


def test_a_line_put_in_afterwards_is_named(stage: Stage) -> None:
    stage.notified()
    seals.seal()
    ((new,),) = owner(
        "insert into access_log (tx, person, unit, action) "
        "select tx, 'SE-P', unit, 'read:case' from access_log order by id limit 1 returning id"
    )

    assert f"rad {new}: har lagts till efteråt" in found()


def forge() -> None:
    file = seals.heads_file()
    first, second = map(json.loads, file.read_text().splitlines())
    file.write_text("\n".join(json.dumps(one) for one in (first, {**second, "hash": "00"})))


SEALINGS: dict[str, tuple[Callable[[], None], str]] = {
    "the tail is cut": (
        lambda: tampered("delete from access_log_seal where number = 2"),
        "försegling 2 finns sparad men inte i databasen",
    ),
    "a seal in the middle is gone": (
        lambda: tampered("delete from access_log_seal where number = 1"),
        "förseglingen 1 saknas",
    ),
    "all is sealed anew": (
        lambda: tampered("update access_log_seal set hash = sha256(hash) where number = 2"),
        "försegling 2 är inte den som sparades",
    ),
    "a head is forged": (
        forge,
        "det sparade huvudet 2 har inte vår signatur",
    ),
}


@pytest.mark.parametrize("how", SEALINGS)
def test_who_tampers_with_the_seals_is_found_out_by_what_is_kept_outside(
    stage: Stage, how: str
) -> None:
    stage.notified()
    seals.seal()
    boards.board(stage.ward)
    seals.seal()
    tampering, told = SEALINGS[how]
    tampering()

    assert told in found()


ANOTHER_METHOD = """
create or replace function access_log_hash(line access_log, method text default 'sha512')
  returns bytea language sql immutable parallel safe
  return (select case method when 'sha256' then sha256(said) when 'sha512' then sha512(said) end
  from convert_to(jsonb_build_array(
    (line).id, extract(epoch from (line).at), (line).tx::text, (line).person, (line).unit,
    (line).assignment, (line).action, (line).case_id, (line).resident_id, (line).residents,
    (line).why)::text, 'UTF8') said)
"""


def test_another_method_is_taken_into_use_and_what_was_sealed_before_still_verifies(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As docs/adr/0019-methods-of-seals.md says."""
    stage.notified()
    seals.seal()
    owner(ANOTHER_METHOD)
    monkeypatch.setitem(seals.METHODS, "sha512", hashlib.sha512)
    monkeypatch.setattr(seals, "METHOD", "sha512")
    boards.board(stage.ward)
    seals.seal()

    assert found() == []
    assert owner("select method, length(hash) from access_log_seal order by number") == [
        ("sha256", 32), ("sha512", 64)
    ]  # fmt: skip
    tampered("update access_log set person = 'annan' where id = %s", lines()[-1])
    tampered("update access_log set person = 'annan' where id = %s", lines()[0])
    assert len(found()) == 2
    monkeypatch.delitem(seals.METHODS, "sha512")
    assert "försegling 2 är gjord med sha512, som inte är känd här" in found()


def test_a_head_signed_in_another_way_is_not_ours(stage: Stage) -> None:
    stage.notified()
    head = seals.seal()
    assert head is not None
    assert seals.is_ours(head)
    for forged in (
        replace(head, signature=""),
        replace(head, signature=head.signature.upper()),
        replace(head, signature="å" * 64),
        replace(head, signed_by="none"),
        replace(head, method="md5"),
        replace(head, number=2),
    ):
        assert not seals.is_ours(forged)


def test_a_reading_still_going_on_is_sealed_when_it_is_done(stage: Stage) -> None:
    """Its line has its number already, but nobody else can see it: it must not fall between."""
    stage.notified()
    with scope(stage.ward):
        log_reading(stage.ward, "read:case", case=1)
        seals.seal()
        assert found() == []
    seals.seal()

    assert found() == []
    sealed = [line for (some,) in owner("select lines from access_log_seal") for line in some]
    assert sorted(sealed) == lines()


def test_each_month_has_a_table_of_its_own_that_the_service_can_t_read(stage: Stage) -> None:
    stage.notified()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select c.relname, has_table_privilege(c.oid, 'select, insert, update, delete') "
            "from pg_inherits i join pg_class c on c.oid = i.inhrelid "
            "where i.inhparent = 'access_log'::regclass"
        )
        months = dict(cursor.fetchall())

    assert len(months) >= 13
    assert not any(months.values())
    assert owner("select count(*) from access_log_other") == [(0,)]


# --- Given out ------------------------------------------------------------------------------

TODAY = datetime.now(STOCKHOLM).date()
TOMORROW = TODAY + timedelta(days=1)


def test_a_resident_s_extract_tells_which_units_when_and_what(stage: Stage) -> None:
    case = stage.notified()
    stage.notified()  # another person
    boards.board(stage.centre)
    stage.did(stage.centre, case, "kvittens")
    ((resident,),) = owner("select resident_id from casework_case where id = %s", case)
    told = [str(one) for one in extract(resident, TODAY, TOMORROW)]

    assert [line.split(": ")[1:] for line in told] == [
        ["skrev", "inskrivning"],
        ["skrev", "inskrivningsmeddelande"],
        ["såg personen på enhetens tavla"],
        ["skrev", "kvittens"],
    ]
    assert all(stage.centre.person not in line for line in told)
    assert extract(resident, TODAY - timedelta(days=9), TODAY) == []
    assert owner("select count(*) from access_log where action = 'read:log'") == [(2,)]


def sent() -> list[ElementTree.Element]:
    messages = store_log(TODAY, TOMORROW)
    return [ElementTree.fromstring(one) for one in messages]  # noqa: S314 (our own)


def test_records_go_out_in_the_national_form_five_hundred_at_a_time(stage: Stage) -> None:
    stage.notified()
    owner(
        "insert into access_log (person, unit, assignment, action, resident_id) "
        "select l.person, l.unit, l.assignment, 'read:case', l.resident_id "
        "from access_log l, generate_series(1, 600) where l.action = 'write:inskrivning'"
    )
    messages = sent()
    logs = [log for message in messages for log in message]

    assert [len(message) for message in messages] == [500, 102]
    ids = {log.findtext("{*}logId") for log in logs}
    assert len(ids) == 602
    for log in logs:
        for must in (
            "system/systemId", "activity/activityType", "activity/startDate", "activity/purpose",
            "user/userId", "user/careProvider/id", "user/careUnit/id",
            "resources/resource/resourceType", "resources/resource/patient/patientId/extension",
            "resources/resource/careProvider/id",
        ):  # fmt: skip
            assert log.findtext("/".join(f"{{*}}{tag}" for tag in must.split("/"))), must
    assert {log.findtext("{*}logId") for message in sent() for log in message} == ids


def test_what_an_older_key_signed_is_still_known(stage: Stage, tmp_path: Path) -> None:
    """A head, a session and a browser's mark; and no longer once the old key is taken away."""
    client = signed_in(stage.ward)
    old = settings.SECRET_KEY
    with override_settings(DATA=tmp_path):
        seals.seal()
        with override_settings(SECRET_KEY="n" * 60, SECRET_KEY_FALLBACKS=[old]):
            assert found() == []
            assert client.get("/tavla/").status_code == 200
        with override_settings(SECRET_KEY="n" * 60, SECRET_KEY_FALLBACKS=[]):
            assert "har inte vår signatur" in str(found()[0])
            assert client.get("/tavla/").status_code == 302


# --- Large as it grows ------------------------------------------------------------------------


def tables_read(sql: str, *given: object) -> tuple[set[str], set[str]]:
    """(tables of the log that a statement would look into, those of them it would read through)."""
    ((plan,),) = owner(f"explain (format json) {sql}", *given)
    looked_into, read_through = set[str](), set[str]()

    def look(node: dict[str, Any]) -> None:
        name = node.get("Relation Name", "")
        if name.startswith("access_log"):
            looked_into.add(name)
            if node["Node Type"] == "Seq Scan":
                read_through.add(name)
        for below in node.get("Plans", ()):
            look(below)

    look(plan[0]["Plan"])
    return looked_into, read_through


@pytest.fixture
def many_lines(stage: Stage) -> date:
    """A month with so many lines that a plan minds. Its first day."""
    first = datetime.now(UTC).date().replace(day=1)
    owner(
        "insert into access_log (at, person, unit, action, resident_id) select %s::timestamptz "
        "+ n * interval '1 minute', 'p' || n %% 50, 'u' || n %% 90, 'read:case', gen_random_uuid() "
        "from generate_series(1, 20000) n",
        first,
    )
    owner("analyze access_log")
    return first


def test_an_extract_looks_into_its_months_alone_and_reads_none_through(many_lines: date) -> None:
    after = (many_lines + timedelta(days=31)).replace(day=1)
    looked_into, read_through = tables_read(EXTRACT, many_lines, after, uuid4(), uuid4())

    assert looked_into == {f"access_log_{many_lines:%Y_%m}"}
    assert read_through == set()


def test_a_seal_s_lines_are_sought_and_no_large_month_is_read_through(many_lines: date) -> None:
    ((latest,),) = owner("select max(tx)::text from access_log")
    _, read_through = tables_read(seals.LINES, "sha256", str(int(latest) + 1), str(int(latest) + 9))

    assert f"access_log_{many_lines:%Y_%m}" not in read_through
