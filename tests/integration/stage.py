"""A small stage for the tests of the store: a few real units, invented people, and their acts.

The guideline is tests/integration/guidelines/prov, small and made for this.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connections
from django.test import Client

from sammanhang.access.acting import Acting
from sammanhang.casework.actions import Changed, Performed, Refused, open_case, perform
from sammanhang.residents.identifiers import synthetic_personnummer

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # 10.00 in Sweden


def owner(sql: str, *given: Any) -> list[tuple[Any, ...]]:
    """Behind the scenes: as the schema's owner, whom row security does not bind."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall() if cursor.description else []


def units(type: str, other_than: Iterable[str] = ()) -> list[str]:
    """Open units of a type, one for each hospital, company or administration."""
    return [
        row[0]
        for row in owner(
            "select min(u.hsa_id) from directory_unit u join directory_unitperiod p "
            "on p.unit_id = u.hsa_id where u.type = %s and p.until is null "
            "and u.hsa_id <> all(%s) group by p.parent order by 1",
            type,
            list(other_than),
        )
    ]


def office_of(who: Acting) -> str:
    """A unit for economy in the same organisation."""
    ((unit,),) = owner(
        "select min(e.hsa_id) from directory_unit e join directory_unit u "
        "on u.organisation_id = e.organisation_id where e.type = 'ekonomi' and u.hsa_id = %s",
        who.unit,
    )
    return unit


def person_at(unit: str, name: str = "Per Prov", role: str = "ward_nurse") -> Acting:
    """Somebody employed at a unit since long, with an assignment there."""
    given, family = name.split()
    hsa_id = f"TSTNMT2321000156-{uuid4().hex[:10].upper()}"
    owner(
        "insert into directory_staff (hsa_id, given_name, family_name, sort_key) "
        "values (%s, %s, %s, %s)",
        hsa_id, given, family, name.lower(),
    )  # fmt: skip
    ((number,),) = owner(
        "insert into directory_assignment (staff_id, unit_id, role, purpose, since) "
        "values (%s, %s, %s, 'Vård och behandling', '2020-01-01') returning id",
        hsa_id, unit, role,
    )  # fmt: skip
    ((kind,),) = owner("select type from directory_unit where hsa_id = %s", unit)
    return Acting(hsa_id, name, unit, unit, kind, number, role)


def signed_in(who: Acting, **more: Any) -> Client:
    """The browser of somebody at work, who has chosen whom to be."""
    client = Client(**more)
    assert client.post("/logga-in/", {"assignment": who.assignment}).status_code == 302
    return client


def attached(stage: Stage, case: int, name: str = "svar.pdf", content: str = "Elsa") -> UUID:
    """A file that the ward sent with its message."""
    number = uuid4()
    owner(
        "insert into casework_attachment "
        "(id, case_id, unit, person, name, type, content, added_at, seq) "
        "values (%s, %s, %s, %s, %s, 'application/pdf', %s, now(), 2)",
        number, case, stage.ward.unit, stage.ward.person, name, content,
    )  # fmt: skip
    return number


def whose(case: int) -> tuple[UUID, str]:
    """The resident that a case is about, and their number."""
    (found,) = owner(
        "select c.resident_id, n.value from casework_case c join residents_residentnumber n "
        "on n.resident_id = c.resident_id and n.current where c.id = %s",
        case,
    )
    return found


def resident(n: int = 0, *, protected: bool = False) -> UUID:
    """An invented person, known by a test number."""
    number = synthetic_personnummer(date(1940 + n // 10, 3, 17), woman=True, n=n % 10)
    known = uuid4()
    owner(
        "insert into residents_resident (id, given_name, family_name, sort_key, birth_date, sex, "
        "secrecy_marking, protected_registration) "
        "values (%s, 'Elsa', 'Prov', 'prov elsa', '1940-03-17', 'F', %s, false)",
        known, protected,
    )  # fmt: skip
    owner(
        "insert into residents_residentnumber (value, resident_id, kind, current, since) "
        "values (%s, %s, 'personnummer', true, '2020-01-01')",
        number, known,
    )  # fmt: skip
    return known


class Stage:
    """A ward, a care centre and a municipal unit, with someone at work in each."""

    def __init__(self) -> None:
        wards = units("avdelning")
        centres, officers = units("vårdcentral"), units("biståndsenhet")
        self.ward, self.other_ward = person_at(wards[0]), person_at(wards[1])
        self.centre = person_at(centres[0], role="care_coordinator")
        self.other_centre = person_at(centres[1], role="care_coordinator")
        self.officer = person_at(officers[0], role="case_officer")
        self.other_officer = person_at(officers[1], role="case_officer")
        self.residents = 0

    def admitted(self, *, at: datetime = MONDAY, **parties: Acting) -> int:
        """A new case of a new person; `centre` and `officer` take part if not told otherwise."""
        self.residents += 1
        opened = self.admits(resident(self.residents), at=at, **parties)
        assert isinstance(opened, Performed), opened
        return opened.case

    def admits(
        self,
        who: UUID,
        *,
        by: Acting | None = None,
        at: datetime = MONDAY,
        key: UUID | None = None,
        **parties: Acting,
    ) -> Performed | Refused:
        named = {"centre": self.centre, "officer": self.officer} | parties
        fields = {"öppenvård-enhet": named["centre"], "kommun-enhet": named["officer"]}
        return open_case(
            acting=by or self.ward,
            resident=who,
            act="inskrivning",
            data={name: one.unit for name, one in fields.items() if one},
            now=at,
            key=key or uuid4(),
        )

    def does(
        self,
        who: Acting,
        case: int,
        act: str,
        data: dict[str, Any] | None = None,
        *,
        at: datetime = MONDAY,
        key: UUID | None = None,
        seen: int | None = None,
        despite: str | None = None,
    ) -> Performed | Refused | Changed:
        return perform(
            acting=who,
            case=case,
            act=act,
            data=data or {},
            now=at,
            key=key or uuid4(),
            expected_seq=seen,
            despite=despite,
        )

    def did(self, who: Acting, case: int, act: str, **more: Any) -> int:
        """Does it, as it should be possible; the event's number."""
        done = self.does(who, case, act, **more)
        assert isinstance(done, Performed), done
        return done.seq

    def notified(self, *, at: datetime = MONDAY) -> int:
        """A case in which the admission message has been sent to the centre and the officer."""
        case = self.admitted(at=at)
        data = {"beräknad-utskrivning": "2026-03-09", "text": "Behöver hemtjänst."}
        self.did(self.ward, case, "inskrivningsmeddelande", data=data, at=at)
        return case
