"""What a case under the county's guideline says of the stay that is settled."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sammanhang.engine import Case, Command, Refusal, decide, evolve, start
from sammanhang.guideline import read_document
from sammanhang.guideline.model import Process
from sammanhang.settlement.arithmetic.stays import Leave, Readiness
from sammanhang.settlement.cases import Course, course

DOCUMENT = Path(__file__).parents[3] / "guidelines" / "in-och-utskrivning" / "dokument.md"
SWEDEN = ZoneInfo("Europe/Stockholm")
NOTICE = {"öppenvård-enhet": "VC1", "kommun-enhet": "K1", "beräknad-utskrivning": "2026-03-10"}


@cache
def guideline() -> Process:
    process = read_document(DOCUMENT.read_text(encoding="utf-8"), str(DOCUMENT)).process
    assert process is not None
    return process


def at(text: str) -> datetime:
    """`03-02 10:00`, in Sweden."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SWEDEN)


def told(*acts: tuple[str, str, str, dict[str, Any]]) -> Case:
    """The case after acts of (when, unit, act, data), all of which are possible."""
    case = start(guideline(), {"slutenvård": ("W1",)})
    for when, unit, act, data in acts:
        decided = decide(guideline(), case, Command(unit, "N", act, data), at(when))
        assert not isinstance(decided, Refusal), (act, decided)
        for event in decided:
            case = evolve(guideline(), case, event)
    return case


ADMITTED = (
    ("03-01 08:00", "W1", "inskrivning", {"inskriven": "2026-03-01T07:00:00+01:00"}),
    ("03-01 09:00", "W1", "inskrivningsmeddelande", NOTICE),
    ("03-01 10:00", "VC1", "fast-vårdkontakt", {}),
)
READY = ("03-02 10:00", "W1", "utskrivningsklar", {})
HOME = ("03-09 12:00", "W1", "utskrivning", {"utskriven": "2026-03-08T15:00:00+01:00"})


def seen(*acts: tuple[str, str, str, dict[str, Any]]) -> Course:
    found = course(told(*ADMITTED, *acts))
    assert found is not None
    return found


def test_a_stay_from_notice_to_home() -> None:
    called = ("03-03 11:00", "VC1", "kallelse-sip", {})
    assert seen(READY, called, HOME) == Course(
        admission_notice_at=at("03-01 09:00"),
        readiness=(Readiness(at("03-02 10:00"), None, at("03-03 11:00")),),
        leaves=(),
        ended_at=at("03-08 15:00"),  # when it happened, not when it was noted
        ward="W1",
        told=frozenset({"VC1", "K1"}),
    )


def test_withdrawn_and_ready_again() -> None:
    back = ("03-04 08:00", "W1", "utskrivningsklar-återtas", {"skäl": "Feber."})
    again = ("03-06 09:00", "W1", "utskrivningsklar", {})
    found = seen(READY, ("03-03 11:00", "VC1", "kallelse-sip", {}), back, again, HOME)
    assert found.readiness == (
        Readiness(at("03-02 10:00"), at("03-04 08:00"), at("03-03 11:00")),
        Readiness(at("03-06 09:00"), None, at("03-03 11:00")),  # the call still held
    )


def test_a_notice_taken_back_as_a_mistake_was_never_sent() -> None:
    case = told(*ADMITTED, READY)
    number = max(case.done)
    mistake = ("03-02 11:00", "W1", "återtagande", {"meddelande": number, "skäl": "Fel person."})
    found = course(told(*ADMITTED, READY, mistake))
    assert found is not None
    assert found.readiness == ()


def test_death_while_waiting_ends_it() -> None:
    died = ("03-05 09:00", "W1", "dödsfall", {"avliden": "2026-03-05T04:00:00+01:00"})
    assert seen(READY, died).ended_at == at("03-05 04:00")


def test_days_on_leave() -> None:
    leave = ("03-03 09:00", "W1", "permission", {"åter-senast": "2026-03-05T18:00:00+01:00"})
    back = ("03-05 17:00", "W1", "åter-från-permission", {})
    assert seen(READY, leave, back, HOME).leaves == (Leave(at("03-03 09:00"), at("03-05 17:00")),)


def test_one_who_is_still_there_has_not_ended() -> None:
    assert seen(READY).ended_at is None


def test_an_admission_by_mistake_is_no_stay() -> None:
    cancelled = ("03-01 12:00", "W1", "inskrivning-avbryts", {"skäl": "Fel person."})
    assert course(told(*ADMITTED, cancelled)) is None
