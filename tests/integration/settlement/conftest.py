"""A fresh database with economists, and whom one invoices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from settlers import Economy, unit
from stage import person_at

from sammanhang.settlement import agreement
from simulation.economy import PRICES, load_economy


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
