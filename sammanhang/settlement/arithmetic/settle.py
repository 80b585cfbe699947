"""From a month's stays to a statement for each municipality, by the rules of an agreement.

Nothing here depends on the order of the stays, on a clock or on earlier months: the same stays
and the same version of the agreement give the same öre, years later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from sammanhang.guideline.liability import (
    Individually,
    Liability,
    Mean,
    Notice,
    Specialty,
    Threshold,
)
from sammanhang.settlement.arithmetic import reasons
from sammanhang.settlement.arithmetic.amounts import Prices, Unsettleable, price
from sammanhang.settlement.arithmetic.statement import Basis, Charge, Line, Statement
from sammanhang.settlement.arithmetic.stays import (
    Stay,
    Waited,
    days_within,
    local_date,
    month_of,
    waiting,
)


def settle(
    rules: Liability, month: date, stays: Iterable[Stay], prices: Prices
) -> tuple[Statement, ...]:
    """Statements for the month with this first day, in the order of municipalities.

    Stays of other months are passed over. Raises Unsettleable where the agreement or the amounts
    don't reach the month.
    """
    free = free_days(rules, month)
    by_municipality: dict[str, list[Stay]] = {}
    for stay in stays:
        if month_of(stay) == month:
            by_municipality.setdefault(stay.municipality, []).append(stay)
    every = [stay.specialty for mine in by_municipality.values() for stay in mine]
    for specialty in dict.fromkeys(every or [Specialty.SOMATIC]):
        price(prices, month, specialty)
    return tuple(
        statement(rules, month, municipality, by_municipality[municipality], prices, free)
        for municipality in sorted(by_municipality)
    )


def statement(
    rules: Liability,
    month: date,
    municipality: str,
    stays: Sequence[Stay],
    prices: Prices,
    free: Decimal,
) -> Statement:
    """One municipality's month: a line for each stay, and the sums they come to."""
    lines = sorted((line(rules, stay) for stay in stays), key=lambda one: one.stay_id)
    return summed(rules, month, municipality, lines, prices, free)


def summed(
    rules: Liability,
    month: date,
    municipality: str,
    lines: Sequence[Line],
    prices: Prices,
    free: Decimal,
) -> Statement:
    """The statement that lines come to."""
    charges = (*_mean_charges(rules, month, lines, prices, free), *_own(month, lines, prices))
    return Statement(municipality, month, tuple(lines), charges, free)


def free_days(rules: Liability, month: date) -> Decimal:
    """Free days a stay; 0 without a mean. Raises Unsettleable outside the agreement's time."""
    begins = rules.document.in_force_from
    last_day = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    free = rules.mean.free_in(month) if rules.mean else Decimal(0)
    if free is None or (begins is not None and last_day < begins):
        raise Unsettleable(
            f"'{rules.document.title}' gäller inte för {month:%Y-%m}. Välj en månad då den gäller, "
            f"eller en annan överenskommelse."
        )
    return free


# --- A stay ---------------------------------------------------------------------------------


def line(rules: Liability, stay: Stay) -> Line:
    """What the stay is settled by."""
    waited = waiting(stay, rules.days)
    days = sum(one.days for one in waited)
    if missing := _missing(rules, stay, waited):
        why = reasons.not_counted(missing, stay)
        return _line(stay, waited, Basis.NONE, 0, why, rules.requirement.source.section.number)
    if rules.threshold is not None:
        return _by_period(rules, rules.threshold, stay, waited)
    basis, liable, section = settled_by(rules, days)
    if basis is Basis.INDIVIDUALLY and rules.individually:
        why = reasons.individually(waited, days, liable, rules.individually)
    else:
        why = reasons.in_mean(waited, days)
    return _line(stay, waited, basis, liable, why, section)


def settled_by(rules: Liability, days: int) -> tuple[Basis, int, str]:
    """What so many days are settled by where there is a mean: (basis, liable days, paragraph)."""
    alone = rules.individually
    if alone is not None and days > alone.over:
        return Basis.INDIVIDUALLY, days - (alone.from_day - 1), _section(alone)
    return Basis.MEAN, 0, _section(rules.mean) if rules.mean else ""


def corrected(rules: Liability, one: Line, days: int | None, why: str) -> Line:
    """The line as it should have been: so many days, or not counted where that is None.

    Where there is a threshold, the days are those that are liable.
    """
    if days is None:
        section = rules.requirement.source.section.number
        return replace(
            one,
            basis=Basis.NONE,
            liable_days=0,
            reason=reasons.corrected(None, why),
            section=section,
        )
    if rules.threshold is not None:
        basis, liable, section = Basis.PERIOD, days, _section(rules.threshold)
    else:
        basis, liable, section = settled_by(rules, days)
    reason = reasons.corrected(days, why)
    return replace(one, days=days, basis=basis, liable_days=liable, reason=reason, section=section)


def _section(rule: Mean | Individually | Threshold) -> str:
    return rule.source.section.number


def _line(
    stay: Stay, waited: Sequence[Waited], basis: Basis, liable: int, why: str, section: str
) -> Line:
    days = sum(one.days for one in waited)
    return Line(stay.id, stay.specialty, days, basis, liable, why, section, tuple(waited))


def _missing(rules: Liability, stay: Stay, waited: Sequence[Waited]) -> list[Notice]:
    """What should have been sent before the stay ended, and was not."""
    calls = (one.readiness.called_at for one in waited)
    sent = {
        Notice.ADMISSION: _before_end(stay.admission_notice_at, stay),
        Notice.READINESS: bool(waited),
        Notice.CALL: any(_before_end(called, stay) for called in calls),
    }
    return [notice for notice in rules.requirement.sent if not sent[notice]]


def _before_end(moment: datetime | None, stay: Stay) -> bool:
    return moment is not None and moment <= stay.ended_at


def _by_period(
    rules: Liability, threshold: Threshold, stay: Stay, waited: Sequence[Waited]
) -> Line:
    """Each readiness period by itself, from its first liable day up to its end."""
    call_needed = Notice.CALL in rules.requirement.sent
    liable, told = 0, list[str]()
    for one in waited:
        called = one.readiness.called_at
        if call_needed and not _before_end(called, stay):
            told.append(reasons.no_call(one))
            continue
        first = one.first + timedelta(days=threshold.calendar_days)
        if threshold.not_before_call and called is not None:
            first = max(first, local_date(called))
        days = days_within(stay, rules.days, first, one.end)
        liable += days
        told.append(reasons.period(one, first, days, threshold))
    why = " ".join(told)
    return _line(stay, waited, Basis.PERIOD, liable, why, _section(threshold))


# --- The sums -------------------------------------------------------------------------------


def _mean_charges(
    rules: Liability, month: date, lines: Sequence[Line], prices: Prices, free: Decimal
) -> Iterator[Charge]:
    """What the stays of the mean exceed together, at the lowest of their specialties' amounts."""
    inside = [one for one in lines if one.basis is Basis.MEAN]
    over = Decimal(sum(one.days for one in inside)) - free * len(inside)
    if rules.mean is None or over <= 0:
        return
    cheapest = min(
        sorted({one.specialty for one in inside}, key=lambda one: one.value, reverse=True),
        key=lambda specialty: price(prices, month, specialty),
    )
    yield Charge(Basis.MEAN, cheapest, over, price(prices, month, cheapest), _section(rules.mean))


def _own(month: date, lines: Sequence[Line], prices: Prices) -> Iterator[Charge]:
    """What each stay that is settled by itself comes to."""
    for one in lines:
        if one.liable_days:
            day = price(prices, month, one.specialty)
            days = Decimal(one.liable_days)
            yield Charge(one.basis, one.specialty, days, day, one.section, one.stay_id)
