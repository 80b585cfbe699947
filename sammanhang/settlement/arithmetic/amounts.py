"""What a day costs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sammanhang.guideline.liability import Amounts, Specialty

Prices = Mapping[tuple[int, Specialty], int]
"""Öre a day, by year and specialty; what isn't there is unknown."""


class Unsettleable(Exception):
    """The month can't be settled; the message says what to add, and where."""


def prices_in(amounts: Amounts) -> dict[tuple[int, Specialty], int]:
    """The amounts of a document that are known."""
    return {
        (year, specialty): int(sek * 100)
        for year, by_specialty in amounts.by_year.items()
        for specialty, sek in by_specialty.items()
        if sek is not None
    }


def price(prices: Prices, month: date, specialty: Specialty) -> int:
    """Öre a day of the month's year. Raises Unsettleable where no amount is known."""
    known = prices.get((month.year, specialty))
    if known is None:
        raise Unsettleable(
            f"Belopp per dag för {month.year} ({specialty.value} vård) saknas, så månaden "
            f"{month:%Y-%m} går inte att avräkna. Lägg till det efter 'kronor' i blocket "
            f"'betalning belopp' i guidelines/belopp-per-vårddag/dokument.md, eller ange en "
            f"prisfil med raden {month.year},{specialty.name.lower()},<kronor per dag>."
        )
    return known
