"""What an event does to a case: `evolve` gives the next case, `replay` folds a history.

The order of the steps is that of docs/semantics.md, "What an act does, in order".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sammanhang.engine import owing
from sammanhang.engine.messages import is_unacknowledged, messages_to_acknowledge, own_message
from sammanhang.engine.model import Case, Done, Event, Receipt
from sammanhang.engine.next_case import NextCase
from sammanhang.engine.plan import CORRECTION, MESSAGE, Plan, phase_key, plan_of
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
    barred, closed_by = case.barred, case.closed_by
    owing.fulfil(case, event)
    joined = _join(case, act, event)
    taken = _hand_over(plan, case, act, event) if act.hands_over_to is not None else None
    if act.leaves:
        _leave(case, act, event)
    recipients = _recipients(case, act)
    if act.effect is not None:
        about = _apply_effect(plan, case, act.effect, event)
        recipients = tuple(dict.fromkeys((*about, *recipients)))
    if act.name in plan.revocations:
        _revoke(plan, case, act, event)
    done = _note_done(plan, case, act, event, recipients)
    _set_bars(plan, case, done)
    if case.barred is not barred:
        owing.cancel_stopped(plan, case)
    owing.start_receipts(plan, case, done)
    owing.start_duties(plan, case, done)
    for unit, part in joined:
        owing.start_earlier_duties(plan, case, unit, part)
    if taken is not None and plan.scoped:
        for part in taken[1]:
            owing.start_earlier_duties(plan, case, taken[0], part, only=plan.scoped)
    _set_phase(plan, case, done)
    if case.closed_by is not None and case.closed_by != closed_by:
        owing.cancel_stopped(plan, case)


def _note_done(
    plan: Plan, case: NextCase, act: Act, event: Event, recipients: tuple[str, ...]
) -> Done:
    """The act stands as done: its values are the latest, and its guards are read."""
    values = _values_given(plan, act, event.data)
    if values:
        case.values = {**case.values, **values}
        if not plan.dated.isdisjoint(values):
            owing.redate(plan, case)
    done = case.done[event.seq] = Done(
        event.seq,
        event.act,
        event.unit,
        event.person,
        event.at,
        event.data,
        recipients,
        unheld=_unheld(plan, case, act.name),
    )
    return done


def _values_given(plan: Plan, act: Act, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an act says of the case: not which message it speaks of, nor how it corrects that."""
    if act.effect is None:
        return data
    return {name: value for name, value in data.items() if name not in (MESSAGE, CORRECTION)}


def _unheld(plan: Plan, case: NextCase, act: str) -> tuple[str, ...]:
    guards = plan.guarded.get(act)
    if guards is None:
        return ()
    return tuple(name for name, holds in guards if not holds(case.values, case.parties))


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


def _parts_handed_over(act: Act, parties: Mapping[str, tuple[str, ...]], unit: str) -> list[str]:
    """The parts in which another unit takes the acting unit's place."""
    field = next((one for one in act.fields if one.name == act.hands_over_to), None)
    only = field.part if field else None
    return [
        part
        for part in (act.performers if only is None else (only,))
        if unit in parties.get(part, ())
    ]


def _hand_over(plan: Plan, case: NextCase, act: Act, event: Event) -> tuple[str, list[str]] | None:
    """The unit that took over, and in which parts."""
    old, new = event.unit, event.data.get(act.hands_over_to or "")
    parts = _parts_handed_over(act, case.parties, old)
    if not isinstance(new, str) or new == old or not parts:
        return None
    case.hand_over(old, new, parts)
    for done in list(case.done.values()):
        if done.unit != new and (old == done.unit or old in (*done.recipients, *done.readers)):
            _take_over_message(plan, case, done, old, new)
    owing.move(plan, case, parts, old, new)
    return new, parts


def _take_over_message(plan: Plan, case: NextCase, done: Done, old: str, new: str) -> None:
    """The new unit may read it; it stands in its inbox if the old one had not acknowledged."""
    readers = done.readers if new in done.readers else (*done.readers, new)
    inbox = done.recipients
    if new not in inbox and is_unacknowledged(plan, done, old):
        inbox = (*inbox, new)
        owing.start_receipt(plan, case, done, new)
    if (readers, inbox) != (done.readers, done.recipients):
        case.change(done, readers=readers, recipients=inbox)


def _leave(case: NextCase, act: Act, event: Event) -> None:
    parts = [part for part in act.performers if event.unit in case.parties.get(part, ())]
    for part in parts:
        case.replace_in_part(part, event.unit, None)
    owing.release(case, event, parts)


def _recipients(case: NextCase, act: Act) -> tuple[str, ...]:
    """Those who receive the act. What a supplement sends goes to units inside its area only."""
    if not act.recipients and not act.extensions:
        return ()
    units = [unit for part in act.recipients for unit in case.parties.get(part, ())]
    if act.scope is not None:
        units = [unit for unit in units if act.scope.contains(unit)]
    for one in act.extensions:
        if one.scope.covers(case.event.unit, case.event.at):
            more = (unit for part in one.recipients for unit in case.parties.get(part, ()))
            units += [unit for unit in more if one.scope.contains(unit)]
    return tuple(unit for unit in dict.fromkeys(units) if unit != case.event.unit)


# --- Effects on an earlier message ----------------------------------------------------------


def _apply_effect(plan: Plan, case: NextCase, effect: Effect, event: Event) -> tuple[str, ...]:
    """Does it, and says who is to know: the recipients of the message it speaks of."""
    named = event.data.get(MESSAGE)
    if effect is Effect.ACKNOWLEDGES:
        for done in list(messages_to_acknowledge(plan, case.done, event.unit, named)):
            receipt = Receipt(event.unit, event.person, event.at, event.seq)
            case.change(done, receipts=(*done.receipts, receipt))
            owing.fulfil_receipt(case, event, done.seq)
        return ()
    done = own_message(plan, case, event.unit, named, effect)
    if done is None:
        return ()
    if effect is Effect.WITHDRAWS:
        case.change(done, revoked_by=event.seq, withdrawn=True)
        _undo(plan, case, [done.seq])
    else:
        _correct(plan, case, event, done)
    return tuple(unit for unit in done.recipients if unit != event.unit)


def _correct(plan: Plan, case: NextCase, event: Event, done: Done) -> None:
    new: Mapping[str, Any] = event.data.get(CORRECTION) or {}
    data = {name: value for name, value in {**done.data, **new}.items() if value is not None}
    case.change(done, data=data, corrected_by=(*done.corrected_by, event.seq))
    rebuild(plan, case, corrected=done.seq)
    owing.judge_anew(plan, case, done, case.done[done.seq])
    owing.redate(plan, case)


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
        owing.fulfil(case, event)


def _undo(plan: Plan, case: NextCase, undone: list[int]) -> None:
    """The acts are as undone: values, bars and phase without them; what they started ends,
    what they ended is open again."""
    rebuild(plan, case)
    owing.undo(plan, case, undone)
    owing.redate(plan, case)


def rebuild(plan: Plan, case: NextCase, corrected: int | None = None) -> None:
    """Values, bars and phase anew from the acts in force. The guards of a corrected act are
    read anew, with the values that stood when it was done."""
    acts = plan.process.acts
    values: dict[str, Any] = {}
    case.values, case.barred = values, {}
    case.phase = case.phase_since = case.closed_by = None
    for done in list(case.done.values()):
        act = acts.get(done.act)
        if not done.in_force or act is None:
            continue
        values.update(_values_given(plan, act, done.data))
        if done.seq == corrected:
            done = case.change(done, unheld=_unheld(plan, case, done.act))
        _set_bars(plan, case, done)
        _set_phase(plan, case, done)


# --- Bars and phases ------------------------------------------------------------------------


def _set_bars(plan: Plan, case: NextCase, done: Done) -> None:
    """The latest act in force that bars or opens decides; its bars win over its openings."""
    openings, bars = plan.openings.get(done.act, ()), plan.bars.get(done.act, ())
    if not openings and not bars:
        return
    barred = dict(case.barred)
    for opening in openings:
        if opening.name not in done.unheld:
            for name in opening.opens:
                barred.pop(name, None)
    for bar in bars:
        if bar.name not in done.unheld:
            for name in bar.bars:
                barred[name] = bar.name
    case.barred = barred


def _set_phase(plan: Plan, case: NextCase, done: Done) -> None:
    """The first of the act's phases that can be entered. A case that is over stays so."""
    if case.closed_by is not None:
        return
    for phase in plan.phases.get(done.act, ()):
        if phase.only_from and case.phase not in phase.only_from:
            continue
        if not done.unheld or phase_key(phase.name) not in done.unheld:
            case.phase, case.phase_since = phase.name, done.at
            case.closed_by = done.seq if phase.closes else None
            return
