"""Whether a document is sound: what can be seen from its blocks and rules as they stand.

What follows from all reachable states of a process, and from local supplements laid on it, is
checked elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sammanhang.guideline.model import (
    Act,
    Bar,
    Before,
    Condition,
    Duty,
    Opening,
    Process,
    Rule,
    Section,
)
from sammanhang.guideline.names import Names
from sammanhang.guideline.reader import ADDING_KINDS, LIABILITY, Block, Source
from sammanhang.guideline.remarks import Remarks, quoted

# --- Blocks in the text ---------------------------------------------------------------------


def check_blocks(source: Source, remarks: Remarks) -> None:
    """Every block stands in a numbered section, which is what deadlines and refusals cite."""
    for block in source.blocks:
        if block.section is None:
            text = f"{block.called} står utanför de numrerade avsnitten och kan inte hänvisas till."
            remarks.error("outside-section", block.place.line, text, block.name or None)


RULING = ("regel", LIABILITY, *ADDING_KINDS)
_SHALL = re.compile(r"\bska(?:ll)?\b", re.IGNORECASE)


def check_prose(source: Source, acts: Mapping[str, Act], remarks: Remarks) -> None:
    """Prose and rules hang together: no rule without words, no demand without a rule."""
    told = {prose.section.number for prose in source.prose if prose.section}
    ruled: set[str] = set()
    for block in source.blocks:
        if block.section and _makes_demands(block, acts):
            ruled.update(_with_parents(block.section))
        if block.kind in RULING and block.section and block.section.number not in told:
            text = f"{block.called} saknar förklarande text i avsnitt {block.section.number}."
            remarks.warning("rule-without-prose", block.place.line, text, block.name)
    for prose in source.prose:
        if prose.section and prose.section.number not in ruled:
            _check_demand(prose.text, prose.section, prose.place.line, remarks)


def _makes_demands(block: Block, acts: Mapping[str, Act]) -> bool:
    """Whether something must be done because of the block (or could, were it understood)."""
    if block.kind != "handling":
        return block.kind in (*RULING, "tidsräkning")
    act = acts.get(block.name)
    return act is None or bool(act.receipt) or any(field.required for field in act.fields)


def _with_parents(section: Section) -> Iterator[str]:
    steps = section.number.split(".")
    return (".".join(steps[:length]) for length in range(1, len(steps) + 1))


def _check_demand(text: str, section: Section, line: int, remarks: Remarks) -> None:
    if found := _SHALL.search(text):
        at = line + text.count("\n", 0, found.start())
        remarks.warning(
            "demand-without-rule",
            at,
            f"texten i avsnitt {section.number} säger '{found[0]}', men avsnittet har ingen regel.",
        )


# --- The process as a whole -----------------------------------------------------------------


def check_process(process: Process, names: Names, remarks: Remarks) -> None:
    """Rules that can't hold together whatever happens in a case."""
    conditions = {
        rule.act: (*_unguarded(process, rule.act),)
        for rule in process.rules
        if isinstance(rule, Condition)
    }
    _check_cycles(conditions, remarks)
    for rule in process.rules:
        if isinstance(rule, Condition) and rule.guard is None:
            _check_requirement(rule, process, remarks)
        elif isinstance(rule, Duty) and not rule.receipt:
            _check_duty(rule, process, remarks)


def _unguarded(process: Process, act: str) -> Iterator[Condition]:
    return (rule for rule in process.conditions_on.get(act, ()) if rule.guard is None)


def _report(rule: Rule, kind: str, text: str, remarks: Remarks) -> None:
    remarks.error(kind, rule.source.place.line, f"regeln '{rule.name}' {text}", rule.name)


def _check_cycles(conditions: Mapping[str, tuple[Condition, ...]], remarks: Remarks) -> None:
    """A kräver B, B kräver A: neither can ever be done. Each circle is told once."""
    told: set[frozenset[str]] = set()
    for act in conditions:
        for circle in _circles(act, conditions):
            acts = frozenset(rule.act for rule in circle)
            if acts not in told:
                told.add(acts)
                last = max(circle, key=lambda rule: rule.source.place.line)
                way = " kräver ".join(f"'{rule.act}'" for rule in (*circle, circle[0]))
                _report(last, "cycle", f"gör att ingenting kan börja: {way}.", remarks)


def _circles(
    start: str, conditions: Mapping[str, tuple[Condition, ...]]
) -> Iterator[tuple[Condition, ...]]:
    """The shortest circle of requirements from an act back to itself, if there is one."""
    ways: list[tuple[Condition, ...]] = [(rule,) for rule in conditions.get(start, ())]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for act in way[-1].requires:
            if act == start:
                yield way
                return
            if act not in seen:
                seen.add(act)
                ways += [(*way, rule) for rule in conditions.get(act, ())]


def _bars(process: Process, barring: str, barred: str) -> Bar | None:
    """An unconditional bar of one act by another that nothing opens again."""
    rules = process.bars_on.get(barred, ())
    if any(isinstance(rule, Opening) for rule in rules):
        return None
    return next(
        (r for r in rules if isinstance(r, Bar) and r.act == barring and r.guard is None), None
    )


def _check_requirement(rule: Condition, process: Process, remarks: Remarks) -> None:
    for required in rule.requires:
        bar = _bars(process, required, rule.act)
        if bar is not None and rule.act != required:
            _report(
                rule,
                "never-possible",
                f"gör '{rule.act}' omöjlig: den kräver '{required}', som spärrar den "
                f"(regeln '{bar.name}', rad {bar.source.place.line}).",
                remarks,
            )


def _check_duty(duty: Duty, process: Process, remarks: Remarks) -> None:
    for trigger in duty.triggers:
        bar = _bars(process, trigger, duty.act)
        if bar is not None:
            _report(
                duty,
                "never-possible",
                f"ålägger '{duty.act}' efter '{trigger}', som spärrar den "
                f"(regeln '{bar.name}', rad {bar.source.place.line}).",
                remarks,
            )
    before = duty.deadline.act if isinstance(duty.deadline, Before) else None
    required = {name for rule in _unguarded(process, duty.act) for name in rule.requires}
    if before is not None and (before == duty.act or before in required):
        why = "kräver den" if before in required else "är samma handling"
        text = f"ska vara klar före {quoted([before])}, men '{duty.act}' {why}."
        _report(duty, "never-possible", text, remarks)
