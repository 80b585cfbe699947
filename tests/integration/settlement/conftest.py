"""A month of stays in a fresh database, economists, and whom one invoices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from django.conf import settings
from django.test import Client
from stage import owner, person_at

from sammanhang.access.acting import Acting
from sammanhang.settlement import agreement
from sammanhang.settlement.round import new_key
from simulation.economy import PRICES, load_economy

SWEDEN = ZoneInfo("Europe/Stockholm")
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
BORÅS, MARK = "1490", "1463"


@dataclass(slots=True)
class Economy:
    """Those who settle: the region's economist and two municipalities'."""

    region: Acting
    borås: Acting
    mark: Acting

    def client(self, who: Acting) -> Client:
        client = Client()
        client.post("/logga-in/", {"assignment": who.assignment})
        return client

    def stay(
        self, payer: str, days: int, *, ready: str = "2026-03-02", care: str = "somatic"
    ) -> str:
        """A stay that ended after so many days of waiting. Gives its key."""
        begins = datetime.fromisoformat(f"{ready}T10:00:00").replace(tzinfo=SWEDEN)
        ended = begins + timedelta(days=days)
        key = new_key()
        ((resident,),) = owner(
            "insert into residents_resident (id, given_name, family_name, sort_key, sex, "
            "secrecy_marking, protected_registration) values (gen_random_uuid(), 'Hemlig', "
            "'Person', 'person hemlig', 'F', true, false) returning id"
        )
        ((case,),) = owner(
            "insert into casework_case (resident_id, process, document, version, place, opened_at, "
            "closed_at) values (%s, 'in-och-utskrivning', 'd', '1', %s, %s, %s) returning id",
            resident, key, begins, ended,
        )  # fmt: skip
        owner(
            "insert into settlement_stay values (%s, %s, 1, %s, %s, %s, %s, '[]', %s, %s)",
            case, key, payer, care, begins, orjson.dumps([[begins, None, None]]).decode(), ended,
            ended.date().replace(day=1),
        )  # fmt: skip
        return key


def unit(name: str) -> str:
    ((found,),) = owner("select unit_id from directory_unitperiod where name = %s", name)
    return found


@pytest.fixture
def economy(database: str) -> Iterator[Economy]:
    before: Any = settings.PRICES
    settings.PRICES = str(PRICES)
    agreement.prices.cache_clear()
    load_economy()
    yield Economy(
        person_at(unit("Ekonomi"), "Ragna Region", "economist"),
        person_at(unit("Ekonomi Borås"), "Bo Borås", "economist"),
        person_at(unit("Ekonomi Mark"), "My Mark", "economist"),
    )
    settings.PRICES = before
    agreement.prices.cache_clear()
