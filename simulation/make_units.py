"""Makes sammanhang/directory/data/units.csv: about 600 plausible units, each marked synthetic.

    python -m simulation.make_units

Wards per hospital, care centres per municipality by population (about one per 8,500 residents,
one in three private), open psychiatry, specialist clinics, rehab, and in each municipality a unit
for needs assessment and one for municipal health care (Göteborg, Mölndal and Borås: several);
last the units that settle payments, the region's and each municipality's.
HSA-ids are made up, under the region's real organisation number and made-up others.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

DATA = Path(__file__).parent.parent / "sammanhang" / "directory" / "data"
REGION = "2321000131"
SINCE = "2018-09-25"
SEAT = "1487"  # Vänersborg, where the region has its seat
COLUMNS = (
    "hsa_id", "type", "name", "parent", "organisation_number", "organisation",
    "municipality", "since", "until", "synthetic",
)  # fmt: skip

SOMATIC = (
    "Medicinavdelning 1", "Medicinavdelning 2", "Strokeavdelning", "Geriatrikavdelning",
    "Ortopedavdelning", "Kirurgavdelning", "Hjärtavdelning", "Lungavdelning",
    "Infektionsavdelning", "Neurologavdelning", "Urologavdelning", "Kvinnoklinikens avdelning",
)  # fmt: skip
WARDS = {
    "Sahlgrenska": 12, "Östra sjukhuset": 12, "Mölndals sjukhus": 8,
    "Drottning Silvias barnsjukhus": 3, "Norra Älvsborgs länssjukhus (NÄL)": 12,
    "Uddevalla sjukhus": 6, "Skövde": 12, "Lidköping": 6, "Falköping": 2, "Mariestad": 1,
    "Borås": 12, "Skene": 3, "Alingsås lasarett": 6, "Kungälvs sjukhus": 7,
}  # fmt: skip
PSYCHIATRY = {
    "Sahlgrenska": 2, "Östra sjukhuset": 4, "Mölndals sjukhus": 2,
    "Norra Älvsborgs länssjukhus (NÄL)": 3, "Uddevalla sjukhus": 1, "Skövde": 3,
    "Falköping": 1, "Borås": 3, "Kungälvs sjukhus": 1,
}  # fmt: skip
SEVERAL = {
    "1480": ("Angered", "Hisingen Norra", "Hisingen Södra", "Centrum", "Majorna", "Nordost", "Sydväst", "Öster"),
    "1490": ("Norr", "Väster", "Öster"),
    "1481": ("Norra", "Södra"),
}  # fmt: skip
PLACES = (
    "Centrum", "Torget", "Norra", "Södra", "Åkern", "Björken", "Eken", "Kvarnen", "Ängen",
    "Hamnen", "Slussen", "Bruket", "Lunden", "Solhöjden", "Västra", "Östra", "Backen", "Källan",
    "Parken", "Ekbacken", "Lindås", "Ågården", "Rosenlund", "Näset", "Klippan", "Alléen",
)  # fmt: skip
PRIVATE = ("Närvården i Väst AB", "Husläkarna Kattegatt AB", "Västhälsan AB")


def luhn_complete(nine: str) -> str:
    """Nine digits with their check digit: the form of an organisation number."""
    total = sum(
        sum(divmod(int(digit) * (2 if at % 2 == 0 else 1), 10)) for at, digit in enumerate(nine)
    )
    return nine + str(-total % 10)


def hospital_name(name: str) -> str:
    known = ("sjukhus", "lasarett", "Sahlgrenska", "NÄL")
    return name if any(word in name for word in known) else f"Sjukhuset i {name}"


def rows() -> Iterator[tuple[str, ...]]:
    with (DATA / "municipalities.csv").open() as file:
        municipalities = list(csv.DictReader(file))
    with (DATA / "hospitals.csv").open() as file:
        hospitals = list(csv.DictReader(file))
    yield from numbered("A", REGION, "Västra Götalandsregionen", wards(hospitals))
    yield from numbered("V", REGION, "Västra Götalandsregionen", public_centres(municipalities))
    for at, company in enumerate(PRIVATE):
        number = luhn_complete(f"55600000{at}")
        yield from numbered("P", number, company, private_centres(municipalities, at, company))
    yield from numbered("O", REGION, "Västra Götalandsregionen", clinics(municipalities, hospitals))
    for one in municipalities:
        number = luhn_complete(f"21200{one['scb_code']}")
        yield from numbered("K", number, f"{one['name']} kommun", municipal_units(one))
    region = iter([("ekonomi", "Ekonomi", "Västra Götalandsregionen", SEAT)])
    yield from numbered("E", REGION, "Västra Götalandsregionen", region)
    for one in municipalities:
        number, parent = luhn_complete(f"21200{one['scb_code']}"), f"{one['name']} kommun"
        economy = iter([("ekonomi", f"Ekonomi {one['name']}", parent, one["scb_code"])])
        yield from numbered("E", number, parent, economy)


def numbered(letter: str, number: str, organisation: str, units: Iterator[tuple[str, ...]]):
    for at, (kind, name, parent, municipality) in enumerate(units, 1):
        hsa_id = f"SE{number}-{letter}{at:04}"
        yield (
            hsa_id, kind, name, parent, number, organisation, municipality, SINCE, "", "true",
        )  # fmt: skip


def wards(hospitals: list[dict[str, str]]) -> Iterator[tuple[str, ...]]:
    for one in hospitals:
        parent = hospital_name(one["hospital"])
        where = one["municipality_scb_code"]
        for name in SOMATIC[: WARDS[one["hospital"]]]:
            yield "avdelning", name, parent, where
        for at in range(PSYCHIATRY.get(one["hospital"], 0)):
            yield "psykiatrisk-avdelning", f"Psykiatriavdelning {at + 1}", parent, where


def centres(municipalities: list[dict[str, str]]) -> Iterator[tuple[int, str, str]]:
    """(running number, name, municipality) of every care centre."""
    at = 0
    for one in municipalities:
        count = max(1, round(int(one["population_approx_2023"]) / 8500))
        for n in range(count):
            place = PLACES[n % len(PLACES)] if count > 1 else ""
            ordinal = f" {n // len(PLACES) + 1}" if n >= len(PLACES) else ""
            yield at, f"Vårdcentralen {one['name']} {place}".strip() + ordinal, one["scb_code"]
            at += 1


def public_centres(municipalities: list[dict[str, str]]) -> Iterator[tuple[str, ...]]:
    for at, name, where in centres(municipalities):
        if at % 3 != 1:
            yield "vårdcentral", name, "Regionhälsan", where


def private_centres(
    municipalities: list[dict[str, str]], company: int, parent: str
) -> Iterator[tuple[str, ...]]:
    for at, name, where in centres(municipalities):
        if at % 3 == 1 and at // 3 % len(PRIVATE) == company:
            yield "vårdcentral", name, parent, where


def clinics(
    municipalities: list[dict[str, str]], hospitals: list[dict[str, str]]
) -> Iterator[tuple[str, ...]]:
    for one in municipalities:
        if int(one["population_approx_2023"]) >= 14000:
            name = f"Öppenpsykiatrisk mottagning {one['name']}"
            yield "öppenpsykiatri", name, "Psykiatri", one["scb_code"]
        if int(one["population_approx_2023"]) >= 9500:
            yield "rehabmottagning", f"Rehab {one['name']}", "Regionhälsan", one["scb_code"]
    for one in hospitals:
        parent = hospital_name(one["hospital"])
        for name in ("Medicinmottagning", "Ortopedmottagning", "Minnesmottagning"):
            yield "specialistmottagning", name, parent, one["municipality_scb_code"]


def municipal_units(one: dict[str, str]) -> Iterator[tuple[str, ...]]:
    code, name = one["scb_code"], one["name"]
    parent = f"{name} kommun"
    for district in SEVERAL.get(code, ("",)):
        where = f"{name} {district}".strip()
        yield "biståndsenhet", f"Biståndsenheten {where}", parent, code
        yield "hemsjukvård", f"Kommunal hälso- och sjukvård {where}", parent, code


def main() -> None:
    with (DATA / "units.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows())


if __name__ == "__main__":
    main()
