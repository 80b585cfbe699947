"""Rules as Swedish sentences, for screens, refusals and the explanation of a document."""

from __future__ import annotations

from collections.abc import Iterable

from sammanhang.guideline.model import (
    Ahead,
    All,
    Bar,
    Before,
    Comparison,
    Condition,
    Deadline,
    Duty,
    Field,
    FieldType,
    Guard,
    On,
    Opening,
    Part,
    Phase,
    Process,
    Reckoning,
    Revocation,
    Rule,
    Some,
    Source,
    Span,
    SpanUnit,
    Test,
    Within,
)

_SINGULAR = {
    SpanUnit.HOURS: "timme",
    SpanUnit.WORKING_HOURS: "arbetstimme",
    SpanUnit.CALENDAR_DAYS: "kalenderdag",
    SpanUnit.WORKING_DAYS: "arbetsdag",
}


def sentence(rule: Rule, process: Process) -> str:
    """The rule in one sentence, with the section and the law it comes from."""
    match rule:
        case Duty():
            said = _duty(rule, process)
        case Condition():
            said = _condition(rule, process)
        case Bar():
            said = _bar(rule, process)
        case Opening():
            said = _opening(rule, process)
        case Revocation():
            said = _revocation(rule, process)
    scope = rule.scope if isinstance(rule, Duty) else None
    if scope is not None and scope.area:
        said = f"i {scope.area}: {said}"
    return f"{_upper(said)} ({citation(rule.source)})."


def phase_sentence(phase: Phase, process: Process) -> str:
    """How a case comes into a phase, and whether it then is over."""
    into = "Ärendet avslutas i" if phase.closes else "Ärendet kommer i"
    after = any_of(act_title(name, process) for name in phase.triggers)
    guard = _if(phase.guard, process)
    titles = {one.name: one.title for one in process.phases}
    earlier = any_of(titles.get(name, name) for name in phase.only_from)
    only = f", från läget {earlier}" if earlier else ""
    return f"{into} läget {phase.title} efter {after}{guard}{only} ({citation(phase.source)})."


def citation(source: Source) -> str:
    """`avsnitt 4.1, SFS 2017:612 2 kap.`"""
    section = f"avsnitt {source.section.number}"
    return f"{section}, {source.law}" if source.law else section


# --- The forms of rule ----------------------------------------------------------------------


def _duty(duty: Duty, process: Process) -> str:
    who = "varje mottagare" if duty.receipt else part_title(duty.part, process)
    what = "kvittera" if duty.receipt else _to_do(duty.act, process)
    after = any_of(act_title(name, process) for name in duty.triggers)
    counted = f", räknat enligt {duty.reckoning.name}" if duty.reckoning.name else ""
    match duty.deadline:
        case Within(span, None):
            said = f"{_from_event(span, after)} ska {who} {what}{_if(duty.guard, process)}"
        case None:
            said = f"efter {after} ska {who} {what}{_if(duty.guard, process)}"
        case deadline:
            holds = f" och {guard_text(duty.guard, process)}" if duty.guard else ""
            due = deadline_text(deadline, process)
            said = f"{due} ska {who} {what}, när {after} har gjorts{holds}"
    return said + counted


def _from_event(span: Span, after: str) -> str:
    if span.amount == 0:
        return f"samma dag som {after}"
    return f"inom {span_text(span)} efter {after}"


def _condition(rule: Condition, process: Process) -> str:
    required = all_of(act_title(name, process) for name in rule.requires)
    act = act_title(rule.act, process)
    return f"{act} får göras först när {required} har gjorts{_if(rule.guard, process)}"


def _bar(rule: Bar, process: Process) -> str:
    act = act_title(rule.act, process)
    others = [name for name in rule.bars if name != rule.act]
    if not others:
        said = f"{act} {once_text(rule.act, process)}"
    elif bars_everything(rule, process):
        said = f"efter {act} kan inget annat göras"
    else:
        barred = any_of(act_title(name, process) for name in others)
        said = f"efter {act} kan {barred} inte längre göras"
        said += f", och inte heller {act} igen" if rule.act in rule.bars else ""
    return said + _if(rule.guard, process)


def once_text(act: str, process: Process) -> str:
    """What it means that an act bars itself: never again, or not while it is in force."""
    for rule in process.rules:
        if act in (*getattr(rule, "revokes", ()), *getattr(rule, "opens", ())):
            return "kan inte göras igen så länge den gäller"
    return "kan bara göras en gång"


def bars_everything(rule: Bar, process: Process) -> bool:
    """Whether the rule bars every act that could be barred (`spärrar: alla`)."""
    others = {a.name for a in process.acts.values() if a.name != rule.act and not a.effect}
    return len(others) > 2 and others <= set(rule.bars)


def _opening(rule: Opening, process: Process) -> str:
    opened = all_of(act_title(name, process) for name in rule.opens)
    return f"efter {act_title(rule.act, process)} kan {opened} göras igen{_if(rule.guard, process)}"


def _revocation(rule: Revocation, process: Process) -> str:
    revoked = all_of(act_title(name, process) for name in rule.revokes)
    guard = _if(rule.guard, process)
    return f"{act_title(rule.act, process)} upphäver {revoked}, som därmed räknas som ogjort{guard}"


# --- Deadlines and guards -------------------------------------------------------------------


def span_text(span: Span) -> str:
    """`24 timmar`, `1 arbetsdag`."""
    unit = _SINGULAR[span.unit] if span.amount == 1 else span.unit.value
    return f"{span.amount} {unit}"


def insight_text(part: Part) -> str:
    """For how long a unit that held the part sees the case afterwards."""
    after = "efter att den har lämnat det eller det har avslutats"
    if part.insight.amount == 0:
        return "Enheten ser ärendet till slutet av den dag då den lämnar det eller det avslutas."
    return f"Enheten ser ärendet i {span_text(part.insight)} {after}."


def deadline_text(deadline: Deadline, process: Process) -> str:
    """`inom 24 timmar från inskriven`, `före Utskrivning`."""
    match deadline:
        case Within(span, since):
            name = _field(since, process) if since else None
            if span.amount == 0:
                return f"samma dag som {name}" if name else "samma dag"
            return f"inom {span_text(span)} från {name}" if name else f"inom {span_text(span)}"
        case Ahead(span, name):
            return f"senast {span_text(span)} före {_field(name, process)}"
        case On(name):
            return f"senast {_field(name, process)}"
        case Before(name):
            return f"före {act_title(name, process)}"


def reckoning_text(reckoning: Reckoning) -> str:
    """What counts as working hours, and when a day is over."""
    hours = f"Arbetstid är vardagar {reckoning.day_starts:%H.%M}–{reckoning.day_ends:%H.%M}."
    if reckoning.cutoff is None:
        return hours
    late = f"Det som sker efter {reckoning.cutoff:%H.%M} räknas som om det skedde nästa dag."
    return f"{hours} {late}"


def guard_text(guard: Guard, process: Process) -> str:
    """`”Behov efter utskrivning” är ja`."""
    match guard:
        case Comparison():
            return _comparison(guard, process)
        case All(of):
            return " och ".join(_within_brackets(inner, process, Some) for inner in of)
        case Some(of):
            return " eller ".join(_within_brackets(inner, process, All) for inner in of)


def _within_brackets(guard: Guard, process: Process, looser: type[Guard]) -> str:
    text = guard_text(guard, process)
    return f"({text})" if isinstance(guard, looser) else text


def _comparison(guard: Comparison, process: Process) -> str:
    field = process.fields_asked.get(guard.name)
    if field is None:
        part = part_title(guard.name, process)
        return f"{part} deltar" if guard.test is Test.PRESENT else f"{part} inte deltar"
    return f"”{field.title}” {_compared(guard, field)}"


def _compared(guard: Comparison, field: Field) -> str:
    is_ = "innehåller" if field.type is FieldType.MANY else "är"
    match guard.test:
        case Test.PRESENT:
            return "är ifyllt"
        case Test.ABSENT:
            return "saknas"
        case Test.ONE_OF:
            return f"{is_} {any_of(str(value) for value in guard.value)}"
        case Test.EQUALS:
            return f"{is_} {guard.value}"
        case test:
            return f"är {test.value} {guard.value}"


def _if(guard: Guard | None, process: Process) -> str:
    return f", om {guard_text(guard, process)}" if guard else ""


# --- Words ----------------------------------------------------------------------------------


def act_title(name: str, process: Process) -> str:
    act = process.acts.get(name)
    return act.title if act else name


def part_title(name: str, process: Process) -> str:
    """A part as it stands within a sentence."""
    part = process.parts.get(name)
    return lower(part.title) if part else name


def parts_text(names: tuple[str, ...], process: Process) -> str:
    """`öppenvård och kommun`, or `alla parter`."""
    if len(names) > 1 and set(names) >= set(process.parts):
        return "alla parter"
    return all_of(part_title(name, process) for name in names)


def _field(name: str, process: Process) -> str:
    field = process.fields_asked.get(name)
    return lower(field.title) if field else name


def _to_do(name: str, process: Process) -> str:
    act = process.acts.get(name)
    return f"{'skicka' if act and act.recipients else 'göra'} {act_title(name, process)}"


def all_of(words: Iterable[str]) -> str:
    """`a, b och c`."""
    return _listed(words, "och")


def any_of(words: Iterable[str]) -> str:
    """`a, b eller c`."""
    return _listed(words, "eller")


def _listed(words: Iterable[str], last: str) -> str:
    listed = list(words)
    if len(listed) < 2:
        return "".join(listed)
    return f"{', '.join(listed[:-1])} {last} {listed[-1]}"


def lower(title: str) -> str:
    """A title within a sentence; abbreviations (SIP) keep their capitals."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
