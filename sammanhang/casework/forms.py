"""Forms made from the fields of an act, and what comes back from them.

Nothing is judged here: what was typed goes to the engine as it is, and the engine's words stand
beside the field. So there is one place that knows what a field may hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import QueryDict

from sammanhang.casework.shown import Cited, cited
from sammanhang.directory.queries import UnitName
from sammanhang.engine.calendar import STOCKHOLM, local
from sammanhang.engine.plan import MESSAGE, plan_of
from sammanhang.guideline.model import Act, Field, FieldType, Process

PREFIX = "f-"
DAY, CLOCK = "-dag", "-tid"
FEW_CHOICES = 6
"""Up to so many choices are shown at once; more make a list to open."""


@dataclass(frozen=True, slots=True)
class FormField:
    """A field as it stands in a form. `value` is what the person typed, or what is proposed."""

    name: str
    title: str
    kind: str
    required: bool
    help: str | None
    choices: tuple[str, ...]
    value: Any
    error: str | None = None
    units: tuple[UnitName, ...] = ()
    """Units to choose among, the chosen one first."""
    q: str = ""
    """What the units were searched by."""
    asked_by: tuple[Cited, str] | None = None
    """The routine or supplement that asks for it, or demands it, and its title."""
    only_for: tuple[str, ...] = ()
    """Parts that alone are told it, besides the unit that writes it."""

    @property
    def id(self) -> str:
        return PREFIX + self.name

    @property
    def chosen(self) -> frozenset[str]:
        """Of a field with many values, those that are ticked."""
        if isinstance(self.value, str):
            return frozenset([self.value] if self.value else [])
        return frozenset(self.value or ())

    @property
    def first_id(self) -> str:
        """Where an error summary leads: the first thing one can type in or choose."""
        match self.kind:
            case "tidpunkt":
                return self.id + DAY
            case "flerval" | "ja-nej":
                return self.id + "-1"
            case "val" if len(self.choices) <= FEW_CHOICES:
                return self.id + "-1"
            case "enhet":
                return self.id + "-sok"
            case _:
                return self.id


def asked_fields(process: Process, act: Act, unit: str, at: datetime) -> tuple[Field, ...]:
    """The fields a unit fills in at a moment, with those that supplements ask of it."""
    asked = plan_of(process).fields_of(act, unit, at).values()
    own = {field.name for field in act.fields}
    return tuple(one for one in asked if one.name != MESSAGE or one.name in own)


def form(
    fields: Iterable[Field],
    values: Mapping[str, Any],
    now: datetime,
    errors: Mapping[str, str] | None = None,
    *,
    propose: bool = True,
) -> list[FormField]:
    """The fields with what has been typed. `propose`: a moment that can't lie ahead is now."""
    return [_form_field(field, values, now, errors or {}, propose) for field in fields]


def _form_field(
    field: Field, values: Mapping[str, Any], now: datetime, errors: Mapping[str, str], propose: bool
) -> FormField:
    value = values.get(field.name)
    if field.type is FieldType.MOMENT:
        proposed = now if propose and value is None and not field.future else None
        value = _moment_parts(value, proposed)
    return FormField(
        name=field.name,
        title=field.title,
        kind=field.type.value,
        required=field.required,
        help=field.help,
        choices=field.choices,
        value="" if value is None else value,
        error=errors.get(field.name),
        only_for=field.only_for,
    )


def with_citations(
    fields: Iterable[FormField], process: Process, act: Act, unit: str, at: datetime
) -> list[FormField]:
    """The fields, those that a routine or a supplement asks of the unit with its paragraph."""
    titles = {one.id: one.title for one in process.additions}
    asked_by = {
        name: (cited(process, one.source), titles.get(one.source.document, ""))
        for one in act.extensions
        if one.scope.covers(unit, at)
        for name in (*(field.name for field in one.fields), *one.required)
    }
    return [replace(field, asked_by=asked_by.get(field.name)) for field in fields]


def with_units(field: FormField, units: Iterable[UnitName], q: str = "") -> FormField:
    return replace(field, units=tuple(units), q=q)


def typed(fields: Iterable[Field], post: QueryDict) -> dict[str, Any]:
    """What was typed, as the engine takes it. Empty fields are left out."""
    data: dict[str, Any] = {}
    for field in fields:
        value = _typed(field, post)
        if value not in (None, "", []):
            data[field.name] = value
    return data


def _typed(field: Field, post: QueryDict) -> Any:
    name = PREFIX + field.name
    match field.type:
        case FieldType.MANY:
            return [one for one in post.getlist(name) if one]
        case FieldType.MOMENT:
            return _moment(post.get(name + DAY, ""), post.get(name + CLOCK, ""))
        case FieldType.ATTACHMENT:
            kept = {"id": post.get(name + "-id", ""), "namn": post.get(name + "-namn", "")}
            return kept if kept["id"] else None
        case _:
            return post.get(name, "").strip()


def _moment(day: str, clock: str) -> str:
    """A day and a clock in Sweden as ISO 8601; what can't be read stays as it was typed."""
    written = f"{day.strip()} {clock.strip().replace('.', ':')}".strip()
    try:
        return (
            datetime.fromisoformat(written).replace(tzinfo=STOCKHOLM).isoformat()
            if clock
            else written
        )
    except ValueError:
        return written


def _moment_parts(value: Any, proposed: datetime | None) -> tuple[str, str]:
    """A moment as the two things one types."""
    if isinstance(value, str) and value:
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            day, _, clock = value.partition(" ")
            return day, clock
        if at.tzinfo is None:
            return value, ""
        proposed = at
    if proposed is None:
        return "", ""
    shown = local(proposed)
    return shown.date().isoformat(), f"{shown:%H:%M}"


def changed_only(
    fields: Iterable[Field], before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, Any]:
    """Of a correction, the values that differ from the message's own; an emptied one is None."""
    return {
        field.name: after.get(field.name)
        for field in fields
        if after.get(field.name) != before.get(field.name)
    }
