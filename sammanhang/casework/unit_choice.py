"""Choosing a unit in a form: first those nearest at hand, others by searching."""

from __future__ import annotations

from datetime import datetime

from sammanhang.access.acting import Acting
from sammanhang.casework.forms import FormField, with_units
from sammanhang.directory.queries import UnitName, open_units, unit_names
from sammanhang.engine.calendar import local
from sammanhang.guideline.model import Act, Process
from sammanhang.residents.queries import Person

MOST = 8
"""Units shown at a time; more are found by searching."""
LOOKED_THROUGH = 200


def with_unit_choices(
    process: Process,
    act: Act,
    fields: list[FormField],
    acting: Acting,
    now: datetime,
    person: Person | None,
) -> list[FormField]:
    """The fields, those for a unit with units to choose among, nearest to the person first.
    Within the unit's scope."""
    return [
        with_units(
            field,
            choices(
                process,
                act,
                field.name,
                acting,
                now,
                _near(process, field, acting, person),
                str(field.value),
            ),
        )
        if field.kind == "enhet"
        else field
        for field in fields
    ]


def choices(
    process: Process, act: Act, field: str, acting: Acting, now: datetime, q: str, chosen: str = ""
) -> list[UnitName]:
    """Units of the types that the field may name, the chosen one first."""
    asked = types(process, act, field, acting)
    found = open_units(asked, local(now).date(), q, limit=LOOKED_THROUGH)
    found.sort(key=lambda one: asked.index(one.type))  # the usual kind first, as the part has it
    others = [one for one in found if one.hsa_id not in (chosen, acting.unit)][:MOST]
    known = unit_names([chosen]) if chosen else {}
    return [*known.values(), *others]


def types(process: Process, act: Act, field: str, acting: Acting) -> list[str]:
    """The unit types of the field's part; without one, of the parts the acting unit can hold."""
    asked = process.fields_asked.get(field)
    if asked is not None and asked.part:
        return list(process.parts[asked.part].unit_types)
    own = [process.parts[name].unit_types for name in act.performers]
    return sorted({one for held in own if acting.unit_type in held for one in held})


def _near(process: Process, field: FormField, acting: Acting, person: Person | None) -> str:
    """Where to look first: the person's municipality, or for a ward the own hospital."""
    asked = process.fields_asked.get(field.name)
    part = process.parts.get(asked.part or "") if asked else None
    if part is not None and acting.unit_type in part.unit_types and "avdelning" in acting.unit_type:
        own = unit_names([acting.unit]).get(acting.unit)
        return own.parent if own else ""
    return (person and person.municipality) or ""
