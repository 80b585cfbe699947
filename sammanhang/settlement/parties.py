"""The register of whom one invoices, read from a table; all or nothing. Runs as the owner."""

from __future__ import annotations

import csv
import re

from django.core.exceptions import ValidationError
from django.db import connections, transaction

from sammanhang.directory.hsa import organisation_number
from sammanhang.settlement.invoice import luhn_digit

OWNER = "owner"
COLUMNS = (
    "payer", "organisation", "name", "street", "postcode", "city", "endpoint_scheme", "endpoint",
    "buyer_reference", "bankgiro", "receivable", "revenue",
)  # fmt: skip
OPTIONAL = COLUMNS[8:]


class Faulty(Exception):
    """The table can't be used; the message has a line for each fault."""


def read_parties(text: str) -> list[tuple[str | None, ...]]:
    """The rows in the order of COLUMNS, empty values as None. Raises Faulty."""
    reader = csv.DictReader(text.removeprefix("\ufeff").splitlines())
    lacking = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if lacking:
        raise Faulty(f"Kolumnerna {', '.join(lacking)} saknas på första raden.")
    found: list[tuple[str | None, ...]] = []
    faults: list[str] = []
    for line, row in enumerate(reader, start=2):
        values = {name: (row[name] or "").strip() for name in COLUMNS}
        faults += [f"Rad {line}: {fault}" for fault in _faults(values)]
        found.append(tuple(values[name] or None for name in COLUMNS))
    if faults:
        raise Faulty("\n".join(faults))
    return found


def _faults(row: dict[str, str]) -> list[str]:
    region = row["payer"] == "region"
    faults = [f"{name} saknas." for name in COLUMNS if not row[name] and name not in OPTIONAL]
    if not region and not re.fullmatch(r"\d{4}", row["payer"], re.ASCII):
        faults.append(f"payer är '{row['payer']}'. Skriv 'region' eller en kommunkod.")
    try:
        organisation_number(row["organisation"])
    except ValidationError as error:
        faults += error.messages
    if row["endpoint_scheme"] not in ("0007", "0088"):
        faults.append("endpoint_scheme ska vara 0007 (organisationsnummer) eller 0088 (GLN).")
    elif not _is_endpoint(row["endpoint_scheme"], row["endpoint"]):
        faults.append(f"endpoint '{row['endpoint']}' har fel antal siffror eller kontrollsiffra.")
    if region:
        giro = row["bankgiro"]
        if not re.fullmatch(r"\d{7,8}", giro, re.ASCII) or luhn_digit(giro[:-1]) != giro[-1]:
            faults.append("bankgiro ska ha sju eller åtta siffror, med rätt kontrollsiffra.")
        for name in ("receivable", "revenue"):
            if not re.fullmatch(r"\d{4}", row[name], re.ASCII):
                faults.append(f"{name} ska vara ett konto med fyra siffror.")
    elif not row["buyer_reference"]:
        faults.append("buyer_reference (beställarreferens) saknas.")
    return faults


def _is_endpoint(scheme: str, text: str) -> bool:
    if scheme == "0007":
        return bool(re.fullmatch(r"\d{10}", text, re.ASCII)) and luhn_digit(text[:9]) == text[9]
    if not re.fullmatch(r"\d{13}", text, re.ASCII):
        return False
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(text[:12]))
    return -total % 10 == int(text[12])


def load_parties(text: str) -> int:
    """Takes the table in the place of what was. How many there are. Raises Faulty."""
    rows = read_parties(text)
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("delete from settlement_party")
        cursor.executemany(
            f"insert into settlement_party ({', '.join(COLUMNS)}) "
            f"values ({', '.join(['%s'] * len(COLUMNS))})",
            rows,
        )
    return len(rows)
