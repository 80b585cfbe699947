"""From the text of a governing document to an immutable `Process`.

In two strokes, so that blocks may refer to each other in any order: first every name is
declared, then every block is understood with all names at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeVar

from sammanhang.guideline.blocks import (
    open_sheet,
    read_act,
    read_part,
    read_phase,
    read_reckoning,
)
from sammanhang.guideline.check import check_blocks, check_process, check_prose
from sammanhang.guideline.fields import Asked, check_one_meaning, read_fields
from sammanhang.guideline.front import about_liability, adds, read_front
from sammanhang.guideline.indexes import with_indexes
from sammanhang.guideline.liability import Amounts, Liability
from sammanhang.guideline.liability_blocks import read_liability
from sammanhang.guideline.model import (
    Act,
    Document,
    Duty,
    Effect,
    Finding,
    Level,
    Part,
    Phase,
    Process,
    Reckoning,
    Rule,
    Within,
)
from sammanhang.guideline.names import Names
from sammanhang.guideline.reader import ADDING_KINDS, KINDS, Block, Source, read_source
from sammanhang.guideline.remarks import Remarks
from sammanhang.guideline.restrictions import check_resting, fields_of_all
from sammanhang.guideline.rules import read_rule
from sammanhang.guideline.sheet import Sheet

RECEIPT = "kvittens"
TOGETHER = "Kontrollera hela mappen, så att det prövas tillsammans med det."


@dataclass(frozen=True, slots=True)
class Compiled:
    """What came of a text; warnings don't prevent it.

    `process` is None where there are errors, and where the document is none. `liability`: what a
    document about payment liability says instead.
    """

    process: Process | None
    document: Document | None
    findings: tuple[Finding, ...]
    liability: Liability | Amounts | None = None


def read_document(text: str, file: str) -> Compiled:
    """Reads and compiles a governing document. Never raises: what is wrong becomes findings."""
    remarks = Remarks(file)
    source = read_source(text, remarks)
    document = read_front(source, remarks)
    if adds(source):
        remarks.error("needs-base", 1, f"dokumentet lägger till i ett annat. {TOGETHER}")
        return Compiled(None, document, remarks.all())
    return compile_source(source, document, remarks)


def compile_source(source: Source, document: Document | None, remarks: Remarks) -> Compiled:
    """A document that is a process of its own, or rules of payment liability."""
    if about_liability(source):
        liability = read_liability(source, document, remarks)
        check_blocks(source, remarks)
        check_prose(source, {}, remarks)
        found = None if remarks.has_errors else liability
        return Compiled(None, document, remarks.all(), found)
    process = _Compilation(source, document, remarks).process()
    return Compiled(None if remarks.has_errors else process, document, remarks.all())


# --- Blocks ---------------------------------------------------------------------------------

_Named = TypeVar("_Named", Part, Act, Phase, Reckoning)


def distinct_blocks(source: Source, remarks: Remarks) -> Mapping[str, Mapping[str, Block]]:
    """Blocks by kind and name; of two with one name the first holds."""
    by_kind: dict[str, dict[str, Block]] = {kind: {} for kind in KINDS}
    for block in source.blocks:
        first = by_kind[block.kind].setdefault(block.name, block)
        if first is not block:
            text = f"{block.called} finns två gånger (också på rad {first.place.line})."
            remarks.error("duplicate-name", block.place.line, text, block.name or None)
    return by_kind


class _Compilation:
    """One document on its way from blocks to process."""

    def __init__(self, source: Source, document: Document | None, remarks: Remarks) -> None:
        self._source = source
        self._document = document
        self._remarks = remarks
        self._id = document.id if document else ""
        self._blocks = distinct_blocks(source, remarks)

    def process(self) -> Process | None:
        parts = {
            block.name: read_part(block, sheet, self._id) if sheet else None
            for block, sheet in self._opened("part")
        }
        reckonings = {
            block.name: read_reckoning(block, sheet, self._id) if sheet else None
            for block, sheet in self._opened("tidsräkning")
        }
        asked = {
            block.name: read_fields(block, tuple(parts), self._remarks)
            for block in self._blocks["handling"].values()
        }
        names = Names(
            parts=tuple(parts),
            acts=tuple(asked),
            fields=check_one_meaning(asked, self._remarks),
            reckonings=reckonings,
            phases=tuple(self._blocks["läge"]),
        )
        acts = self._acts(asked, names)
        names = replace(names, acts=tuple(acts))
        phases = [
            read_phase(block, sheet, names, self._id)
            for block, sheet in self._opened("läge")
            if sheet
        ]
        rules = self._rules(names, acts)
        standard = reckonings.get("") or Reckoning("")
        process = self._together(parts, acts, rules, phases, standard)
        _refuse_additions(self._blocks, self._remarks)
        check_blocks(self._source, self._remarks)
        check_process(process, names, self._remarks)
        asked_for = fields_of_all(process.acts.values())
        check_resting((*process.rules, *process.phases), asked_for, self._remarks)
        check_prose(self._source, process.acts, self._remarks)
        return process

    def _opened(self, kind: str) -> list[tuple[Block, Sheet | None]]:
        return [(block, open_sheet(block, self._remarks)) for block in self._blocks[kind].values()]

    def _acts(self, asked: Mapping[str, Asked], names: Names) -> dict[str, Act | None]:
        acts = {
            block.name: read_act(block, sheet, asked[block.name], names, self._id)
            if sheet
            else None
            for block, sheet in self._opened("handling")
        }
        wanted = [block for block in self._blocks["handling"].values() if _asks_receipt(block)]
        if not wanted or any(act and act.effect is Effect.ACKNOWLEDGES for act in acts.values()):
            return acts
        if RECEIPT not in acts:
            asking = next((act for act in acts.values() if act and act.receipt), None)
            acts[RECEIPT] = _receipt_act(asking, names.parts) if asking else None
        elif all(act is not None for act in acts.values()):
            text = f"handlingen '{RECEIPT}' behöver 'verkan: kvitterar' för att kunna kvittera."
            line = self._blocks["handling"][RECEIPT].place.line
            self._remarks.error("receipt-act", line, text, RECEIPT)
        return acts

    def _rules(self, names: Names, acts: Mapping[str, Act | None]) -> list[Rule]:
        rules = [
            read_rule(block, sheet, names, acts, self._id)
            for block, sheet in self._opened("regel")
            if sheet
        ]
        standard = names.reckonings.get("") or Reckoning("")
        return [rule for rule in rules if rule] + receipt_duties(acts, standard)

    def _together(
        self,
        parts: Mapping[str, Part | None],
        acts: Mapping[str, Act | None],
        rules: list[Rule],
        phases: list[Phase | None],
        standard: Reckoning,
    ) -> Process:
        document = self._document or Document(
            "", "", Level.GUIDELINE, "", "1", None, None, None, None, (), "", self._source.file
        )
        return with_indexes(
            Process(
                key=document.process,
                document=document,
                parts=_understood(parts),
                acts=_understood(acts),
                rules=tuple(sorted(rules, key=lambda rule: rule.source.place.line)),
                phases=tuple(phase for phase in phases if phase),
                reckoning=standard,
            )
        )


def _understood(named: Mapping[str, _Named | None]) -> Mapping[str, _Named]:
    return MappingProxyType({name: value for name, value in named.items() if value is not None})


def _refuse_additions(blocks: Mapping[str, Mapping[str, Block]], remarks: Remarks) -> None:
    for kind in ADDING_KINDS:
        for block in blocks[kind].values():
            text = f"{block.called} hör till rutiner och lokala tillägg (nyckeln 'tillägg-till')."
            remarks.error("misplaced-block", block.place.line, text, block.name)


# --- Receipts -------------------------------------------------------------------------------


def _asks_receipt(block: Block) -> bool:
    return block.tree is not None and "kvittens" in block.tree.entries


def _receipt_act(wanted: Act, parts: tuple[str, ...]) -> Act:
    """The acknowledgement that a document need not write: every part may acknowledge."""
    return Act(
        name=RECEIPT,
        title="Kvittens",
        performers=parts,
        recipients=(),
        receipt=None,
        fields=(),
        joins=(),
        hands_over_to=None,
        leaves=False,
        effect=Effect.ACKNOWLEDGES,
        basis=None,
        help=None,
        source=wanted.source,
        implicit=True,
    )


def receipt_duties(acts: Mapping[str, Act | None], standard: Reckoning) -> list[Rule]:
    """What `kvittens` on an act is short for. Owed by the units that received the message.

    `part` is the first part that receives it; who owes is decided by who received.
    """
    acknowledging = next(
        (act.name for act in acts.values() if act and act.effect is Effect.ACKNOWLEDGES), RECEIPT
    )
    return [
        Duty(
            name=f"{act.name}/{RECEIPT}",
            triggers=(act.name,),
            act=acknowledging,
            part=act.recipients[0],
            deadline=Within(act.receipt),
            guard=None,
            reckoning=standard,
            source=act.source,
            receipt=True,
        )
        for act in acts.values()
        if act and act.receipt and act.recipients
    ]
