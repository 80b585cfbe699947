"""Whom one invoices in the demonstration, and for how much: all of it made up."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from sammanhang.settlement.parties import COLUMNS, load_parties
from simulation.staff import units

PRICES = Path(__file__).parent / "prices.csv"
BANKGIRO = "12345674"


def parties() -> str:
    """The table of parties: the region, and the 49 municipalities by their units for economy."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(COLUMNS)
    for unit in units():
        if unit["type"] == "ekonomi":
            region = unit["organisation"] == "Västra Götalandsregionen"
            number, place = unit["organisation_number"], unit["parent"].removesuffix(" kommun")
            writer.writerow([
                "region" if region else unit["municipality"], number, unit["organisation"],
                "Exempelgatan 1", "40000", "Vänersborg" if region else place, "0007", number,
                "" if region else f"EK{unit['municipality']}", BANKGIRO if region else "",
                "1512" if region else "", "3531" if region else "",
            ])  # fmt: skip
    return made.getvalue()


def load_economy() -> None:
    load_parties(parties())
