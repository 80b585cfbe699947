"""Fields that are for some of an act's recipients only (`bara-för`), and what may not rest on them.

What everyone in a case sees (who takes part, what is owed by when) would give such a value away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sammanhang.guideline.holding import names_in
from sammanhang.guideline.model import (
    Act,
    Ahead,
    Duty,
    Field,
    On,
    Phase,
    Process,
    Rule,
    Within,
)
from sammanhang.guideline.remarks import Remarks, quoted

ONLY_FOR = "bara-för"


def check_restricted(
    act: Act,
    fields: Iterable[Field],
    recipients: Sequence[str],
    units: Sequence[str],
    remarks: Remarks,
) -> None:
    """The fields that a document asks for in an act, and who receives them. `units`: those that
    say who comes to take part in the case."""
    name = act.name
    for field in fields:
        if not field.only_for or field.place is None:
            continue
        line, called = field.place.line, f"fältet '{field.name}' i '{name}'"
        without = [part for part in field.only_for if part not in recipients]
        if act.effect is not None:
            text = (
                f"{called} har '{ONLY_FOR}', men handlingen har verkan på ett tidigare meddelande "
                "och når alla som fick det. Skriv uppgiften i en egen handling."
            )
            remarks.error("restricted-effect", line, text, name)
        elif without:
            text = (
                f"{called} är bara för {quoted(without, 'och')}, som handlingen inte riktas till. "
                "Lägg till parten under 'till', eller ta bort den här."
            )
            remarks.error("restricted-to-no-recipient", line, text, name)
        elif field.name in units:
            text = (
                f"{called} har '{ONLY_FOR}', men säger vem som deltar i ärendet. Det ser alla som "
                "deltar."
            )
            remarks.error("restricted-party", line, text, name)
        elif set(field.only_for) >= set(recipients):
            text = f"{called} har '{ONLY_FOR}' men är för alla som handlingen riktas till."
            remarks.warning("restricts-nothing", line, text, name)


def check_resting(
    ruling: Iterable[Rule | Phase], fields: Iterable[Field], remarks: Remarks
) -> None:
    """What rules and phases make of restricted fields. A deadline would tell everyone the value; a
    guard tells something of it to those who see what the rule led to."""
    restricted = {field.name for field in fields if field.only_for}
    for thing in ruling if restricted else ():
        line, called = thing.source.place.line, _called(thing)
        due = restricted & _due_by(thing) if isinstance(thing, Duty) else set[str]()
        for name in sorted(due):
            text = (
                f"{called} har en frist som vilar på '{name}', som är begränsat med '{ONLY_FOR}'. "
                "Frister syns för alla som deltar."
            )
            remarks.error("restricted-deadline", line, text, thing.name)
        for name in sorted((names_in(thing.guard) & restricted) - due):
            text = (
                f"{called} beror på '{name}', som är begränsat med '{ONLY_FOR}'. Den som ser vad "
                "regeln leder till kan förstå vad som står där."
            )
            remarks.warning("restricted-guard", line, text, thing.name)


def _called(thing: Rule | Phase) -> str:
    return f"läget '{thing.name}'" if isinstance(thing, Phase) else f"regeln '{thing.name}'"


def _due_by(duty: Duty) -> set[str]:
    match duty.deadline:
        case Within(_, str(name)) | Ahead(_, name) | On(name):
            return {name}
        case _:
            return set()


def fields_of_all(acts: Iterable[Act]) -> Iterator[Field]:
    """Every field of the acts, those that additions ask for too."""
    for act in acts:
        yield from act.fields
        for one in act.extensions:
            yield from one.fields


def read_by_rules(process: Process) -> frozenset[str]:
    """What some rule or phase depends on: the engine can't do without these values."""
    return frozenset[str]().union(
        *(_due_by(rule) for rule in process.rules if isinstance(rule, Duty)),
        *(names_in(thing.guard) for thing in (*process.rules, *process.phases)),
    )
