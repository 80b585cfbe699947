"""What follows from an event: the rows that `perform` writes, and that a bulk load writes after a
whole history. Pure: from cases to plain values in the columns' order (sql/functions.sql)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sammanhang.casework.restricted import Kept, handed_over
from sammanhang.engine import (
    Case,
    Done,
    Event,
    Obligation,
    changed_acts,
    changed_obligations,
)
from sammanhang.engine.calendar import due
from sammanhang.engine.messages import heir_of, is_unacknowledged
from sammanhang.engine.plan import CORRECTION, Plan, plan_of
from sammanhang.engine.transition import SWITCH
from sammanhang.guideline.model import Process, Reckoning

AS_IT_WAS = "-infinity"
"""Of a unit's insight: what was settled when it left stands."""
PLANNED_DAY = "beräknad-utskrivning"
"""The field whose latest value stands on boards as the planned day."""

Row = list[Any]


def changes(
    process: Process, before: Case, after: Case, event: Event, kept: Sequence[Kept] = ()
) -> dict[str, Any]:
    """Everything but the event and the state that one event writes. Empty lists are left out.

    `kept`: what of the event is for some of its recipients only.
    """
    units, plan = taking_part(before, after), plan_of(process)
    handed = handed_over(process, before, after, event)
    written = {
        "phase": after.phase,
        "phase_since": _text(after.phase_since),
        "new_phase": (after.phase, after.phase_since) != (before.phase, before.phase_since),
        "closed_at": _text(closed_at(after)),
        "came": came(before, after),
        "went": went(before, after),
        "deliveries": deliveries(before, after, event),
        "obligations": [obligation_row(owed) for owed in changed_obligations(before, after)],
        "boards": [
            [*board_row(plan, after, unit), sees_until(process, before, after, unit)]
            for unit in units
        ],
        "planned": planned(plan, before, after, units),
        "units": units,
        "attachments": attachments(event, {one.field for one in kept}),
        "restricted": [one.row for one in kept],
        "handed": [handed.old, handed.new, handed.parts] if handed else [],
    }
    return {name: value for name, value in written.items() if value != []}


def closed_at(case: Case) -> datetime | None:
    return case.done[case.closed_by].at if case.closed_by is not None else None


# --- Parties --------------------------------------------------------------------------------


def taking_part(before: Case, after: Case) -> list[str]:
    """All who take or took part, in one order for all writers."""
    return sorted({*after.joined, *_units(before), *_units(after)})


def _units(case: Case) -> set[str]:
    return {unit for units in case.parties.values() for unit in units}


def came(before: Case, after: Case) -> list[Row]:
    """Who holds which part since the event. Before the first event nobody does."""
    return [
        [part, unit]
        for part, units in after.parties.items()
        for unit in units
        if before.seq == 0 or unit not in before.parties.get(part, ())
    ]


def went(before: Case, after: Case) -> list[Row]:
    if before.seq == 0:
        return []
    return [
        [part, unit]
        for part, units in before.parties.items()
        for unit in units
        if unit not in after.parties.get(part, ())
    ]


# --- Messages -------------------------------------------------------------------------------


def deliveries(before: Case, after: Case, event: Event) -> list[Row]:
    """Where each message that the event touched now stands, and who may read the event."""
    changed = changed_acts(before, after)
    if event.act == SWITCH:  # for all who take part to know
        there = sorted(_units(after))
        return [
            [event.seq, unit, event.unit, event.unit, False, None, None, None] for unit in there
        ]
    rows = [row for done in changed for row in delivery_rows(after, done)]
    has = {(row[0], row[1]) for row in rows}
    own_heir = heir_of(after.heirs, event.unit)
    for unit in sorted(_about(event, changed)):
        if unit != event.unit and (event.seq, unit) not in has:
            rows.append([event.seq, unit, event.unit, own_heir, False, None, None, None])
    return rows


def delivery_rows(case: Case, done: Done) -> list[Row]:
    heir = heir_of(case.heirs, done.unit)
    return [
        [done.seq, unit, done.unit, heir, unit in done.recipients, *_receipt(done, unit)]
        for unit in dict.fromkeys((*done.recipients, *done.readers))
    ]


def _about(event: Event, changed: Iterable[Done]) -> set[str]:
    """All who saw the message that an event acknowledges, takes back or corrects."""
    saw: set[str] = set()
    for done in changed:
        acknowledged = any(receipt.seq == event.seq for receipt in done.receipts)
        taken_back = done.withdrawn and done.revoked_by == event.seq
        if acknowledged or taken_back or event.seq in done.corrected_by:
            saw.update((done.unit, *done.recipients, *done.readers))
    return saw


def _receipt(done: Done, unit: str) -> Row:
    """(at, person, seq) of the unit's acknowledgement of the message as it now reads."""
    latest = done.corrected_by[-1] if done.corrected_by else 0
    for receipt in reversed(done.receipts):
        if receipt.unit == unit and receipt.seq > latest:
            return [_text(receipt.at), receipt.person, receipt.seq]
    return [None, None, None]


def attachments(event: Event, restricted: Iterable[str] = ()) -> list[Row]:
    """The ids of the files that the event carries, those of a correction too; each with its field
    if that is for some of the recipients only."""
    filled = [*event.data.items(), *(event.data.get(CORRECTION) or {}).items()]
    return [
        [value["id"], name if name in restricted else None]
        for name, value in filled
        if isinstance(value, dict) and "id" in value
    ]


# --- Obligations ----------------------------------------------------------------------------


def obligation_row(owed: Obligation) -> Row:
    return [
        owed.key, owed.rule, owed.act, owed.unit, owed.part, _text(owed.due), owed.before,
        owed.awaited_by, owed.started_by, owed.due_by, owed.message, owed.ended_by,
        _text(owed.ended_at), owed.cancelled,
    ]  # fmt: skip


# --- Boards ---------------------------------------------------------------------------------


def board_row(plan: Plan, case: Case, unit: str) -> Row:
    """A unit's view of a case: shown, owed, waiting, turns, unread."""
    still_open = [one for one in case.obligations.values() if one.ended_by is None]
    ours = [one for one in still_open if one.unit == unit]
    theirs = [one for one in still_open if one.awaited_by == unit != one.unit]
    received = [done for done in case.done.values() if unit in done.recipients]
    unread = sum(is_unacknowledged(plan, done, unit) for done in received)
    parts = [part for part, units in case.parties.items() if unit in units]
    turns = ",".join(one.due.isoformat() for one in (*ours, *theirs) if one.due)
    return [
        unit,
        bool(parts) and (bool(ours) or _is_responsible(plan, case, parts)),
        [[one.act, _text(one.due), one.rule] for one in sorted(ours, key=_urgency)],
        [[one.act, _text(one.due), one.rule, one.unit] for one in sorted(theirs, key=_urgency)],
        f"{{{turns}}}",
        unread,
    ]


def _is_responsible(plan: Plan, case: Case, parts: list[str]) -> bool:
    """Whether the person is a matter for one of these parts in the present phase."""
    if case.closed_by is not None:
        return False
    responsible = next(
        (one.responsible for one in plan.process.phases if one.name == case.phase), ()
    )
    return not responsible or any(part in responsible for part in parts)


def _urgency(owed: Obligation) -> tuple[bool, float, str]:
    return (owed.due is None, owed.due.timestamp() if owed.due else 0, owed.key)


def planned(plan: Plan, before: Case, after: Case, units: list[str]) -> list[Row]:
    """For whom the planned day changed: unit, day, and the event that told it."""
    told = [(unit, _planned(plan, before, unit), _planned(plan, after, unit)) for unit in units]
    return [[unit, *now] for unit, was, now in told if was != now]


def _planned(plan: Plan, case: Case, unit: str) -> tuple[str | None, int | None]:
    """The planned day as the unit has been told it: others' messages are not for it, nor what is
    for some of their recipients only."""
    told: tuple[str | None, int | None] = (None, None)
    for done in case.done.values():
        if (
            PLANNED_DAY in done.data
            and done.in_force
            and not plan.is_restricted(done.act, PLANNED_DAY)
            and (unit == done.unit or unit in done.recipients or unit in done.readers)
        ):
            told = done.data[PLANNED_DAY], max((done.seq, *done.corrected_by))
    return told


# --- How long a case is seen ----------------------------------------------------------------


def sees_until(process: Process, before: Case, after: Case, unit: str) -> str:
    """When the unit's insight ends (`insyn`); not while it takes part, or owes something."""
    held = _held(after, unit)
    if held:
        if after.closed_by is None or _owes(after, unit):
            return "infinity"
        ended = [one.ended_at for one in after.obligations.values() if one.unit == unit]
        since = max(filter(None, (closed_at(after), *ended)))
    else:
        held, since = _held(before, unit), after.last_at
    spans = [process.parts[part].insight for part in held if part in process.parts]
    if not spans or since is None:
        return AS_IT_WAS
    longest = max(spans, key=lambda span: span.amount)
    return due(longest, since, Reckoning("")).isoformat()


def _held(case: Case, unit: str) -> list[str]:
    return [part for part, units in case.parties.items() if unit in units]


def _owes(case: Case, unit: str) -> bool:
    return any(one.is_open and one.unit == unit for one in case.obligations.values())


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
