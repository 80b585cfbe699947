"""Disposal: what has outlived its time goes, what is held stays, and the deed is noted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connections, transaction
from stage import MONDAY, Stage, owner

from sammanhang.casework import boards, chain
from sammanhang.casework.disposal import OF_A_CASE, dispose, due, hold, release
from sammanhang.casework.drafts import save_draft

TEN_YEARS = timedelta(days=3660)


def closed(stage: Stage, at: datetime) -> int:
    case = stage.notified(at=at)
    for who in (stage.centre, stage.officer):
        stage.did(who, case, "kvittens", at=at)
    stage.did(stage.ward, case, "utskrivningsklar", at=at)
    stage.did(stage.ward, case, "utskrivning", at=at)
    return case


def left_of(case: int) -> set[str]:
    return {
        name for name in OF_A_CASE
        if owner(f"select count(*) from casework_{name} where case_id = %s", case) != [(0,)]
    }  # fmt: skip


def counts(now: datetime) -> dict[str, int]:
    return {one.kind.name: one.count for one in due(now)}


def test_a_case_goes_ten_years_after_it_was_closed_and_no_other_with_it(stage: Stage) -> None:
    old, young, open_one = closed(stage, MONDAY), closed(stage, MONDAY), stage.notified()
    owner("update casework_case set closed_at = %s where id = %s",
          MONDAY + timedelta(days=30), young)  # fmt: skip
    now = MONDAY + TEN_YEARS + timedelta(days=1)

    assert counts(now)["cases"] == 1
    assert left_of(old)  # a plan removes nothing
    dispose(now)

    assert left_of(old) == set()
    assert owner("select id from casework_case order by 1") == [(young,), (open_one,)]
    assert {"event", "party", "snapshot"} <= left_of(young)
    assert owner("select kind, count, cases from casework_disposal") == [("cases", 1, [old])]
    assert list(chain.verify()) == []


def test_a_case_on_hold_stays_until_it_is_released(stage: Stage) -> None:
    case = closed(stage, MONDAY)
    now = MONDAY + TEN_YEARS + timedelta(days=1)
    assert hold(case, "Tillsyn av IVO")
    dispose(now)
    assert left_of(case)

    assert release(case)
    dispose(now)
    assert left_of(case) == set()
    assert not hold(case, "för sent")


def test_what_was_typed_and_forgotten_goes_after_a_month(stage: Stage) -> None:
    case = stage.notified()
    now = datetime.now(UTC)
    for days, act in ((31, "anteckning"), (29, "planeringsmeddelande")):
        save_draft(acting=stage.ward, case=case, act=act, data={"text": "x"},
                   now=now - timedelta(days=days))  # fmt: skip
    dispose(now)

    assert owner("select act from casework_draft") == [("planeringsmeddelande",)]


def removed_as_another_table(sql: str) -> None:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("select set_config('app.disposal', 'casework_board', true)")
        cursor.execute(sql)


def test_nothing_is_removed_by_the_way(stage: Stage) -> None:
    """The word that lets disposal through is for one table and one transaction."""
    stage.notified()
    with pytest.raises(DatabaseError, match="varken ändras eller tas bort"):
        removed_as_another_table("delete from casework_event")
    assert boards.board(stage.ward).rows
