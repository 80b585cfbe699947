"""The directory in the database: the county, units over time, and import of units."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from sammanhang.directory.models import Municipality, Unit, UnitPeriod
from sammanhang.directory.queries import closed_or_missing, open_units, unit_at, unit_names
from sammanhang.directory.units import import_file

TODAY = date(2026, 3, 5)
HEAD = "hsa_id,type,name,organisation_number,organisation,municipality,since,until,successor\n"
WARD = "SE2321000131-A0001"

Import = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def importing(database: str, tmp_path: Path) -> Import:
    def run(text: str | bytes, *, dry_run: bool = False) -> tuple[int, list[str]]:
        file = tmp_path / "units.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        told: list[str] = []
        code = import_file(str(file), dry_run=dry_run, echo=told.append)
        return code, told

    return run


def row(hsa: str, name: str, *, since: str = "2026-02-01", until: str = "", to: str = "") -> str:
    region = "2321000131,Västra Götalandsregionen"
    return f"{hsa},vårdcentral,{name},{region},1480,{since},{until},{to}\n"


def test_the_county_has_its_municipalities_and_some_six_hundred_units(database: str) -> None:
    assert Municipality.objects.count() == 49
    assert 500 < Unit.objects.count() < 700
    assert not Unit.objects.filter(synthetic=False).exists()


def test_units_are_found_by_words_of_their_name_and_place(database: str) -> None:
    found = open_units(["vårdcentral"], TODAY, "skövde centrum")
    assert [unit.name for unit in found] == ["Vårdcentralen Skövde Centrum"]
    assert open_units(["vårdcentral"], TODAY, "finns inte") == []


def test_those_of_a_municipality_come_first(database: str) -> None:
    found = open_units(["biståndsenhet"], TODAY, near="1496", limit=3)
    assert found[0].municipality == "Skövde"


def test_a_new_unit_is_imported_and_told_of(importing: Import) -> None:
    code, told = importing(HEAD + row("SE2321000131-N1", "Vårdcentralen Nya"))
    assert code == 0
    assert told == ["ny: Vårdcentralen Nya (SE2321000131-N1)", "1 ändrade, 0 oförändrade."]
    assert unit_names(["SE2321000131-N1"])["SE2321000131-N1"].name == "Vårdcentralen Nya"


def test_a_dry_run_tells_and_changes_nothing(importing: Import) -> None:
    code, told = importing(HEAD + row("SE2321000131-N1", "Vårdcentralen Nya"), dry_run=True)
    assert code == 0
    assert told[-1] == "1 skulle ändras, 0 oförändrade."
    assert not Unit.objects.filter(hsa_id="SE2321000131-N1").exists()


def test_a_changed_name_keeps_the_old_in_history(importing: Import) -> None:
    importing(HEAD + row("SE2321000131-N1", "Vårdcentralen Gamla"))
    importing(HEAD + row("SE2321000131-N1", "Vårdcentralen Nya", since="2026-03-01"))
    before = unit_at("SE2321000131-N1", date(2026, 2, 15))
    after = unit_at("SE2321000131-N1", date(2026, 3, 2))
    assert before is not None
    assert after is not None
    assert (before.name, after.name) == ("Vårdcentralen Gamla", "Vårdcentralen Nya")


def test_a_unit_that_closes_can_no_longer_be_chosen_and_names_its_successor(
    importing: Import,
) -> None:
    importing(HEAD + row("SE2321000131-N1", "Vårdcentralen Ett"))
    code, told = importing(
        HEAD
        + row("SE2321000131-N1", "Vårdcentralen Ett", until="2026-03-01", to="SE2321000131-N2")
        + row("SE2321000131-N2", "Vårdcentralen Två")
    )
    assert code == 0
    assert "ändrad: Vårdcentralen Ett stänger 2026-03-01 (SE2321000131-N1)" in told
    assert closed_or_missing(["SE2321000131-N1"], TODAY) == {"SE2321000131-N1": "SE2321000131-N2"}
    assert unit_at("SE2321000131-N1", date(2026, 2, 15)) is not None


def test_faulty_rows_are_listed_by_line_and_nothing_is_loaded(importing: Import) -> None:
    code, told = importing(
        HEAD
        + row("SE2321000131-N1", "Vårdcentralen Nya")
        + row("SE2321000132-N2", "Fel kontrollsiffra")
        + row("SE2321000131-N3", "=1+1")
        + row("SE2321000131-N1", "Dubbel")
        + "SE2321000131-N4,kiosk,Namn,2321000131,VGR,9999,2026-02-30,,\n"
    )
    assert code == 1
    faults = "\n".join(told)
    assert ":3: fel: Organisationsnumret i HSA-id har fel kontrollsiffra" in faults
    assert ":4: fel: namn ser ut som en formel" in faults
    assert ":5: fel: enheten SE2321000131-N1 står också på rad 2." in faults
    assert ":6: fel: typen 'kiosk' finns inte" in faults
    assert ":6: fel: kommunen '9999' finns inte i länet." in faults
    assert told[-1].endswith("Inget har lästs in; rätta dem och försök igen.")
    assert not UnitPeriod.objects.filter(unit_id="SE2321000131-N1").exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe", "inte i UTF-8"),
        (b"PK\x03\x04\0\0", "ingen textfil"),
        (b"a,b\n1,2\n", "kolumnerna hsa_id"),
        (b"", "kolumnerna hsa_id"),
    ],
)
def test_files_that_are_something_else_are_refused(
    importing: Import, content: bytes, reason: str
) -> None:
    code, told = importing(content)
    assert code == 1
    assert reason in told[0]


def test_semicolons_and_a_byte_order_mark_are_read_as_meant(importing: Import) -> None:
    text = (HEAD + row("SE2321000131-N1", "Vårdcentralen Nya")).replace(",", ";")
    code, _ = importing(b"\xef\xbb\xbf" + text.encode())
    assert code == 0
