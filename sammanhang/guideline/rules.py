"""Understands `regel`: which of the five forms it has, and what it then says."""

from __future__ import annotations

from collections.abc import Mapping

from sammanhang.guideline.blocks import report_misread, source_of
from sammanhang.guideline.deadlines import Misread, read_deadline
from sammanhang.guideline.guards import read_guard
from sammanhang.guideline.model import (
    Act,
    Ahead,
    Bar,
    Before,
    Condition,
    Deadline,
    Duty,
    FieldType,
    On,
    Opening,
    Reckoning,
    Revocation,
    Rule,
    Within,
)
from sammanhang.guideline.names import EVERY, Names
from sammanhang.guideline.reader import Block
from sammanhang.guideline.remarks import quoted
from sammanhang.guideline.sheet import Sheet
from sammanhang.guideline.tree import Word

EFFECTS = ("kräver", "spärrar", "öppnar", "upphäver")
_DUTY_KEYS = ("när", "ska", "vem", "senast", "räknas")
_MOMENTS = (FieldType.DATE, FieldType.MOMENT)


def read_rule(
    block: Block, sheet: Sheet, names: Names, acts: Mapping[str, Act | None], document: str
) -> Rule | None:
    """The rule, or None where it could not be understood; what is wrong has been remarked upon."""
    effects = [key for key in EFFECTS if sheet.meant(key)]
    rule: Rule | None = None
    if len(effects) > 1:
        text = f"säger flera saker ({quoted(effects)}). Skriv en regel för varje."
        sheet.error("form", sheet.line_of(effects[1]), text)
    elif effects:
        rule = _effect(block, sheet, effects[0], names, acts, document)
    elif sheet.meant("när") or sheet.meant("ska"):
        rule = _duty(block, sheet, names, acts, document)
    else:
        text = (
            "säger ingenting. En regel har 'när' och 'ska', eller 'handling' och ett av "
            f"{quoted(EFFECTS, 'eller')}."
        )
        sheet.error("form", block.place.line, text)
    return rule if sheet.sound else None


# --- Conditions, bars, openings, revocations ------------------------------------------------


def _effect(
    block: Block,
    sheet: Sheet,
    key: str,
    names: Names,
    acts: Mapping[str, Act | None],
    document: str,
) -> Rule | None:
    _refuse_keys(sheet, _DUTY_KEYS, f"'handling' och '{key}'")
    act = _act(sheet, "handling", names)
    if not sheet.has(key):
        return None  # misspelt, and remarked upon
    every = key in ("spärrar", "öppnar") and any(w.text == EVERY for w in sheet.words(key))
    others = every_act_but(act, acts) if every else names.acts_in(sheet, key)
    guard = read_guard(sheet, names)
    source = source_of(block, sheet, document)
    if act is None:
        return None
    if key == "kräver":
        return Condition(block.name, act, others, guard, source)
    if key == "spärrar":
        return Bar(block.name, act, others, guard, source, every)
    if key == "öppnar":
        return Opening(block.name, act, others, guard, source, every)
    return Revocation(block.name, act, others, guard, source)


def every_act_but(own: str | None, acts: Mapping[str, Act | None]) -> tuple[str, ...]:
    """`alla`: every act but this one and those that acknowledge, withdraw or correct."""
    return tuple(
        name for name, act in acts.items() if name != own and act is not None and not act.effect
    )


def _act(sheet: Sheet, key: str, names: Names) -> str | None:
    word = sheet.word(key, required=True, what="en handling")
    return names.act(sheet, word) if word else None


def _refuse_keys(sheet: Sheet, keys: tuple[str, ...], form: str) -> None:
    for key in keys:
        if sheet.has(key):
            text = f"har '{key}', som inte hör till en regel med {form}."
            sheet.error("misplaced-key", sheet.line_of(key), text)


# --- Duties ---------------------------------------------------------------------------------


def _duty(
    block: Block, sheet: Sheet, names: Names, acts: Mapping[str, Act | None], document: str
) -> Rule | None:
    _refuse_keys(sheet, ("handling",), "'när' och 'ska'")
    triggers = names.acts_in(sheet, "när")
    owed = _act(sheet, "ska", names)
    part = _bearer(sheet, names, owed, acts)
    deadline = _deadline(sheet, names)
    guard = read_guard(sheet, names)
    reckoning = _reckoning(sheet, names)
    source = source_of(block, sheet, document)
    if not (owed and part):
        return None
    return Duty(block.name, triggers, owed, part, deadline, guard, reckoning, source)


def _bearer(
    sheet: Sheet, names: Names, owed: str | None, acts: Mapping[str, Act | None]
) -> str | None:
    """Who owes: the part in `vem`, or the only part that may perform what is owed."""
    act = acts.get(owed) if owed else None
    if not sheet.meant("vem"):
        if act is None:
            return None
        if len(act.performers) == 1:
            return act.performers[0]
        text = (
            f"säger inte vem som ska: '{act.name}' får utföras av {quoted(act.performers)}. "
            "Skriv en av dem efter 'vem'."
        )
        sheet.error("missing-key", sheet.line, text)
        return None
    words = sheet.words("vem")
    if len(words) > 1 or any(word.text == EVERY for word in words):
        text = "ska ha en part efter 'vem'. Skriv en regel för varje part."
        sheet.error("wrong-type", sheet.line_of("vem"), text)
        return None
    part = names.part(sheet, words[0]) if words else None
    if part and act is not None and part not in act.performers:
        text = (
            f"ålägger '{part}' att utföra '{act.name}', men den handlingen får bara utföras av "
            f"{quoted(act.performers)}."
        )
        sheet.error("bearer-may-not", sheet.line_of("vem"), text)
    return part


def _deadline(sheet: Sheet, names: Names) -> Deadline | None:
    word = sheet.word("senast", what="en frist")
    if word is None:
        return None
    deadline = read_deadline(word.text)
    match deadline:
        case Misread():
            report_misread(sheet, word, deadline)
            return None
        case Before(act):
            names.act(sheet, Word(act, word.line))
        case Within(_, since):
            if since is not None:
                names.field(sheet, Word(since, word.line), _MOMENTS)
        case Ahead(_, field) | On(field):
            names.field(sheet, Word(field, word.line), _MOMENTS)
    return deadline


def _reckoning(sheet: Sheet, names: Names) -> Reckoning:
    standard = names.reckonings.get("") or Reckoning("")
    word = sheet.word("räknas")
    if word is None:
        return standard
    if word.text not in names.reckonings or not word.text:
        near = sheet.remarks.did_you_mean(word.text, [name for name in names.reckonings if name])
        text = f"pekar på tidsräkningen '{word.text}', som inte finns.{near}"
        sheet.error("unknown-name", word.line, text)
    return names.reckonings.get(word.text) or standard
