"""The clock that runs: synthetic staff go on working in the demonstration, at a chosen pace.

Each tick one thing happens through the same action as a person's click: somebody does what is
owed, writes to the others, a patient becomes ready or goes home, or a new one is admitted. The
units of the memorable persons are mostly left alone, for whoever is trying the service, but what
happens around them is preferred, so that their boards live.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from django.db import connections
from django.utils import timezone

from sammanhang.access.acting import Acting
from sammanhang.casework.actions import (
    Changed,
    NoSuchCase,
    Performed,
    Refused,
    open_case,
    perform,
)
from sammanhang.casework.blocks import BY_CONSENT, BY_LAW, rests_on_consent
from sammanhang.casework.processes import DISCHARGE, process_on
from sammanhang.directory.models import CARE_ROLES
from sammanhang.engine.calendar import local
from sammanhang.settlement.round import take_stays
from simulation.care import Care, Setting
from simulation.county import OWNER
from simulation.staff import Person, memorable
from simulation.texts import filled_in, iso

IN_HOSPITAL = 400
"""As many are in hospital as new patients are admitted for."""
LEFT_ALONE = 0.85
"""Share of the ticks in which the memorable persons' units do nothing by themselves."""
NEAR = 0.4
"""Share of the ticks in which something happens in a case where a memorable unit takes part."""
BETWEEN_ROUNDS = 300.0  # seconds; the settlement of a real county is updated once a day
LONGEST_PAUSE = 30.0  # seconds, after repeated trouble
PLANNED_IN_HOSPITAL = "planering-pågår"
GOES_HOME_FROM = ("utskrivningsklar", "sip-kallad")
SOON = timedelta(hours=3)
"""How long at least a patient stays in a phase before the clock takes them on."""

Result = Performed | Refused | Changed | None

log = logging.getLogger(__name__)


def run_clock(pace: float, going_on: Callable[[], bool] = lambda: True) -> None:
    """`pace` events a minute until `going_on` says no. Whatever fails, the next tick comes."""
    clock: Clock | None = None
    taken = time.monotonic()
    failures = 0
    while going_on():
        began = time.monotonic()
        try:
            clock = clock or Clock(Random())
            clock.tick()
            if time.monotonic() - taken > BETWEEN_ROUNDS:
                taken = time.monotonic()
                take_stays()
            failures = 0
        except Exception:  # the demonstration goes on; the fault is in the log
            failures += 1
            log.exception("Något gick fel i demonstrationens klocka.")
            connections.close_all()  # one that was lost is opened anew
        pause = 60 / pace - (time.monotonic() - began)
        time.sleep(max(0.0, pause, min(failures, LONGEST_PAUSE) if failures else 0.0))


class Clock:
    """One event at a time, chosen by chance among what could happen now."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.process = process_on(DISCHARGE, timezone.localdate())
        self.quiet = [unit for one in memorable() for unit, _ in one.assignments]
        self.care = Care(_staff())
        self._notices: dict[int, Setting] = {}
        """Patients admitted by the clock whose notice remains, and to whom it goes."""

    def tick(self, tries: int = 6) -> bool:
        """Lets something happen; False if nothing that was thought of could be done."""
        return any(isinstance(self._one_thing(), Performed) for _ in range(tries))

    def _one_thing(self) -> Result:
        few = self._in_hospital() < IN_HOSPITAL
        ways: Mapping[Callable[[], Result], float] = {
            self.do_what_is_owed: 6,
            self.write: 1.5,
            self.become_ready: 1,
            self.go_home: 1,
            self.admit: 2 if few else 0,
        }
        return self.rng.choices(list(ways), list(ways.values()))[0]()

    # --- What may happen --------------------------------------------------------------------

    def do_what_is_owed(self) -> Result:
        """Somebody does what is soonest due, or anything that is owed."""
        now = datetime.now(UTC)
        row = self._any(
            "select o.case_id, o.unit, o.act, o.message from casework_obligation o "
            "where o.ended_by is null and not (o.unit = any(%(left_alone)s)) and {near} "
            "order by o.due < %(soon)s desc nulls last, random() limit 1",
            "o.case_id",
            soon=now + timedelta(hours=2),
        )
        if row is None:
            return None
        case, unit, act, message = row
        return self._perform(case, unit, act, {"meddelande": message} if message else {})

    def write(self) -> Result:
        """Somebody writes to the others who plan."""
        row = self._any(
            "select p.case_id, p.unit from casework_party p "
            "join casework_case c on c.id = p.case_id "
            "where p.until is null and c.closed_at is null and c.phase = any(%(phases)s) "
            "and not (p.unit = any(%(left_alone)s)) and {near} order by random() limit 1",
            "p.case_id",
            phases=[PLANNED_IN_HOSPITAL, *GOES_HOME_FROM],
        )
        return row and self._perform(row[0], row[1], "planeringsmeddelande", {})

    def become_ready(self) -> Result:
        return self._of_the_ward("utskrivningsklar", [PLANNED_IN_HOSPITAL])

    def go_home(self) -> Result:
        return self._of_the_ward("utskrivning", [*GOES_HOME_FROM])

    def _of_the_ward(self, act: str, phases: list[str]) -> Result:
        """What comes of itself with time, for one of those who have been longest in a phase."""
        row = self._any(
            "select * from (select c.id, p.unit from casework_case c join casework_party p "
            "on p.case_id = c.id and p.part = 'slutenvård' and p.until is null "
            "where c.closed_at is null and c.phase = any(%(phases)s) "
            "and c.phase_since < %(before)s and not (p.unit = any(%(left_alone)s)) "
            "and {near} order by c.phase_since limit 40) longest order by random() limit 1",
            "c.id",
            phases=phases,
            before=datetime.now(UTC) - SOON,
        )
        return row and self._perform(row[0], row[1], act, {})

    def admit(self) -> Result:
        """Somebody who has no case comes to a ward; the notice follows as something owed."""
        ward = self.care.draw_ward(self.rng)
        if ward in self._left_alone():
            return None
        home = self.care.draw_home(self.rng, ward)
        youngest, below = self.care.ages(ward)
        row = self._row(
            "select r.id, r.birth_date from residents_resident r "
            "join residents_registration g on g.resident_id = r.id and g.until is null "
            "where g.municipality_id is not distinct from %(home)s and r.deceased_on is null "
            "and extract(year from age(r.birth_date)) between %(youngest)s and %(oldest)s "
            "and not exists (select from casework_case c where c.resident_id = r.id) "
            "order by random() limit 1",
            home=home,
            youngest=youngest,
            oldest=below - 1,
        )
        return row and self._admit(ward, home, *row)

    def _admit(self, ward: str, home: str | None, resident: UUID, born: date) -> Result:
        now = datetime.now(UTC)
        age = (local(now).date() - born).days // 365
        setting = self.care.setting(self.rng, ward, home, age)
        data = {"inskriven": iso(now), "behov-efter-utskrivning": "ja"}
        acting, person = self._acting(ward)
        done = open_case(
            acting=acting,
            resident=resident,
            act="inskrivning",
            data=self._filled_in("inskrivning", data, person),
            now=now,
            key=uuid4(),
        )
        if isinstance(done, Performed):
            self._notices[done.case] = setting
        return done

    # --- Doing it ---------------------------------------------------------------------------

    def _perform(self, case: int, unit: str, act: str, data: Mapping[str, Any]) -> Result:
        """None where it can't be tried: a unit without staff, an act of another document."""
        if unit not in self.care.staff or act not in self.process.acts:
            return None
        if act == "inskrivningsmeddelande":
            data = self._notice(case, unit)
        acting, person = self._acting(unit)
        try:
            return perform(
                acting=acting,
                case=case,
                act=act,
                data=self._filled_in(act, data, person),
                now=datetime.now(UTC),
                key=uuid4(),
                despite=BY_CONSENT if rests_on_consent(self.process.acts[act]) else BY_LAW,
            )
        except NoSuchCase:  # the unit has gone out of it meanwhile
            return None

    def _notice(self, case: int, ward: str) -> dict[str, Any]:
        """To whom the admission notice goes; for a case of somebody else's, to units near by."""
        setting = self._notices.pop(case, None)
        if setting is None:
            home = self._row(
                "select g.municipality_id from casework_case c join residents_registration g "
                "on g.resident_id = c.resident_id and g.until is null where c.id = %(case)s",
                case=case,
            )
            setting = self.care.setting(self.rng, ward, home[0] if home else None, 80)
        return {"öppenvård-enhet": setting.outpatient, "kommun-enhet": setting.municipal}

    def _filled_in(self, name: str, data: Mapping[str, Any], person: str) -> dict[str, Any]:
        return filled_in(self.rng, self.process.acts[name], data, datetime.now(UTC), person)

    def _acting(self, unit: str) -> tuple[Acting, str]:
        """Somebody at the unit, and their name."""
        one: Person = self.rng.choice(self.care.staff[unit])
        name, kind = self.care.names.get(unit, unit), self.care.types.get(unit, "")
        role = one.assignments[0][1]
        return Acting(one.hsa_id, one.name, unit, name, kind, 0, role), one.name

    # --- What there is to do ----------------------------------------------------------------

    def _left_alone(self) -> list[str]:
        return self.quiet if self.rng.random() < LEFT_ALONE else []

    def _in_hospital(self) -> int:
        row = self._row(
            "select count(*) from casework_case "
            "where closed_at is null and phase is distinct from 'hemgång-klar'"
        )
        return row[0] if row else 0

    def _any(self, sql: str, case: str, **parameters: Any) -> Any:
        """A row, preferably of a case (column `case`) where a memorable unit takes part."""
        near = (
            f"exists (select from casework_party q where q.case_id = {case} "
            "and q.until is null and q.unit = any(%(near)s))"
        )
        parameters |= {"left_alone": self._left_alone(), "near": self.quiet}
        if self.rng.random() < NEAR:
            found = self._row(sql.format(near=near), **parameters)
            if found is not None:
                return found
        return self._row(sql.format(near="true"), **parameters)

    def _row(self, sql: str, **parameters: Any) -> Any:
        with connections[OWNER].cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchone()


def _staff() -> dict[str, list[Person]]:
    """Who works where, as the directory has it."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "select a.unit_id, s.hsa_id, s.given_name, s.family_name, a.role "
            "from directory_assignment a join directory_staff s on s.hsa_id = a.staff_id "
            "where a.until is null and a.role = any(%s) order by a.unit_id, s.hsa_id",
            [list(CARE_ROLES)],
        )
        found: dict[str, list[Person]] = {}
        for unit, hsa_id, given, family, role in cursor.fetchall():
            found.setdefault(unit, []).append(Person(hsa_id, given, family, ((unit, role),)))
        return found
