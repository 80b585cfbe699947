"""What an event does to a case: `evolve` gives the next case, `replay` folds a history.

The order of the steps is that of docs/semantics.md, "What an act does, in order".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sammanhang.engine import owing
from sammanhang.engine.model import Case, Done, Event, Receipt
from sammanhang.engine.next_case import NextCase
from sammanhang.engine.plan import CORRECTION, MESSAGE, Plan, plan_of
from sammanhang.guideline.model import SENDER, Act, Effect, Process


def start(process: Process, parties: Mapping[str, Sequence[str]]) -> Case:
    """A case in which nothing has happened yet, with the units that take part from the start."""
    held = {part: tuple(dict.fromkeys(parties.get(part, ()))) for part in process.parts}
    return Case(
        process=process.key,
        seq=0,
        last_at=None,
        parties=held,
        joined={},
        done={},
        obligations={},
        values={},
        barred={},
        heirs={},
    )


def replay(process: Process, parties: Mapping[str, Sequence[str]], events: Iterable[Event]) -> Case:
    """The case that a history makes. The same history always gives the same case."""
    case = start(process, parties)
    for event in events:
        case = evolve(process, case, event)
    return case


def evolve(process: Process, case: Case, event: Event) -> Case:
    """The case after an event. Total: an event of an act the process does not have changes
    nothing but the count."""
    next_case = NextCase(case, event)
    act = process.acts.get(event.act)
    if act is not None:
        _do(plan_of(process), next_case, act, event)
    return next_case.as_case()


def _do(plan: Plan, case: NextCase, act: Act, event: Event) -> None:
    owing.fulfil(case, event)
    joined = _join(case, act, event)
    if act.hands_over_to is not None:
        _hand_over(plan, case, act, event)
    if act.leaves:
        _leave(case, act, event)
    recipients = _apply_effect(plan, case, act, event) if act.effect else _recipients(case, act)
    if act.name in plan.revocations:
        _revoke(plan, case, act, event)
    case.done[event.seq] = Done(
        event.seq, event.act, event.unit, event.person, event.at, event.data, recipients
    )
    _take_values(plan, case, act, event)
    _bar(plan, case, act.name)
    owing.start_receipts(plan, case, event, recipients)
    owing.start_duties(plan, case, event)
    for unit, part in joined:
        owing.start_earlier_duties(plan, case, unit, part)
    _enter_phase(plan, case, event)


# --- Parties --------------------------------------------------------------------------------


def _join(case: NextCase, act: Act, event: Event) -> list[tuple[str, str]]:
    """Units that come to hold a part by the act: (unit, part)."""
    came: list[tuple[str, str]] = []
    for joining in act.joins:
        unit = event.unit if joining.field == SENDER else event.data.get(joining.field)
        if isinstance(unit, str) and unit not in case.parties.get(joining.part, ()):
            case.join(unit, joining.part)
            came.append((unit, joining.part))
    return came


def parts_handed_over(act: Act, parties: Mapping[str, tuple[str, ...]], unit: str) -> list[str]:
    """The parts in which another unit takes the acting unit's place."""
    field = next((one for one in act.fields if one.name == act.hands_over_to), None)
    only = field.part if field else None
    return [
        part
        for part in (act.performers if only is None else (only,))
        if unit in parties.get(part, ())
    ]


def _hand_over(plan: Plan, case: NextCase, act: Act, event: Event) -> None:
    old, new = event.unit, event.data.get(act.hands_over_to or "")
    if not isinstance(new, str) or new == old:
        return
    parts = parts_handed_over(act, case.parties, old)
    if not parts:
        return
    for part in parts:
        case.replace_in_part(part, old, new)
    case.heirs = {**case.heirs, old: new}
    for done in list(case.done.values()):
        if old == done.unit or old in done.recipients or old in done.readers:
            _take_over_message(plan, case, done, old, new)
    owing.move(case, event, parts, old, new)


def _take_over_message(plan: Plan, case: NextCase, done: Done, old: str, new: str) -> None:
    """The new unit may read it; it stands in its inbox if the old one had not acknowledged."""
    readers = done.readers if new in done.readers else (*done.readers, new)
    inbox = done.recipients
    if is_unacknowledged(plan, done, old) and new not in inbox:
        inbox = (*inbox, new)
        owing.start_receipt(plan, case, done, new)
    case.change(done, readers=readers, recipients=inbox)


def _leave(case: NextCase, act: Act, event: Event) -> None:
    parts = [part for part in act.performers if event.unit in case.parties.get(part, ())]
    for part in parts:
        case.replace_in_part(part, event.unit, None)
    owing.release(case, event, parts)


def _recipients(case: NextCase, act: Act) -> tuple[str, ...]:
    if not act.recipients:
        return ()
    units = (unit for part in act.recipients for unit in case.parties.get(part, ()))
    return tuple(unit for unit in dict.fromkeys(units) if unit != case.event.unit)


# --- Effects on an earlier message ----------------------------------------------------------


def is_unacknowledged(plan: Plan, done: Done, unit: str) -> bool:
    """Whether it stands in the unit's inbox and nobody there has taken it, as it now reads."""
    act = plan.process.acts.get(done.act)
    if not done.in_force or unit not in done.recipients or act is None or act.effect:
        return False
    latest = done.corrected_by[-1] if done.corrected_by else 0
    return not any(taken.unit == unit and taken.seq > latest for taken in done.receipts)


def messages_to_acknowledge(
    plan: Plan, done: Mapping[int, Done], unit: str, named: object
) -> list[Done]:
    """Those in a unit's inbox: all, or the one with a number, or all of an act."""
    return [
        one
        for one in done.values()
        if (named is None or one.seq == named or one.act == named)
        and is_unacknowledged(plan, one, unit)
    ]


def own_message(
    plan: Plan, case: Case | NextCase, unit: str, named: object, effect: Effect
) -> Done | None:
    """The latest act in force that the unit (or the one whose place it took) may take back or
    correct, by number or by name of act."""
    for done in reversed(list(case.done.values())):
        act = plan.process.acts.get(done.act)
        if (
            (named is None or done.seq == named or done.act == named)
            and done.in_force
            and act is not None
            and act.effect is None
            and act.hands_over_to is None
            and (done.recipients if effect is Effect.WITHDRAWS else plan.fields[done.act])
            and heir_of(case.heirs, done.unit) == unit
        ):
            return done
    return None


def heir_of(heirs: Mapping[str, str], unit: str) -> str:
    """The unit that now stands in a unit's place: itself, unless it handed over."""
    seen = {unit}
    while unit in heirs and heirs[unit] not in seen:
        unit = heirs[unit]
        seen.add(unit)
    return unit


def _apply_effect(plan: Plan, case: NextCase, act: Act, event: Event) -> tuple[str, ...]:
    """Does it, and says who is to know: the recipients of the message it speaks of."""
    named = event.data.get(MESSAGE)
    if act.effect is Effect.ACKNOWLEDGES:
        for done in messages_to_acknowledge(plan, case.done, event.unit, named):
            receipt = Receipt(event.unit, event.person, event.at, event.seq)
            case.change(done, receipts=(*done.receipts, receipt))
            owing.fulfil_receipt(case, event, done.seq)
        return ()
    done = own_message(plan, case, event.unit, named, act.effect or Effect.WITHDRAWS)
    if done is None:
        return ()
    if act.effect is Effect.WITHDRAWS:
        case.change(done, revoked_by=event.seq, withdrawn=True)
        _undo(plan, case, [done.seq])
    else:
        _correct(plan, case, event, done)
    return tuple(unit for unit in done.recipients if unit != event.unit)


def _correct(plan: Plan, case: NextCase, event: Event, done: Done) -> None:
    new: Mapping[str, Any] = event.data.get(CORRECTION) or {}
    data = {name: value for name, value in {**done.data, **new}.items() if value is not None}
    case.change(done, data=data, corrected_by=(*done.corrected_by, event.seq))
    _rebuild(plan, case)
    owing.judge_anew(plan, case, event, done.seq)


# --- Revocation -----------------------------------------------------------------------------


def _revoke(plan: Plan, case: NextCase, act: Act, event: Event) -> None:
    values = {**case.values, **event.data}
    named = {
        name
        for rule, guard in plan.revocations[act.name]
        if guard(values, case.parties)
        for name in rule.revokes
    }
    revoked = [one for one in case.done.values() if one.in_force and one.act in named]
    for done in revoked:
        case.change(done, revoked_by=event.seq)
    if revoked:
        _undo(plan, case, [done.seq for done in revoked])


def _undo(plan: Plan, case: NextCase, undone: list[int]) -> None:
    """The acts are as undone: values, bars and phase without them; what they started ends,
    what they ended is open again."""
    _rebuild(plan, case)
    owing.undo(case, undone)


def _rebuild(plan: Plan, case: NextCase) -> None:
    """Values, bars and phase anew from the acts in force; due moments follow the values."""
    acts = plan.process.acts
    case.values, case.barred = {}, {}
    case.phase = case.phase_since = case.closed_by = None
    for done in case.done.values():
        act = acts.get(done.act)
        if not done.in_force or act is None:
            continue
        if not act.effect:
            case.values.update(done.data)
        _set_bars(plan, case, done.act)
        _set_phase(plan, case, done)
    owing.redate(plan, case)


# --- Values, bars, phases -------------------------------------------------------------------


def _take_values(plan: Plan, case: NextCase, act: Act, event: Event) -> None:
    if act.effect or not event.data:
        return
    case.values.update(event.data)
    if not plan.dated.isdisjoint(event.data):
        owing.redate(plan, case)


def _bar(plan: Plan, case: NextCase, act: str) -> None:
    if act not in plan.bars and act not in plan.openings:
        return
    before = set(case.barred)
    _set_bars(plan, case, act)
    owing.cancel_barred(case, [name for name in case.barred if name not in before])


def _set_bars(plan: Plan, case: NextCase, act: str) -> None:
    for opening, guard in plan.openings.get(act, ()):
        if guard(case.values, case.parties):
            for name in opening.opens:
                case.barred.pop(name, None)
    for bar, guard in plan.bars.get(act, ()):
        if guard(case.values, case.parties):
            for name in bar.bars:
                case.barred[name] = bar.name


def _enter_phase(plan: Plan, case: NextCase, event: Event) -> None:
    if event.act in plan.phases:
        was_open = case.closed_by is None
        _set_phase(plan, case, case.done[event.seq])
        if was_open and case.closed_by is not None:
            owing.close(case)


def _set_phase(plan: Plan, case: NextCase, done: Done) -> None:
    for phase, guard in plan.phases.get(done.act, ()):
        if phase.only_from and case.phase not in phase.only_from:
            continue
        if guard(case.values, case.parties):
            case.phase, case.phase_since = phase.name, done.at
            case.closed_by = done.seq if phase.closes else None
            return
