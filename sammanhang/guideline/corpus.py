"""A corpus: governing documents that refer to each other, and the processes they come to.

Each guideline is compiled with its routines and every supplement to it, whatever their areas;
the engine asks each addition whom it binds. What is faulty in one addition leaves that addition
out and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from sammanhang.guideline.additions import Addition, read_addition
from sammanhang.guideline.areas import Area, Geography, Scope, first_moment, moment_after
from sammanhang.guideline.compiler import compile_source
from sammanhang.guideline.front import adds, read_front
from sammanhang.guideline.layers import lay
from sammanhang.guideline.liability import Amounts, Liability
from sammanhang.guideline.model import Act, Document, Duty, Finding, Level, Place, Process
from sammanhang.guideline.reader import Source, read_source
from sammanhang.guideline.remarks import Remarks

WARNED_AT = (60, 14)
"""Days before a supplement's last at which its owner is warned."""
NOWHERE: Geography = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents read together. `processes` has the effective one of every document that is a
    process of its own, by file; those with errors are not there."""

    processes: Mapping[str, Process]
    findings: tuple[Finding, ...]
    liabilities: Mapping[str, Liability]
    """Rules of payment liability by document id, each with the amounts it refers to."""

    def process_of(self, document: str) -> Process | None:
        """The process of the document with this id."""
        return next((p for p in self.processes.values() if p.document.id == document), None)


@dataclass(slots=True)
class _Read:
    """One document on its way. `above`: those it is laid on, nearest first."""

    source: Source
    remarks: Remarks
    document: Document | None
    process: Process | None = None
    liability: Liability | Amounts | None = None
    addition: Addition | None = None


def read_corpus(
    texts: Iterable[tuple[str, str]], geography: Geography = NOWHERE, today: date | None = None
) -> Corpus:
    """Reads (file, text) pairs together. Never raises: what is wrong becomes findings.

    `geography` says which units lie in which area; without it no unit but those a supplement
    names itself is inside one. `today`: to tell which supplements have expired, or soon will.
    """
    reads = [_read(file, text) for file, text in texts]
    for one in reads:
        if not adds(one.source):
            compiled = compile_source(one.source, one.document, one.remarks)
            one.process, one.liability = compiled.process, compiled.liability
    by_id = {one.document.id: one for one in reads if one.document}
    laid: dict[str, list[Addition]] = {}
    for one, above in _in_order(reads, by_id):
        root = above[-1]
        so_far = laid.setdefault(root.source.file, [])
        _add(one, above, so_far, geography, today)
        if one.addition is not None:
            so_far.append(one.addition)
    processes = {
        one.source.file: lay(one.process, laid.get(one.source.file, ()))
        for one in reads
        if one.process is not None
    }
    liabilities = MappingProxyType(dict(_liabilities(reads)))
    findings = tuple(finding for one in reads for finding in one.remarks.all())
    return Corpus(MappingProxyType(processes), findings, liabilities)


def _read(file: str, text: str) -> _Read:
    remarks = Remarks(file)
    source = read_source(text, remarks)
    return _Read(source, remarks, read_front(source, remarks))


# --- What is laid on what -------------------------------------------------------------------


def _in_order(
    reads: Sequence[_Read], by_id: Mapping[str, _Read]
) -> Iterator[tuple[_Read, list[_Read]]]:
    """Each addition with those it is laid on, nearest first; routines before supplements, and
    what is laid on before what is laid upon it."""
    found: list[tuple[_Read, list[_Read]]] = []
    for one in reads:
        if adds(one.source) and one.document is not None:
            above = _above(one, one.document, by_id)
            if above is not None:
                found.append((one, above))
    levels = list(Level)
    found.sort(
        key=lambda pair: (len(pair[1]), levels.index(pair[0].document.level))  # pyright: ignore[reportOptionalMemberAccess]
    )
    return iter(found)


def _above(one: _Read, document: Document, by_id: Mapping[str, _Read]) -> list[_Read] | None:
    above: list[_Read] = []
    wanted = document.adds_to
    line = _line(one, "tillägg-till")
    while wanted is not None:
        found = by_id.get(wanted)
        if found is None:
            near = one.remarks.did_you_mean(wanted, by_id)
            text = f"lägger till i '{wanted}', som inte finns bland dokumenten här.{near}"
            one.remarks.error("unknown-base", line, f"dokumentet {text}")
            return None
        if found is one or found in above:
            one.remarks.error("unknown-base", line, "dokumentet lägger till i sig självt.")
            return None
        above.append(found)
        wanted = found.document.adds_to if found.document else None
    if above and above[-1].process is None:
        text = f"dokumentet kan inte prövas förrän felen i '{above[-1].source.file}' är rättade."
        one.remarks.error("unsound-base", line, text)
        return None
    return above or None


def _line(one: _Read, *keys: str) -> int:
    entries = one.source.front.entries if one.source.front else None
    return next((entries[key][0].line for key in keys if entries and key in entries), 1)


# --- Payment liability ----------------------------------------------------------------------


def _liabilities(reads: Sequence[_Read]) -> Iterator[tuple[str, Liability]]:
    """The rules of payment liability, each with its amounts at hand."""
    lists = {
        one.document.id: one.liability
        for one in reads
        if one.document and isinstance(one.liability, Amounts)
    }
    for one in reads:
        rules = one.liability
        if not isinstance(rules, Liability):
            continue
        if isinstance(rules.amounts, Amounts):
            yield rules.document.id, rules
        elif rules.amounts in lists:
            yield rules.document.id, replace(rules, amounts=lists[rules.amounts])
        else:
            near = one.remarks.did_you_mean(rules.amounts, lists)
            text = f"beloppen ska stå i '{rules.amounts}', som inte finns bland dokumenten.{near}"
            line = next(b.place.line for b in one.source.blocks if b.name == "belopp")
            one.remarks.error("unknown-name", line, text, "belopp")


# --- One addition ---------------------------------------------------------------------------


def _add(
    one: _Read,
    above: Sequence[_Read],
    siblings: Sequence[Addition],
    geography: Geography,
    today: date | None,
) -> None:
    document, base = one.document, above[-1].process
    ancestors = [up.addition for up in reversed(above[:-1])]
    if document is None or base is None or None in ancestors:
        return
    below = lay(base, [up for up in ancestors if up is not None])
    scope = _scope(document, geography)
    addition = read_addition(one.source, document, scope, below, one.remarks)
    _check_names(one.remarks, addition, siblings)
    area, ups = document.area, [up for up in ancestors if up]
    if area is not None and geography and _is_there(one, area, ups, geography):
        _check_reach(one.remarks, addition, below, geography)
    sound = not one.remarks.has_errors
    if today is not None and document.last_day is not None:
        _check_last_day(one, document.last_day, today)
    one.addition = addition if sound else None


def _scope(document: Document, geography: Geography) -> Scope:
    units = document.area.units_inside(geography) if document.area else None
    begins, ends = first_moment(document.in_force_from), moment_after(document.last_day)
    return Scope(document.id, str(document.area or ""), units, begins, ends)


def _check_names(remarks: Remarks, addition: Addition, siblings: Sequence[Addition]) -> None:
    """Additions stand side by side in one case, so a name means one thing in all of them."""
    taken = {name: one.document.id for one in siblings for name in _own_names(one)}
    for name, place in _own_names(addition).items():
        if name in taken:
            text = (
                f"namnet '{name}' används redan i '{taken[name]}', som kan gälla i samma ärende. "
                "Ge det ett eget namn."
            )
            remarks.error("duplicate-name", place.line, text, name)


def _own_names(addition: Addition) -> dict[str, Place]:
    names = {rule.name: rule.source.place for rule in addition.rules}
    names.update((field.name, field.place) for field in addition.fields if field.place)
    names.update((act.name, act.source.place) for act in addition.acts.values())
    return names


def _check_last_day(one: _Read, last: date, today: date) -> None:
    """Expired, it applies to nothing new, but is still there for what it had started."""
    left = (last - today).days
    line = _line(one, "gäller-till")
    if left < 0:
        text = f"tillägget gällde till och med {last.isoformat()} och gäller inte längre."
        one.remarks.error("expired", line, f"{text} Förnya bygglovet, eller ta bort tillägget.")
    elif left <= WARNED_AT[0]:
        when = "i dag" if left == 0 else "om en dag" if left == 1 else f"om {left} dagar"
        text = f"tillägget slutar gälla {when}, efter {last.isoformat()}. Förnya bygglovet i tid."
        one.remarks.warning("expires-soon", line, text)


# --- Areas ----------------------------------------------------------------------------------


def _is_there(one: _Read, area: Area, ancestors: Sequence[Addition], geography: Geography) -> bool:
    """Whether the area is one of the county's, within those of the supplements above."""
    located = geography.values()
    known = (
        ("delregionen", area.care_areas, {at.care_area for at in located if at.care_area}),
        ("kommunen", area.municipalities, {at.municipality for at in located if at.municipality}),
        ("enheten", area.units, set(geography)),
    )
    line = _line(one, "område")
    sound = True
    for what, names, there in known:
        for name in names:
            if name not in there:
                near = one.remarks.did_you_mean(name, sorted(there))
                text = f"tilläggets område nämner {what} '{name}', som inte finns i länet.{near}"
                one.remarks.error("unknown-area", line, text)
                sound = False
    for up in ancestors:
        inside = up.scope.units
        if sound and inside is not None and not area.units_inside(geography) <= inside:
            text = (
                f"tillägget gäller i {area}, utanför området för '{up.document.id}' "
                f"({up.scope.area}), som det lägger till i."
            )
            one.remarks.error("outside-area", line, text)
            sound = False
    return sound


def _check_reach(
    remarks: Remarks, addition: Addition, above: Process, geography: Geography
) -> None:
    """Every block concerns somebody inside the area."""
    units = addition.scope.units or frozenset()
    there = {geography[unit].type for unit in units if unit in geography}
    duties = {rule.name: rule for rule in above.rules if isinstance(rule, Duty)}

    def is_there(part: str) -> bool:
        types = above.parts[part].unit_types
        return not types or not there.isdisjoint(types)

    def check(parts: Iterable[str], name: str, line: int, does: str) -> None:
        outside = [part for part in parts if not is_there(part)]
        if outside and len(outside) == len(list(parts)):
            text = (
                f"'{name}' {does} {' eller '.join(outside)}, men ingen sådan enhet ligger i "
                f"{addition.scope.area}. Ett tillägg gäller bara inom sitt område."
            )
            remarks.error("outside-area", line, text, name)

    for act in addition.acts.values():
        check(act.performers, act.name, act.source.place.line, "ska göras av")
    for rule in addition.rules:
        if isinstance(rule, Duty) and not rule.receipt:
            check((rule.part,), rule.name, rule.source.place.line, "ålägger")
    for name, stricter in addition.stricter.items():
        parts = _receivers(above, duties[name]) if duties[name].receipt else (duties[name].part,)
        check(parts, name, stricter.source.place.line, "skärper en frist för")
    for name, extension in addition.extensions.items():
        act = above.acts[name]
        check(act.performers, name, extension.source.place.line, "utökar det som görs av")


def _receivers(process: Process, duty: Duty) -> tuple[str, ...]:
    act: Act = process.acts[duty.triggers[0]]
    return act.recipients
