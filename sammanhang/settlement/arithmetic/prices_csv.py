"""Amounts from a table `year,specialty,sek_per_day`, for what a document doesn't have yet."""

from __future__ import annotations

import re

from sammanhang.guideline.liability import Specialty
from sammanhang.settlement.arithmetic.stays_csv import SPECIALTIES, NoTable, values

COLUMNS = ["year", "specialty", "sek_per_day"]
EVERY = ("", "*", "all", "alla")
"""How a row says that its amount holds for all care."""


def read_prices(text: str) -> dict[tuple[int, Specialty], int]:
    """Öre a day by year and specialty. Raises NoTable, which names the line and what to write."""
    lines = text.removeprefix("\ufeff").splitlines()
    delimiter = ";" if lines and ";" in lines[0] else ","
    rows = [values(line, delimiter) for line in lines]
    if not rows or [name.strip().lower() for name in rows[0]] != COLUMNS:
        raise NoTable(f"Första raden i prisfilen ska vara: {','.join(COLUMNS)}")
    prices: dict[tuple[int, Specialty], int] = {}
    for line, row in enumerate(rows[1:], start=2):
        if not any(value.strip() for value in row):
            continue
        for specialty, year, ore in _amounts(line, [value.strip() for value in row]):
            if (year, specialty) in prices:
                raise NoTable(f"Rad {line} i prisfilen: {year} ({specialty.value}) finns redan.")
            prices[year, specialty] = ore
    return prices


def _amounts(line: int, row: list[str]) -> list[tuple[Specialty, int, int]]:
    where = f"Rad {line} i prisfilen"
    if len(row) != len(COLUMNS):
        raise NoTable(f"{where} har {len(row)} värden, men ska ha {len(COLUMNS)}.")
    year, specialty, sek = row
    if not re.fullmatch(r"20\d\d", year, re.ASCII):
        raise NoTable(f"{where} har året '{year}'. Skriv fyra siffror, till exempel 2026.")
    whole = re.fullmatch(r"(\d{1,7})(?:[.,](\d{1,2}))?", sek.replace(" ", ""), re.ASCII)
    if whole is None:
        raise NoTable(f"{where} har beloppet '{sek}'. Skriv kronor per dag, till exempel 10500.")
    if specialty.lower() not in EVERY and specialty.lower() not in SPECIALTIES:
        raise NoTable(f"{where} har '{specialty}'. Skriv 'somatic' eller 'psychiatric'.")
    ore = int(whole[1]) * 100 + int((whole[2] or "0").ljust(2, "0"))
    every = specialty.lower() in EVERY
    for_ = list(Specialty) if every else [SPECIALTIES[specialty.lower()]]
    return [(one, int(year), ore) for one in for_]
