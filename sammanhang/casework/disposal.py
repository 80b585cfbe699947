"""Disposal (gallring): what has outlived its time is removed, as a deed that is itself kept.

Runs as the owner, from the command line. A dry run tells what would go. A case on hold stays.
The access log is never disposed of here: its months are tables of their own, to be archived.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connections, transaction

OWNER = "owner"
YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record and for how long it is kept."""

    name: str
    title: str
    kept: timedelta
    source: str
    count: str
    """SQL that counts what is older than a moment."""
    remove: str | None
    """SQL that removes it; cases are removed table by table."""


_OLD_CASES = (
    "from casework_case c where c.closed_at < %s "
    "and not exists (select from casework_hold h where h.case_id = c.id)"
)
KINDS = (
    Kind("cases", "avslutade ärenden", 10 * YEAR, "patientdatalagen (2008:355) 3 kap. 17 §",
         f"select count(*) {_OLD_CASES}", None),
    Kind("drafts", "utkast", timedelta(days=30), "antagande",
         "select count(*) from casework_draft where saved_at < %s",
         "delete from casework_draft where saved_at < %s"),
    Kind("attachments", "filer som aldrig skickades", timedelta(days=7), "antagande",
         "select count(*) from casework_attachment where seq is null and added_at < %s",
         "delete from casework_attachment where seq is null and added_at < %s"),
    Kind("sessions", "sessioner som har gått ut", timedelta(0), "antagande",
         "select count(*) from access_session where ends_at < %s",
         "delete from access_session where ends_at < %s"),
    Kind("sign-ins", "uppgifter om inloggningar", timedelta(days=400), "antagande",
         "select count(*) from access_sign_in where at < %s",
         "delete from access_sign_in where at < %s"),
    Kind("uses", "räknade sökningar och försök", timedelta(days=1), "antagande",
         "select count(*) from access_use where since < %s",
         "delete from access_use where since < %s"),
    Kind("own numbers", "identitetsnummer på dem som arbetar", YEAR, "antagande",
         "select count(*) from access_own_number where at < %s",
         "delete from access_own_number where at < %s"),
    Kind("public interest", "rader i listan över personer av allmänt intresse", YEAR, "antagande",
         "select count(*) from access_public_interest where at < %s",
         "delete from access_public_interest where at < %s"),
)  # fmt: skip
OF_A_CASE = (
    "attachment", "request", "draft", "planned", "disclosure", "board", "snapshot", "obligation",
    "delivery", "party", "phase", "restricted", "event",
)  # fmt: skip
"""Tables in the order in which they can be emptied."""


@dataclass(frozen=True, slots=True)
class Due:
    """How much of a kind has outlived its time."""

    kind: Kind
    older_than: datetime
    count: int


def due(now: datetime) -> list[Due]:
    """What would be disposed of."""
    found: list[Due] = []
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        for kind in KINDS:
            older_than = now - kind.kept
            cursor.execute(kind.count, [older_than])
            found.append(Due(kind, older_than, cursor.fetchone()[0]))
    return found


def dispose(now: datetime) -> list[Due]:
    """Disposes of all that has outlived its time, each kind in one transaction, and keeps note."""
    return list(_disposed(now))


def _disposed(now: datetime) -> Iterator[Due]:
    for kind in KINDS:
        older_than = now - kind.kept
        with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
            cases: list[int] | None = None
            if kind.remove is None:
                cases = _remove_cases(cursor, older_than)
                count = len(cases)
            else:
                cursor.execute(kind.remove, [older_than])
                count = cursor.rowcount
            if count:
                cursor.execute(
                    "insert into casework_disposal (person, kind, older_than, count, cases) "
                    "values (%s, %s, %s, %s, %s)",
                    [f"konto:{getpass.getuser()}", kind.name, older_than, count, cases],
                )
        yield Due(kind, older_than, count)


def _remove_cases(cursor: Any, older_than: datetime) -> list[int]:
    cursor.execute(f"select c.id {_OLD_CASES} for update", [older_than])
    cases = [case for (case,) in cursor.fetchall()]
    for name in OF_A_CASE:
        cursor.execute("select set_config('app.disposal', %s, true)", [f"casework_{name}"])
        cursor.execute(f"delete from casework_{name} where case_id = any(%s)", [cases])
    cursor.execute("delete from casework_case where id = any(%s)", [cases])
    cursor.execute("select set_config('app.disposal', '', true)")
    return cases


def hold(case: int, reason: str) -> bool:
    """Keeps a case until it is released. False: there is no such case."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(
            "insert into casework_hold (case_id, reason) "
            "select id, %s from casework_case where id = %s "
            "on conflict (case_id) do update set reason = excluded.reason",
            [reason, case],
        )
        return cursor.rowcount == 1


def release(case: int) -> bool:
    """Lets a held case go its way. False: it was not held."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("delete from casework_hold where case_id = %s", [case])
        return cursor.rowcount == 1
