"""What changes in duty between two versions of a process, and for whom; not what changes in text.

A rule that has only been renamed, moved or reworded makes no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from sammanhang.guideline.deadlines import is_tighter
from sammanhang.guideline.model import (
    Act,
    Bar,
    Before,
    Condition,
    Duty,
    Opening,
    Process,
    Revocation,
    Rule,
    Source,
)
from sammanhang.guideline.restrictions import fields_of_all
from sammanhang.guideline.sentences import (
    all_of,
    deadline_text,
    insight_text,
    part_title,
    sentence,
)

_T = TypeVar("_T")


class Kind(Enum):
    ADDED = "tillkommer"
    REMOVED = "utgår"
    TIGHTENED = "skärps"
    LOOSENED = "lättas"
    CHANGED = "ändras"


class What(Enum):
    OBLIGATION = "åtagande"
    ACT = "handling"
    FIELD = "fält"
    RECIPIENT = "mottagare"
    PERFORMER = "utförare"
    RULE = "ordning"
    PHASE = "läge"
    INSIGHT = "insyn"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different, in words, and the parts that it touches."""

    kind: Kind
    what: What
    name: str
    parts: tuple[str, ...]
    text: str
    old: Source | None
    new: Source | None


def differences(old: Process, new: Process) -> tuple[Change, ...]:
    """Everything that differs in duty from `old` to `new`, obligations first."""
    return tuple(
        change
        for found in (
            _duties(old, new),
            _acts(old, new),
            _rules(old, new),
            _phases(old, new),
            _insight(old, new),
        )
        for change in found
    )


def _matched(
    old: Sequence[_T], new: Sequence[_T], *keys: Callable[[_T], Hashable]
) -> list[tuple[_T | None, _T | None]]:
    """Pairs of what answers to each other, by the first key that does; then what is alone."""
    left, right = list(old), list(new)
    pairs: list[tuple[_T | None, _T | None]] = []
    for key in keys:
        for one in list(left):
            other = next((there for there in right if key(there) == key(one)), None)
            if other is not None:
                pairs.append((one, other))
                left.remove(one)
                right.remove(other)
    return [*pairs, *((one, None) for one in left), *((None, one) for one in right)]


# --- Obligations ----------------------------------------------------------------------------


def _duties(old: Process, new: Process) -> Iterator[Change]:
    olds, news = (
        [rule for rule in process.rules if isinstance(rule, Duty)] for process in (old, new)
    )
    pairs = _matched(
        olds,
        news,
        lambda duty: (duty.name, _core(duty)),
        _core,
        lambda duty: duty.name,
        lambda duty: (duty.act, duty.part, duty.triggers),
    )
    for before, after in pairs:
        if before is None and after is not None:
            yield _obligation(Kind.ADDED, after, new, sentence(after, new), None, after.source)
        elif before is not None and after is None:
            yield _obligation(Kind.REMOVED, before, old, sentence(before, old), before.source, None)
        elif before is not None and after is not None:
            yield from _duty(before, after, old, new)


def _core(duty: Duty) -> Hashable:
    scope = duty.scope.area if duty.scope else None
    return frozenset(duty.triggers), duty.act, duty.part, duty.guard, duty.receipt, scope


def _obligation(
    kind: Kind, duty: Duty, process: Process, text: str, old: Source | None, new: Source | None
) -> Change:
    return Change(kind, What.OBLIGATION, duty.name, _bearers(duty, process), text, old, new)


def _bearers(duty: Duty, process: Process) -> tuple[str, ...]:
    if duty.receipt and duty.triggers[0] in process.acts:
        return process.acts[duty.triggers[0]].recipients
    return (duty.part,)


def _duty(before: Duty, after: Duty, old: Process, new: Process) -> Iterator[Change]:
    def change(kind: Kind, text: str) -> Change:
        return _obligation(kind, after, new, text, before.source, after.source)

    if _core(before) != _core(after):
        text = f"{sentence(before, old)} Blir: {sentence(after, new)}"
        yield change(_by_guard(before, after), text)
    if before.deadline != after.deadline or _clock(before) != _clock(after):
        was, becomes = (_due(duty, p) for duty, p in ((before, old), (after, new)))
        text = f"{_upper(new, after)}: {was} blir {becomes}."
        yield change(_by_deadline(before, after), text)
    areas = {one.scope.area: one for one in before.stricter}
    for one in after.stricter:
        earlier = areas.pop(one.scope.area, None)
        if earlier is None or earlier.deadline != one.deadline:
            due = deadline_text(one.deadline, new)
            kind = Kind.TIGHTENED
            if earlier and is_tighter(earlier.deadline, one.deadline, after.reckoning):
                kind = Kind.LOOSENED
            yield change(kind, f"{_upper(new, after)}, i {one.scope.area or 'hela länet'}: {due}.")
    for area in areas:
        text = f"{_upper(new, after)}, i {area or 'hela länet'}: den kortare fristen utgår."
        yield change(Kind.LOOSENED, text)


def _clock(duty: Duty) -> tuple[object, ...]:
    """How its time counts, wherever that stands."""
    return duty.reckoning.day_starts, duty.reckoning.day_ends, duty.reckoning.cutoff


def _by_guard(before: Duty, after: Duty) -> Kind:
    """A duty that holds in more cases is tighter."""
    if before.guard == after.guard or (before.guard and after.guard):
        return Kind.CHANGED
    same = (frozenset(before.triggers), before.act, before.part)
    if same != (frozenset(after.triggers), after.act, after.part):
        return Kind.CHANGED
    return Kind.TIGHTENED if after.guard is None else Kind.LOOSENED


def _by_deadline(before: Duty, after: Duty) -> Kind:
    if _clock(before) != _clock(after):
        return Kind.CHANGED
    if after.deadline is None or isinstance(after.deadline, Before) != isinstance(
        before.deadline, Before
    ):
        return Kind.LOOSENED if after.deadline is None else Kind.CHANGED
    if is_tighter(after.deadline, before.deadline, after.reckoning):
        return Kind.TIGHTENED
    if before.deadline and is_tighter(before.deadline, after.deadline, after.reckoning):
        return Kind.LOOSENED
    return Kind.CHANGED


def _due(duty: Duty, process: Process) -> str:
    if duty.deadline is None:
        return "utan frist"
    counted = f" enligt {duty.reckoning.name}" if duty.reckoning.name else ""
    return deadline_text(duty.deadline, process) + counted


def _upper(process: Process, duty: Duty) -> str:
    if duty.receipt:
        title = process.acts[duty.triggers[0]].title if duty.triggers else duty.name
        return f"Kvittens av {title}"
    who = part_title(duty.part, process)
    return f"{process.acts[duty.act].title}, {who}"


# --- Acts -----------------------------------------------------------------------------------


def _acts(old: Process, new: Process) -> Iterator[Change]:
    for name in dict.fromkeys((*old.acts, *new.acts)):
        before, after = old.acts.get(name), new.acts.get(name)
        if before is None and after is not None:
            who = all_of(part_title(part, new) for part in after.performers)
            text = f"{after.title}, som {who} får göra."
            yield Change(Kind.ADDED, What.ACT, name, _touched(after), text, None, after.source)
        elif before is not None and after is None:
            text = f"{before.title} kan inte längre göras."
            yield Change(Kind.REMOVED, What.ACT, name, _touched(before), text, before.source, None)
        elif before is not None and after is not None:
            yield from _parts(before, after, new)
            yield from _fields(before, after)
            yield from _restrictions(before, after, new)


def _touched(act: Act) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*act.performers, *act.recipients)))


def _parts(before: Act, after: Act, process: Process) -> Iterator[Change]:
    for what, was, becomes, gets, loses in (
        (What.PERFORMER, before.performers, after.performers, "får göra", "får inte längre göra"),
        (What.RECIPIENT, _receiving(before), _receiving(after), "får", "får inte längre"),
    ):
        for part in (one for one in becomes if one not in was):
            text = f"{part_title(part, process).capitalize()} {gets} {after.title}."
            yield Change(Kind.ADDED, what, after.name, (part,), text, before.source, after.source)
        for part in (one for one in was if one not in becomes):
            text = f"{part_title(part, process).capitalize()} {loses} {after.title}."
            yield Change(Kind.REMOVED, what, after.name, (part,), text, before.source, after.source)


def _receiving(act: Act) -> tuple[str, ...]:
    return (*act.recipients, *(part for one in act.extensions for part in one.recipients))


def _fields(before: Act, after: Act) -> Iterator[Change]:
    was, becomes = _asked(before), _asked(after)

    def change(kind: Kind, name: str, text: str) -> Change:
        parts, sources = after.performers, (before.source, after.source)
        return Change(kind, What.FIELD, f"{after.name}.{name}", parts, text, *sources)

    for name in dict.fromkeys((*was, *becomes)):
        if name not in was:
            title, required = becomes[name]
            must = "" if required is None else ", som måste fyllas i"
            yield change(Kind.ADDED, name, f"{after.title} frågar efter ”{title}”{must}.")
        elif name not in becomes:
            text = f"{after.title} frågar inte längre efter ”{was[name][0]}”."
            yield change(Kind.REMOVED, name, text)
        elif was[name][1] != becomes[name][1]:
            where = becomes[name][1]
            kind = Kind.LOOSENED if where is None else Kind.TIGHTENED
            must = "behöver inte längre" if where is None else "måste"
            text = f"”{becomes[name][0]}” i {after.title} {must} fyllas i{where or ''}."
            yield change(kind, name, text)


def _restrictions(before: Act, after: Act, process: Process) -> Iterator[Change]:
    """Fields that are for other recipients than they were (`bara-för`)."""
    was = {field.name: field for field in fields_of_all([before])}
    for field in fields_of_all([after]):
        old = was.get(field.name)
        if set(old.only_for if old else ()) == set(field.only_for):
            continue
        only = all_of(part_title(part, process) for part in field.only_for)
        who = f"bara för {only}" if only else "för alla som får meddelandet"
        text = f"”{field.title}” i {after.title} syns {who}."
        touched = field.only_for or after.recipients
        name = f"{after.name}.{field.name}"
        kind = Kind.CHANGED if old else Kind.ADDED
        yield Change(kind, What.FIELD, name, touched, text, before.source, after.source)


def _asked(act: Act) -> Mapping[str, tuple[str, str | None]]:
    """Title of each field, and where it has to be filled in (None: nowhere)."""
    asked = {one.name: (one.title, "" if one.required else None) for one in act.fields}
    for one in act.extensions:
        where = f" i {one.scope.area}" if one.scope.area else ""
        for field in one.fields:
            asked[field.name] = (field.title + where, where if field.required else None)
        for name in one.required:
            asked[name] = (asked[name][0], where)
    return asked


# --- Order and phases -----------------------------------------------------------------------


def _rules(old: Process, new: Process) -> Iterator[Change]:
    olds, news = (
        {said: rule for rule in process.rules for said in _said(rule)} for process in (old, new)
    )
    yield from _loose(Kind.REMOVED, [r for said, r in olds.items() if said not in news], old)
    yield from _loose(Kind.ADDED, [r for said, r in news.items() if said not in olds], new)


def _said(rule: Rule) -> Iterator[Hashable]:
    """What a rule says, act by act, so that it doesn't matter how rules are put together."""
    match rule:
        case Condition():
            yield from (("kräver", rule.act, name, rule.guard) for name in rule.requires)
        case Bar():
            yield from (("spärrar", rule.act, name, rule.guard) for name in rule.bars)
        case Opening():
            yield from (("öppnar", rule.act, name, rule.guard) for name in rule.opens)
        case Revocation():
            yield from (("upphäver", rule.act, name, rule.guard) for name in rule.revokes)
        case Duty():
            return


def _loose(kind: Kind, rules: Iterable[Rule], process: Process) -> Iterator[Change]:
    for rule in {rule.name: rule for rule in rules}.values():
        if isinstance(rule, Duty):
            continue
        touched = process.acts[rule.act].performers if rule.act in process.acts else ()
        sources = (rule.source, None) if kind is Kind.REMOVED else (None, rule.source)
        yield Change(kind, What.RULE, rule.name, touched, sentence(rule, process), *sources)


def _phases(old: Process, new: Process) -> Iterator[Change]:
    olds, news = ({phase.name: phase for phase in process.phases} for process in (old, new))
    for name in dict.fromkeys((*olds, *news)):
        before, after = olds.get(name), news.get(name)
        there = after or before
        if there is None:
            continue
        told = [
            (one.triggers, one.guard, one.closes, one.only_from, one.responsible)
            for one in (before, after)
            if one is not None
        ]
        if before and after and told[0] == told[1]:
            continue
        kind = Kind.CHANGED if before and after else Kind.ADDED if after else Kind.REMOVED
        sources = (before.source if before else None, after.source if after else None)
        yield Change(kind, What.PHASE, name, (), f"Läget {there.title}.", *sources)


def _insight(old: Process, new: Process) -> Iterator[Change]:
    """For how long a unit sees a case that it no longer takes part in."""
    for name, after in new.parts.items():
        before = old.parts.get(name)
        if before is None or before.insight == after.insight:
            continue
        shorter = after.insight.amount < before.insight.amount
        kind = Kind.TIGHTENED if shorter else Kind.LOOSENED
        text = f"{after.title}: {insight_text(after)}"
        yield Change(kind, What.INSIGHT, name, (name,), text, before.source, after.source)
