"""Final months in sums, as an auditor sees them: no stay, and no word that anybody wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sammanhang.access.acting import log_reading
from sammanhang.access.requires import Asked, requires
from sammanhang.settlement.figures import kronor, swedish, two_decimals
from sammanhang.settlement.months import payers, scope


@dataclass(frozen=True, slots=True)
class Final:
    """A month that has been made final, under which agreement, and the hash that seals it."""

    first: date
    agreement: str
    version: str
    at: datetime
    hash: str


@dataclass(frozen=True, slots=True)
class Total:
    """A municipality's month in sums."""

    payer: str
    stays: int
    mean_days: Decimal
    individual_stays: int
    liable_days: Decimal
    amount_ore: int
    corrections: int
    objections: int
    invoice: int | None


@require_GET
@requires("auditor")
def totals(request: Asked) -> HttpResponse:
    """The months, and of the chosen one, or the last, every municipality that one audits."""
    wanted = request.GET.get("manad", "")
    with scope(request.acting):
        months = _months()
        chosen = next((one for one in months if f"{one.first:%Y-%m}" == wanted), None)
        chosen = chosen or next(iter(months), None)
        found = _totals(chosen.first) if chosen else []
        names = payers()
        log_reading(request.acting, "read:settlement-totals")
    found.sort(key=lambda one: list(names).index(one.payer))
    told = {
        "section": "totals",
        "months": months,
        "chosen": chosen,
        "totals": found,
        "sum": sum(one.amount_ore for one in found),
        "names": names,
        "kronor": kronor,
        "swedish": swedish,
        "two": two_decimals,
    }
    return render(request, "settlement/totals.html", told)


def _months() -> list[Final]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select month, agreement, version, final_at, hash from settlement_month "
            "where final_at is not null order by month desc"
        )
        return [Final(*row) for row in cursor.fetchall()]


def _totals(first: date) -> list[Total]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select payer, stays, mean_days, individual_stays, liable_days, amount_ore, "
            "corrections, objections, invoice from settlement_total where month = %s",
            [first],
        )
        return [Total(*row) for row in cursor.fetchall()]
