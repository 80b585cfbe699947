"""Understands the blocks `betalning` of a document."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import TypeVar

from sammanhang.guideline.blocks import read_clock, source_of
from sammanhang.guideline.liability import (
    Amounts,
    DayCount,
    Individually,
    Liability,
    Mean,
    Notice,
    Requirement,
    Specialty,
    Threshold,
)
from sammanhang.guideline.model import Document, Source
from sammanhang.guideline.reader import LIABILITY, Block
from sammanhang.guideline.reader import Source as Text
from sammanhang.guideline.remarks import Remarks, quoted
from sammanhang.guideline.sheet import Sheet
from sammanhang.guideline.tree import Listing, Table, Word

KEYS: Mapping[str, tuple[str, ...]] = {
    "villkor": ("kräver", "källa"),
    "dagar": ("brytpunkt", "undantag", "källa"),
    "genomsnitt": ("fria-dagar", "källa"),
    "enskilt": ("över", "från-dag", "källa"),
    "frist": ("kalenderdagar", "tidigast", "källa"),
    "belopp": ("kronor", "enligt", "källa"),
}
NOTICES = tuple(notice.value for notice in Notice)
SPECIALTIES = tuple(specialty.value for specialty in Specialty)
UNKNOWN = "okänt"
LEAVE = "permission"
MOST_DAYS = 366
_Rule = TypeVar("_Rule")


def read_liability(
    text: Text, document: Document | None, remarks: Remarks
) -> Liability | Amounts | None:
    """The document's rules of payment liability, or the amounts that others refer to.

    None where there is an error, which is then remarked upon.
    """
    sheets = _sheets(text, remarks)
    made = _Reading(document, remarks, sheets).whole() if document else None
    return None if remarks.has_errors else made


def _sheets(text: Text, remarks: Remarks) -> dict[str, tuple[Block, Sheet]]:
    found: dict[str, tuple[Block, Sheet]] = {}
    for block in text.blocks:
        line = block.place.line
        if block.kind != LIABILITY:
            what = f"{block.called} hör inte hemma bland regler om betalning. Lägg den i riktlinjen"
            remarks.error("misplaced-block", line, f"{what} för ärendet.", block.name)
        elif block.name not in KEYS:
            near = remarks.did_you_mean(block.name, KEYS) or f" Här kan stå {quoted(KEYS)}."
            text_ = f"blocket 'betalning {block.name}' finns inte.{near}"
            remarks.error("unknown-kind", line, text_, block.name)
        elif block.name in found:
            first = found[block.name][0].place.line
            text_ = f"{block.called} finns två gånger (också på rad {first})."
            remarks.error("duplicate-name", line, text_, block.name)
        elif block.tree is not None:
            sheet = Sheet(block.tree, block.called, line, remarks, KEYS[block.name], block.name)
            found[block.name] = block, sheet
    return found


class _Reading:
    """The blocks of one document on their way to rules."""

    def __init__(
        self, document: Document, remarks: Remarks, sheets: Mapping[str, tuple[Block, Sheet]]
    ) -> None:
        self._document = document
        self._remarks = remarks
        self._sheets = sheets

    def whole(self) -> Liability | Amounts | None:
        self._check_whole()
        amounts = self._read("belopp", _amounts)
        if set(self._sheets) == {"belopp"} and isinstance(amounts, Amounts):
            return amounts
        requirement, days = self._read("villkor", _requirement), self._read("dagar", _days)
        mean, alone = self._read("genomsnitt", _mean), self._read("enskilt", _individually)
        threshold = self._read("frist", _threshold)
        if requirement is None or days is None or amounts is None:
            return None
        if threshold and threshold.not_before_call and Notice.CALL not in requirement.sent:
            text = "fristen räknas från kallelsen, men 'betalning villkor' kräver ingen kallelse."
            self._error("missing-block", "frist", text)
        return Liability(self._document, requirement, days, mean, alone, threshold, amounts)

    def _read(self, name: str, understand: Callable[[Sheet, Source], _Rule]) -> _Rule | None:
        if name not in self._sheets:
            return None
        block, sheet = self._sheets[name]
        return understand(sheet, source_of(block, sheet, self._document.id))

    def _check_whole(self) -> None:
        """A model says what must be sent, what is free and what a day costs, once each."""
        models = [name for name in ("genomsnitt", "frist") if name in self._sheets]
        if len(models) == 2:
            text = "dokumentet har både 'betalning genomsnitt' och 'betalning frist'. Välj en."
            self._error("two-models", "frist", text)
        if "enskilt" in self._sheets and "genomsnitt" not in self._sheets:
            text = "'betalning enskilt' hör till ett genomsnitt, men 'betalning genomsnitt' saknas."
            self._error("missing-block", "enskilt", text)
        others = [name for name in self._sheets if name != "belopp"]
        needed = ["villkor", "dagar", "belopp"] + ([] if models else ["genomsnitt"])
        for name in needed if others else ():
            if name not in self._sheets:
                either = "' eller 'betalning frist" if name == "genomsnitt" else ""
                text = f"dokumentet om betalning saknar blocket 'betalning {name}{either}'."
                self._error("missing-block", others[0], text)

    def _error(self, kind: str, name: str, text: str) -> None:
        self._remarks.error(kind, self._sheets[name][0].place.line, text, name)


def _known(sheet: Sheet, word: Word, options: Sequence[str]) -> str | None:
    return sheet.one_of(word, "värdet", options)


def _days(sheet: Sheet, source: Source) -> DayCount:
    word = sheet.word("brytpunkt")
    cutoff = read_clock(sheet, word, "brytpunkten") if word else None
    excluded = [_known(sheet, word, (LEAVE,)) for word in sheet.words("undantag")]
    return DayCount(cutoff, bool(excluded), source)


def _requirement(sheet: Sheet, source: Source) -> Requirement:
    words = sheet.words("kräver", required=True)
    sent = [known for word in words if (known := _known(sheet, word, NOTICES))]
    if words and Notice.READINESS.value not in sent and sheet.sound:
        text = f"kräver inte '{Notice.READINESS.value}', som dagarna räknas från."
        sheet.error("missing-value", sheet.line_of("kräver"), text)
    return Requirement(tuple(Notice(value) for value in sent), source)


def _mean(sheet: Sheet, source: Source) -> Mean:
    value = sheet.node("fria-dagar", required=True)
    steps: list[tuple[date, Decimal]] = []
    if isinstance(value, Word):
        steps = [(date.min, _number(sheet, value, 2))]
    elif isinstance(value, Table):
        for day, days in value.entries.values():
            if isinstance(days, Word):
                steps.append((_day(sheet, day), _number(sheet, days, 2)))
            else:
                sheet.error("wrong-type", days.line, f"ska ha ett antal dagar efter '{day.text}'.")
        for (earlier, _), (later, _) in pairwise(steps):
            if earlier >= later:
                text = f"har {later.isoformat()} efter {earlier.isoformat()}. Skriv i tidsordning."
                sheet.error("wrong-type", value.line, text)
    elif isinstance(value, Listing):
        sheet.error("wrong-type", value.line, "ska ha ett antal dagar, eller datum och antal.")
    return Mean(tuple(steps), source)


def _day(sheet: Sheet, word: Word) -> date:
    try:
        day = date.fromisoformat(word.text)
    except ValueError:
        text = f"har datumet '{word.text}'. Skriv år-månad-dag, till exempel 2026-01-01."
        sheet.error("wrong-type", word.line, text)
        return date.min
    if day.day != 1:
        text = f"har {word.text}, men fria dagar ändras vid ett månadsskifte. Skriv den första."
        sheet.error("wrong-type", word.line, text)
    return day


def _number(sheet: Sheet, word: Word, decimals: int) -> Decimal:
    """A number as people write it: `3`, `3,0`, `10 500`."""
    text = re.sub(r"[ \u00a0\u202f]", "", word.text).replace(",", ".")
    whole = r"\d{1,7}" + (rf"(\.\d{{1,{decimals}}})?" if decimals else "")
    if re.fullmatch(whole, text, re.ASCII):
        return Decimal(text)
    kind = f"ett tal med högst {decimals} decimaler" if decimals else "ett heltal"
    sheet.error("wrong-type", word.line, f"har '{word.text}'. Skriv {kind}.")
    return Decimal(0)


def _days_of(sheet: Sheet, key: str) -> int:
    word = sheet.word(key, required=True)
    days = int(_number(sheet, word, 0)) if word else 0
    if word and days > MOST_DAYS:
        sheet.error("wrong-type", word.line, f"har {days} dagar. Högst {MOST_DAYS} går att ange.")
    return days


def _individually(sheet: Sheet, source: Source) -> Individually:
    over, from_day = _days_of(sheet, "över"), _days_of(sheet, "från-dag")
    if sheet.sound and not 1 <= from_day <= over + 1:
        text = f"börjar dag {from_day}, men ska börja mellan dag 1 och dag {over + 1}."
        sheet.error("wrong-type", sheet.line_of("från-dag"), text)
    return Individually(over, from_day, source)


def _threshold(sheet: Sheet, source: Source) -> Threshold:
    word = sheet.word("tidigast")
    call = bool(word and _known(sheet, word, (Notice.CALL.value,)))
    return Threshold(_days_of(sheet, "kalenderdagar"), call, source)


# --- Amounts --------------------------------------------------------------------------------


def _amounts(sheet: Sheet, source: Source) -> Amounts | str | None:
    """Amounts of its own, or the document that has them."""
    if sheet.has("kronor") == sheet.has("enligt"):
        text = "ska ha antingen 'kronor' med belopp för varje år, eller 'enligt' och ett dokument."
        sheet.error("missing-key", sheet.line, text)
        return None
    if sheet.has("enligt"):
        return sheet.text("enligt")
    table = sheet.table("kronor")
    years: dict[int, Mapping[Specialty, Decimal | None]] = {}
    for word, value in table.entries.values() if table else ():
        if not re.fullmatch(r"20\d\d", word.text, re.ASCII):
            text = f"har året '{word.text}'. Skriv fyra siffror, till exempel 2026."
            sheet.error("wrong-type", word.line, text)
        elif isinstance(value, Word) and value.text:
            amount = _amount(sheet, value)
            years[int(word.text)] = dict.fromkeys(Specialty, amount)
        elif isinstance(value, Table):
            years[int(word.text)] = _by_specialty(sheet, value)
        else:
            text = f"ska ha kronor för en dag, eller '{UNKNOWN}', efter {word.text}."
            sheet.error("wrong-type", word.line, text)
    return Amounts(MappingProxyType(years), source)


def _by_specialty(sheet: Sheet, table: Table) -> Mapping[Specialty, Decimal | None]:
    amounts: dict[Specialty, Decimal | None] = {}
    for word, value in table.entries.values():
        known = sheet.one_of(word, "vårdformen", SPECIALTIES)
        if known and isinstance(value, Word) and value.text:
            amounts[Specialty(known)] = _amount(sheet, value)
        elif known:
            sheet.error("wrong-type", word.line, f"ska ha kronor för en dag efter '{word.text}'.")
    return MappingProxyType(amounts)


def _amount(sheet: Sheet, word: Word) -> Decimal | None:
    return None if word.text == UNKNOWN else _number(sheet, word, 2)
