"""Many counties' worth of cases, quickly: the lived county cloned by SQL, for benchmarks alone.

Every clone is a case of its own, with a resident of its own while it is open. So that boards stay
as full as boards are, the units are cloned too: eight lived counties on one set of units are as
many current cases as the real county has. A clone's chain of hashes doesn't verify, for hashes
cover the case's number.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import count
from random import Random
from typing import Any

from django.db import connections, transaction

from simulation.county import OWNER, load_residents
from simulation.loading import COLUMNS
from simulation.people import residents

ON_ONE_SET = 8
"""Lived counties that share units: some 3,000 in hospital at once."""
HSA_IDS = {
    "unit", "person", "sender", "heir", "awaited_by", "acknowledged_by", "key", "data", "state",
    "owed", "waiting",
}  # fmt: skip
"""Columns that hold HSA-ids, alone or in text."""
JSON = {"data", "owed", "waiting"}
WHOLE_TIME = "true"
PAST = "c.closed_at is not null"

Cursor = Any


def grow(*, cases: int = 0, open_cases: int = 0, events: int = 0, today: date) -> dict[str, int]:
    """Clones what is there until there are at least as many. Returns how many there are."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        there = counts(cursor)
        base = there["cases"]
        if not base:
            raise ValueError("Det finns inget att klona: läs in länet först.")
        cursor.execute("set local synchronous_commit = off")
        with _without_keys(cursor):
            for turn in count(1):
                wanting = there["cases"] < cases or there["open"] < open_cases
                if not wanting and there["events"] >= events:
                    break
                _clone(cursor, base, turn, WHOLE_TIME if wanting else PAST, today)
                there = counts(cursor)
        cursor.execute(
            "select setval(pg_get_serial_sequence('casework_case', 'id'), max(id)) "
            "from casework_case"
        )
    with connections[OWNER].cursor() as cursor:
        cursor.execute("analyze")
    return there


def counts(cursor: Cursor) -> dict[str, int]:
    cursor.execute(
        "select count(*), count(*) filter (where closed_at is null), coalesce(sum(seq), 0)::bigint "
        "from casework_case"
    )
    return dict(zip(("cases", "open", "events"), cursor.fetchone(), strict=True))


def units_of(turn: int) -> str:
    """What HSA-ids begin with in a turn: SE, and TST (a test environment) in sets of our own."""
    set_number = turn // ON_ONE_SET
    return f"TST{set_number:03}" if set_number else "SE"


def _clone(cursor: Cursor, base: int, turn: int, which: str, today: date) -> None:
    """The first `base` cases once more, those of them that `which` holds for."""
    cursor.execute(f"select count(*) from casework_case c where c.id <= {base} and {which}")
    new_people = cursor.fetchone()[0] if which == WHOLE_TIME else 0
    _people(cursor, new_people, turn, today)
    _units(cursor, units_of(turn))
    who = "where id in (select id from newcomer)" if new_people else ""
    cursor.execute(f"select count(*) from residents_resident {who}")
    people = cursor.fetchone()[0]
    cursor.execute("drop table if exists twin")
    cursor.execute(
        "create temporary table twin as select c.id as old_id, "
        "(select max(id) from casework_case) + row_number() over (order by c.id) as new_id, "
        "p.id as resident_id from "
        "(select c.id, row_number() over (order by c.id) as n from casework_case c "
        f" where c.id <= {base} and {which}) c "
        "join (select id, row_number() over (order by id) as n "
        f"      from residents_resident {who}) p "
        f"on p.n = 1 + (c.n + {turn * base}) % {people}"
    )
    for table, columns in COLUMNS.items():
        _copy_rows(cursor, table, columns.split(", "), units_of(turn))


def _copy_rows(cursor: Cursor, table: str, columns: list[str], prefix: str) -> None:
    case = "id" if table == "casework_case" else "case_id"
    taken = [_taken(column, case, prefix) for column in columns]
    cursor.execute(
        f"insert into {table} ({', '.join(columns)}) overriding system value "
        f"select {', '.join(taken)} from {table} t join twin on twin.old_id = t.{case} "
        "order by twin.new_id"
    )


def _taken(column: str, case: str, prefix: str) -> str:
    """A column as the clone has it."""
    if column == case:
        return "twin.new_id"
    if column == "resident_id":
        return "twin.resident_id"
    if column in HSA_IDS and prefix != "SE":
        cast = "::jsonb" if column in JSON else ""
        return f"replace(t.{column}::text, 'SE', '{prefix}'){cast}"
    return f"t.{column}"


def _people(cursor: Cursor, many: int, turn: int, today: date) -> None:
    """As many new residents: nobody has two open cases at one hospital."""
    if not many:
        return
    cursor.execute("select value from residents_residentnumber")
    taken = [row[0] for row in cursor.fetchall()]
    people = list(residents(Random(f"scale:{turn}"), many, today, taken))
    load_residents(people)
    cursor.execute("drop table if exists newcomer")
    cursor.execute("create temporary table newcomer (id uuid)")
    with cursor.copy("copy newcomer from stdin") as into:
        for one in people:
            into.write_row((one.id,))


def _units(cursor: Cursor, prefix: str) -> None:
    """A set of units and staff of its own, once."""
    cursor.execute(
        "select exists (select from directory_unit where hsa_id like %s)", [f"{prefix}%"]
    )
    if cursor.fetchone()[0]:
        return
    for table, columns in {
        "directory_unit": "hsa_id, type, organisation_id, synthetic",
        "directory_unitperiod": "unit_id, name, sort_key, parent, municipality_id, since, until",
        "directory_staff": "hsa_id, given_name, family_name, sort_key",
        "directory_assignment": "staff_id, unit_id, role, purpose, since, until",
    }.items():
        names = columns.split(", ")
        taken = [
            f"replace({name}, 'SE', '{prefix}')" if name.endswith(("_id", "hsa_id")) else name
            for name in names
        ]
        first = names[0]
        cursor.execute(
            f"insert into {table} ({columns}) select {', '.join(taken)} from {table} "
            f"where {first} like 'SE%'"
        )


@contextmanager
def _without_keys(cursor: Cursor) -> Iterator[None]:
    """Foreign keys and secondary indexes are taken away, and made anew when all is there."""
    ours = "c.conrelid::regclass::text like 'casework%%' and c.contype = 'f'"
    cursor.execute(
        "select c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid) "
        f"from pg_constraint c where {ours.replace('%%', '%')}"
    )
    keys = cursor.fetchall()
    cursor.execute(
        "select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index i "
        "where i.indrelid::regclass::text like 'casework%' and not i.indisprimary"
    )
    indexes = cursor.fetchall()
    for table, name, _ in keys:
        cursor.execute(f"alter table {table} drop constraint {name}")
    for name, _ in indexes:
        cursor.execute(f"drop index {name}")
    yield
    for _, definition in indexes:
        cursor.execute(definition)
    for table, name, definition in keys:
        cursor.execute(f"alter table {table} add constraint {name} {definition}")
