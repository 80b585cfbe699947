"""May it be done? `decide` answers with the events it leads to, or a refusal that says why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from sammanhang.engine import values
from sammanhang.engine.messages import messages_to_acknowledge, own_message
from sammanhang.engine.model import Case, Command, Event, Obligation, Refusal
from sammanhang.engine.plan import CORRECTION, MESSAGE, Plan, plan_of
from sammanhang.guideline.areas import Scope
from sammanhang.guideline.holding import Holds, Values
from sammanhang.guideline.model import (
    SENDER,
    Act,
    Bar,
    Condition,
    Effect,
    Extension,
    Process,
    Rule,
)

MOST_KEYS = 200
"""More keys than this in a command's data is no form of ours."""
WHO_IS_PARTY = "Vem som deltar kan inte rättas. Återta meddelandet, eller vidarebefordra det."


def decide(process: Process, case: Case, command: Command, now: datetime) -> list[Event] | Refusal:
    """The events of a command, or why it is refused. Never raises, whatever the command holds.

    `now` is an aware datetime. Values in the event are in the normal form of `engine.values`.
    """
    plan = plan_of(process)
    act = process.acts.get(command.act) if isinstance(cast(Any, command.act), str) else None
    if act is None:
        return _unknown(command)
    refusal = why_not(plan, case, act, command.unit, now)
    if refusal is not None:
        return refusal
    if not isinstance(cast(Any, command.person), str):
        return Refusal("fields", act.name, "Det saknas vem som gör det. Logga in igen.")
    if not isinstance(cast(Any, command.data), Mapping) or len(command.data) > MOST_KEYS:
        return Refusal("fields", act.name, "Uppgifterna kunde inte läsas. Fyll i formuläret igen.")
    data, refusal = _filled_in(plan, case, act, command, now)
    if refusal is None and act.name in plan.conditions_on_data:
        given = {**case.values, **data}
        conditions = plan.conditions_on_data[act.name]
        refusal = _lacking(plan, case, act, conditions, given, command.unit)
    if refusal is None and act.joins:
        refusal = _too_many(plan, case, act, command.unit, data)
    if refusal is not None:
        return refusal
    at = now if now.tzinfo is UTC else now.astimezone(UTC)
    return [Event(case.seq + 1, at, command.unit, command.person, act.name, data)]


def possible(process: Process, case: Case, now: datetime) -> list[tuple[str, str]]:
    """Every (act, unit) that can be done now if its fields are filled in, in document order."""
    plan = plan_of(process)
    return [
        (act.name, unit)
        for act in process.acts.values()
        for unit in _units_in(act, case)
        if why_not(plan, case, act, unit, now) is None
    ]


def blocked(process: Process, case: Case, unit: str, now: datetime) -> list[Refusal]:
    """The acts that the unit may perform by its part but can't now, each with the reason.

    Acts on an earlier message are left out when there is no message to act on, and acts of
    supplements that don't bind the unit.
    """
    plan = plan_of(process)
    refusals = (
        why_not(plan, case, act, unit, now)
        for act in process.acts.values()
        if unit in _units_in(act, case)
    )
    return [one for one in refusals if one is not None and one.kind not in ("message", "area")]


def _units_in(act: Act, case: Case) -> list[str]:
    units = (unit for part in act.performers for unit in case.parties.get(part, ()))
    return list(dict.fromkeys(units))


# --- Reasons to refuse ----------------------------------------------------------------------


def why_not(plan: Plan, case: Case, act: Act, unit: str, now: datetime) -> Refusal | None:
    """Why the unit can't do the act now, whatever it fills in; None if it can."""
    parties = case.parties
    if not any(unit in parties.get(part, ()) for part in act.performers):
        return _not_ones_act(plan, case, act, unit)
    if act.scope is not None and not act.scope.covers(unit, now):
        refusal = _not_there(plan, case, act, act.scope, unit)
        if refusal is not None:
            return refusal
    if case.last_at is not None and now < case.last_at:
        reason = "Tiden ligger före den senaste händelsen i ärendet."
        remedy = "Händelser skrivs i tidsordning: se vad som har hänt och försök igen."
        return Refusal("time", act.name, reason, remedy)
    if case.closed_by is not None and not _may_be_done_after_the_end(plan, case, act, unit):
        return _closed(plan, case, act)
    if act.effect is not None and not _has_message(plan, case, act, unit):
        return _no_message(act)
    if act.name in case.barred:
        return _barred(plan, case, act)
    if act.name in plan.conditions:
        lacking = _lacking(plan, case, act, plan.conditions[act.name], case.values, unit)
        if lacking is not None:
            return lacking
    if act.name in plan.process.milestones_on:
        for owed in case.obligations.values():
            if owed.before == act.name and owed.ended_by is None:
                return _open_duty(plan, case, act, owed, unit)
    return None


def _lacking(
    plan: Plan,
    case: Case,
    act: Act,
    conditions: tuple[tuple[Condition, Holds], ...],
    values: Values,
    unit: str,
) -> Refusal | None:
    """The first condition whose acts are not all done, where its guard holds."""
    for rule, holds in conditions:
        missing = [name for name in rule.requires if not is_done(case, name)]
        if missing and holds(values, case.parties):
            return _requires(plan, case, act, rule, missing, unit)
    return None


def is_done(case: Case, act: str) -> bool:
    """Whether an act is done and in force."""
    return any(done.act == act and done.revoked_by is None for done in case.done.values())


def _may_be_done_after_the_end(plan: Plan, case: Case, act: Act, unit: str) -> bool:
    if act.effect is not None:
        return True
    if _owes(case, act, unit):
        return True
    closing = case.done[case.closed_by].act if case.closed_by else None
    return any(closing in rule.revokes for rule, _ in plan.revocations.get(act.name, ()))


def _owes(case: Case, act: Act, unit: str) -> bool:
    return any(
        owed.act == act.name and owed.unit == unit and owed.is_open
        for owed in case.obligations.values()
    )


def _has_message(plan: Plan, case: Case, act: Act, unit: str, named: object = None) -> bool:
    if act.effect is Effect.ACKNOWLEDGES:
        return any(messages_to_acknowledge(plan, case.done, unit, named))
    effect = act.effect or Effect.CORRECTS
    return own_message(plan, case, unit, named, effect) is not None


def _unknown(command: Command) -> Refusal:
    name = values.shown(command.act)
    return Refusal("unknown-act", name, f"Handlingen '{name}' finns inte i riktlinjen.")


def _not_ones_act(plan: Plan, case: Case, act: Act, unit: str) -> Refusal:
    if not any(unit in units for units in case.parties.values()):
        what = _within_sentence(act.title)
        reason = f"Enheten deltar inte i ärendet och kan därför inte göra {what}."
        return Refusal("not-party", act.name, reason, "Be en enhet som deltar att lägga till er.")
    reason = f"{act.title} kan bara göras av {_parts(plan, act.performers)}."
    return _cite(plan, Refusal("wrong-part", act.name, reason), None, act)


def _not_there(plan: Plan, case: Case, act: Act, scope: Scope, unit: str) -> Refusal | None:
    """An act of a supplement is for units inside its area, as long as it holds; afterwards only
    for one that owes it still."""
    if scope.contains(unit):
        if any(
            o.act == act.name and o.unit == unit and o.is_open for o in case.obligations.values()
        ):
            return None
        reason = f"{act.title} hör till ett tillägg som inte gäller i dag."
    else:
        reason = f"{act.title} kan bara göras av enheter i {scope.area}."
    return _cite(plan, Refusal("area", act.name, reason), None, act)


def _closed(plan: Plan, case: Case, act: Act) -> Refusal:
    closing = case.done[case.closed_by] if case.closed_by else None
    after = f" ({plan.process.acts[closing.act].title})" if closing else ""
    reason = f"{act.title} kan inte göras: ärendet är avslutat{after}."
    return _cite(plan, Refusal("closed", act.name, reason), None, act)


def _barred(plan: Plan, case: Case, act: Act) -> Refusal:
    rule = plan.rules[case.barred[act.name]]
    by = rule.act if isinstance(rule, Bar) else ""
    if by == act.name:
        reason = f"{act.title} är redan gjord och kan inte göras en gång till."
    else:
        reason = f"{act.title} kan inte göras efter {_within_sentence(_title(plan, by))}."
    return _cite(plan, Refusal("barred", act.name, reason), rule, act)


def _requires(
    plan: Plan, case: Case, act: Act, rule: Rule, missing: list[str], unit: str
) -> Refusal:
    lacking = _listed([_title(plan, name) for name in missing])
    reason = f"{act.title} kan inte göras ännu: {lacking} saknas."
    first = plan.process.acts[missing[0]]
    remedy = _remedy(plan, case, first.title, first.performers, unit)
    return _cite(plan, Refusal("requires", act.name, reason, remedy), rule, act)


def _open_duty(plan: Plan, case: Case, act: Act, owed: Obligation, unit: str) -> Refusal:
    what = _title(plan, owed.act)
    reason = f"{act.title} kan inte göras ännu: {what} ska göras före och är inte gjord."
    remedy = _remedy(plan, case, what, [owed.part], unit)
    return _cite(plan, Refusal("open-duty", act.name, reason, remedy), plan.rules[owed.rule], act)


def _remedy(plan: Plan, case: Case, what: str, parts: Sequence[str], unit: str) -> str:
    """What one who lacks an act can do: do it, ask another to, or bring someone in."""
    there = [part for part in parts if case.parties.get(part)]
    if any(unit in case.parties[part] for part in there):
        return f"Börja med {_within_sentence(what)}."
    if there:
        return f"Be {_parts(plan, there)} om {_within_sentence(what)}."
    return f"{what} görs av {_parts(plan, parts)}, som inte deltar i ärendet."


def _parts(plan: Plan, parts: Iterable[str]) -> str:
    titles = [_within_sentence(plan.process.parts[part].title) for part in parts]
    return _listed(titles, "eller")


def _within_sentence(title: str) -> str:
    """Without its capital, unless it is an abbreviation (SIP)."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _no_message(act: Act) -> Refusal:
    what = {
        Effect.ACKNOWLEDGES: "Det finns inget meddelande till er att kvittera.",
        Effect.WITHDRAWS: "Det finns inget meddelande från er att återta.",
        Effect.CORRECTS: "Det finns inget från er att rätta.",
    }
    return Refusal("message", act.name, what[act.effect or Effect.ACKNOWLEDGES])


def _cite(plan: Plan, refusal: Refusal, rule: Rule | None, act: Act | Extension) -> Refusal:
    """The refusal with the paragraph that sets it: the rule's, or else that of the act or of what
    was added to it."""
    source = rule.source if rule is not None else act.source
    return Refusal(
        refusal.kind,
        refusal.act,
        refusal.reason,
        refusal.remedy,
        rule.name if rule is not None else None,
        source.document,
        source.section.number,
        refusal.fields,
    )


def _title(plan: Plan, act: str) -> str:
    found = plan.process.acts.get(act)
    return found.title if found else act


def _listed(words: list[str], last: str = "och") -> str:
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1])))


# --- What was filled in ---------------------------------------------------------------------


def _filled_in(
    plan: Plan, case: Case, act: Act, command: Command, now: datetime
) -> tuple[dict[str, Any], Refusal | None]:
    given = dict(command.data)
    corrections = given.pop(CORRECTION, None) if act.effect is Effect.CORRECTS else None
    fields = plan.fields_of(act, command.unit, now) if act.extensions else plan.fields[act.name]
    data, faults = values.check(fields, given, now)
    if act.hands_over_to and data.get(act.hands_over_to) == command.unit:
        faults[act.hands_over_to] = "Välj en annan enhet än er egen."
    if act.effect is not None and not faults:
        named = data.get(MESSAGE)
        if not _has_message(plan, case, act, command.unit, named):
            faults[MESSAGE] = _no_message(act).reason
        elif act.effect is Effect.CORRECTS:
            corrected, wrong = _corrections(plan, case, command.unit, named, corrections, now)
            faults.update(wrong)
            data[CORRECTION] = corrected
    if not faults:
        return data, None
    if set(faults) == {MESSAGE}:
        refusal = Refusal("message", act.name, faults[MESSAGE], fields=faults)
    else:
        reason = f"{act.title} är inte komplett: " + " ".join(dict.fromkeys(faults.values()))
        refusal = Refusal("fields", act.name, reason, "Rätta det som är markerat.", fields=faults)
    asked_by = _addition_that_asks(act, command.unit, now, faults, given)
    return data, _cite(plan, refusal, None, asked_by or act)


def _addition_that_asks(
    act: Act, unit: str, now: datetime, faults: Mapping[str, str], given: Mapping[str, Any]
) -> Extension | None:
    """The first addition that demands what is at fault; none where the act itself demands some."""
    own = {field.name for field in act.fields if field.required}
    demanding = {
        name: one
        for one in act.extensions
        if one.scope.covers(unit, now)
        for name in (*(field.name for field in one.fields), *one.required)
        if name not in own and (name not in one.required or values.is_empty(given.get(name)))
    }
    if not faults.keys() <= demanding.keys():
        return None
    return demanding[next(iter(faults))]


def _corrections(
    plan: Plan, case: Case, unit: str, named: object, given: Any, now: datetime
) -> tuple[dict[str, Any], dict[str, str]]:
    """New values for the fields of the corrected act. A null takes an optional value away."""
    done = own_message(plan, case, unit, named, Effect.CORRECTS)
    if done is None or not isinstance(given, Mapping) or not given:
        return {}, {CORRECTION: "Ange vad som ska stå i stället."}
    named_values = cast(Mapping[str, Any], given)
    if len(named_values) > MOST_KEYS:
        return {}, {CORRECTION: "Uppgifterna kunde inte läsas."}
    act = plan.process.acts[done.act]
    fields = plan.fields_of(act, done.unit, done.at)
    right, faults = values.check(fields, named_values, now, partial=True)
    for joining in act.joins:
        if right.get(joining.field, done.data.get(joining.field)) != done.data.get(joining.field):
            faults[joining.field] = WHO_IS_PARTY
    return right, faults


def _too_many(
    plan: Plan, case: Case, act: Act, unit: str, data: Mapping[str, Any]
) -> Refusal | None:
    """Whether a part would come to have more units than it may."""
    joining: dict[str, set[str]] = {}
    for one in act.joins:
        new = unit if one.field == SENDER else data.get(one.field)
        if isinstance(new, str):
            joining.setdefault(one.part, set(case.parties.get(one.part, ()))).add(new)
    for part, units in joining.items():
        most = plan.process.parts[part].at_most
        if most is not None and len(units) > max(most, len(case.parties.get(part, ()))):
            title = plan.process.parts[part].title
            reason = f"{title} kan vara högst {most} i ett ärende."
            remedy = f"Den enhet som nu är {title.lower()} behöver först lämna eller lämna över."
            refusal = Refusal("parties", act.name, reason, remedy)
            return _cite(plan, refusal, None, act)
    return None
