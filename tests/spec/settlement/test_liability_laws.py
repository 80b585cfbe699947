"""What holds for payment liability whatever the stays, and a naive second arithmetic."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from agreements import RULES
from hypothesis import given
from hypothesis import strategies as st

from sammanhang.guideline.liability import Specialty
from sammanhang.settlement.arithmetic.settle import settle
from sammanhang.settlement.arithmetic.statement import Basis, Statement
from sammanhang.settlement.arithmetic.stays import Leave, Readiness, Stay

MARCH = date(2026, 3, 1)
PRICES = {(2026, Specialty.SOMATIC): 1_050_000, (2026, Specialty.PSYCHIATRIC): 890_050}
BEGINNING = datetime(2026, 2, 10, tzinfo=UTC)
SWEDEN = ZoneInfo("Europe/Stockholm")
MODELS = sorted(RULES)

minutes = st.integers(0, 40 * 24 * 60).map(lambda number: BEGINNING + timedelta(minutes=number))


@st.composite
def stays(draw: st.DrawFn, most: int = 8) -> list[Stay]:
    """Stays of one month and three municipalities, that end in March."""
    return [draw(stay(id=f"V{number}")) for number in range(draw(st.integers(0, most)))]


@st.composite
def stay(draw: st.DrawFn, id: str) -> Stay:
    moments = sorted(draw(st.lists(minutes, min_size=2, max_size=6, unique=True)))
    ended_at = max(moments[-1], datetime(2026, 3, 1, tzinfo=UTC))
    pairs = zip(moments[:-1:2], [*moments[1:-1:2], None], strict=False)
    return Stay(
        id=id,
        municipality=draw(st.sampled_from(["Borås", "Mark", "Ulricehamn"])),
        specialty=draw(st.sampled_from(Specialty)),
        admission_notice_at=draw(st.none() | minutes),
        readiness=tuple(
            Readiness(notice, withdrawn, draw(st.none() | minutes)) for notice, withdrawn in pairs
        ),
        ended_at=ended_at,
    )


def march(model: str, every: list[Stay]) -> tuple[Statement, ...]:
    return settle(RULES[model], MARCH, every, PRICES)


def total(statements: tuple[Statement, ...]) -> int:
    return sum(one.amount_ore for one in statements)


@pytest.mark.parametrize("model", MODELS)
@given(stays())
def test_the_sum_of_lines_is_the_total(model: str, every: list[Stay]) -> None:
    for one in march(model, every):
        assert one.amount_ore == sum(charge.amount_ore for charge in one.charges)
        assert one.liable_days == sum(charge.days for charge in one.charges)
        own = sum(line.liable_days for line in one.lines)
        mean = max(Decimal(0), one.mean_sum - one.free_days * one.mean_stays)
        assert one.liable_days == own + mean
        assert one.stays == one.mean_stays + one.individual_stays


@pytest.mark.parametrize("model", MODELS)
@given(stays(), st.data())
def test_the_order_of_stays_does_not_matter(
    model: str, every: list[Stay], data: st.DataObject
) -> None:
    assert march(model, data.draw(st.permutations(every))) == march(model, every)


@pytest.mark.parametrize("model", MODELS)
@given(stays(), stay(id="new"))
def test_a_stay_under_the_threshold_never_raises_the_amount(
    model: str, every: list[Stay], new: Stay
) -> None:
    alone = march(model, [new])[0] if march(model, [new]) else None
    if alone is not None and alone.amount_ore == 0:
        assert total(march(model, [*every, new])) <= total(march(model, every))


@given(stays())
def test_the_statute_charges_no_day_before_the_third(every: list[Stay]) -> None:
    for one in march("lag", every):
        for line in one.lines:
            assert line.liable_days <= sum(max(0, period.days - 3) for period in line.waited)


@pytest.mark.parametrize("model", MODELS)
@given(stays())
def test_what_was_not_sent_costs_nothing(model: str, every: list[Stay]) -> None:
    silent = [replace(one, admission_notice_at=None) for one in every]
    assert total(march(model, silent)) == 0
    assert not any(line.counted for one in march(model, silent) for line in one.lines)


@pytest.mark.parametrize("model", ["vg", "stockholm"])
@given(stays())
def test_a_naive_arithmetic_says_the_same(model: str, every: list[Stay]) -> None:
    for municipality in {one.municipality for one in every}:
        mine = [one for one in every if one.municipality == municipality]
        found = {one.municipality: one.liable_days for one in march(model, every)}
        assert found.get(municipality, 0) == naive(model, mine)


def naive(model: str, mine: list[Stay]) -> Decimal:
    """Days by stepping through the calendar, date by date."""
    days = []
    for one in mine:
        noticed = any(ready.notice_at <= one.ended_at for ready in one.readiness)
        sent = one.admission_notice_at
        if one.ended_at.astimezone(SWEDEN).month != 3 or not noticed:
            continue
        if sent is not None and sent <= one.ended_at:
            days.append(sum(stepped(ready, one) for ready in one.readiness))
    free, most = (Decimal(3), 7) if model == "vg" else (Decimal("2.5"), 10_000)
    inside = [number for number in days if number <= most]
    alone = sum(number - 7 for number in days if number > most)
    return max(Decimal(0), sum(inside) - free * len(inside)) + alone


def stepped(ready: Readiness, one: Stay) -> int:
    if ready.notice_at > one.ended_at:
        return 0
    day = ready.notice_at.astimezone(SWEDEN).date()
    end = min(ready.withdrawn_at or one.ended_at, one.ended_at).astimezone(SWEDEN).date()
    number = 0
    while day < end:
        day += timedelta(days=1)
        number += 1
    return number


def test_days_on_leave_are_taken_off_where_the_agreement_says_so() -> None:
    at = lambda day, hour: datetime(2026, 3, day, hour, tzinfo=SWEDEN)  # noqa: E731
    waiting = Stay(
        "V1", "Borås", Specialty.SOMATIC, at(1, 8), (Readiness(at(2, 10)),), at(9, 10),
        (Leave(at(4, 12), at(6, 9)),),
    )  # fmt: skip
    assert march("vg", [waiting])[0].mean_sum == 5
    assert march("stockholm", [waiting])[0].mean_sum == 7
    assert "2 dagar på permission avdragna" in march("vg", [waiting])[0].lines[0].reason


def test_lines_say_what_they_are_settled_by() -> None:
    at = lambda day: datetime(2026, 3, day, 10, tzinfo=SWEDEN)  # noqa: E731
    long = Stay("V1", "Borås", Specialty.SOMATIC, at(1), (Readiness(at(2)),), at(12))
    line = march("vg", [long])[0].lines[0]
    assert (line.basis, line.section) == (Basis.INDIVIDUALLY, "5")
    assert line.reason == (
        "10 dagar (2026-03-02–2026-03-12), mer än 7: avräknas för sig från och med dag 8, 3 dagar."
    )
