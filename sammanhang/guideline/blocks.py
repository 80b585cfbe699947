"""Understands parts, acts, phases and reckonings; rules have their own module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import time

from sammanhang.guideline.deadlines import UNITS, Misread, read_span
from sammanhang.guideline.fields import MESSAGE_FIELD, Asked, as_title
from sammanhang.guideline.guards import read_guard
from sammanhang.guideline.model import (
    SENDER,
    Act,
    Effect,
    FieldType,
    Joining,
    Part,
    Phase,
    Reckoning,
    Section,
    Source,
    Span,
    SpanUnit,
)
from sammanhang.guideline.names import Names
from sammanhang.guideline.reader import Block
from sammanhang.guideline.remarks import Remarks
from sammanhang.guideline.restrictions import check_restricted
from sammanhang.guideline.sheet import Sheet
from sammanhang.guideline.tree import Word

KEYS: Mapping[str, tuple[str, ...]] = {
    "part": ("rubrik", "enheter", "antal", "insyn", "källa"),
    "handling": (
        "rubrik",
        "vem",
        "till",
        "kvittens",
        "fält",
        "ansluter",
        "överlåter",
        "lämnar",
        "verkan",
        "stöd",
        "hjälp",
        "källa",
    ),
    "regel": (
        "när",
        "om",
        "ska",
        "vem",
        "senast",
        "räknas",
        "handling",
        "kräver",
        "spärrar",
        "öppnar",
        "upphäver",
        "källa",
    ),
    "läge": ("rubrik", "när", "om", "från", "ansvarar", "avslutar", "källa"),
    "tidsräkning": ("arbetstid", "brytpunkt", "källa"),
    "utökning": ("till", "kvittens", "fält", "krävs", "källa"),
    "skärpning": ("senast", "källa"),
}
COUNTS: Mapping[str, tuple[int, int | None]] = {
    "1": (1, 1),
    "0..1": (0, 1),
    "1..n": (1, None),
    "0..n": (0, None),
}
KEPT = 3650
"""Days that a case is kept after it was closed (PDL 2008:355 3 kap. 17 §)."""
EFFECTS = tuple(effect.value for effect in Effect)


def open_sheet(block: Block, remarks: Remarks) -> Sheet | None:
    """The block's keys, checked against those of its kind; None where it could not be read."""
    if block.tree is None:
        return None
    keys = KEYS[block.kind]
    rule = block.name or None
    return Sheet(block.tree, block.called, block.place.line, remarks, keys, rule)


def source_of(block: Block, sheet: Sheet, document: str) -> Source:
    """Where the block stands. A block outside sections has been remarked upon elsewhere."""
    section = block.section or Section("", "", 0, "", block.place)
    return Source(document, section, block.place, sheet.text("källa"))


# --- Parts and reckonings -------------------------------------------------------------------


def read_part(block: Block, sheet: Sheet, document: str) -> Part | None:
    at_least, at_most = _count(sheet)
    part = Part(
        name=block.name,
        title=sheet.text("rubrik") or as_title(block.name),
        unit_types=tuple(word.text for word in sheet.words("enheter")),
        at_least=at_least,
        at_most=at_most,
        source=source_of(block, sheet, document),
    )
    insight = _insight(sheet)
    if not sheet.sound:
        return None
    return part if insight is None else replace(part, insight=insight)


def _insight(sheet: Sheet) -> Span | None:
    """The span under `insyn`, in days. Nobody sees a case for longer than it has to be kept."""
    span, line = read_span_of(sheet, "insyn"), sheet.line_of("insyn")
    if span is not None and span.unit is not SpanUnit.CALENDAR_DAYS:
        sheet.error("span", line, "har insyn i annat än dagar. Skriv till exempel '90 dagar'.")
    elif span is not None and span.amount > KEPT:
        text = (
            f"har insyn i {span.amount} dagar, längre än ärendet finns. Skriv högst {KEPT} dagar."
        )
        sheet.error("span", line, text)
    return span


def _count(sheet: Sheet) -> tuple[int, int | None]:
    word = sheet.word("antal")
    known = sheet.one_of(word, "antalet", tuple(COUNTS)) if word else None
    return COUNTS[known or "0..n"]


_CLOCK = r"([01]?\d|2[0-3])[:.]([0-5]\d)"


def read_reckoning(block: Block, sheet: Sheet, document: str) -> Reckoning | None:
    standard = Reckoning("")
    starts, ends = _hours(sheet) or (standard.day_starts, standard.day_ends)
    reckoning = Reckoning(
        name=block.name,
        day_starts=starts,
        day_ends=ends,
        cutoff=_cutoff(sheet),
        source=source_of(block, sheet, document),
    )
    return reckoning if sheet.sound else None


def _hours(sheet: Sheet) -> tuple[time, time] | None:
    word = sheet.word("arbetstid")
    if word is None:
        return None
    found = re.fullmatch(rf"{_CLOCK}\s*[-–]\s*{_CLOCK}", word.text)
    if found is None:
        text = f"har arbetstiden '{word.text}'. Skriv till exempel \"08:00-17:00\"."
        sheet.error("wrong-type", word.line, text)
        return None
    starts = time(int(found[1]), int(found[2]))
    ends = time(int(found[3]), int(found[4]))
    if starts >= ends:
        sheet.error("wrong-type", word.line, f"har arbetstiden '{word.text}', som slutar först.")
        return None
    return starts, ends


def _cutoff(sheet: Sheet) -> time | None:
    word = sheet.word("brytpunkt")
    if word is None:
        return None
    return read_clock(sheet, word, "brytpunkten")


def read_clock(sheet: Sheet, word: Word, what: str) -> time | None:
    """A time of day, as `12:00`."""
    found = re.fullmatch(_CLOCK, word.text)
    if found is None:
        text = f"har {what} '{word.text}'. Skriv ett klockslag, till exempel \"12:00\"."
        sheet.error("wrong-type", word.line, text)
        return None
    return time(int(found[1]), int(found[2]))


# --- Acts -----------------------------------------------------------------------------------


def read_act(block: Block, sheet: Sheet, asked: Asked, names: Names, document: str) -> Act | None:
    performers = names.parts_in(sheet, "vem")
    if not sheet.meant("vem"):
        text = "kan ingen utföra: nyckeln 'vem' saknas."
        sheet.error("nobody-may", block.place.line, text)
    effect = _effect(sheet)
    act = Act(
        name=block.name,
        title=sheet.text("rubrik") or as_title(block.name),
        performers=performers,
        recipients=names.parts_in(sheet, "till"),
        receipt=_receipt(sheet),
        fields=asked.understood,
        joins=_joins(sheet, asked, names),
        hands_over_to=_unit_field(sheet, "överlåter", asked),
        leaves=sheet.yes("lämnar"),
        effect=effect,
        basis=sheet.text("stöd"),
        help=sheet.text("hjälp"),
        source=source_of(block, sheet, document),
    )
    _check_message_field(sheet, asked)
    units = [act.hands_over_to or "", *(joining.field for joining in act.joins)]
    if sheet.sound:
        check_restricted(act, act.fields, act.recipients, units, sheet.remarks)
    understood = len(asked.understood) == len(asked.fields)
    return act if sheet.sound and understood else None


def _effect(sheet: Sheet) -> Effect | None:
    word = sheet.word("verkan")
    known = sheet.one_of(word, "verkan", EFFECTS) if word else None
    return Effect(known) if known else None


def _receipt(sheet: Sheet) -> Span | None:
    if sheet.has("kvittens") and not sheet.meant("till"):
        text = "har kvittens men inga mottagare (nyckeln 'till'), så ingen kan kvittera."
        sheet.error("receipt-without-recipients", sheet.line_of("kvittens"), text)
    return read_receipt(sheet)


def read_receipt(sheet: Sheet) -> Span | None:
    """The span under `kvittens`."""
    return read_span_of(sheet, "kvittens")


def read_span_of(sheet: Sheet, key: str) -> Span | None:
    word = sheet.word(key, what="en tid")
    if word is None:
        return None
    span = read_span(word.text)
    if isinstance(span, Misread):
        report_misread(sheet, word, span)
        return None
    return span


def report_misread(sheet: Sheet, word: Word, misread: Misread) -> None:
    """Remarks on a span or a deadline that is none."""
    near = sheet.remarks.did_you_mean(misread.unit, UNITS) if misread.unit else ""
    if misread.unit and not near:
        near = " Skriv timmar, arbetstimmar, kalenderdagar eller arbetsdagar."
    sheet.error("span", word.line, f"har '{word.text}': {misread.text}{near}")


def _joins(sheet: Sheet, asked: Asked, names: Names) -> tuple[Joining, ...]:
    table = sheet.table("ansluter")
    joins: list[Joining] = []
    for part, value in table.entries.values() if table else ():
        known = names.part(sheet, part)
        if not isinstance(value, Word) or not value.text:
            text = f"ska ha ett fält av typen enhet (eller '{SENDER}') efter '{part.text}'."
            sheet.error("wrong-type", value.line, text)
            continue
        field = value.text if value.text == SENDER else _own_unit_field(sheet, value, asked)
        if known and field:
            joins.append(Joining(known, field))
    return tuple(joins)


def _unit_field(sheet: Sheet, key: str, asked: Asked) -> str | None:
    word = sheet.word(key, what="ett fält")
    return _own_unit_field(sheet, word, asked) if word else None


def _own_unit_field(sheet: Sheet, word: Word, asked: Asked) -> str | None:
    """A field of this very act that names a unit."""
    if word.text not in asked.fields:
        near = sheet.remarks.did_you_mean(word.text, asked.fields)
        text = f"pekar på fältet '{word.text}', som handlingen inte frågar efter.{near}"
        sheet.error("unknown-name", word.line, text)
        return None
    field = asked.fields[word.text]
    if field is not None and field.type is not FieldType.UNIT:
        text = f"behöver ett fält av typen enhet, men '{field.name}' är {field.type.value}."
        sheet.error("wrong-type", word.line, text)
        return None
    return word.text


def _check_message_field(sheet: Sheet, asked: Asked) -> None:
    field = asked.fields.get(MESSAGE_FIELD)
    if field is not None and field.type is not FieldType.MESSAGE and field.place:
        text = f"ska ge fältet '{MESSAGE_FIELD}' typen meddelande; namnet är upptaget för det."
        sheet.error("wrong-type", field.place.line, text)


# --- Phases ---------------------------------------------------------------------------------


def read_phase(block: Block, sheet: Sheet, names: Names, document: str) -> Phase | None:
    phase = Phase(
        name=block.name,
        title=sheet.text("rubrik") or as_title(block.name),
        triggers=names.acts_in(sheet, "när"),
        guard=read_guard(sheet, names),
        closes=sheet.yes("avslutar"),
        source=source_of(block, sheet, document),
        only_from=names.phases_in(sheet, "från"),
        responsible=names.parts_in(sheet, "ansvarar"),
    )
    return phase if sheet.sound else None
