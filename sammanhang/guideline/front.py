"""Understands the front matter of a document: what it is, who decided it, and what it adds to."""

from __future__ import annotations

from datetime import date

from sammanhang.guideline.areas import Area, Permit
from sammanhang.guideline.model import Document, Level
from sammanhang.guideline.reader import LIABILITY, Source
from sammanhang.guideline.remarks import Remarks
from sammanhang.guideline.sheet import Sheet
from sammanhang.guideline.tree import Word

KEYS = (
    "id",
    "titel",
    "nivå",
    "process",
    "version",
    "antagen-av",
    "beslut",
    "gäller-från",
    "ersätter",
    "tillägg-till",
    "område",
    "bygglov",
    "gäller-till",
    "övergång",
)
LEVELS = tuple(level.value for level in Level)
ADDING = (Level.ROUTINE, Level.SUPPLEMENT)
AREA_KEYS = ("delregion", "kommun", "enhet")
PERMIT_KEYS = ("organ", "beslut")
NEW_CASES, ALL_CASES = "nya ärenden", "alla ärenden"
"""Whom a version binds from its first day: cases opened from then on, or the running ones too."""


def read_front(source: Source, remarks: Remarks) -> Document | None:
    """What the document says of itself; None where something in it could not be understood."""
    if source.front is None:
        return None
    sheet = Sheet(source.front, "dokumentets inledning", 1, remarks, KEYS)
    id, title = sheet.text("id", required=True), sheet.text("titel", required=True)
    level, adds_to = _level(sheet), sheet.text("tillägg-till")
    of_its_own = not adds_to and level is not Level.SUPPLEMENT and not about_liability(source)
    process = sheet.text("process", required=of_its_own)
    document = Document(
        id=id or "",
        title=title or "",
        level=level or Level.GUIDELINE,
        process=process or "",
        version=sheet.text("version") or "1",
        adopted_by=sheet.text("antagen-av"),
        decision=sheet.text("beslut"),
        in_force_from=_day(sheet, "gäller-från"),
        supersedes=sheet.text("ersätter"),
        sections=tuple(source.sections),
        text=source.text,
        file=source.file,
        adds_to=adds_to,
        area=_area(sheet),
        permit=_permit(sheet, level),
        last_day=_day(sheet, "gäller-till"),
        binds_running=_binds_running(sheet),
    )
    if level is not None:
        _check_level(sheet, document)
    return document if sheet.sound else None


def adds(source: Source) -> bool:
    """Whether the document is laid on another, instead of being a process of its own."""
    if source.front is None:
        return False
    entries = source.front.entries
    level = entries["nivå"][1] if "nivå" in entries else None
    supplement = isinstance(level, Word) and level.text == Level.SUPPLEMENT.value
    return "tillägg-till" in entries or supplement


def about_liability(source: Source) -> bool:
    """Whether the document is about payment liability, and so no process of its own."""
    return any(block.kind == LIABILITY for block in source.blocks)


def _level(sheet: Sheet) -> Level | None:
    word = sheet.word("nivå", required=True)
    known = sheet.one_of(word, "nivån", LEVELS) if word else None
    return Level(known) if known else None


def _binds_running(sheet: Sheet) -> bool:
    word = sheet.word("övergång")
    known = sheet.one_of(word, "övergången", (NEW_CASES, ALL_CASES)) if word else None
    return known == ALL_CASES


def _day(sheet: Sheet, key: str) -> date | None:
    word = sheet.word(key)
    if word is None:
        return None
    try:
        return date.fromisoformat(word.text)
    except ValueError:
        text = f"har datumet '{word.text}'. Skriv år-månad-dag, till exempel 2026-03-01."
        sheet.error("wrong-type", word.line, text)
        return None


# --- What only additions have ---------------------------------------------------------------


def _area(sheet: Sheet) -> Area | None:
    table = sheet.table("område")
    if table is None:
        return None
    inner = Sheet(table, "dokumentets område", table.line, sheet.remarks, AREA_KEYS)
    named = [tuple(word.text for word in inner.words(key)) for key in AREA_KEYS]
    if inner.sound and not any(named):
        inner.error("no-area", table.line, "är tomt. Skriv till exempel {delregion: Fyrbodal}.")
    sheet.sound = sheet.sound and inner.sound
    return Area(*named) if inner.sound else None


def _permit(sheet: Sheet, level: Level | None) -> Permit | None:
    """The body and the decision. A supplement without either is not allowed to be."""
    table = sheet.table("bygglov")
    if table is None:
        return None
    inner = Sheet(table, "tilläggets bygglov", table.line, sheet.remarks, PERMIT_KEYS)
    body, decision = inner.text("organ"), inner.text("beslut")
    for value, key, what in ((body, "organ", "vem som gav det"), (decision, "beslut", "beslutet")):
        if value is None and not inner.meant(key):
            inner.error("no-permit", table.line, f"säger inte {what}. Skriv det efter '{key}'.")
    sheet.sound = sheet.sound and inner.sound
    return Permit(body, decision) if body and decision else None


def _check_level(sheet: Sheet, document: Document) -> None:
    """A supplement says what it adds to, where, by whose leave and until when."""
    at = sheet.line_of("nivå")
    if document.adds_to and document.level not in ADDING:
        text = f"har 'tillägg-till', men en {document.level.value} lägger inte till i ett annat."
        sheet.error("misplaced-key", sheet.line_of("tillägg-till"), text)
    if document.adds_to == document.id:
        text = "lägger till i sig självt. Skriv id för dokumentet närmast ovanför."
        sheet.error("unknown-base", sheet.line_of("tillägg-till"), text)
    if document.level is not Level.SUPPLEMENT:
        for key in ("område", "bygglov", "gäller-till"):
            if sheet.has(key) and not (document.adds_to and key == "gäller-till"):
                text = f"har '{key}', som bara hör till ett lokalt tillägg."
                sheet.error("misplaced-key", sheet.line_of(key), text)
        return
    lacking = (
        ("tillägg-till", "unknown-base", "inte vilket dokument det lägger till i"),
        ("område", "no-area", "inte var det gäller, till exempel 'område: {delregion: Fyrbodal}'"),
        (
            "bygglov",
            "no-permit",
            "inte vem som har tillåtit tillägget. Skriv organet och beslutet, till exempel "
            "'bygglov: {organ: Styrgruppen, beslut: 2026-03-05 § 4}'",
        ),
        ("gäller-till", "no-last-day", "inte sista dagen tillägget gäller"),
    )
    for key, kind, what in lacking:
        if not sheet.meant(key):
            sheet.error(kind, at, f"säger {what} (nyckeln '{key}').")
    first, last = document.in_force_from, document.last_day
    if first and last and last < first:
        text = f"slutar gälla {last.isoformat()}, innan det börjar."
        sheet.error("wrong-type", sheet.line_of("gäller-till"), text)
