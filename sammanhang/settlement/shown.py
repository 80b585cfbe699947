"""A month as it is shown: figures in Swedish, and pictures of days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from sammanhang.guideline.liability import Specialty
from sammanhang.settlement.arithmetic.statement import Basis, Line, Statement
from sammanhang.settlement.months import UNINVOICED, Month, forecast_ore, long_stays

FREE = Decimal("3.0")
WIDEST = 6
"""Days of the mean that fill the bar."""


@dataclass(frozen=True, slots=True)
class Row:
    """A municipality in the table of the month."""

    code: str
    name: str
    stated: Statement | None
    total_ore: int
    waiting: int
    forecast_ore: int | None
    invoice: int | None

    @property
    def invoiced(self) -> bool:
        return self.code not in UNINVOICED

    @property
    def over(self) -> bool:
        return bool(self.stated and self.stated.mean_days > self.stated.free_days)

    @property
    def bar(self) -> float:
        """The mean as a share of a hundred."""
        return min(100.0, float(self.stated.mean_days) / WIDEST * 100) if self.stated else 0.0

    @property
    def somatic(self) -> int:
        return long_stays(self.stated, Specialty.SOMATIC) if self.stated else 0

    @property
    def psychiatric(self) -> int:
        return long_stays(self.stated, Specialty.PSYCHIATRIC) if self.stated else 0


@dataclass(frozen=True, slots=True)
class Totals:
    """The county's month."""

    over: int
    stays: int
    mean_days: Decimal
    liable_days: Decimal
    amount_ore: int
    forecast_ore: int | None
    waiting: int


def rows(
    month: Month, names: Mapping[str, str], waiting: Mapping[str, int], today: date
) -> list[Row]:
    """All payers, also those with nothing to pay; the uninvoiced only where they have a stay."""
    return [
        Row(
            code,
            name,
            month.statements.get(code),
            month.total_ore(code),
            waiting.get(code, 0),
            forecast_ore(month.total_ore(code), month.first, today)
            if month.state == "preliminary"
            else None,
            month.invoices[code].number if code in month.invoices else None,
        )
        for code, name in names.items()
        if code not in UNINVOICED or code in month.statements
    ]


def totals(of: list[Row], month: Month, today: date) -> Totals:
    """Sums over the municipalities, without those that are never invoiced."""
    mine = [row for row in of if row.invoiced]
    stated = [row.stated for row in mine if row.stated]
    mean_stays = sum(one.mean_stays for one in stated)
    days = sum(one.mean_sum for one in stated)
    amount = sum(row.total_ore for row in mine)
    return Totals(
        over=sum(row.over for row in mine),
        stays=sum(one.stays for one in stated),
        mean_days=(Decimal(days) / mean_stays).quantize(Decimal("0.01"))
        if mean_stays
        else Decimal(0),
        liable_days=sum((one.liable_days for one in stated), Decimal(0)),
        amount_ore=amount,
        forecast_ore=forecast_ore(amount, month.first, today)
        if month.state == "preliminary"
        else None,
        waiting=sum(row.waiting for row in mine),
    )


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of days in the picture of a stay: from `x`, `width` wide, of a hundred."""

    x: float
    width: float
    kind: str
    """free, paid."""
    title: str


def spans(line: Line, first: date, last: date) -> list[Span]:
    """The waiting as bars over the weeks up to the end of the month; the days that are paid for by
    themselves are the last ones."""
    begins = min([one.first for one in line.waited] + [first])
    days = max(1, (last - begins).days + 1)
    paid = line.liable_days if line.basis is not Basis.NONE else 0
    found: list[Span] = []
    for one in reversed(line.waited):
        length = (one.end - one.first).days
        of_these = min(paid, length)
        paid -= of_these
        at = one.end - timedelta(days=of_these)
        title = f"{one.first.isoformat()}–{one.end.isoformat()}"
        for start, end, kind in ((one.first, at, "free"), (at, one.end, "paid")):
            if end > start or (length == 0 and kind == "free"):
                x = (start - begins).days / days * 100
                width = max((end - start).days / days * 100, 0.8)
                found.append(Span(round(x, 2), round(width, 2), kind, title))
    return found[::-1]


def state_title(state: str, running: bool) -> str:
    return {
        "preliminary": _("Pågår") if running else _("Preliminär"),
        "reviewed": _("Under granskning"),
        "final": _("Fastställd"),
    }[state]
