"""When an obligation is due, and what says so."""

from __future__ import annotations

from datetime import datetime

from sammanhang.engine import calendar
from sammanhang.engine.model import Case, Obligation
from sammanhang.engine.next_case import NextCase
from sammanhang.engine.plan import Plan, plan_of
from sammanhang.engine.values import moment
from sammanhang.guideline.model import (
    Ahead,
    Deadline,
    Duty,
    On,
    Process,
    Source,
    Stricter,
    Within,
)


def first_bearer(owed: Obligation) -> str:
    """The unit that owed it when it started, whoever has taken it over since."""
    unit = owed.key.split(":", 2)[2]
    return unit if owed.message is None else unit.removesuffix(f":{owed.message}")


def due_moment(
    plan: Plan, duty: Duty, case: NextCase, started: datetime, unit: str
) -> datetime | None:
    """When a duty is due: the earliest of its own deadline and those of the additions that bind
    the unit."""
    due = _by_deadline(plan, duty, duty.deadline, case, started, unit)
    for one in duty.stricter:
        if one.scope.covers(unit, started):
            earlier = _by_deadline(plan, duty, one.deadline, case, started, unit)
            due = min(due, earlier) if due and earlier else due or earlier
    return due


def _tightened_by(duty: Duty, owed: Obligation, started: datetime) -> Stricter | None:
    """The addition that gave the unit an earlier deadline than the duty's own."""
    unit = first_bearer(owed)
    return next((one for one in duty.stricter if one.scope.covers(unit, started)), None)


def _by_deadline(
    plan: Plan,
    duty: Duty,
    deadline: Deadline | None,
    case: NextCase,
    started: datetime,
    unit: str,
) -> datetime | None:
    """When a deadline runs out. For a unit that joined the case after the start, no span counts
    from before it joined."""
    joined = case.joined.get(unit, started)
    since = max(started, joined)
    try:
        match deadline:
            case Within(span, None):
                return calendar.due(span, since, duty.reckoning)
            case Within(span, str(name)):
                at = _moment_in(plan, case, name, ends=False) or started
                at = max(at, joined) if joined > started else at
                return calendar.due(span, at, duty.reckoning)
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


def cited_by(process: Process, case: Case, owed: Obligation) -> Source:
    """The paragraph that sets what is owed by when: the rule's, or that of an addition which
    gave the unit an earlier deadline."""
    rule = plan_of(process).rules[owed.rule]
    if isinstance(rule, Duty) and rule.stricter:
        tightened = _tightened_by(rule, owed, case.done[owed.started_by].at)
        return tightened.source if tightened else rule.source
    return rule.source
