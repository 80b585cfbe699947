"""Obligations: how they start, move, end and open again. Each function changes a `NextCase`.

An obligation ends exactly once, fulfilled or cancelled, unless the act that ended it is undone.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sammanhang.engine import calendar
from sammanhang.engine.model import Done, Event, Obligation
from sammanhang.engine.next_case import NextCase
from sammanhang.engine.plan import Plan
from sammanhang.engine.values import moment
from sammanhang.guideline.model import Ahead, Before, Duty, On, Within

# --- Starting -------------------------------------------------------------------------------


def start_receipts(plan: Plan, case: NextCase, event: Event, units: Collection[str]) -> None:
    """Each recipient owes an acknowledgement, where the act asks for it."""
    if units and event.act in plan.receipts:
        for unit in units:
            start_receipt(plan, case, case.done[event.seq], unit)


def start_receipt(plan: Plan, case: NextCase, message: Done, unit: str) -> None:
    """An acknowledgement of one message, counted from the present event (its delivery)."""
    duty = plan.receipts.get(message.act)
    if duty is None or not case.takes_part(unit):
        return
    seq = case.event.seq
    case.owe(
        Obligation(
            key=f"{duty.name}:{seq}:{unit}:{message.seq}",
            rule=duty.name,
            act=duty.act,
            unit=unit,
            part=_part_of(plan, case, message.act, unit) or duty.part,
            due=_due(plan, duty, case, case.event.at, None),
            before=None,
            awaited_by=message.unit,
            started_by=seq,
            due_by=seq,
            message=message.seq,
        )
    )


def start_duties(plan: Plan, case: NextCase, event: Event) -> None:
    for duty, guard in plan.duties.get(event.act, ()):
        if guard(case.values, case.parties):
            _start(plan, case, duty, case.done[event.seq])


def start_earlier_duties(plan: Plan, case: NextCase, unit: str, part: str) -> None:
    """What a unit that comes to hold a part owes because of acts already in force."""
    for done in list(case.done.values()):
        if not done.in_force or done.seq == case.event.seq:
            continue
        for duty, guard in plan.duties.get(done.act, ()):
            if (
                duty.part == part
                and guard(case.values, case.parties)
                and not _has_had(case, duty, done.seq, unit)
                and not _has_done_since(case, duty.act, unit, done.seq)
            ):
                _start_for(plan, case, duty, done, unit, late=case.joined.get(unit))


def _start(plan: Plan, case: NextCase, duty: Duty, by: Done) -> None:
    for unit in case.parties.get(duty.part, ()):
        _start_for(plan, case, duty, by, unit, late=None)


def _start_for(
    plan: Plan, case: NextCase, duty: Duty, by: Done, unit: str, late: datetime | None
) -> None:
    if duty.act in case.barred:
        return
    case.owe(
        Obligation(
            key=f"{duty.name}:{by.seq}:{unit}",
            rule=duty.name,
            act=duty.act,
            unit=unit,
            part=duty.part,
            due=_due(plan, duty, case, by.at, late),
            before=duty.deadline.act if isinstance(duty.deadline, Before) else None,
            awaited_by=by.unit,
            started_by=by.seq,
            due_by=case.event.seq,
        )
    )


def _has_had(case: NextCase, duty: Duty, started_by: int, unit: str) -> bool:
    return any(
        owed.rule == duty.name
        and owed.started_by == started_by
        and unit in (owed.unit, first_bearer(owed))
        for owed in case.obligations.values()
    )


def _has_done_since(case: NextCase, act: str, unit: str, seq: int) -> bool:
    return any(
        done.act == act and done.unit == unit and done.seq > seq and done.in_force
        for done in case.done.values()
    )


def _part_of(plan: Plan, case: NextCase, act: str, unit: str) -> str | None:
    """The part in which a unit receives an act."""
    parts = plan.process.acts[act].recipients
    return next((part for part in parts if unit in case.parties.get(part, ())), None)


# --- When it is due -------------------------------------------------------------------------


def first_bearer(owed: Obligation) -> str:
    """The unit that owed it when it started, whoever has taken it over since."""
    return owed.key.split(":")[2]


def _due(
    plan: Plan, duty: Duty, case: NextCase, since: datetime, late: datetime | None
) -> datetime | None:
    """When a duty is due. `late`: when its bearer joined the case, if after the start."""
    deadline = duty.deadline
    try:
        match deadline:
            case Within(span, None):
                start = since if late is None or late < since else late
                return calendar.due(span, start, duty.reckoning)
            case Within(span, str(name)):
                start = _moment_in(plan, case, name, ends=False) or since
                start = start if late is None or late < start else late
                return calendar.due(span, start, duty.reckoning)
            case Ahead(span, name):
                of = _moment_in(plan, case, name, ends=False)
                return of and calendar.due_ahead(span, of, duty.reckoning)
            case On(name):
                return _moment_in(plan, case, name, ends=True)
            case _:
                return None
    except OverflowError:
        return None  # further away than a calendar reaches


def _moment_in(plan: Plan, case: NextCase, name: str, *, ends: bool) -> datetime | None:
    return moment(plan.process.fields_asked[name], case.values.get(name), ends=ends)


def redate(plan: Plan, case: NextCase) -> None:
    """Due moments that rest on a field follow its value; a change names the present event."""
    for owed in list(case.obligations.values()):
        if not owed.is_open or owed.rule not in plan.deadline_fields:
            continue
        duty = plan.rules[owed.rule]
        started = case.done[owed.started_by].at
        joined = case.joined.get(first_bearer(owed))
        late = joined if joined is not None and joined > started else None
        due = _due(plan, duty, case, started, late) if isinstance(duty, Duty) else None
        if due != owed.due:
            case.owe(owed, due=due, due_by=case.event.seq)


# --- Ending ---------------------------------------------------------------------------------


def _end(case: NextCase, owed: Obligation, *, cancelled: bool) -> None:
    case.owe(owed, ended_by=case.event.seq, ended_at=case.event.at, cancelled=cancelled)


def fulfil(case: NextCase, event: Event) -> None:
    """The unit's open duties to do this act are done."""
    for owed in list(case.obligations.values()):
        if (
            owed.act == event.act
            and owed.unit == event.unit
            and owed.ended_by is None
            and owed.message is None
        ):
            _end(case, owed, cancelled=False)


def fulfil_receipt(case: NextCase, event: Event, message: int) -> None:
    for owed in list(case.obligations.values()):
        if owed.message == message and owed.unit == event.unit and owed.is_open:
            _end(case, owed, cancelled=False)


def cancel_barred(case: NextCase, acts: Collection[str]) -> None:
    """Nobody owes what can't be done."""
    for owed in list(case.obligations.values()):
        if owed.is_open and owed.act in acts:
            _end(case, owed, cancelled=True)


def close(case: NextCase) -> None:
    """The case is over: only what its last act itself started is still owed."""
    for owed in list(case.obligations.values()):
        if owed.is_open and owed.started_by != case.event.seq:
            _end(case, owed, cancelled=True)


def release(case: NextCase, event: Event, parts: Collection[str]) -> None:
    """A unit that leaves its parts owes nothing more in them."""
    gone = all(event.unit not in units for units in case.parties.values())
    for owed in list(case.obligations.values()):
        if owed.is_open and owed.unit == event.unit and (gone or owed.part in parts):
            _end(case, owed, cancelled=True)


def move(case: NextCase, event: Event, parts: Collection[str], old: str, new: str) -> None:
    """Open obligations follow the part to the new unit, with their due moments.

    Acknowledgements don't move: the messages stand anew in the new unit's inbox.
    """
    has = {(o.rule, o.started_by) for o in case.obligations.values() if o.unit == new and o.is_open}
    for owed in list(case.obligations.values()):
        if not owed.is_open:
            continue
        if owed.unit == old and owed.message is not None:
            _end(case, owed, cancelled=True)
        elif owed.unit == old and owed.part in parts:
            if (owed.rule, owed.started_by) in has:
                _end(case, owed, cancelled=True)
            else:
                case.owe(owed, unit=new)
        elif owed.awaited_by == old:
            case.owe(owed, awaited_by=new)


# --- Undoing --------------------------------------------------------------------------------


def undo(case: NextCase, undone: Collection[int]) -> None:
    """What undone acts had started ends; what they had ended is open again."""
    for owed in list(case.obligations.values()):
        if owed.is_open:
            if owed.started_by in undone or owed.message in undone:
                _end(case, owed, cancelled=True)
        elif owed.ended_by in undone:
            if _may_open_again(case, owed):
                case.owe(owed, ended_by=None, ended_at=None, cancelled=False)
            elif not owed.cancelled:
                _end(case, owed, cancelled=True)
    _take_back_receipts(case, undone)


def _may_open_again(case: NextCase, owed: Obligation) -> bool:
    return (
        case.done[owed.started_by].in_force
        and (owed.message is None or case.done[owed.message].in_force)
        and owed.act not in case.barred
        and (owed.message is not None or owed.unit in case.parties.get(owed.part, ()))
        and case.closed_by is None
    )


def _take_back_receipts(case: NextCase, undone: Collection[int]) -> None:
    for done in list(case.done.values()):
        left = tuple(receipt for receipt in done.receipts if receipt.seq not in undone)
        if len(left) != len(done.receipts):
            case.change(done, receipts=left)


def judge_anew(plan: Plan, case: NextCase, event: Event, seq: int) -> None:
    """After a correction: duties whose guard no longer holds end, those whose guard now holds
    start, and everyone who got the message owes a new acknowledgement."""
    done = case.done[seq]
    for duty, guard in plan.duties.get(done.act, ()):
        started = [
            owed
            for owed in case.obligations.values()
            if owed.rule == duty.name and owed.started_by == seq
        ]
        if not guard(case.values, case.parties):
            for owed in started:
                if owed.is_open:
                    _end(case, owed, cancelled=True)
        elif not started:
            _start(plan, case, duty, done)
    for owed in list(case.obligations.values()):
        if owed.message == seq and owed.is_open:
            _end(case, owed, cancelled=True)
    for unit in done.recipients:
        start_receipt(plan, case, done, unit)
