"""What a unit's board and a case's page tell, and what they cost to read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from stage import MONDAY, Stage, resident

from sammanhang.access.acting import Acting, scope
from sammanhang.casework import boards
from sammanhang.casework.boards import Row
from sammanhang.casework.case_page import CasePage, case_page
from sammanhang.casework.shown import row

DAY = timedelta(days=1)
TUESDAY_NIGHT = datetime(2026, 3, 3, 22, 59, 59, tzinfo=UTC)  # 23.59.59 in Sweden


def board(who: Acting) -> list[Row]:
    return boards.board(who).rows or []


def page(who: Acting, case: int, now: datetime = MONDAY) -> CasePage:
    with scope(who):
        return case_page(who, case, now)


# --- Messages and their receipts ------------------------------------------------------------


def test_a_message_stands_unread_and_owed_on_the_recipients_board_and_awaited_on_the_senders(
    stage: Stage,
) -> None:
    stage.notified()
    (at_ward,), (at_centre,) = board(stage.ward), board(stage.centre)

    assert (at_ward.unread, at_ward.owed, len(at_ward.waiting)) == (0, (), 2)
    assert {owed.unit for owed in at_ward.waiting} == {stage.centre.unit, stage.officer.unit}
    assert (at_centre.unread, at_centre.waiting) == (1, ())
    assert [(owed.act, owed.due) for owed in at_centre.owed] == [("kvittens", TUESDAY_NIGHT)]


def test_a_message_nobody_acknowledged_in_time_is_late_at_both_ends(stage: Stage) -> None:
    case = stage.notified()
    in_time, late = TUESDAY_NIGHT, TUESDAY_NIGHT + timedelta(seconds=1)

    for now, is_late in ((in_time, False), (late, True)):
        (at_ward,), (at_centre,) = board(stage.ward), board(stage.centre)
        assert bool(at_centre.late(now)) is is_late
        assert [owed.is_late(now) for owed in at_ward.waiting] == [is_late, is_late]
        for who in (stage.ward, stage.centre):
            message = page(who, case, now).entries[-1]
            expired = {one.unit: one.expired for one in message.deliveries}
            assert expired[stage.centre.unit] is is_late


def test_the_sender_sees_who_acknowledged_and_when_and_the_others_only_their_own(
    stage: Stage,
) -> None:
    case = stage.notified()
    at = MONDAY + timedelta(hours=2)
    stage.did(stage.centre, case, "kvittens", at=at)

    sent = page(stage.ward, case).entries[1]
    states = {one.unit: (one.acknowledged_at, one.acknowledged_by) for one in sent.deliveries}
    assert states == {
        stage.centre.unit: (at, stage.centre.person),
        stage.officer.unit: (None, None),
    }
    got = page(stage.officer, case).entries[0]
    assert [one.unit for one in got.deliveries] == [stage.officer.unit]


def test_a_correction_asks_for_a_new_receipt_and_moves_the_planned_day(stage: Stage) -> None:
    case = stage.notified()
    stage.did(stage.centre, case, "kvittens")
    corrected = {"meddelande": 2, "värden": {"beräknad-utskrivning": "2026-03-11"}}
    stage.did(stage.ward, case, "rättelse", data=corrected)
    (one,) = board(stage.centre)

    assert (one.unread, len(one.owed), str(one.planned_on)) == (1, 1, "2026-03-11")


def test_a_withdrawn_message_is_owed_by_nobody(stage: Stage) -> None:
    case = stage.notified()
    stage.did(stage.ward, case, "återtagande", data={"meddelande": 2})

    for who in (stage.centre, stage.officer):
        (one,) = board(who)
        assert (one.unread, one.owed, one.planned_on) == (0, (), None)


# --- Who stands on it -----------------------------------------------------------------------


def test_a_case_leaves_the_board_when_over_and_nothing_is_owed(stage: Stage) -> None:
    case = stage.notified()
    for who in (stage.centre, stage.officer):
        stage.did(who, case, "kvittens")
    stage.did(stage.ward, case, "utskrivningsklar")
    stage.did(stage.ward, case, "utskrivning")

    assert board(stage.ward) == board(stage.officer) == []
    assert page(stage.ward, case).closed_at == MONDAY


def test_late_things_come_first_and_a_search_finds_names_and_dates_of_birth(stage: Stage) -> None:
    early, late = stage.notified(at=MONDAY), stage.notified(at=MONDAY - 4 * DAY)
    everyone = board(stage.centre)
    now = MONDAY

    def left(**chosen: str) -> list[int]:
        shown = [row(one, now, {}, **chosen) for one in everyone]
        return [one.case for one in sorted(shown, key=lambda one: one.key) if not one.hidden]

    assert left() == [late, early]
    assert left(show="försenat") == [late]
    for q in ("elsa", "PROV", "19400317", "400317", "1940-03-17", "prov 1940"):
        assert late in left(q=q), q


# --- The version of a board -----------------------------------------------------------------


@pytest.mark.parametrize("act", ["utskrivningsklar", "anteckning"])
def test_the_version_changes_with_whatever_happens_in_a_case(stage: Stage, act: str) -> None:
    """Even with an event that the unit may not see: its seq tells that others have acted."""
    case = stage.notified()
    before = version(stage.centre)

    assert version(stage.centre) == before
    stage.did(stage.ward, case, act)
    assert version(stage.centre) != before


def test_the_version_changes_when_somebody_comes_and_another_goes(stage: Stage) -> None:
    case = stage.notified()
    before = version(stage.centre)
    stage.did(stage.centre, case, "vidarebefordran", data={"rätt-enhet": stage.other_centre.unit})
    stage.admits(resident(70))

    assert version(stage.centre) != before


def test_the_version_tells_how_much_has_become_late(stage: Stage) -> None:
    now = datetime.now(UTC)
    stage.notified(at=now)
    assert version(stage.ward).endswith("-0")

    stage.notified(at=now - 10 * DAY)
    assert version(stage.ward).endswith("-2")  # the centre's receipt and the officer's
    assert version(stage.centre).endswith("-1")


def version(who: Acting) -> str:
    return boards.board(who).version


# --- What it costs --------------------------------------------------------------------------


def test_a_board_takes_as_many_queries_with_thirty_people_as_with_one(stage: Stage) -> None:
    taken: list[int] = []
    for more in (1, 29):
        for _ in range(more):
            stage.notified()
        with CaptureQueriesContext(connection) as queries:
            assert board(stage.ward)
        taken.append(len(queries))

    assert taken == [1, 1]


def test_a_case_page_takes_as_many_queries_with_forty_events_as_with_two(stage: Stage) -> None:
    case = stage.notified()
    taken: list[int] = []
    for more in (0, 38):
        for _ in range(more):
            stage.did(stage.ward, case, "utskrivningsklar")
        with CaptureQueriesContext(connection) as queries:
            page(stage.officer, case)
        taken.append(len(queries))

    assert taken[0] == taken[1] <= 16


def test_a_send_is_two_statements(stage: Stage) -> None:
    case = stage.notified()
    with CaptureQueriesContext(connection) as queries:
        stage.did(stage.officer, case, "kvittens")

    assert len(queries) == 2
