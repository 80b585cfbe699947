"""A running case goes over to another version of its guideline: what stands, what is owed anew,
what is owed no more. docs/semantics.md, "When a case changes version".

Nobody becomes late by it, and what is late stays late.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sammanhang.engine import owing
from sammanhang.engine.due import due_moment, first_bearer
from sammanhang.engine.evolve import rebuild
from sammanhang.engine.model import Case, Done, Event, Obligation
from sammanhang.engine.next_case import NextCase
from sammanhang.engine.plan import Plan, phase_key, plan_of
from sammanhang.guideline.model import Before, Duty, Guard, Process

SWITCH = "Versionsbyte"
"""The act of the event by which a case goes over. No document's act can have a capital."""


def why_not_switch(old: Process, new: Process, case: Case, at: datetime) -> str | None:
    """What the new version lacks that the case needs; None when it can go over."""
    for done in case.done.values():
        if done.act in old.acts and done.act not in new.acts:
            return f"handlingen '{done.act}' är gjord i ärendet, men finns inte i den nya versionen"
    for part, units in case.parties.items():
        if units and part not in new.parts:
            return f"parten '{part}' deltar i ärendet, men finns inte i den nya versionen"
    if case.closed_by is not None:
        return "ärendet är avslutat"
    if switch(old, new, case, Event(case.seq + 1, at, "", "", SWITCH, {})).closed_by is not None:
        return "ärendet vore redan avslutat under den nya versionen"
    return None


def switch(old: Process, new: Process, case: Case, event: Event) -> Case:
    """The case after it has gone over, by an event of the act `SWITCH`. Total: of acts and parts
    that the new version lacks nothing more is asked."""
    before, plan, after = plan_of(old), plan_of(new), NextCase(case, event)
    after.process = new.key
    _judge_guards(before, plan, after)
    barred = after.barred
    rebuild(plan, after)
    _carry_over(before, plan, after)
    if after.barred != barred or after.closed_by != case.closed_by:
        owing.cancel_stopped(plan, after)
    _start_new(before, plan, after)
    return after.as_case()


def what_changed(before: Case, after: Case) -> list[dict[str, Any]]:
    """What a switch changed for whom, to be kept with its event: each obligation that came, went
    or got another due moment (`förr` and `nu`, ISO 8601 in UTC)."""
    return [
        {
            "regel": owed.rule,
            "handling": owed.act,
            "enhet": owed.unit,
            "förr": _text(was.due) if was else None,
            "nu": _text(owed.due) if owed.is_open else None,
            "vad": "tillkommer" if was is None else "ändras" if owed.is_open else "utgår",
        }
        for key, owed in after.obligations.items()
        if (was := before.obligations.get(key)) is not owed
        and not (was and owed.is_open and was.due == owed.due)
    ]


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


# --- Guards -----------------------------------------------------------------------------------


def _judge_guards(before: Plan, plan: Plan, case: NextCase) -> None:
    """A guard that is the same was read when its act was done. One that is new or another is
    read with what is known now."""
    was, now = _guards(before.process), _guards(plan.process)
    for done in list(case.done.values()):
        known = {name for name, _ in before.guarded.get(done.act, ())}
        unheld = tuple(
            name
            for name, holds in plan.guarded.get(done.act, ())
            if (
                name in done.unheld
                if name in known and was[name] == now[name]
                else not holds(case.values, case.parties)
            )
        )
        if unheld != done.unheld:
            case.change(done, unheld=unheld)


def _guards(process: Process) -> Mapping[str, Guard | None]:
    rules = {rule.name: rule.guard for rule in process.rules}
    return rules | {phase_key(phase.name): phase.guard for phase in process.phases}


# --- What is owed -----------------------------------------------------------------------------


def _carry_over(before: Plan, plan: Plan, case: NextCase) -> None:
    """Open obligations whose rule is still there stand, with the new version's due moment; the
    others end."""
    for owed in list(case.obligations.values()):
        if not owed.is_open:
            continue
        duty = _same_duty(before, plan, case, owed)
        if duty is None:
            case.owe(owed, ended_by=case.event.seq, ended_at=case.event.at, cancelled=True)
            continue
        was = before.rules.get(owed.rule)
        if duty.name != owed.rule:
            owed = case.owe(owed, rule=duty.name)
        if isinstance(was, Duty) and not _is_late(owed, case.event.at):
            _redate(plan, was, duty, case, owed)


def _same_duty(before: Plan, plan: Plan, case: NextCase, owed: Obligation) -> Duty | None:
    """The rule that asks for it in the new version: of the same name, or under a new one."""
    named = plan.rules.get(owed.rule)
    if isinstance(named, Duty) and _asks_for(named, case, owed):
        return named
    renamed = (
        duty
        for duty in plan.duties.get(case.done[owed.started_by].act, ())
        if duty.name not in before.rules and _asks_for(duty, case, owed)
    )
    return next(renamed, None) if owed.message is None else None


def _asks_for(duty: Duty, case: NextCase, owed: Obligation) -> bool:
    if duty.act != owed.act or duty.receipt != (owed.message is not None):
        return False
    if duty.scope is not None and not duty.scope.contains(owed.unit):
        return False
    started = case.done[owed.started_by]
    return duty.receipt or (
        duty.part == owed.part and started.act in duty.triggers and duty.name not in started.unheld
    )


def _is_late(owed: Obligation, at: datetime) -> bool:
    return owed.due is not None and owed.due < at


def _redate(plan: Plan, was: Duty, duty: Duty, case: NextCase, owed: Obligation) -> None:
    milestone = duty.deadline.act if isinstance(duty.deadline, Before) else None
    due = owed.due
    if _timing(was) != _timing(duty):
        started, bearer = case.done[owed.started_by].at, first_bearer(owed)
        counted = due_moment(plan, duty, case, started, bearer)
        due = counted
        if counted is not None:
            fresh = due_moment(plan, duty, case, max(started, case.event.at), bearer)
            grace = [one for one in (owed.due, fresh) if one is not None]
            due = max(counted, min(grace))
            if due < case.event.at:  # on a day that has passed: nobody could have kept it
                due = owed.due
    if (due, milestone) != (owed.due, owed.before):
        case.owe(owed, due=due, before=milestone, due_by=case.event.seq)


def _timing(duty: Duty) -> tuple[object, ...]:
    stricter = tuple((one.scope, one.deadline) for one in duty.stricter)
    return (duty.deadline, duty.reckoning, stricter)


def _start_new(before: Plan, plan: Plan, case: NextCase) -> None:
    """What the new version asks for because of acts already in force counts from now."""
    for done in list(case.done.values()):
        if not done.in_force:
            continue
        for duty in plan.duties.get(done.act, ()):
            if duty.name not in done.unheld and not _asked_before(before, duty, done):
                for unit in case.parties.get(duty.part, ()):
                    owing.start_after_switch(plan, case, duty, done, unit)


def _asked_before(before: Plan, duty: Duty, done: Done) -> bool:
    """Whether the old version asked the same of the same: then it has started, or was stopped."""
    return any(_asks(was) == _asks(duty) for was in before.duties.get(done.act, ()))


def _asks(duty: Duty) -> tuple[object, ...]:
    return (duty.name, duty.act, duty.part, duty.guard, duty.scope)
