"""What is promised of a send: once, whole, and never over somebody else's head."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from django.db import connections
from stage import MONDAY, Stage, owner, person_at, resident

from sammanhang.access.acting import Acting, scope
from sammanhang.casework import attachments
from sammanhang.casework.actions import Changed, Performed, Refused
from sammanhang.casework.attachments import Attachment

T = TypeVar("T")

COUNTED = ("case", "event", "party", "delivery", "obligation", "board", "snapshot", "request")


def at_once(times: int, what: Callable[[int], T]) -> list[T]:
    """The same thing by many at the same moment, each on a connection of its own."""
    ready = Barrier(times)

    def one(n: int) -> T:
        try:
            connections["default"].ensure_connection()
            ready.wait()
            return what(n)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(one, range(times)))


def everything_stored() -> dict[str, int]:
    return {name: owner(f"select count(*) from casework_{name}")[0][0] for name in COUNTED} | {
        "log": owner("select count(*) from access_log")[0][0]
    }


# --- Once -----------------------------------------------------------------------------------


def test_a_double_click_performs_once_and_gives_the_same_answer(stage: Stage) -> None:
    case, key = stage.admitted(), uuid4()
    first = stage.does(stage.ward, case, "anteckning", key=key)
    stage.did(stage.ward, case, "anteckning")
    again = stage.does(stage.ward, case, "anteckning", key=key, seen=2)

    assert first == Performed(case, 2)
    assert again == Performed(case, 2, repeated=True)
    assert owner("select count(*) from casework_event")[0][0] == 3


def test_a_double_click_at_the_very_same_moment_performs_once(stage: Stage) -> None:
    case, key = stage.admitted(), uuid4()
    results = at_once(8, lambda _: stage.does(stage.ward, case, "anteckning", key=key))

    assert sorted(result.repeated for result in results) == [False, *[True] * 7]
    assert {result.seq for result in results} == {2}


def test_admitting_twice_with_the_same_request_opens_one_case(stage: Stage) -> None:
    who, key = resident(), uuid4()
    results = at_once(8, lambda _: stage.admits(who, key=key))

    assert len({result.case for result in results}) == 1
    assert sorted(result.repeated for result in results) == [False, *[True] * 7]
    assert owner("select count(*) from casework_case") == [(1,)]


def test_a_key_is_ones_own(stage: Stage) -> None:
    """Another person's request with the same key neither is taken for it nor collides with it."""
    case, key = stage.notified(), uuid4()

    assert stage.does(stage.centre, case, "kvittens", key=key) == Performed(case, 3)
    assert stage.does(stage.officer, case, "kvittens", key=key) == Performed(case, 4)


# --- Two at once ----------------------------------------------------------------------------


def test_of_two_who_act_on_the_same_page_one_wins_and_the_other_is_told_what_changed(
    stage: Stage,
) -> None:
    case = stage.notified()
    both = [(stage.ward, "utskrivningsklar"), (stage.centre, "planeringsmeddelande")]
    results = at_once(2, lambda n: stage.does(*both[n][:1], case, both[n][1], seen=2))

    won = [result for result in results if isinstance(result, Performed)]
    lost = [result for result in results if isinstance(result, Changed)]
    assert [result.seq for result in won] == [3]
    assert [result.seq for result in lost] == [3]


def test_the_loser_sees_what_changed_only_as_far_as_its_unit_may(stage: Stage) -> None:
    case = stage.notified()
    stage.did(stage.ward, case, "anteckning")
    stage.did(stage.ward, case, "utskrivningsklar")
    lost = stage.does(stage.officer, case, "planeringsmeddelande", seen=2)

    assert isinstance(lost, Changed)
    assert lost.seq == 4
    assert [event.act for event in lost.events] == ["utskrivningsklar"]


def test_of_fifty_who_act_on_the_same_page_exactly_one_wins(stage: Stage) -> None:
    case = stage.notified()
    results = at_once(50, lambda _: stage.does(stage.ward, case, "anteckning", seen=2))

    assert sum(isinstance(result, Performed) for result in results) == 1
    assert sum(isinstance(result, Changed) for result in results) == 49
    assert owner("select count(*) from casework_event")[0][0] == 3


def test_fifty_who_don_t_mind_what_others_do_all_get_a_place_of_their_own(stage: Stage) -> None:
    case = stage.notified()
    results = at_once(50, lambda _: stage.does(stage.ward, case, "anteckning"))

    assert sorted(result.seq for result in results) == list(range(3, 53))


def test_acknowledging_is_not_held_up_by_what_others_did(stage: Stage) -> None:
    case = stage.notified()
    stage.did(stage.ward, case, "anteckning")

    assert isinstance(stage.does(stage.officer, case, "kvittens", seen=2), Performed)


def test_a_clock_slightly_behind_another_servers_does_no_harm(stage: Stage) -> None:
    case = stage.notified(at=MONDAY)
    at = MONDAY - timedelta(seconds=20)

    assert isinstance(stage.does(stage.ward, case, "anteckning", at=at), Performed)
    assert owner("select max(at) from casework_event") == [(MONDAY,)]


# --- Refusals -------------------------------------------------------------------------------


def test_a_refusal_names_the_paragraph_and_writes_nothing(stage: Stage) -> None:
    case = stage.notified()
    before = everything_stored()
    refused = stage.does(stage.ward, case, "utskrivning")

    assert isinstance(refused, Refused)
    assert (refused.refusal.rule, refused.refusal.section) == ("utskrivning-kräver-klar", "4")
    assert everything_stored() == before


def test_a_refused_admission_leaves_no_case(stage: Stage) -> None:
    before = everything_stored()
    refused = stage.admits(resident(), by=stage.officer)

    assert isinstance(refused, Refused)
    assert refused.refusal.kind == "not-party"
    assert everything_stored() == before


def unknown_unit(stage: Stage) -> str:
    return "SE2321000131-FINNSEJ"


def unit_of_the_wrong_kind(stage: Stage) -> str:
    return stage.other_ward.unit


def closed_unit(stage: Stage) -> str:
    closed = stage.other_officer.unit
    owner("update directory_unitperiod set until = '2026-01-31' where unit_id = %s", closed)
    return closed


def merged_unit(stage: Stage) -> str:
    closed = closed_unit(stage)
    owner(
        "update directory_unit set successor_id = %s where hsa_id = %s", stage.officer.unit, closed
    )
    return closed


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        (unknown_unit, "finns inte eller har stängt. Välj en annan."),
        (unit_of_the_wrong_kind, "kan inte vara kommun."),
        (closed_unit, "finns inte eller har stängt. Välj en annan."),
        (merged_unit, "har tagit över."),
    ],
)
def test_a_unit_that_can_t_be_used_is_told_beside_its_field(
    stage: Stage, unit: Callable[[Stage], str], said: str
) -> None:
    case = stage.admitted()
    refused = stage.does(stage.ward, case, "ansluta-kommun", {"kommun-enhet": unit(stage)})

    assert isinstance(refused, Refused)
    assert said in (refused.refusal.fields or {})["kommun-enhet"]
    assert refused.refusal.section == "3"


def test_a_file_must_have_been_added_to_this_case_by_the_sender(stage: Stage) -> None:
    case = stage.notified()
    file = add_file(stage.officer, case)
    taken = stage.does(stage.officer, case, "behovsbedömning", {"underlag": file})
    again = stage.does(stage.officer, case, "behovsbedömning", {"underlag": file})
    other = stage.does(
        stage.officer, case, "behovsbedömning", {"underlag": {"id": str(uuid4()), "namn": "x"}}
    )

    assert isinstance(taken, Performed)
    for refused in (again, other):
        assert isinstance(refused, Refused)
        assert refused.refusal.fields == {"underlag": "Filen finns inte kvar. Välj den igen."}


def test_a_file_is_read_by_those_who_got_its_message(stage: Stage) -> None:
    case = stage.notified()
    file = add_file(stage.officer, case)
    number = UUID(file["id"])

    def readers() -> list[str]:
        found = []
        for who in (stage.officer, stage.ward, stage.centre):
            with scope(who):
                if attachments.read(who, case, number):
                    found.append(who.unit_type)
        return found

    assert readers() == ["biståndsenhet"]
    stage.did(stage.officer, case, "behovsbedömning", data={"underlag": file})
    assert readers() == ["biståndsenhet", "avdelning"]


def add_file(who: Acting, case: int) -> dict[str, str]:
    with scope(who):
        return attachments.add(who, case, Attachment("plan.pdf", "application/pdf", b"plan"))


# --- One open case at a place ---------------------------------------------------------------


def test_a_person_already_admitted_here_is_not_admitted_again(stage: Stage) -> None:
    who = resident()
    first = stage.admits(who)
    again = stage.admits(who)

    assert isinstance(again, Refused)
    assert again.refusal.kind == "already-open"
    assert str(first.case) in (again.refusal.remedy or "")


def test_nor_at_another_ward_of_the_same_hospital_and_no_unit_is_named(stage: Stage) -> None:
    who = resident()
    stage.admits(who)
    ((hospital,),) = owner(
        "select parent from directory_unitperiod where unit_id = %s", stage.ward.unit
    )
    ((neighbour,),) = owner(
        "select min(unit_id) from directory_unitperiod p join directory_unit u "
        "on u.hsa_id = p.unit_id where parent = %s and type = 'avdelning' and unit_id <> %s",
        hospital, stage.ward.unit,
    )  # fmt: skip
    refused = stage.admits(who, by=person_at(neighbour))

    assert isinstance(refused, Refused)
    assert hospital in refused.refusal.reason
    assert stage.ward.unit not in f"{refused.refusal}"


def test_but_at_another_hospital_and_again_when_the_first_stay_is_over(stage: Stage) -> None:
    who = resident()
    first = stage.admits(who)

    assert isinstance(stage.admits(who, by=stage.other_ward), Performed)
    stage.did(stage.ward, first.case, "utskrivningsklar")
    stage.did(stage.ward, first.case, "utskrivning")
    assert isinstance(stage.admits(who), Performed)

    reopened = stage.does(stage.ward, first.case, "ångrad-utskrivning")
    assert isinstance(reopened, Refused)
    assert reopened.refusal.kind == "already-open"


def test_of_twenty_who_admit_the_same_person_at_once_one_does(stage: Stage) -> None:
    who = resident()
    results = at_once(20, lambda _: stage.admits(who))

    assert sum(isinstance(result, Performed) for result in results) == 1
    assert owner("select count(*) from casework_case") == [(1,)]


def test_an_unknown_person_is_refused_and_not_an_error(stage: Stage) -> None:
    refused = stage.admits(uuid4())

    assert isinstance(refused, Refused)
    assert refused.refusal.kind == "no-resident"


def test_a_unit_comes_back_at_the_very_moment_it_left(stage: Stage) -> None:
    case = stage.notified()
    there, back = (stage.officer, stage.other_officer), (stage.other_officer, stage.officer)
    for one, other in (there, back, there, back):
        stage.did(one, case, "vidarebefordran", data={"rätt-enhet": other.unit})
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select unit from casework_party where case_id = %s and part = 'kommun' "
            "and until is null",
            [case],
        )
        assert cursor.fetchall() == [(stage.officer.unit,)]
