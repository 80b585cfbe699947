"""A month as it stands: from the stays while it is preliminary, then as it was stated."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
from django.db import connection

from sammanhang.access.acting import Acting
from sammanhang.access.acting import scope as access_scope
from sammanhang.guideline.liability import Specialty
from sammanhang.settlement.agreement import agreement, prices
from sammanhang.settlement.arithmetic.record import from_json
from sammanhang.settlement.arithmetic.settle import settle
from sammanhang.settlement.arithmetic.statement import Basis, Statement
from sammanhang.settlement.arithmetic.stays import Leave, Readiness, Stay
from sammanhang.settlement.round import NOBODY, OUTSIDE
from sammanhang.swedish_order import swedish_sort_key

EVERYBODY = "*"
UNINVOICED = {OUTSIDE: "Folkbokförd utanför länet", NOBODY: "Ingen kommun vald"}
"""Payers that are reported by themselves, and never invoiced."""


@contextmanager
def scope(acting: Acting) -> Iterator[str | None]:
    """A transaction in which the database shows what this economist's unit may see. Gives for whom
    they settle: a municipality's code, EVERYBODY for the region's, or None."""
    with access_scope(acting):
        with connection.cursor() as cursor:
            cursor.execute("select set_config('app.office', %s, true)", [acting.unit])
            cursor.execute("select settlement_for()")
            (settles_for,) = cursor.fetchone()
        yield settles_for


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction line: what a stay should have been, and what that changes."""

    month: date
    payer: str
    key: str
    days: int | None
    reason: str
    booked_in: date
    liable: Decimal
    amount_ore: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Objection:
    """What a municipality objects to in a stay, and the answer if there is one."""

    id: int
    payer: str
    key: str
    text: str
    by: str
    at: datetime
    accepted: bool | None
    answer: str | None
    answered_by: str | None

    @property
    def is_open(self) -> bool:
        return self.accepted is None


@dataclass(frozen=True, slots=True)
class Invoice:
    number: int
    payer: str
    credit: bool
    amount_ore: int
    issued_on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class Month:
    """A month and all that is said of it, as far as whoever asks may see."""

    first: date
    state: str
    """preliminary, reviewed, final."""
    statements: dict[str, Statement]
    corrections: tuple[Correction, ...]
    """Booked in this month, also of stays in earlier ones."""
    objections: tuple[Objection, ...]
    invoices: dict[str, Invoice]
    hash: str | None = None
    reviewed_at: datetime | None = None
    final_at: datetime | None = None

    @property
    def last(self) -> date:
        return self.first.replace(day=calendar.monthrange(self.first.year, self.first.month)[1])

    def corrections_of(self, payer: str) -> list[Correction]:
        return [one for one in self.corrections if one.payer == payer]

    def total_ore(self, payer: str) -> int:
        """What the municipality owes for the month, corrections included."""
        stated = self.statements.get(payer)
        changed = sum(one.amount_ore for one in self.corrections_of(payer))
        return (stated.amount_ore if stated else 0) + changed


def payers() -> dict[str, str]:
    """Names of all who may have to pay, by code, in Swedish order; the uninvoiced last."""
    with connection.cursor() as cursor:
        cursor.execute("select scb_code, name from directory_municipality")
        found = sorted(cursor.fetchall(), key=lambda row: swedish_sort_key(row[1]))
    return {**dict(found), **UNINVOICED}


def known_months() -> list[tuple[date, str]]:
    """(first day, state) of the months there is something to say of, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select month, max(state) from (select distinct month, null as state "
            "from settlement_stay where month is not null union all select month, "
            "case when final_at is null then 'reviewed' else 'final' end from settlement_month) m "
            "group by month order by month desc"
        )
        return [(month, state or "preliminary") for month, state in cursor.fetchall()]


def load(first: date) -> Month:
    """The month, in the economist's scope. Raises Unsettleable."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select reviewed_at, final_at, hash from settlement_month where month = %s", [first]
        )
        row = cursor.fetchone()
        if row is None:
            stated = {
                one.municipality: one
                for one in settle(agreement(), first, _stays(cursor, first), prices())
            }
            return Month(first, "preliminary", stated, _corrections(cursor, first), (), {})
        reviewed_at, final_at, hash = row
        cursor.execute(
            "select content from settlement_statement where month = %s order by payer", [first]
        )
        found = [from_json(_value(content)) for (content,) in cursor.fetchall()]
        return Month(
            first,
            "final" if final_at else "reviewed",
            {one.municipality: one for one in found},
            _corrections(cursor, first),
            _objections(cursor, first),
            _invoices(cursor, first),
            hash,
            reviewed_at,
            final_at,
        )


def _value(content: Any) -> Any:
    return orjson.loads(content) if isinstance(content, str) else content


def _stays(cursor: Any, first: date) -> list[Stay]:
    cursor.execute(
        "select key, payer, specialty, admission_notice_at, readiness::text, leaves::text, "
        "ended_at from settlement_stay where month = %s",
        [first],
    )
    return [stay(*row) for row in cursor.fetchall()]


def stay(
    key: str, payer: str, specialty: str, notice: datetime | None, readiness: str, leaves: str,
    ended_at: datetime,
) -> Stay:  # fmt: skip
    """A row of settlement_stay as the arithmetic has it."""
    return Stay(
        key,
        payer,
        Specialty[specialty.upper()],
        notice,
        tuple(Readiness(*map(_moment, one)) for one in orjson.loads(readiness)),  # type: ignore[arg-type]
        ended_at,
        tuple(Leave(*map(_moment, one)) for one in orjson.loads(leaves)),  # type: ignore[arg-type]
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _corrections(cursor: Any, first: date) -> tuple[Correction, ...]:
    cursor.execute(
        "select month, payer, key, days, reason, booked_in, liable, amount_ore, by, at "
        "from settlement_correction where booked_in = %s order by id",
        [first],
    )
    return tuple(Correction(*row) for row in cursor.fetchall())


def _objections(cursor: Any, first: date) -> tuple[Objection, ...]:
    cursor.execute(
        "select o.id, o.payer, o.key, o.text, o.by, o.at, a.accepted, a.text, a.by "
        "from settlement_objection o left join settlement_answer a on a.objection = o.id "
        "where o.month = %s order by o.id",
        [first],
    )
    return tuple(Objection(*row) for row in cursor.fetchall())


def _invoices(cursor: Any, first: date) -> dict[str, Invoice]:
    cursor.execute(
        "select number, payer, credit, amount_ore, issued_on, due_on "
        "from settlement_invoice where month = %s",
        [first],
    )
    return {row[1]: Invoice(*row) for row in cursor.fetchall()}


# --- Figures of the month -------------------------------------------------------------------


def waiting_now() -> dict[str, int]:
    """How many of each payer are ready for discharge now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select payer, count(*) from settlement_stay where ended_at is null "
            "and jsonb_array_length(readiness) > 0 and readiness->-1->>1 is null group by payer"
        )
        return dict(cursor.fetchall())


def forecast_ore(amount_ore: int, first: date, today: date) -> int | None:
    """Where the month ends if the rest of it is as it has been; None when it has ended, or when
    it has hardly begun."""
    length = calendar.monthrange(first.year, first.month)[1]
    passed = (today - first).days
    if not 3 <= passed < length:
        return None
    return round(Decimal(amount_ore) * length / passed / 100) * 100


def long_stays(statement: Statement, specialty: Specialty) -> int:
    """Stays settled by themselves, in one kind of care."""
    return sum(
        line.basis is Basis.INDIVIDUALLY and line.specialty is specialty for line in statement.lines
    )


def month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
