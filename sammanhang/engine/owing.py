"""Obligations: how they start, move, end and open again. Each function changes a `NextCase`.

An obligation ends exactly once, fulfilled or cancelled, unless the act that ended it is undone.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sammanhang.engine.due import due_moment, first_bearer
from sammanhang.engine.messages import heir_of
from sammanhang.engine.model import Done, Event, Obligation, Receipt
from sammanhang.engine.next_case import NextCase
from sammanhang.engine.plan import Plan
from sammanhang.guideline.model import Bar, Before, Duty

# --- Starting -------------------------------------------------------------------------------


def start_receipts(plan: Plan, case: NextCase, message: Done) -> None:
    """Each recipient owes an acknowledgement, where the act asks for it."""
    if message.act in plan.receipts:
        for unit in message.recipients:
            start_receipt(plan, case, message, unit)


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
            due=due_moment(plan, duty, case, case.event.at, unit),
            before=None,
            awaited_by=heir_of(case.heirs, message.unit),
            started_by=seq,
            due_by=seq,
            message=message.seq,
        )
    )


def start_duties(plan: Plan, case: NextCase, done: Done) -> None:
    for duty in plan.duties.get(done.act, ()):
        if duty.name not in done.unheld:
            for unit in case.parties.get(duty.part, ()):
                _start(plan, case, duty, done, unit)


def start_earlier_duties(
    plan: Plan, case: NextCase, unit: str, part: str, only: Collection[str] | None = None
) -> None:
    """What a unit that comes to hold a part owes because of acts already in force. `only`: by
    these duties; a unit that takes another's place has the others from it."""
    for done in list(case.done.values()):
        if not done.in_force or done.seq == case.event.seq or _is_over(case, done.seq):
            continue
        for duty in plan.duties.get(done.act, ()):
            if (
                duty.part == part
                and (only is None or duty.name in only)
                and duty.name not in done.unheld
                and not _has_had(case, duty, done.seq, unit)
                and done_since(case, duty.act, unit, done.seq) is None
            ):
                _start(plan, case, duty, done, unit)


def start_after_switch(plan: Plan, case: NextCase, duty: Duty, by: Done, unit: str) -> None:
    """What an act already in force comes to ask for, counted from the present event. Nothing
    whose moment is past already: nobody could have kept it."""
    now = case.event.at
    if (
        _is_over(case, by.seq)
        or _has_had(case, duty, by.seq, unit)
        or done_since(case, duty.act, unit, by.seq) is not None
    ):
        return
    due = due_moment(plan, duty, case, max(by.at, now), unit)
    if due is None or due >= now:
        _start(plan, case, duty, by, unit, counted_from=now)


def _start(
    plan: Plan,
    case: NextCase,
    duty: Duty,
    by: Done,
    unit: str,
    counted_from: datetime | None = None,
) -> None:
    if duty.act in case.barred or not _binds(duty, case, by, unit):
        return
    key = f"{duty.name}:{by.seq}:{unit}"
    if key in case.obligations:
        key = f"{duty.name}:{by.seq}~{case.event.seq}:{unit}"
    case.owe(
        Obligation(
            key=key,
            rule=duty.name,
            act=duty.act,
            unit=unit,
            part=duty.part,
            due=due_moment(plan, duty, case, counted_from or by.at, unit),
            before=duty.deadline.act if isinstance(duty.deadline, Before) else None,
            awaited_by=heir_of(case.heirs, by.unit),
            started_by=by.seq,
            due_by=case.event.seq,
        )
    )


def _binds(duty: Duty, case: NextCase, by: Done, unit: str) -> bool:
    """Whether a supplement's duty held for the unit both when its act was done and now."""
    scope = duty.scope
    return scope is None or (scope.covers(unit, by.at) and scope.is_in_force(case.event.at))


def _is_over(case: NextCase, started_by: int) -> bool:
    """Whether the case was closed after the act, which then asks for nothing more."""
    return case.closed_by is not None and started_by < case.closed_by


def _has_had(case: NextCase, duty: Duty, started_by: int, unit: str) -> bool:
    return any(
        owed.rule == duty.name
        and owed.started_by == started_by
        and unit in (owed.unit, first_bearer(owed))
        for owed in case.obligations.values()
    )


def done_since(case: NextCase, act: str, unit: str, seq: int) -> Done | None:
    """The first time, after an event, that the unit (or one whose place it took) did an act
    that is in force."""
    for done in case.done.values():
        if (
            done.act == act
            and done.seq > seq
            and done.in_force
            and unit in (done.unit, heir_of(case.heirs, done.unit))
        ):
            return done
    return None


def _part_of(plan: Plan, case: NextCase, act: str, unit: str) -> str | None:
    """The part in which a unit receives an act."""
    parts = plan.process.acts[act].recipients
    return next((part for part in parts if unit in case.parties.get(part, ())), None)


# --- When it is due -------------------------------------------------------------------------


def redate(plan: Plan, case: NextCase) -> None:
    """Due moments that rest on a field follow its value; a change names the present event."""
    for owed in list(case.obligations.values()):
        if owed.ended_by is not None or owed.rule not in plan.deadline_fields:
            continue
        duty = plan.rules[owed.rule]
        started = case.done[owed.started_by].at
        if isinstance(duty, Duty):
            due = due_moment(plan, duty, case, started, first_bearer(owed))
            if due != owed.due:
                case.owe(owed, due=due, due_by=case.event.seq)


# --- Ending ---------------------------------------------------------------------------------


def _end(
    case: NextCase, owed: Obligation, *, cancelled: bool, by: Done | Receipt | None = None
) -> None:
    """It ends by the present event, or by an earlier act: what was done then counts from then,
    what is stopped is stopped now."""
    seq = by.seq if by else case.event.seq
    at = by.at if by and not cancelled else case.event.at
    case.owe(owed, ended_by=seq, ended_at=at, cancelled=cancelled)


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


def cancel_stopped(plan: Plan, case: NextCase) -> None:
    """Nobody owes what is barred, nor what was asked for before the case was closed."""
    for owed in list(case.obligations.values()):
        if owed.is_open and (owed.act in case.barred or _is_over(case, owed.started_by)):
            _end(case, owed, cancelled=True, by=_stopped(plan, case, owed))


def release(case: NextCase, event: Event, parts: Collection[str]) -> None:
    """A unit that leaves its parts owes nothing more in them."""
    gone = not case.takes_part(event.unit)
    for owed in list(case.obligations.values()):
        if owed.is_open and owed.unit == event.unit and (gone or owed.part in parts):
            _end(case, owed, cancelled=True)


def move(plan: Plan, case: NextCase, parts: Collection[str], old: str, new: str) -> None:
    """Open obligations follow the part to the new unit, with their due moments.

    Acknowledgements don't move: the messages stand anew in the new unit's inbox. What a
    supplement asks for ends when the new unit is outside its area.
    """
    has = {(o.rule, o.started_by) for o in case.obligations.values() if o.unit == new and o.is_open}
    for owed in list(case.obligations.values()):
        if not owed.is_open:
            continue
        awaited_by = new if owed.awaited_by == old else owed.awaited_by
        receipt = owed.unit == old and owed.message is not None
        moves = owed.unit == old and owed.part in parts and not receipt
        ends = (owed.rule, owed.started_by) in has or not _may_bind(plan, owed.rule, new)
        if receipt or (moves and ends):
            _end(case, owed, cancelled=True)
        elif moves or awaited_by != owed.awaited_by:
            case.owe(owed, unit=new if moves else owed.unit, awaited_by=awaited_by)


def _may_bind(plan: Plan, rule: str, unit: str) -> bool:
    duty = plan.rules[rule] if rule in plan.scoped else None
    return not isinstance(duty, Duty) or duty.scope is None or duty.scope.contains(unit)


# --- Undoing --------------------------------------------------------------------------------


def undo(plan: Plan, case: NextCase, undone: Collection[int]) -> None:
    """What undone acts had started ends; what they had ended ends by something else, or is open
    again."""
    _take_back_receipts(case, undone)
    for owed in list(case.obligations.values()):
        if owed.is_open:
            if owed.started_by in undone or owed.message in undone:
                _end(case, owed, cancelled=True)
        elif owed.ended_by in undone:
            _end_anew(plan, case, owed)


def _end_anew(plan: Plan, case: NextCase, owed: Obligation) -> None:
    """Its end is undone: by what it is ended now, if by anything."""
    if not _still_asked(plan, case, owed):
        if not owed.cancelled:
            _end(case, owed, cancelled=True)
        return
    paid = _paid(case, owed)
    stopped = _stopped(plan, case, owed)
    if paid and not (stopped and owed.started_by < stopped.seq < paid.seq):
        _end(case, owed, cancelled=False, by=paid)
    elif stopped:
        _end(case, owed, cancelled=True, by=stopped)
    else:
        case.owe(owed, ended_by=None, ended_at=None, cancelled=False)


def _still_asked(plan: Plan, case: NextCase, owed: Obligation) -> bool:
    """Whether what started it is in force, as is the rule, which an earlier version may have had
    alone, and the unit is still there to do it."""
    if owed.rule not in plan.rules or not case.done[owed.started_by].in_force:
        return False
    if owed.message is not None:
        return case.done[owed.message].in_force and case.takes_part(owed.unit)
    return owed.unit in case.parties.get(owed.part, ())


def _paid(case: NextCase, owed: Obligation) -> Done | Receipt | None:
    if owed.message is None:
        return done_since(case, owed.act, owed.unit, owed.started_by)
    receipts = case.done[owed.message].receipts
    return next((r for r in receipts if r.unit == owed.unit and r.seq > owed.started_by), None)


def _stopped(plan: Plan, case: NextCase, owed: Obligation) -> Done | None:
    """The act that bars it or has closed the case."""
    if case.closed_by is not None and _is_over(case, owed.started_by):
        return case.done.get(case.closed_by)
    bar = plan.rules[case.barred[owed.act]] if owed.act in case.barred else None
    if not isinstance(bar, Bar):
        return None
    barring = (
        done
        for done in reversed(list(case.done.values()))
        if done.act == bar.act and done.in_force and bar.name not in done.unheld
    )
    return next(barring, None)


def _take_back_receipts(case: NextCase, undone: Collection[int]) -> None:
    for done in list(case.done.values()):
        left = tuple(receipt for receipt in done.receipts if receipt.seq not in undone)
        if len(left) != len(done.receipts):
            case.change(done, receipts=left)


def judge_anew(plan: Plan, case: NextCase, before: Done, after: Done) -> None:
    """After a correction: duties whose guard no longer holds end, those whose guard now holds
    start, and everyone who got the message owes a new acknowledgement."""
    for duty in plan.duties.get(after.act, ()):
        held, holds = duty.name not in before.unheld, duty.name not in after.unheld
        if held and not holds:
            _cancel_started(case, duty, after.seq)
        elif holds and not held and not _is_over(case, after.seq):
            for unit in case.parties.get(duty.part, ()):
                if not _stands(case, duty, after.seq, unit):
                    _start(plan, case, duty, after, unit)
    for owed in list(case.obligations.values()):
        if owed.message == after.seq and owed.is_open:
            _end(case, owed, cancelled=True)
    start_receipts(plan, case, after)


def _cancel_started(case: NextCase, duty: Duty, seq: int) -> None:
    for owed in list(case.obligations.values()):
        if owed.rule == duty.name and owed.started_by == seq and owed.is_open:
            _end(case, owed, cancelled=True)


def _stands(case: NextCase, duty: Duty, started_by: int, unit: str) -> bool:
    """Whether the unit owes or has done what the duty asks for since that start."""
    return done_since(case, duty.act, unit, started_by) is not None or any(
        owed.rule == duty.name
        and owed.started_by == started_by
        and owed.unit == unit
        and not owed.cancelled
        for owed in case.obligations.values()
    )
