"""What the diagram shows: a box for each act, in the lane of those who do it, and links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from sammanhang.guideline.diagram.lettering import wrap
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
)
from sammanhang.guideline.sentences import (
    act_title,
    all_of,
    any_of,
    bars_everything,
    deadline_text,
    guard_text,
    once_text,
    part_title,
    parts_text,
    sentence,
    span_text,
)

BOX_WIDTH = 200
TITLE_SIZE, TITLE_LINE = 13.0, 16.5
EYEBROW = 23.0
"""From the top of a box to its title: room for the section number and the letter."""
ROW_SIZE, ROW_LINE = 10.5, 13.5
ROW_PAD, FOOT = 6.0, 3.0
MARGIN = 11
MOST_LINKS = 2
"""A rule that bars or takes back more acts than this is written in the box instead of drawn."""
MOST_LINES = 4

SEVERAL = "Flera parter"


class Kind(Enum):
    """What a link says, or NOTE for a line that no link leads to; in the order of a box."""

    DUTY = "ska"
    CONDITION = "kräver"
    BAR = "spärrar"
    OPENING = "öppnar"
    REVOCATION = "upphäver"
    NOTE = "not"


_KINDS = list(Kind)


@dataclass(frozen=True, slots=True)
class Row:
    """A line in a box; links end at its left edge. `y` is from the top of the box."""

    kind: Kind
    lines: tuple[str, ...]
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Box:
    act: str
    title: tuple[str, ...]
    section: str
    lane: str
    is_message: bool
    header: float
    rows: tuple[Row, ...]

    @property
    def height(self) -> float:
        return self.header + sum(row.height for row in self.rows) + (FOOT if self.rows else 0)


@dataclass(frozen=True, slots=True)
class Link:
    """From an act to a row of another act's box. `said` is the rule as a sentence."""

    source: str
    target: str
    row: int
    kind: Kind
    said: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A part, or SEVERAL; `notes` stand beneath its title."""

    name: str
    title: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sketch:
    """Everything to be drawn, before it has a place."""

    lanes: tuple[Lane, ...]
    boxes: dict[str, Box]
    links: tuple[Link, ...]
    before: Mapping[str, tuple[str, ...]]
    """For each act those that lead to it, from left to right and never in a circle."""


def sketch(process: Process) -> Sketch:
    acts = [act for act in process.acts.values() if not act.implicit]
    boxes: dict[str, Box] = {}
    links: list[Link] = []
    for act in acts:
        rows: list[Row] = []
        box = Box(act.name, _title(act), act.source.section.number, _lane(act), False, 0, ())
        header = EYEBROW + TITLE_LINE * len(box.title) + 3
        entries = sorted(_entries(act, process), key=lambda entry: _KINDS.index(entry[0]))
        for kind, text, section, sources, said in entries:
            y = header + sum(row.height for row in rows)
            cited = f"{text} ({section})" if section not in ("", box.section) else text
            lines = _at_most(wrap(cited, ROW_SIZE, BOX_WIDTH - 2 * MARGIN))
            links += [Link(source, act.name, len(rows), kind, said) for source in sources]
            rows.append(Row(kind, lines, y, ROW_LINE * len(lines) + ROW_PAD))
        boxes[act.name] = Box(
            act.name, box.title, box.section, box.lane, bool(act.recipients), header, tuple(rows)
        )
    before = _without_circles(boxes, _order(process))
    drawn = tuple(link for link in links if _is_needed(link, links, before))
    return Sketch(tuple(_lanes(process, boxes)), boxes, drawn, before)


def _at_most(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The first lines; the whole rule is in the text and in the link's tooltip."""
    if len(lines) <= MOST_LINES:
        return lines
    return (*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1]} …")


def _title(act: Act) -> tuple[str, ...]:
    return wrap(act.title, TITLE_SIZE, BOX_WIDTH - 2 * MARGIN, bold=True)


def _lane(act: Act) -> str:
    return act.performers[0] if len(act.performers) == 1 else SEVERAL


def _lanes(process: Process, boxes: dict[str, Box]) -> Iterator[Lane]:
    used = {box.lane for box in boxes.values()}
    for part in process.parts.values():
        shared = () if part.name in used else (f"(se {SEVERAL})",)
        yield Lane(part.name, part.title, (*part.unit_types, *shared))
    if SEVERAL in used:
        yield Lane(SEVERAL, SEVERAL, ())


# --- Lines of a box -------------------------------------------------------------------------

_Entry = tuple[Kind, str, str, tuple[str, ...], str]
"""Kind, text, section, the acts that links come from, and the rule as a sentence."""


def _entries(act: Act, process: Process) -> Iterator[_Entry]:
    for rule in process.rules:
        if entry := _incoming(rule, act.name, process):
            section = rule.source.section.number
            sources = tuple(name for name in entry[2] if name != act.name)
            yield entry[0], entry[1], section, sources, sentence(rule, process)
    for text in _notes(act, process):
        yield Kind.NOTE, text, "", (), ""


def _incoming(rule: Rule, act: str, process: Process) -> tuple[Kind, str, tuple[str, ...]] | None:
    """How a rule that speaks of the act from outside is shown in its box."""
    match rule:
        case Duty() if rule.act == act and not rule.receipt:
            return Kind.DUTY, _duty_text(rule, process), rule.triggers
        case Condition() if rule.act == act:
            required = all_of(act_title(name, process) for name in rule.requires)
            return Kind.CONDITION, f"kräver {required}{_if(rule, process)}", rule.requires
        case Bar() if act in rule.bars and rule.act != act and len(rule.bars) <= MOST_LINKS:
            by = act_title(rule.act, process)
            return Kind.BAR, f"spärras av {by}{_if(rule, process)}", (rule.act,)
        case Opening() if act in rule.opens and len(rule.opens) <= MOST_LINKS:
            by = act_title(rule.act, process)
            return Kind.OPENING, f"öppnas av {by}{_if(rule, process)}", (rule.act,)
        case Revocation() if act in rule.revokes and len(rule.revokes) <= MOST_LINKS:
            by = act_title(rule.act, process)
            return Kind.REVOCATION, f"upphävs av {by}{_if(rule, process)}", (rule.act,)
        case _:
            return None


def _duty_text(duty: Duty, process: Process) -> str:
    due = deadline_text(duty.deadline, process) if duty.deadline else "ska göras"
    act = process.acts[duty.act]
    who = "" if act.performers == (duty.part,) else f"{part_title(duty.part, process)}: "
    return f"{who}{due}{_if(duty, process)}"


def _if(rule: Rule, process: Process) -> str:
    return f", om {guard_text(rule.guard, process)}" if rule.guard else ""


def _notes(act: Act, process: Process) -> Iterator[str]:
    if len(act.performers) > 1:
        everyone = set(act.performers) >= set(process.parts)
        names = any_of(part_title(name, process) for name in act.performers)
        yield "av alla parter" if everyone else f"av {names}"
    if act.recipients:
        receipt = f"; kvitteras inom {span_text(act.receipt)}" if act.receipt else ""
        yield f"till {parts_text(act.recipients, process)}{receipt}"
    for rule in process.rules:
        yield from _own(rule, act.name, process)
    for phase in process.phases:
        if act.name in phase.triggers:
            yield f"{'avslutas i läget' if phase.closes else 'läge:'} {phase.title}"


def _own(rule: Rule, act: str, process: Process) -> Iterator[str]:
    """What the act's own rules say, where they are written and not drawn."""
    match rule:
        case Bar() if rule.act == act:
            others = tuple(name for name in rule.bars if name != act)
            if act in rule.bars:
                yield f"{once_text(act, process)}{_if(rule, process)}"
            if others and bars_everything(rule, process):
                yield f"spärrar allt annat{_if(rule, process)}"
            elif len(rule.bars) > MOST_LINKS:
                yield f"spärrar {_titles(others, process)}{_if(rule, process)}"
        case Opening() if rule.act == act and len(rule.opens) > MOST_LINKS:
            yield f"öppnar {_titles(rule.opens, process)}{_if(rule, process)}"
        case Revocation() if rule.act == act and len(rule.revokes) > MOST_LINKS:
            yield f"upphäver {_titles(rule.revokes, process)}{_if(rule, process)}"
        case _:
            return


def _titles(names: tuple[str, ...], process: Process) -> str:
    if len(names) > 5:
        return f"{len(names)} andra handlingar"
    return all_of(act_title(name, process) for name in names)


# --- From left to right ---------------------------------------------------------------------


def _order(process: Process) -> Iterator[tuple[str, str]]:
    for rule in process.rules:
        if isinstance(rule, Duty) and not rule.receipt:
            for trigger in rule.triggers:
                yield trigger, rule.act
            if isinstance(rule.deadline, Before):
                yield rule.act, rule.deadline.act
        elif isinstance(rule, Condition):
            for required in rule.requires:
                yield required, rule.act


def _without_circles(
    acts: Iterable[str], order: Iterable[tuple[str, str]]
) -> dict[str, tuple[str, ...]]:
    """For each act those before it; a pair that would close a circle is left out."""
    before: dict[str, tuple[str, ...]] = dict.fromkeys(acts, ())
    for earlier, later in order:
        known = earlier in before and later in before
        if known and earlier not in before[later] and not _leads(later, earlier, before):
            before[later] += (earlier,)
    return before


def _leads(start: str, end: str, before: Mapping[str, Sequence[str]]) -> bool:
    """Whether start comes, by any way, before end (or is end)."""
    waiting, seen = [end], {end}
    while waiting:
        for earlier in before[waiting.pop()]:
            if earlier not in seen:
                seen.add(earlier)
                waiting.append(earlier)
    return start in seen


def _is_needed(link: Link, links: Sequence[Link], before: Mapping[str, Sequence[str]]) -> bool:
    """Whether a link tells more than the others: a condition that they imply is only written."""
    if link.kind is not Kind.CONDITION or link.source not in before[link.target]:
        return True
    owed = (Kind.DUTY, link.source, link.target)
    if any((other.kind, other.source, other.target) == owed for other in links):
        return False
    others = (act for act in before[link.target] if act != link.source)
    return not any(_leads(link.source, act, before) for act in others)
