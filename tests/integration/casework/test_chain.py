"""Tampering with a case's history is found, also when done by one who owns the database."""

from __future__ import annotations

import hashlib

import pytest
from django.core.management import CommandError, call_command
from stage import Stage, owner

from sammanhang.casework import chain, methods


def tampered(*sql: str) -> None:
    """Changes made behind the trigger, as only the owner of the table can."""
    owner("alter table casework_event disable trigger append_only")
    for one in sql:
        owner(one)
    owner("alter table casework_event enable always trigger append_only")


@pytest.fixture
def case(stage: Stage) -> int:
    case = stage.notified()
    note = {"text": "Åsa ringer i morgon: 1,5 tablett à 0.1 mg."}
    stage.did(stage.ward, case, "anteckning", data=note)
    stage.did(stage.officer, case, "kvittens", data={"meddelande": 2})
    return case


def test_an_untouched_history_holds(stage: Stage, case: int) -> None:
    stage.notified()

    assert list(chain.verify()) == []
    assert list(chain.verify(case)) == []


SWAP = (
    "update casework_event set seq = 99 where case_id = {case} and seq = 2",
    "update casework_event set seq = 2 where case_id = {case} and seq = 3",
    "update casework_event set seq = 3 where case_id = {case} and seq = 99",
)
FREE = (
    "delete from casework_delivery where case_id = {case}",
    "delete from casework_phase where case_id = {case}",
)
INSERTED = (
    "insert into casework_event select case_id, 5, at, unit, person, act, data, basis, method, "
    "hash from casework_event where case_id = {case} and seq = 4"
)


@pytest.mark.parametrize(
    ("sql", "seq", "why"),
    [
        (
            ["update casework_event set data = '{{}}' where case_id = {case} and seq = 3"],
            3,
            "stämmer inte med sin hash",
        ),
        (
            ["update casework_event set at = at - interval '1 day' where case_id = {case}"],
            1,
            "stämmer inte med sin hash",
        ),
        (
            ["update casework_event set person = 'annan' where case_id = {case} and seq = 4"],
            4,
            "stämmer inte med sin hash",
        ),
        ([*FREE, *SWAP], 2, "stämmer inte med sin hash"),
        ([*FREE, "delete from casework_event where case_id = {case} and seq = 2"], 2, "saknas"),
        (
            [*FREE, "delete from casework_event where case_id = {case} and seq = 4"],
            4,
            "saknas: ärendet ska ha 4 händelser",
        ),
        ([INSERTED], 5, "stämmer inte med sin hash"),
    ],
    ids=["altered", "moved in time", "another person", "swapped", "removed", "cut off", "added"],
)
def test_what_has_been_done_to_it_is_found(
    stage: Stage, case: int, sql: list[str], seq: int, why: str
) -> None:
    tampered(*(one.format(case=case) for one in sql))

    assert list(chain.verify()) == [chain.Break(case, seq, why)]


def test_an_end_cut_off_with_its_trace_is_found_by_the_heads_kept_elsewhere(
    stage: Stage, case: int
) -> None:
    before = chain.heads()
    tampered(
        *(one.format(case=case) for one in FREE),
        f"delete from casework_event where case_id = {case} and seq = 4",
        f"update casework_case set seq = 3, head = (select hash from casework_event "
        f"where case_id = {case} and seq = 3) where id = {case}",
    )

    assert list(chain.verify()) == []
    assert chain.heads() != before


@pytest.fixture
def sha512(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another method is taken into use, as docs/adr/0019-methods-of-seals.md says."""
    monkeypatch.setitem(methods.METHODS, "sha512", hashlib.sha512)
    monkeypatch.setattr(methods, "METHOD", "sha512")


def test_another_method_is_taken_into_use_and_what_was_chained_before_still_verifies(
    stage: Stage, case: int, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = chain.heads()
    request.getfixturevalue("sha512")
    assert chain.heads() != before == chain.heads("sha256")
    stage.did(stage.ward, case, "anteckning", data={"text": "En till."})
    stage.notified()

    assert list(chain.verify()) == []
    assert owner(
        "select method, length(hash), count(*) from casework_event where case_id = %s "
        "group by 1, 2 order by 1",
        case,
    ) == [("sha256", 32, 4), ("sha512", 64, 1)]
    for seq in (2, 5):
        tampered(f"update casework_event set person = 'annan' where seq = {seq}")
        assert [one.seq for one in chain.verify(case)] == [2]
    monkeypatch.delitem(methods.METHODS, "sha512")
    assert [str(one) for one in chain.verify() if one.case != case] == [
        f"ärende {case + 1}, händelse 1: är kedjad med sha512, som inte är känd här"
    ]


def test_an_event_that_is_said_to_be_chained_otherwise_is_found(
    stage: Stage, case: int, sha512: None
) -> None:
    tampered(f"update casework_event set method = 'sha512' where case_id = {case} and seq = 3")

    assert list(chain.verify()) == [chain.Break(case, 3, "stämmer inte med sin hash")]


def test_the_command_tells_what_it_found_and_fails(
    stage: Stage, case: int, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_chain")
    assert capsys.readouterr().out.strip() == chain.heads()

    tampered(f"update casework_event set act = 'annat' where case_id = {case} and seq = 2")
    with pytest.raises(CommandError, match="1 ärenden"):
        call_command("verify_chain")
    assert f"ärende {case}, händelse 2" in capsys.readouterr().err
