"""Import of assignments: new ones, ended ones, faults by line, and nothing half done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from sammanhang.access.acting import choices
from sammanhang.directory.assignments import COLUMNS, import_assignments

WARD, CENTRE = "SE2321000131-A0001", "SE2321000131-V0001"
NURSE = "SE2321000131-PX01"
TODAY = date(2026, 3, 5)

Import = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def importing(database: str, tmp_path: Path) -> Import:
    def run(*rows: str, dry_run: bool = False) -> tuple[int, list[str]]:
        file = tmp_path / "uppdrag.csv"
        file.write_text("\n".join([",".join(COLUMNS), *rows]))
        told: list[str] = []
        code = import_assignments(str(file), dry_run=dry_run, echo=told.append)
        return code, [line.removeprefix(str(file)) for line in told]

    return run


def row(person: str = NURSE, unit: str = WARD, role: str = "ward_nurse", *, until: str = "") -> str:
    return f"{person},Asta,Prov,{unit},{role},,2026-01-01,{until}"


def held(person: str = NURSE) -> list[tuple[str, str]]:
    return sorted((one.acting.unit, one.acting.role) for one in choices(TODAY, person=person))


def test_a_new_person_may_act_for_the_unit(importing: Import) -> None:
    code, told = importing(row(), row(unit=CENTRE, role="care_coordinator"))
    assert code == 0
    assert told[-1] == "2 ändrade, 0 oförändrade."
    assert held() == [(WARD, "ward_nurse"), (CENTRE, "care_coordinator")]


def test_a_dry_run_tells_and_changes_nothing(importing: Import) -> None:
    code, told = importing(row(), dry_run=True)
    assert code == 0
    assert told == [
        f"nytt: Asta Prov ({NURSE}), ward_nurse vid {WARD} från 2026-01-01",
        "1 skulle ändras, 0 oförändrade.",
    ]
    assert held() == []


def test_the_same_file_again_changes_nothing(importing: Import) -> None:
    importing(row())
    assert importing(row())[1] == ["0 ändrade, 1 oförändrade."]


def test_an_assignment_is_ended_by_its_last_day_and_begun_again(importing: Import) -> None:
    importing(row())
    assert importing(row(until="2026-03-01"))[1][0].startswith("slutar: Asta Prov")
    assert held() == []
    importing(row().replace("2026-01-01", "2026-03-02"))
    assert held() == [(WARD, "ward_nurse")]


def test_an_old_row_does_not_end_what_has_begun_again(importing: Import) -> None:
    importing(row())
    importing(row(until="2026-02-01"))
    importing(row().replace("2026-01-01", "2026-03-02"))
    code, lines = importing(row(until="2026-02-01"))
    assert code == 1
    assert "började 2026-03-02, efter den sista dagen 2026-02-01" in lines[0]
    assert held() == [(WARD, "ward_nurse")]


def test_whoever_is_not_named_keeps_what_they_have(importing: Import) -> None:
    importing(row())
    importing(row(person="SE2321000131-PX02"))
    assert held() == [(WARD, "ward_nurse")]


FAULTY = [
    ("inget,A,B,{w},ward_nurse,,,", "HSA-id"),
    ("{n},A,B,SE2321000131-FINNSINTE,ward_nurse,,,", "finns inte. Läs in enheterna först"),
    ("{n},A,B,{w},chef,,,", "rollen 'chef' finns inte"),
    ("{n},,B,{w},ward_nurse,,,", "förnamn saknas"),
    ("{n},=A,B,{w},ward_nurse,,,", "formel"),
    ("{n},A,B,{w},ward_nurse,,i går,", "since ska vara en dag"),
    ("{n},A,B,{w},ward_nurse,,2026-03-01,2026-02-01", "efter den första"),
    ("{n},A,B,{w},ward_nurse,,,,,", "fler värden än kolumner"),
    ("{n},A,B,{w},ward_nurse," + "x" * 61 + ",,", "längre än 60"),
]


@pytest.mark.parametrize(("faulty", "told"), FAULTY)
def test_a_faulty_row_is_told_by_line_and_nothing_is_done(
    importing: Import, faulty: str, told: str
) -> None:
    code, lines = importing(row(), faulty.format(n="SE2321000131-PX02", w=WARD))
    assert code == 1
    assert lines[0].startswith(":3: fel: ")
    assert told in lines[0]
    assert lines[-1].endswith("Inget har lästs in; rätta dem och försök igen.")
    assert held() == []


def test_one_assignment_twice_is_told(importing: Import) -> None:
    code, lines = importing(row(), row())
    assert code == 1
    assert "står också på rad 2" in lines[0]
