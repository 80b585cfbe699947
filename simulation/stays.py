"""Stays in hospital, lived event by event under the real guideline.

Each stay is a little discrete simulation: clinical milestones come by chance (admission, readiness,
discharge, and now and then a death, a leave, a move), and everything a unit comes to owe it does
after a delay, late at times, never at some. The engine is asked about each act, so a history holds
only what the guideline accepts. Every distribution is stated in docs/simulation.md.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sammanhang.engine import Case, Command, Event, Obligation, Refusal, decide, evolve, start
from sammanhang.engine.calendar import is_working_day, local
from sammanhang.guideline.model import Process
from simulation.texts import value_for

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TRIES = 4

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """The units around a patient, and who works there."""

    ward: str
    other_ward: str
    outpatient: str
    other_outpatient: str
    municipal: tuple[str, ...]
    """None where no municipality takes part or the person lives outside the county."""
    other_municipal: str | None
    staff: Mapping[str, Sequence[str]]
    outside_county: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """What befalls the patient, drawn once: moments are counted from the admission."""

    needs: bool
    notice_late: bool
    ready_after: timedelta
    withdrawn_after: timedelta | None
    discharged_after_ready: timedelta
    leave: timedelta | None
    moves: timedelta | None
    dies: timedelta | None
    cancelled: bool
    misdirected: bool
    corrected: bool
    plan_changed: bool


def draw_course(rng: Random) -> Course:
    """The course of a stay; see docs/simulation.md for the shares."""
    stays = timedelta(days=min(max(rng.lognormvariate(1.75, 0.65), 0.6), 60))

    def some(share: float, low: float, high: float) -> timedelta | None:
        return stays * rng.uniform(low, high) if rng.random() < share else None

    return Course(
        needs=rng.random() < 0.92,
        notice_late=rng.random() < 0.07,
        ready_after=stays,
        withdrawn_after=some(0.07, 0.05, 0.2),
        discharged_after_ready=timedelta(hours=min(rng.lognormvariate(3.2, 0.8), 24 * 20)),
        leave=some(0.03, 0.4, 0.8),
        moves=some(0.07, 0.15, 0.7),
        dies=some(0.025, 0.2, 1.1),
        cancelled=rng.random() < 0.01,
        misdirected=rng.random() < 0.03,
        corrected=rng.random() < 0.03,
        plan_changed=rng.random() < 0.25,
    )


@dataclass(order=True, slots=True)
class Planned:
    """Something that someone means to do at a moment. `unit` is settled when it is due."""

    at: datetime
    order: int
    act: str = field(compare=False)
    unit: Callable[[Case], str | None] = field(compare=False)
    data: Fields = field(compare=False)
    only_if: Callable[[Case], bool] = field(compare=False, default=lambda case: True)
    tries: int = field(compare=False, default=0)


class Stay:
    """One stay, lived up to a moment."""

    def __init__(self, process: Process, rng: Random, setting: Setting, admitted: datetime) -> None:
        self.process = process
        self.rng = rng
        self.setting = setting
        self.course = draw_course(rng)
        self.admitted = admitted
        self.parties: dict[str, tuple[str, ...]] = {"slutenvård": (setting.ward,)}
        self.case = start(process, self.parties)
        self.events: list[Event] = []
        self._agenda: list[Planned] = []
        self._count = 0
        self._seen: set[str] = set()
        self._plan_milestones()

    def live_until(self, moment: datetime) -> None:
        """Everything that happens up to a moment."""
        while self._agenda and self._agenda[0].at <= moment:
            self._do(heapq.heappop(self._agenda))

    # --- Milestones -------------------------------------------------------------------------

    def _plan(
        self,
        after: timedelta,
        act: str,
        unit: str | Callable[[Case], str | None],
        data: Fields | None = None,
        only_if: Callable[[Case], bool] = lambda case: True,
    ) -> None:
        self._count += 1
        who = unit if callable(unit) else (lambda case: unit)
        at = self.admitted + after
        heapq.heappush(self._agenda, Planned(at, self._count, act, who, data or {}, only_if))

    def _plan_milestones(self) -> None:
        course, rng = self.course, self.rng
        recorded = timedelta(minutes=rng.uniform(15, 240))
        needs = "ja" if course.needs else "nej"
        told = {"inskriven": _iso(self.admitted), "behov-efter-utskrivning": needs}
        self._plan(recorded, "inskrivning", _ward, told)
        if course.cancelled:
            reason = {"skäl": "Patienten gick hem från akuten."}
            self._plan(recorded + 5 * HOUR, "inskrivning-avbryts", _ward, reason)
            return
        if self.setting.outside_county:
            self._plan(recorded + HOUR, "utomläns", _ward, {"hemkommun": "Halmstad"})
        if course.needs and not self.setting.municipal and not self.setting.outside_county:
            self._plan(recorded + 2 * HOUR, "ingen-kommun", _ward)
        self._plan_stay()
        self._plan_end()

    def _plan_stay(self) -> None:
        course, rng = self.course, self.rng
        if course.moves:
            moved = {"ny-avdelning": self.setting.other_ward}
            self._plan(course.moves, "byte-av-avdelning", _ward, moved)
        if course.leave:
            back = self.admitted + course.leave + 26 * HOUR
            self._plan(course.leave, "permission", _ward, {"åter-senast": _iso(back)})
        if course.plan_changed and course.needs:
            day = local(self.admitted + course.ready_after).date()
            data = {"beräknad-utskrivning": day.isoformat(), "skäl": "Ny bedömning vid rond"}
            self._plan(course.ready_after * 0.6, "ändrad-utskrivningsdag", _ward, data)
        if course.corrected and course.needs:
            new = {"meddelande": "inskrivningsmeddelande", "värden": {"behov": ["hemsjukvård"]}}
            self._plan(course.ready_after * 0.5, "rättelse", _ward, new)
        for share in (0.3, 0.55, 0.8):
            if course.needs and rng.random() < 0.5:
                self._plan(course.ready_after * share, "planeringsmeddelande", self._someone)

    def _plan_end(self) -> None:
        course = self.course
        ready = course.ready_after
        if course.dies is not None:
            self._plan(course.dies, "dödsfall", _ward)
            return
        if course.needs:
            sip = "ja" if self.setting.municipal and self.rng.random() < 0.6 else "nej"
            self._plan(ready, "utskrivningsklar", _ward, {"sip-behövs": sip})
            if course.withdrawn_after:
                worse = ready + course.withdrawn_after
                reason = {"skäl": "Feber och nytillkommen förvirring."}
                self._plan(worse, "utskrivningsklar-återtas", _ward, reason)
                ready = worse + timedelta(days=self.rng.uniform(1, 4))
                self._plan(ready, "utskrivningsklar", _ward, {"sip-behövs": sip})
            ready += course.discharged_after_ready
        self._plan(ready, "utskrivning", _ward)

    def _someone(self, case: Case) -> str | None:
        units = [unit for units in case.parties.values() for unit in units]
        return self.rng.choice(units) if units else None

    # --- Doing ------------------------------------------------------------------------------

    def _do(self, planned: Planned) -> None:
        unit = planned.unit(self.case)
        if unit is None or not planned.only_if(self.case) or self._is_over(planned.act):
            return
        data = self._filled_in(planned.act, planned.data, planned.at)
        person = self._person(unit)
        decided = decide(
            self.process, self.case, Command(unit, person, planned.act, data), planned.at
        )
        if isinstance(decided, Refusal):
            self._try_later(planned, decided)
            return
        for event in decided:
            self.case = evolve(self.process, self.case, event)
            self.events.append(event)
        self._see_to_obligations(planned.at)

    def _is_over(self, act: str) -> bool:
        return self.case.closed_by is not None and act not in ("kvittens",)

    def _try_later(self, planned: Planned, refusal: Refusal) -> None:
        """What waits for others is tried again; what can't be done at all is let go."""
        if refusal.kind in ("requires", "open-duty") and planned.tries < TRIES:
            self._count += 1
            at = _waking(planned.at + timedelta(hours=self.rng.uniform(8, 30)), planned.act)
            again = Planned(
                at, self._count, planned.act, planned.unit, planned.data, planned.only_if
            )
            again.tries = planned.tries + 1
            heapq.heappush(self._agenda, again)

    def _see_to_obligations(self, now: datetime) -> None:
        """Whoever has come to owe something means to do it, sooner or later."""
        for owed in self.case.obligations.values():
            if owed.is_open and owed.key not in self._seen:
                self._seen.add(owed.key)
                self._mean_to_do(owed, now)

    def _mean_to_do(self, owed: Obligation, now: datetime) -> None:
        rng = self.rng
        if rng.random() < (0.04 if owed.message else 0.02):
            return  # nobody ever does
        at = _when(rng, owed, now, hurried=owed.part == "slutenvård")
        if owed.act == "inskrivningsmeddelande" and self.course.notice_late:
            at = now + timedelta(hours=rng.uniform(26, 60))
        data: Fields = {}
        if owed.message is not None:
            data = {"meddelande": owed.message}
            if self._is_misdirected(owed):
                self._forward(owed, at)
                return
        self._count += 1
        key = owed.key
        planned = Planned(
            _waking(at, owed.act, at_ward=owed.part == "slutenvård"),
            self._count,
            owed.act,
            lambda case: case.obligations[key].unit,
            data,
            lambda case: case.obligations[key].is_open,
        )
        heapq.heappush(self._agenda, planned)

    def _is_misdirected(self, owed: Obligation) -> bool:
        return (
            self.course.misdirected
            and owed.part == "kommun"
            and self.setting.other_municipal is not None
            and owed.unit != self.setting.other_municipal
            and not any(event.act == "vidarebefordran" for event in self.events)
        )

    def _forward(self, owed: Obligation, at: datetime) -> None:
        self._count += 1
        data = {"rätt-enhet": self.setting.other_municipal, "skäl": "Fel stadsdel."}
        unit = owed.unit
        heapq.heappush(
            self._agenda,
            Planned(_waking(at, owed.act), self._count, "vidarebefordran", lambda case: unit, data),
        )

    # --- Filling in -------------------------------------------------------------------------

    def _filled_in(self, name: str, data: Fields, at: datetime) -> dict[str, Any]:
        act = self.process.acts[name]
        filled = dict(data)
        if name == "inskrivningsmeddelande":
            filled["öppenvård-enhet"] = self.setting.outpatient
            if self.setting.municipal:
                filled["kommun-enhet"] = self.setting.municipal[0]
            planned = local(self.admitted + self.course.ready_after * self.rng.uniform(0.7, 1.2))
            filled["beräknad-utskrivning"] = max(planned.date(), local(at).date()).isoformat()
        for one in act.fields:
            if one.name not in filled and (one.required or self.rng.random() < 0.85):
                value = value_for(self.rng, one, at)
                if value is not None:
                    filled[one.name] = value
        return filled

    def _person(self, unit: str) -> str:
        people = self.setting.staff.get(unit) or ("SE2321000131-P0000",)
        return self.rng.choice(list(people))


def _ward(case: Case) -> str | None:
    units = case.parties.get("slutenvård", ())
    return units[0] if units else None


def _when(rng: Random, owed: Obligation, now: datetime, *, hurried: bool) -> datetime:
    """When a unit gets round to it: mostly in good time, one in eight too late."""
    span = (owed.due - now) if owed.due else timedelta(hours=24)
    span = max(span, HOUR)
    if rng.random() < 0.12:
        return now + span * rng.uniform(1.02, 1.6)
    share = rng.betavariate(1.4, 4) if hurried else rng.betavariate(1.6, 2.6)
    return now + span * share


def _waking(at: datetime, act: str, *, at_ward: bool = False) -> datetime:
    """Wards work round the clock; the others on working days between eight and five."""
    if at_ward or act == "utskrivning":
        return at
    shown = local(at)
    while not (is_working_day(shown.date()) and 8 <= shown.hour < 17):
        shown = (shown + HOUR).replace(minute=(shown.minute * 7 + 11) % 60)
    return shown.astimezone(UTC)


def _iso(at: datetime) -> str:
    return local(at.replace(second=0, microsecond=0)).isoformat()
