"""The clock that runs: synthetic staff go on working in the demonstration, at a chosen pace.

Each tick one thing happens through the same action as a person's click: somebody does what is
owed, writes to the others, a patient becomes ready or goes home, or a new one is admitted. The
units of the memorable persons are mostly left alone, for whoever is trying the service.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

from django.db import connections

from sammanhang.access.acting import Acting
from sammanhang.casework.actions import Performed, open_case, perform
from sammanhang.casework.processes import DISCHARGE, process_for
from sammanhang.engine.calendar import local
from simulation.county import OWNER, Care
from simulation.people import Resident
from simulation.staff import memorable
from simulation.texts import value_for

LEFT_ALONE = 0.85
"""Share of the ticks in which the memorable persons' units do nothing by themselves."""

log = logging.getLogger(__name__)


def run_clock(pace: float, going_on: Callable[[], bool] = lambda: True) -> None:
    """`pace` events a minute until `going_on` says no. Whatever fails, the next tick comes."""
    clock = Clock(Random())
    while going_on():
        began = time.monotonic()
        try:
            clock.tick()
        except Exception:  # the demonstration goes on; the fault is in the log
            log.exception("Något gick fel i demonstrationens klocka.")
        time.sleep(max(0.0, 60 / pace - (time.monotonic() - began)))


class Clock:
    """One event at a time, chosen by chance among what could happen now."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.process = process_for(DISCHARGE)
        self.quiet = [unit for one in memorable() for unit, _ in one.assignments]
        self.care = Care(rng, self._staff())

    def tick(self) -> bool:
        """Lets something happen; False if nobody could do what was thought of."""
        chosen = self.rng.choices(
            (self._do_what_is_owed, self._write, self._go_on, self._admit), (6, 2, 1.5, 1)
        )[0]
        return isinstance(chosen(), Performed)

    # --- What may happen --------------------------------------------------------------------

    def _do_what_is_owed(self) -> object:
        row = self._one(
            "select case_id, unit, act, message from casework_obligation "
            "where ended_by is null and not (unit = any(%s)) "
            "order by (due < %s + interval '2 hours') desc nulls last, random() limit 1",
            [self._left_alone(), datetime.now(UTC)],
        )
        if row is None:
            return None
        case, unit, act, message = row
        data = {"meddelande": message} if message else {}
        return self._perform(case, unit, act, data)

    def _write(self) -> object:
        row = self._one(
            "select p.case_id, p.unit from casework_party p "
            "join casework_case c on c.id = p.case_id "
            "where p.until is null and c.closed_at is null and c.phase = any(%s) "
            "and not (p.unit = any(%s)) order by random() limit 1",
            [["planering-pågår", "utskrivningsklar", "sip-kallad"], self._left_alone()],
        )
        return row and self._perform(row[0], row[1], "planeringsmeddelande", {})

    def _go_on(self) -> object:
        """A patient becomes ready for discharge, or goes home."""
        row = self._one(
            "select c.id, p.unit, c.phase from casework_case c join casework_party p "
            "on p.case_id = c.id and p.part = 'slutenvård' and p.until is null "
            "where c.closed_at is null and c.phase = any(%s) and c.phase_since < %s "
            "and not (p.unit = any(%s)) order by c.phase_since limit 40",
            [
                ["planering-pågår", "utskrivningsklar", "sip-kallad"],
                datetime.now(UTC) - timedelta(hours=20),
                self._left_alone(),
            ],
            pick=True,
        )
        if row is None:
            return None
        case, unit, phase = row
        act = "utskrivningsklar" if phase == "planering-pågår" else "utskrivning"
        return self._perform(case, unit, act, {})

    def _admit(self) -> object:
        row = self._one(
            "select r.id, g.municipality_id from residents_resident r "
            "join residents_registration g on g.resident_id = r.id and g.until is null "
            "where not exists (select from casework_board b where b.resident_id = r.id) "
            "offset floor(random() * 5000) limit 1",
            [],
        )
        if row is None:
            return None
        patient = _somebody(row[0], row[1])
        setting = self.care.setting(patient, at_demo_ward=False)
        now = datetime.now(UTC)
        data = {"inskriven": local(now).isoformat(), "behov-efter-utskrivning": "ja"}
        done = open_case(
            acting=self._acting(setting.ward, "avdelning"),
            resident=patient.id,
            act="inskrivning",
            data=self._filled_in("inskrivning", data),
            now=now,
            key=uuid4(),
        )
        if isinstance(done, Performed):
            told = {"öppenvård-enhet": setting.outpatient}
            if setting.municipal:
                told["kommun-enhet"] = setting.municipal[0]
            return self._perform(done.case, setting.ward, "inskrivningsmeddelande", told)
        return done

    # --- Doing it ---------------------------------------------------------------------------

    def _perform(self, case: int, unit: str, act: str, data: Mapping[str, Any]) -> object:
        return perform(
            acting=self._acting(unit, ""),
            case=case,
            act=act,
            data=self._filled_in(act, data),
            now=datetime.now(UTC),
            key=uuid4(),
        )

    def _filled_in(self, name: str, data: Mapping[str, Any]) -> dict[str, Any]:
        filled = dict(data)
        now = datetime.now(UTC)
        for one in self.process.acts[name].fields:
            if one.name not in filled and (one.required or self.rng.random() < 0.85):
                value = value_for(self.rng, one, now)
                if value is not None:
                    filled[one.name] = value
        return filled

    def _acting(self, unit: str, unit_type: str) -> Acting:
        people = self.care.staff.get(unit) or ["SE2321000131-P0000"]
        person = self.rng.choice(people)
        return Acting(person, "", unit, "", unit_type, 0, "")

    def _left_alone(self) -> list[str]:
        return self.quiet if self.rng.random() < LEFT_ALONE else []

    def _one(self, sql: str, parameters: list[Any], *, pick: bool = False) -> Any:
        with connections[OWNER].cursor() as cursor:
            cursor.execute(sql, parameters)
            rows = cursor.fetchall()
        if not rows:
            return None
        return self.rng.choice(rows) if pick else rows[0]

    def _staff(self) -> dict[str, list[str]]:
        with connections[OWNER].cursor() as cursor:
            cursor.execute(
                "select unit_id, array_agg(staff_id order by staff_id) "
                "from directory_assignment where until is null group by unit_id"
            )
            return dict(cursor.fetchall())


def _somebody(id: Any, municipality: str | None) -> Resident:
    """As much of a resident as it takes to choose units for them."""
    born = local(datetime.now(UTC)).date()
    return Resident(id, "", "", born, "X", (), municipality, "", False, False)
