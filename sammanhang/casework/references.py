"""What an event refers to outside its case: units in the directory, and files added before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection

from sammanhang.access.acting import Acting, scope
from sammanhang.directory import queries as directory
from sammanhang.engine import Event, Refusal
from sammanhang.engine.calendar import local
from sammanhang.engine.plan import CORRECTION
from sammanhang.guideline.model import Field, FieldType, Process


def faulty_references(
    process: Process, event: Event, acting: Acting, number: int | None
) -> Refusal | None:
    """A refusal with a message beside each field that names what can't be used; None if all can.

    `number`: the case, None before it is opened.
    """
    filled = list(_filled(process, event))
    faults = _faulty_units(process, event, filled) | _faulty_files(filled, acting, number)
    if not faults:
        return None
    act = process.acts[event.act]
    reason = f"{act.title} är inte komplett: {' '.join(faults.values())}"
    return Refusal(
        "fields",
        act.name,
        reason,
        "Rätta det som är markerat.",
        document=act.source.document,
        section=act.source.section.number,
        fields=faults,
    )


def _filled(process: Process, event: Event) -> Iterator[tuple[Field, Any]]:
    """Every field that has a value in the event, those of a correction too."""
    for name, value in {**event.data, **(event.data.get(CORRECTION) or {})}.items():
        field = process.fields_asked.get(name)
        if field is not None and value is not None:
            yield field, value


def _faulty_units(
    process: Process, event: Event, filled: list[tuple[Field, Any]]
) -> dict[str, str]:
    named = {field.name: (field, unit) for field, unit in filled if field.type is FieldType.UNIT}
    if not named:
        return {}
    units = [unit for _, unit in named.values()]
    unusable = directory.closed_or_missing(units, local(event.at).date())
    types = directory.unit_types(units)
    heirs = directory.unit_names(heir for heir in unusable.values() if heir)
    faults: dict[str, str] = {}
    for name, (field, unit) in named.items():
        part = process.parts.get(field.part or "")
        if unit in unusable:
            heir = heirs.get(unusable[unit] or "")
            instead = f"{heir.full} har tagit över." if heir else "Välj en annan."
            faults[name] = f"Enheten finns inte eller har stängt. {instead}"
        elif part and part.unit_types and types[unit] not in part.unit_types:
            faults[name] = f"Enheten kan inte vara {part.title.lower()}. Välj en annan."
    return faults


def _faulty_files(
    filled: list[tuple[Field, Any]], acting: Acting, number: int | None
) -> dict[str, str]:
    """Files must have been added to this very case by this person, and not been sent before."""
    files = {field.name: value for field, value in filled if field.type is FieldType.ATTACHMENT}
    if not files:
        return {}
    with scope(acting), connection.cursor() as cursor:
        cursor.execute(
            "select id::text from casework_attachment "
            "where case_id = %s and person = %s and seq is null",
            [number or 0, acting.person],
        )
        added = {row[0] for row in cursor.fetchall()}
    return {
        name: "Filen finns inte kvar. Välj den igen."
        for name, value in files.items()
        if value["id"] not in added
    }
