"""The access log as large as years of the county make it: built, sealed, verified and asked.

    make bench BENCH="log --lines 20000000 --months 18"

The months are filled by SQL, each line with its true hash, and sealed day by day; what is then
measured is done by the service's own code. A line takes some 400 bytes of disk with its indexes.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import psycopg

from sammanhang.site.database import APP, OWNER, Server
from tests.load.sizes import PERSON, SECONDS, WORKERS

RESIDENTS = 60_000
STAFF = 3_000
ON_A_BOARD = 25

DAY = """
insert into {table} select l.*, access_log_hash(row(l.*, null)::access_log) from (
  select %(first)s::bigint + d.n as id,
         %(day)s::timestamptz + d.n * interval '1 day' / %(many)s as at,
         %(tx)s::xid8 as tx, 'SE2321000131-P' || lpad((who %% {staff})::text, 4, '0') as person,
         u.hsa_id as unit, 1::bigint as assignment,
         case kind when 0 then 'read:board' when 1 then 'find:number'
                   when 2 then 'write:kvittens' when 3 then 'write:planeringsmeddelande'
                   else 'read:case' end as action,
         case when kind > 1 then who end as case_id,
         case when kind > 0 then md5((who %% {residents})::text)::uuid end as resident_id,
         case when kind = 0 then (select array_agg(md5(((u.n * 37 + k) %% {residents})::text)::uuid)
                                  from generate_series(1, {board}) k) end as residents,
         'relation' as why
  from (select n, (random() * 1e6)::integer as who, (random() * 9)::integer as kind,
               1 + (random() * %(units)s - 0.5)::integer as unit
        from generate_series(0, %(many)s - 1) n) d join bench_unit u on u.n = d.unit) l
"""
"""A day's lines: a tenth boards with all who stand on them, most of the rest cases read."""


def run(folder: Path, lines: int, months: int) -> dict[str, Any]:
    import django

    from sammanhang.site import database
    from sammanhang.site.cli_service import bring_up_to_date

    server = database.start(folder)
    try:
        database.prepare(server)
        django.setup()
        bring_up_to_date()
        began = time.monotonic()
        units, days = _county(), _build(server, lines, months)
        built = time.monotonic() - began
        found = {"lines": lines, "months": months, "built_s": built, **_size(server)}
        return {**found, **_sealed(days), **_asked(units[0], days), **_inserts(server, units[0])}
    finally:
        database.stop(server)


# --- Building -------------------------------------------------------------------------------


def _county() -> list[str]:
    from django.db import connections

    from simulation.county import load_county

    load_county(_today())
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "create table bench_unit as select hsa_id, row_number() over (order by hsa_id) as n "
            "from directory_unit where type <> 'regionledning'"
        )
        cursor.execute(
            "insert into directory_staff (hsa_id, given_name, family_name, sort_key) "
            "select 'SE2321000131-P' || lpad(n::text, 4, '0'), 'F' || n % 700, 'E' || n % 900, "
            f"'e' from generate_series(0, {STAFF} - 1) n"
        )
        cursor.execute(
            "insert into residents_resident (id, given_name, family_name, sort_key, sex, "
            "secrecy_marking, protected_registration) select md5(n::text)::uuid, 'F' || n % 700, "
            f"'E' || n % 5000, 'e', 'X', false, false from generate_series(0, {RESIDENTS} - 1) n"
        )
        cursor.execute("select hsa_id from bench_unit order by n")
        units = [unit for (unit,) in cursor.fetchall()]
        cursor.execute(
            "insert into directory_assignment (staff_id, unit_id, role, purpose, since) "
            "values (%s, %s, 'log_reviewer', 'x', '2020-01-01')",
            [PERSON, units[0]],
        )
        cursor.execute("analyze")
    return units


def _build(server: Server, lines: int, months: int) -> dict[date, int]:
    """Each day, and the transaction its lines are said to have come in."""
    first = (_today().replace(day=1) - timedelta(days=30 * (months - 1))).replace(day=1)
    days = [first + timedelta(days=n) for n in range((_today() - first).days)]
    with psycopg.connect(server.url(OWNER), autocommit=True) as connection:
        taken = [connection.execute("select pg_current_xact_id()::text").fetchone() for _ in days]
        tx = {day: int(one[0]) for day, one in zip(days, taken, strict=True) if one}
        connection.execute("select setval('access_log_id', %s)", [lines + 1])
        firsts = sorted({day.replace(day=1) for day in days})
        with click.progressbar(firsts, label="Skriver loggen") as bar, _two() as pool:
            for month in bar:
                table = f"access_log_{month:%Y_%m}"
                _run(connection, f"drop table if exists {table}")
                _run(connection, f"create table {table} (like access_log)")
                of_month = [day for day in days if day.replace(day=1) == month]
                list(pool.map(_day_in(server, table, days, lines, tx), of_month))
                _attach(connection, table, month)
        connection.execute("vacuum analyze access_log")
    return tx


def _two() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2)


def _day_in(
    server: Server, table: str, days: list[date], lines: int, tx: dict[date, int]
) -> Callable[[date], None]:
    many = lines // len(days)
    sql = DAY.format(table=table, staff=STAFF, residents=RESIDENTS, board=ON_A_BOARD)

    def write(day: date) -> None:
        with psycopg.connect(server.url(OWNER)) as connection:
            number = days.index(day)
            given = {"first": 1 + number * many, "day": f"{day} 00:00+00", "many": many}
            units = connection.execute("select count(*) from bench_unit").fetchone()
            connection.execute("select setseed(%s)", [number / len(days)])
            given |= {"tx": str(tx[day]), "units": units[0] if units else 0}
            connection.execute(sql.encode(), given)

    return write


def _attach(connection: psycopg.Connection, table: str, month: date) -> None:
    """The month's table becomes one of the log's, with its indexes and its guards."""
    after = (month + timedelta(days=31)).replace(day=1)
    within = f"from ('{month}') to ('{after}')"
    _run(connection, f"alter table access_log attach partition {table} for values {within}")
    _run(connection, f"select access_log_guard('{table}'::regclass)")
    _run(connection, f"create policy of_the_whole on {table} for insert with check (false)")


def _run(connection: psycopg.Connection, sql: str) -> None:
    connection.execute(sql.encode())


def _size(server: Server) -> dict[str, float]:
    ((heap, whole),) = server.execute(
        "select sum(pg_table_size(c.oid))::bigint, sum(pg_total_relation_size(c.oid))::bigint "
        "from pg_class c join pg_inherits i on i.inhrelid = c.oid "
        "where i.inhparent = 'access_log'::regclass",
        "sammanhang",
    )
    return {"table_gb": heap / 1e9, "with_indexes_gb": whole / 1e9}


# --- Sealing and verifying ------------------------------------------------------------------


def _sealed(tx: dict[date, int]) -> dict[str, Any]:
    """All days but the last are sealed by SQL; the last by the service, as every night."""
    from django.db import connections

    from sammanhang.access import seals

    *days, last = tx
    before = seals.FIRST
    with connections["owner"].cursor() as cursor, seals.heads_file().open("a") as heads:
        for number, day in enumerate(days, 1):
            cursor.execute(
                "insert into access_log_seal "
                "(number, from_tx, to_tx, lines, method, hash, sealed_at) "
                "select %s, %s::xid8, %s::xid8, array_agg(id order by id), 'sha256', "
                "sha256(%s::bytea || string_agg(hash, ''::bytea order by id)), %s "
                "from access_log where tx = %s::xid8 returning hash, sealed_at",
                [number, str(tx[day] if number > 1 else 0), str(tx[day] + 1), before,
                 datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC),
                 str(tx[day])],
            )  # fmt: skip
            hashed, sealed_at = cursor.fetchone()
            before = bytes(hashed)
            head = seals.signed(number, before.hex(), sealed_at.isoformat())
            heads.write(json.dumps(asdict(head)) + "\n")
    seal_s = _timed(seals.seal)[0]
    day_s, wrong = _timed(lambda: list(seals.verify(_today())))
    month_s, also = _timed(lambda: list(seals.verify(last - timedelta(days=30))))
    if wrong or also:
        raise SystemExit(f"Loggen är inte hel: {(wrong or also)[0]}")
    return {"seal_day_s": seal_s, "verify_day_s": day_s, "verify_month_s": month_s}


# --- Asking ---------------------------------------------------------------------------------


def _asked(unit: str, tx: dict[date, int]) -> dict[str, Any]:
    from sammanhang.access import log_extract, review
    from sammanhang.access.acting import Acting

    first, *_, last = tx
    people = [UUID(_md5(n)) for n in range(37, 37 + 2000, 100)]
    took = sorted(_timed(lambda who=who: log_extract.extract(who, first, last)) for who in people)
    reviewer = Acting(PERSON, "", unit, "", "avdelning", 1, "log_reviewer")
    month = (last.replace(day=1) - timedelta(days=1)).replace(day=1)
    with review.scope(reviewer):
        months_s, _ = _timed(lambda: review.months(_today()))
        review_s, found = _timed(lambda: review.load(month, unit))
    return {
        "extract_ms": took[len(took) // 2][0] * 1000,
        "extract_most_ms": took[-1][0] * 1000,
        "extract_lines": len(took[-1][1]),
        "review_months_ms": months_s * 1000,
        "review_ms": review_s * 1000,
        "review_findings": len(found.patterns),
    }


def _md5(number: int) -> str:
    import hashlib

    return hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.monotonic()
    found = work()
    return time.monotonic() - began, found


def _inserts(server: Server, unit: str) -> dict[str, float]:
    """Lines per second as the service writes them, each in a transaction of its own."""
    people = ", ".join(f"md5('{n}')::uuid" for n in range(ON_A_BOARD))
    who = f"set_config('app.person', '{PERSON}', true), set_config('app.unit', '{unit}', true)"
    columns = "person, unit, assignment, action"
    found: dict[str, float] = {}
    for name, column, value in (
        ("lines_per_s", "resident_id", "'read:case', md5((random() * 60000)::integer::text)::uuid"),
        ("board_lines_per_s", "residents", f"'read:board', array[{people}]"),
    ):
        file = server.folder / f"{name}.sql"
        line = f"({columns}, {column}) values ('{PERSON}', '{unit}', 1, {value})"
        file.write_text(f"begin;\nselect {who};\ninsert into access_log {line};\ncommit;\n")
        where = ["-h", server.folder / "socket", "-U", APP, "sammanhang"]
        done = subprocess.run(
            [server.programs / "pgbench", "-n", "-f", file, "-T", str(SECONDS),
             "-c", str(WORKERS), "-j", "2", *where],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        tps = re.search(r"tps = ([\d.]+)", done.stdout)
        if tps is None:
            raise SystemExit(done.stderr)
        found[name] = float(tps[1])
    return found


def _today() -> date:
    return datetime.now(UTC).date()
