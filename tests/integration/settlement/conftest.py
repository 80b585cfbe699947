"""A month of stays in a fresh database, economists, and whom one invoices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from stage import owner, person_at

from sammanhang.access.acting import Acting
from sammanhang.settlement import agreement
from simulation.economy import PRICES, load_economy
from tests.settled_stays import put_stay

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

    def stay(self, payer: str, days: int, *, care: str = "somatic") -> str:
        """A stay that ended after so many days of waiting in March. Gives its key."""
        return put_stay(payer, days, ready=date(2026, 3, 2), care=care)


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
