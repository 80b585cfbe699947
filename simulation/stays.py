"""Stays in hospital, lived event by event under the real guideline.

Each stay is a little discrete simulation: clinical milestones come by chance (`course`), and
everything a unit comes to owe, whatever the guideline says it is, it does after a delay: late at
times, never at some. Messages are read by those who get them. The engine is asked about each act,
so a history holds only what the guideline accepts.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sammanhang.engine import (
    Case,
    Command,
    Event,
    Obligation,
    Refusal,
    changed_obligations,
    decide,
    evolve,
    start,
)
from sammanhang.engine.calendar import DAY, local
from sammanhang.guideline.model import Effect, Process
from simulation.care import Setting
from simulation.course import HOUR, Course
from simulation.hours import WARDS, at_work, during_the_day
from simulation.texts import filled_in, iso

MOST_TRIES = 12
LATE, NEVER = 0.12, 0.03
"""Share of what is owed that is done after its due moment, and that is never done."""
HOURS_UNTIL_READ = {"avdelning": 3.0, "psykiatrisk-avdelning": 4.0, "hemsjukvård": 4.0}
ORDINARY_HOURS_UNTIL_READ = 5.0
READ_LATE, NEVER_READ = 0.08, 0.03
ALL_AT_ONCE = 0.9
"""Share of the readings in which all that is unread in the case is acknowledged together."""
MESSAGES = (0.3, 0.5, 0.7, 0.9)
MESSAGE = 0.4
"""At these shares of the stay, somebody writes to the others with this chance."""

Fields = Mapping[str, Any]
Who = Callable[[Case], str | None]


@dataclass(order=True, slots=True)
class Planned:
    """Something that someone means to do at a moment. `unit` is settled when it comes."""

    at: datetime
    order: int
    act: str = field(compare=False)
    unit: Who = field(compare=False)
    data: Fields = field(compare=False)
    still: Callable[[Case], bool] = field(compare=False)
    tries: int = field(compare=False, default=0)


class Stay:
    """One stay, lived up to a moment."""

    def __init__(
        self, process: Process, rng: Random, setting: Setting, course: Course, admitted: datetime
    ) -> None:
        self.process = process
        self.rng = rng
        self.setting = setting
        self.course = course
        self.admitted = admitted
        self.parties: dict[str, tuple[str, ...]] = {"slutenvård": (setting.ward,)}
        self.case = start(process, self.parties)
        self.events: list[Event] = []
        self.readmitted_at: datetime | None = None
        """When the person comes to hospital again, once that is settled."""
        self._receipt = next(
            act.name for act in process.acts.values() if act.effect is Effect.ACKNOWLEDGES
        )
        self._now = admitted
        self._agenda: list[Planned] = []
        self._count = 0
        self._going_to_read: set[str] = set()
        self._forwarded = False
        self._plan_milestones()

    def live_until(self, moment: datetime) -> None:
        """Everything that happens up to a moment."""
        while self._agenda and self._agenda[0].at <= moment:
            self._do(heapq.heappop(self._agenda))

    # --- Milestones -------------------------------------------------------------------------

    def _plan(
        self,
        at: datetime,
        act: str,
        unit: Who,
        data: Fields | None = None,
        still: Callable[[Case], bool] = lambda case: True,
    ) -> None:
        if act in self.process.acts:
            self._count += 1
            heapq.heappush(self._agenda, Planned(at, self._count, act, unit, data or {}, still))

    def _plan_milestones(self) -> None:
        course, setting = self.course, self.setting
        recorded = self.admitted + timedelta(minutes=self.rng.uniform(15, 200))
        told: dict[str, Any] = {"inskriven": iso(self.admitted)}
        if course.needs_judged_after is None or not course.needs:
            told["behov-efter-utskrivning"] = "ja" if course.needs else "nej"
        else:
            told["behov-efter-utskrivning"] = None
            judged = at_work(self.rng, "avdelning", recorded + course.needs_judged_after)
            self._plan(judged, "behov-bedömt", _ward, {"behov-efter-utskrivning": "ja"})
        self._plan(recorded, "inskrivning", _ward, told)
        if course.cancelled_after is not None:
            reason = {"skäl": "Gick hem från akuten, vårdades inte på avdelningen."}
            self._plan(recorded + course.cancelled_after, "inskrivning-avbryts", _ward, reason)
            return
        if setting.home_outside:
            self._plan(recorded + HOUR, "utomläns", _ward)
        if course.needs:
            self._plan_cooperation(recorded)
        self._plan_stay()
        self._plan_end()

    def _plan_cooperation(self, recorded: datetime) -> None:
        course, setting, rng = self.course, self.setting, self.rng
        if setting.municipal is None and not setting.home_outside:
            self._plan(recorded + HOUR * rng.uniform(3, 30), "ingen-kommun", _ward)
        for name, unit in setting.later:
            at = during_the_day(rng, self._at(rng.uniform(0.2, 0.6)), 9, 16)
            self._plan(at, "ny-mottagare", _ward, {name: unit})
        if course.not_concerned and setting.municipal:
            unit = setting.municipal
            reason = {"skäl": "Personen har inga insatser hos oss och behöver inga."}
            at = at_work(rng, setting.types[unit], recorded + HOUR * rng.uniform(20, 40))
            self._plan(at, "berörs-inte", lambda case: unit, reason)
        if course.plan_changed:
            at = during_the_day(rng, self._at(0.6), 9, 14)
            day = local(self._at(rng.uniform(0.9, 1.2))).date()
            planned = {"beräknad-utskrivning": max(day, local(at).date()).isoformat()}
            self._plan(at, "ändrad-utskrivningsdag", _ward, planned)
        if course.corrected:
            new = {"meddelande": "inskrivningsmeddelande", "värden": {"behov": ["hemsjukvård"]}}
            self._plan(during_the_day(rng, self._at(0.4), 8, 16), "rättelse", _ward, new)
        for share in MESSAGES:
            if rng.random() < MESSAGE:
                at = during_the_day(rng, self._at(share), 8, 17)
                self._plan(at, "planeringsmeddelande", self._someone)
        if course.message_withdrawn:
            at = during_the_day(rng, self._at(0.65), 8, 16)
            self._plan(at, "planeringsmeddelande", _ward)
            mistaken = {"meddelande": "planeringsmeddelande", "skäl": "Gällde en annan person."}
            self._plan(at + timedelta(minutes=12), "återtagande", _ward, mistaken)

    def _plan_stay(self) -> None:
        course = self.course
        if course.moves is not None:
            moved = {"ny-avdelning": self.setting.other_ward}
            if self.setting.other_ward != self.setting.ward:
                self._plan(self.admitted + course.moves, "byte-av-avdelning", _ward, moved)
        if course.leave is not None:
            leaves = during_the_day(self.rng, self.admitted + course.leave, 9, 18)
            back = {"åter-senast": iso(leaves + 26 * HOUR)}
            self._plan(leaves, "permission", _ward, back)

    def _plan_end(self) -> None:
        course, rng = self.course, self.rng
        if course.dies is not None:
            self._plan(self.admitted + course.dies, "dödsfall", _ward)
            return
        ready = during_the_day(rng, self._at(1), 9, 14)
        if course.leaves_early:
            self._plan(ready, "lämnar-i-förtid", _ward)
        if course.leaves_early or not course.needs:
            self._plan(ready + HOUR, "utskrivning", _ward)
            return
        sip = "ja" if self.setting.municipal and course.sip_needed else "nej"
        self._plan(ready, "utskrivningsklar", _ward, {"sip-behövs": sip})
        if sip == "ja" and course.plan_declined:
            self._plan(ready + 2 * HOUR, "sip-avböjd", _ward)
        if course.withdrawn_after_ready is not None:
            worse = ready + course.withdrawn_after_ready
            reason = {"skäl": "Feber och nytillkommen förvirring."}
            self._plan(worse, "utskrivningsklar-återtas", _ward, reason)
            ready = during_the_day(rng, worse + course.ready_again_after, 9, 14)
            self._plan(ready, "utskrivningsklar", _ward, {"sip-behövs": sip})
        goes = during_the_day(rng, ready + course.discharged_after_ready, 10, 17)
        self._plan(goes, "utskrivning", _ward)

    def _at(self, share: float) -> datetime:
        """The moment when so much of the stay, until readiness, has passed."""
        return self.admitted + self.course.ready_after * share

    def _someone(self, case: Case) -> str | None:
        """One of those who take part and are at work."""
        here = sorted({unit for units in case.parties.values() for unit in units})
        now, types = self._now, self.setting.types
        at_hand = [unit for unit in here if at_work(self.rng, types[unit], now) == now]
        return self.rng.choice(at_hand) if at_hand else None

    # --- Doing ------------------------------------------------------------------------------

    def _do(self, planned: Planned) -> None:
        self._now = planned.at
        unit = planned.unit(self.case)
        if unit is None or not planned.still(self.case):
            return
        if self._has_gone_home(unit, planned):
            return
        if planned.act == self._receipt and not planned.data:
            self._going_to_read.discard(unit)
        person = self.rng.choice(self.setting.staff[unit])
        data = self._data(planned, person.name)
        command = Command(unit, person.hsa_id, planned.act, data)
        decided = decide(self.process, self.case, command, planned.at)
        if isinstance(decided, Refusal):
            self._try_later(planned, decided)
            return
        for event in decided:
            before, self.case = self.case, evolve(self.process, self.case, event)
            self.events.append(event)
            self._follow(before, event)

    def _has_gone_home(self, unit: str, planned: Planned) -> bool:
        """What another unit was to do has come to one that isn't at work: it waits."""
        kind = self.setting.types[unit]
        back = planned.at if kind in WARDS else at_work(self.rng, kind, planned.at)
        if back == planned.at:
            return False
        planned.at = back
        heapq.heappush(self._agenda, planned)
        return True

    def _data(self, planned: Planned, person: str) -> dict[str, Any]:
        data = dict(planned.data)
        if planned.act == "inskrivningsmeddelande":
            course, setting = self.course, self.setting
            day = local(self._at(self.rng.uniform(0.7, 1.2))).date()
            data["beräknad-utskrivning"] = max(day, local(planned.at).date()).isoformat()
            data["öppenvård-enhet"] = setting.outpatient
            data["kommun-enhet"] = setting.municipal if course.needs else None
        act = self.process.acts[planned.act]
        return filled_in(self.rng, act, data, planned.at, person)

    def _try_later(self, planned: Planned, refusal: Refusal) -> None:
        """What waits for others is tried again, and they are hurried; the rest is let go."""
        if refusal.kind not in ("requires", "open-duty") or planned.tries >= MOST_TRIES:
            return
        missing = {
            name
            for rule in self.process.conditions_on.get(planned.act, ())
            for name in rule.requires
        }
        waits = planned.at + HOUR * self.rng.uniform(5, 26)
        for owed in self.case.obligations.values():
            if owed.is_open and owed.act in missing:
                self._mean_to_do(owed, planned.at + HOUR * self.rng.uniform(1, 8))
        self._count += 1
        planned.at = during_the_day(self.rng, waits, 9, 17)
        planned.order = self._count
        planned.tries += 1
        heapq.heappush(self._agenda, planned)

    def _follow(self, before: Case, event: Event) -> None:
        """Whoever has come to owe something, or got a message, means to see to it."""
        for owed in changed_obligations(before, self.case):
            earlier = before.obligations.get(owed.key)
            if not owed.is_open or (earlier is not None and earlier.unit == owed.unit):
                continue
            if owed.act == self._receipt:
                self._mean_to_read(owed.unit, owed.part, event, owed.message)
            elif earlier is None and self.rng.random() >= NEVER:
                self._mean_to_do(owed, self._when(owed, event.at))
        if self.process.acts[event.act].receipt is None:
            done = self.case.done.get(event.seq)
            for unit in done.recipients if done else ():
                self._mean_to_read(unit, None, event, event.seq)
        if event.act == "utskrivning" and self.course.readmitted_after_discharge is not None:
            self._plan_readmission(event.at + self.course.readmitted_after_discharge)

    def _plan_readmission(self, at: datetime) -> None:
        """Nobody has two cases open at one hospital: the ward ends the one that is."""
        self.readmitted_at = at
        self._plan(at, "avslut", _ward, {"avslutsskäl": "åter inskriven"})

    # --- What is owed -----------------------------------------------------------------------

    def _mean_to_do(self, owed: Obligation, at: datetime) -> None:
        key = owed.key
        self._plan(
            at_work(self.rng, self.setting.types[owed.unit], at),
            owed.act,
            lambda case: case.obligations[key].unit,
            {},
            lambda case: case.obligations[key].is_open,
        )

    def _when(self, owed: Obligation, now: datetime) -> datetime:
        """When a unit gets round to it: mostly in good time, at times too late."""
        rng = self.rng
        span = max(owed.due - now if owed.due else DAY, HOUR)
        if owed.act == "inskrivningsmeddelande" and self.course.notice_late:
            return now + span + HOUR * rng.uniform(2, 40)
        if owed.act == "åter-från-permission" and owed.due:
            return owed.due - HOUR * rng.uniform(0, 5)
        if rng.random() < LATE:
            return now + span * rng.uniform(1.02, 1.5)
        hurried = self.setting.types[owed.unit] in WARDS
        return now + span * (rng.betavariate(1.4, 5) if hurried else rng.betavariate(1.6, 2.8))

    def _mean_to_read(self, unit: str, part: str | None, event: Event, message: int | None) -> None:
        rng = self.rng
        if self._is_misdirected(part, event):
            self._forward(unit, part or "", event.at)
            return
        if unit in self._going_to_read or rng.random() < NEVER_READ:
            return
        kind = self.setting.types[unit]
        median = HOURS_UNTIL_READ.get(kind, ORDINARY_HOURS_UNTIL_READ)
        at = event.at + HOUR * median * rng.lognormvariate(0, 0.8)
        if rng.random() < READ_LATE:
            at += DAY * rng.uniform(1, 4)
        together = rng.random() < ALL_AT_ONCE
        if together:
            self._going_to_read.add(unit)
        which = {} if together else {"meddelande": message}
        self._plan(at_work(rng, kind, at), self._receipt, lambda case: unit, which)

    def _is_misdirected(self, part: str | None, event: Event) -> bool:
        return (
            not self._forwarded
            and event.act == "inskrivningsmeddelande"
            and part is not None
            and part == self.course.misdirected
            and part in self.setting.right
        )

    def _forward(self, unit: str, part: str, now: datetime) -> None:
        self._forwarded = True
        reason = {"rätt-enhet": self.setting.right[part], "skäl": "Personen hör till er enhet."}
        at = at_work(self.rng, self.setting.types[unit], now + HOUR * self.rng.uniform(1, 20))
        self._plan(at, "vidarebefordran", lambda case: unit, reason)


def _ward(case: Case) -> str | None:
    units = case.parties.get("slutenvård", ())
    return units[0] if units else None
