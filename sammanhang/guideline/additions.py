"""Understands a routine or a local supplement: what it adds to the process above it.

Only adding can be written. New acts and rules stand in blocks of their own; `utökning` gives an
act above more fields and recipients, `skärpning` a rule above an earlier deadline. Whatever would
take away, loosen, lengthen or permit is refused at its line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sammanhang.guideline.areas import Scope
from sammanhang.guideline.blocks import (
    open_sheet,
    read_act,
    read_receipt,
    report_misread,
    source_of,
)
from sammanhang.guideline.check import check_blocks, check_prose
from sammanhang.guideline.compiler import distinct_blocks, receipt_duties
from sammanhang.guideline.deadlines import Misread, is_tighter, read_deadline
from sammanhang.guideline.fields import Asked, check_one_meaning, read_fields
from sammanhang.guideline.model import (
    Act,
    Ahead,
    Bar,
    Condition,
    Deadline,
    Document,
    Duty,
    Effect,
    Extension,
    Field,
    Opening,
    Process,
    Revocation,
    Rule,
    Stricter,
    Within,
)
from sammanhang.guideline.model import Source as PlaceInLaw
from sammanhang.guideline.names import EVERY, Names
from sammanhang.guideline.reader import Block, Source
from sammanhang.guideline.remarks import Remarks, quoted
from sammanhang.guideline.restrictions import check_resting, check_restricted, fields_of_all
from sammanhang.guideline.rules import EFFECTS, read_rule
from sammanhang.guideline.sheet import Sheet

LOOSENING = ("ansluter", "överlåter", "lämnar", "verkan")
"""Keys of an act by which it could release a unit from what the level above asks."""


@dataclass(frozen=True, slots=True)
class Addition:
    """What a routine or a supplement adds, understood but not yet laid on the process above."""

    document: Document
    scope: Scope
    acts: Mapping[str, Act]
    rules: tuple[Rule, ...]
    extensions: Mapping[str, Extension]
    """By the act above that they extend."""
    stricter: Mapping[str, Stricter]
    """By the duty above that they tighten."""

    @property
    def fields(self) -> tuple[Field, ...]:
        asking = (*self.acts.values(), *self.extensions.values())
        return tuple(field for one in asking for field in one.fields)


def read_addition(
    source: Source, document: Document, scope: Scope, above: Process, remarks: Remarks
) -> Addition:
    """What stands in the document. What is wrong has been remarked upon."""
    return _Reading(source, document, scope, above, remarks).addition()


class _Reading:
    """One addition on its way from blocks to what they add."""

    def __init__(
        self, source: Source, document: Document, scope: Scope, above: Process, remarks: Remarks
    ) -> None:
        self._source = source
        self._document = document
        self._scope = scope
        self._above = above
        self._remarks = remarks
        self._blocks = distinct_blocks(source, remarks)

    def addition(self) -> Addition:
        self._refuse_blocks()
        asked = {
            block.name: read_fields(block, tuple(self._above.parts), self._remarks)
            for kind in ("handling", "utökning")
            for block in self._blocks[kind].values()
        }
        self._refuse_known_fields(asked)
        names = self._names(check_one_meaning(asked, self._remarks))
        acts = self._acts(asked, names)
        rules = self._rules(names, {**self._above.acts, **acts}, acts)
        extensions, receipts = self._extensions(asked, names)
        stricter = {**self._stricter(names), **receipts}
        self._check_resting(rules, acts, extensions)
        check_blocks(self._source, self._remarks)
        check_prose(self._source, acts, self._remarks)
        return Addition(self._document, self._scope, acts, rules, extensions, stricter)

    def _names(self, own: Mapping[str, Field | None]) -> Names:
        above = self._above
        duties = (rule for rule in above.rules if isinstance(rule, Duty))
        named = {duty.reckoning.name: duty.reckoning for duty in duties}
        return Names(
            parts=tuple(above.parts),
            acts=(*above.acts, *self._blocks["handling"]),
            fields={**above.fields_asked, **own},
            reckonings={**named, "": above.reckoning},
        )

    def _opened(self, kind: str) -> list[tuple[Block, Sheet]]:
        opened = [(b, open_sheet(b, self._remarks)) for b in self._blocks[kind].values()]
        return [(block, sheet) for block, sheet in opened if sheet is not None]

    # --- What may not be written ------------------------------------------------------------

    def _refuse_blocks(self) -> None:
        for kind in ("part", "läge", "tidsräkning"):
            for block in self._blocks[kind].values():
                text = f"{block.called} kan inte stå i ett tillägg: det hör till riktlinjen."
                self._error("misplaced-block", block, text)
        for kind, known, instead in (
            ("handling", self._above.acts, "Lägg till i den med blocket 'utökning {}'."),
            ("regel", {r.name: r for r in self._above.rules}, "Ett tillägg kan skärpa dess frist "
             "med blocket 'skärpning {}', inte ersätta regeln."),
        ):  # fmt: skip
            for block in self._blocks[kind].values():
                if block.name in known:
                    where = known[block.name].source.place
                    text = f"{block.called} finns redan ({where.file}:{where.line}). "
                    self._error("overrides", block, text + instead.format(block.name))

    def _refuse_known_fields(self, asked: Mapping[str, Asked]) -> None:
        """A field above keeps its meaning: guards and deadlines rest on it."""
        for act, fields in asked.items():
            for name, field in fields.fields.items():
                if name in self._above.fields_asked and field is not None and field.place:
                    text = (
                        f"fältet '{name}' finns redan i riktlinjen, och dess regler kan bero på "
                        "det. Ge tilläggets fält ett eget namn, eller kräv fältet med 'krävs: "
                        f"[{name}]' i en utökning."
                    )
                    self._remarks.error("existing-field", field.place.line, text, act)

    def _error(self, kind: str, block: Block, text: str) -> None:
        self._remarks.error(kind, block.place.line, text, block.name or None)

    # --- Acts and rules of its own ----------------------------------------------------------

    def _acts(self, asked: Mapping[str, Asked], names: Names) -> dict[str, Act]:
        acts: dict[str, Act] = {}
        for block, sheet in self._opened("handling"):
            for key in LOOSENING:
                if sheet.has(key):
                    text = (
                        f"har '{key}', som ett tillägg inte får ge: det kan lösa en enhet från "
                        "vad riktlinjen kräver."
                    )
                    sheet.error("loosens", sheet.line_of(key), text)
            act = read_act(block, sheet, asked[block.name], names, self._document.id)
            if act is not None:
                acts[act.name] = replace(act, scope=self._scope)
        return acts

    def _rules(
        self, names: Names, acts: Mapping[str, Act], own: Mapping[str, Act]
    ) -> tuple[Rule, ...]:
        rules: list[Rule] = []
        for block, sheet in self._opened("regel"):
            rule = read_rule(block, sheet, names, acts, self._document.id)
            if isinstance(rule, Duty):
                rules.append(replace(rule, scope=self._scope))
            elif rule is not None and self._keeps_to_its_own(rule, sheet):
                rules.append(rule)
        receipts = receipt_duties({**self._acknowledging(), **own}, self._above.reckoning)
        if receipts and not self._acknowledging():
            text = "har kvittens, men riktlinjen har ingen handling med 'verkan: kvitterar'."
            self._remarks.error("receipt-act", receipts[0].source.place.line, text)
        return (*rules, *(replace(r, scope=self._scope) for r in receipts if isinstance(r, Duty)))

    def _acknowledging(self) -> dict[str, Act]:
        acts = self._above.acts.values()
        return {act.name: act for act in acts if act.effect is Effect.ACKNOWLEDGES}

    def _keeps_to_its_own(self, rule: Rule, sheet: Sheet) -> bool:
        """Conditions, bars, openings and revocations touch only what the document itself adds."""
        key = next(key for key in EFFECTS if sheet.has(key))
        kind, does, touched = "removes", "", tuple[str, ...]()
        match rule:
            case Condition():
                does, touched = "ställer ett villkor för", (rule.act,)
            case Bar():
                does, touched = "spärrar", rule.bars
            case Opening():
                kind, does, touched = "loosens", "öppnar", rule.opens
            case Revocation():
                does, touched = "upphäver", rule.revokes
            case Duty():
                return True
        words = sheet.words(key)
        others = [name for name in touched if name not in self._blocks["handling"]]
        if any(word.text == EVERY for word in words):
            others = [EVERY]
        if others:
            text = (
                f"{does} {quoted(others)}, som hör till riktlinjen. Ett tillägg kan bara lägga "
                "till: egna handlingar, fält, mottagare och åtaganden, eller en kortare frist."
            )
            sheet.error(kind, sheet.line_of("handling" if key == "kräver" else key), text)
        return not others

    # --- More of what stands above ----------------------------------------------------------

    def _extensions(
        self, asked: Mapping[str, Asked], names: Names
    ) -> tuple[dict[str, Extension], dict[str, Stricter]]:
        extensions: dict[str, Extension] = {}
        receipts: dict[str, Stricter] = {}
        for block, sheet in self._opened("utökning"):
            act = self._above.acts.get(block.name)
            if act is None:
                self._unknown(block, "handlingen", self._above.acts)
                continue
            source = source_of(block, sheet, self._document.id)
            recipients = self._recipients(sheet, act, names)
            required = self._required(sheet, act)
            receipt = self._receipt(sheet, act, source)
            if receipt is not None:
                receipts[f"{act.name}/kvittens"] = receipt
            fields = asked[block.name].understood
            if sheet.sound:
                everyone = (*act.recipients, *recipients)
                check_restricted(act, fields, everyone, (), self._remarks)
                extensions[act.name] = Extension(self._scope, fields, required, recipients, source)
        return extensions, receipts

    def _check_resting(
        self, rules: Iterable[Rule], acts: Mapping[str, Act], extensions: Mapping[str, Extension]
    ) -> None:
        """What its rules make of restricted fields, its own and those above."""
        own = (field for one in extensions.values() for field in one.fields)
        above = fields_of_all((*self._above.acts.values(), *acts.values()))
        check_resting(rules, (*above, *own), self._remarks)

    def _unknown(self, block: Block, what: str, known: Mapping[str, object]) -> None:
        near = self._remarks.did_you_mean(block.name, known)
        text = f"{block.called} pekar på {what} '{block.name}', som inte finns i riktlinjen.{near}"
        self._error("unknown-name", block, text)

    def _recipients(self, sheet: Sheet, act: Act, names: Names) -> tuple[str, ...]:
        added = tuple(part for part in names.parts_in(sheet, "till") if part not in act.recipients)
        if sheet.has("till") and not added and sheet.sound:
            text = "lägger inte till någon mottagare: alla får redan meddelandet."
            sheet.error("adds-nothing", sheet.line_of("till"), text)
        if added and act.basis is None:
            text = (
                f"ger '{act.name}' fler mottagare, men handlingen anger inget stöd för att lämna "
                "uppgifter. Skriv en egen handling, med 'stöd'."
            )
            sheet.error("no-basis", sheet.line_of("till"), text)
        return added

    def _required(self, sheet: Sheet, act: Act) -> tuple[str, ...]:
        fields = {field.name: field for field in act.fields}
        required: list[str] = []
        for word in sheet.words("krävs"):
            if word.text not in fields:
                near = self._remarks.did_you_mean(word.text, fields)
                text = f"kräver fältet '{word.text}', som '{act.name}' inte frågar efter.{near}"
                sheet.error("unknown-name", word.line, text)
            elif fields[word.text].required:
                text = f"kräver fältet '{word.text}', som redan är obligatoriskt."
                sheet.error("adds-nothing", word.line, text)
            else:
                required.append(word.text)
        return tuple(required)

    def _receipt(self, sheet: Sheet, act: Act, source: PlaceInLaw) -> Stricter | None:
        span = read_receipt(sheet)
        duty = self._above.rule(f"{act.name}/kvittens")
        if span is None:
            return None
        if not isinstance(duty, Duty):
            text = f"har kvittens, men '{act.name}' kvitteras inte. Skriv en egen regel."
            sheet.error("adds-nothing", sheet.line_of("kvittens"), text)
            return None
        return self._tightened(sheet, "kvittens", Within(span), duty, source)

    def _stricter(self, names: Names) -> dict[str, Stricter]:
        found: dict[str, Stricter] = {}
        duties = {rule.name: rule for rule in self._above.rules if isinstance(rule, Duty)}
        for block, sheet in self._opened("skärpning"):
            duty = duties.get(block.name)
            if duty is None:
                self._unknown(block, "ska-regeln", duties)
                continue
            word = sheet.word("senast", required=True, what="en frist")
            deadline = read_deadline(word.text) if word else None
            if word and isinstance(deadline, Misread):
                report_misread(sheet, word, deadline)
            elif deadline is not None and not isinstance(deadline, Misread):
                source = source_of(block, sheet, self._document.id)
                tightened = self._tightened(sheet, "senast", deadline, duty, source)
                if tightened is not None:
                    found[duty.name] = tightened
        return found

    def _tightened(
        self, sheet: Sheet, key: str, deadline: Deadline, duty: Duty, source: PlaceInLaw
    ) -> Stricter | None:
        line = sheet.line_of(key)
        tighter = is_tighter(deadline, duty.deadline, duty.reckoning)
        if tighter and isinstance(deadline, Within | Ahead):
            return Stricter(self._scope, deadline, source)
        where = f"{duty.source.place.file}:{duty.source.place.line}"
        if tighter is None:
            text = (
                f"har en frist som inte går att jämföra med den i '{duty.name}' ({where}). Räkna "
                "från samma händelse eller fält som där."
            )
            sheet.error("incomparable", line, text)
        else:
            text = f"förlänger fristen i '{duty.name}' ({where}). Ett tillägg kan bara korta den."
            sheet.error("lengthens", line, text)
        return None
