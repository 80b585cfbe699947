"""What the acts ask for (`fält`). Read first of all, since guards and deadlines refer to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sammanhang.guideline.model import Field, FieldType, Place
from sammanhang.guideline.reader import NAME, RESERVED, Block
from sammanhang.guideline.remarks import Remarks, quoted
from sammanhang.guideline.restrictions import ONLY_FOR
from sammanhang.guideline.sheet import Sheet
from sammanhang.guideline.tree import Table, Word

KEYS = ("rubrik", "typ", "krävs", "val", "part", "framtid", ONLY_FOR, "hjälp")
MESSAGE_FIELD = "meddelande"
CORRECTION_FIELD = "värden"
TYPES = tuple(kind.value for kind in FieldType)
_CHOOSING = (FieldType.CHOICE, FieldType.MANY)
_WHEN = (FieldType.DATE, FieldType.MOMENT)


def as_title(name: str) -> str:
    """`beräknad-utskrivning` as a title, where the author gave none."""
    words = name.replace("-", " ")
    return words[:1].upper() + words[1:]


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields of one act; those that could not be understood are None."""

    fields: Mapping[str, Field | None]

    @property
    def understood(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields.values() if field is not None)


def read_fields(block: Block, parts: Sequence[str], remarks: Remarks) -> Asked:
    """The fields under `fält` of an act's block."""
    entry = block.tree.entries.get("fält") if block.tree else None
    if entry is None:
        return Asked({})
    key, value = entry
    if not isinstance(value, Table):
        text = f"{block.called} ska ha fältens namn och uppgifter under 'fält'."
        remarks.error("wrong-type", key.line, text, block.name)
        return Asked({})
    return Asked(
        {
            word.text: _field(word, content, block, parts, remarks)
            for word, content in value.entries.values()
        }
    )


def _field(
    word: Word, content: object, block: Block, parts: Sequence[str], remarks: Remarks
) -> Field | None:
    called = f"{block.called}, fältet '{word.text}',"
    if not _is_name(word, called, block, remarks):
        return None
    if not isinstance(content, Table):
        text = f"{called} ska ha sina uppgifter inom klammer: {word.text}: {{typ: text}}."
        remarks.error("wrong-type", word.line, text, block.name)
        return None
    sheet = Sheet(content, called, word.line, remarks, KEYS, block.name)
    kind = _kind(sheet)
    field = Field(
        name=word.text,
        title=sheet.text("rubrik") or as_title(word.text),
        type=kind or FieldType.TEXT,
        required=sheet.yes("krävs"),
        choices=_choices(sheet, kind),
        part=_part(sheet, kind, parts),
        future=_future(sheet, kind),
        help=sheet.text("hjälp"),
        place=Place(block.place.file, word.line),
        only_for=_only_for(sheet, parts),
    )
    return field if sheet.sound else None


def _is_name(word: Word, called: str, block: Block, remarks: Remarks) -> bool:
    if word.text == CORRECTION_FIELD or word.text in RESERVED or not NAME.fullmatch(word.text):
        taken = quoted((*RESERVED, CORRECTION_FIELD), "eller")
        text = (
            f"{called} har ett namn som inte går. Ett namn består av små bokstäver, siffror och "
            f"bindestreck, och är inte {taken}."
        )
        remarks.error("name", word.line, text, block.name)
        return False
    return True


def _kind(sheet: Sheet) -> FieldType | None:
    word = sheet.word("typ", required=True)
    known = sheet.one_of(word, "typen", TYPES) if word else None
    return FieldType(known) if known else None


def _choices(sheet: Sheet, kind: FieldType | None) -> tuple[str, ...]:
    if sheet.has("val") and kind is not None and kind not in _CHOOSING:
        text = f"har 'val', som bara hör till typerna val och flerval, inte {kind.value}."
        sheet.error("misplaced-key", sheet.line_of("val"), text)
        return ()
    return tuple(word.text for word in sheet.words("val", required=kind in _CHOOSING))


def _part(sheet: Sheet, kind: FieldType | None, parts: Sequence[str]) -> str | None:
    word = sheet.word("part")
    if word is None:
        return None
    if kind is not None and kind is not FieldType.UNIT:
        text = f"har 'part', som bara hör till typen enhet, inte {kind.value}."
        sheet.error("misplaced-key", sheet.line_of("part"), text)
        return None
    return _known_part(sheet, word, parts)


def _only_for(sheet: Sheet, parts: Sequence[str]) -> tuple[str, ...]:
    """The parts under `bara-för`; whether they receive the act is tried when that is known."""
    words = sheet.words(ONLY_FOR)
    return tuple(part for word in words if (part := _known_part(sheet, word, parts)))


def _known_part(sheet: Sheet, word: Word, parts: Sequence[str]) -> str | None:
    if word.text in parts:
        return word.text
    near = sheet.remarks.did_you_mean(word.text, parts)
    sheet.error("unknown-name", word.line, f"pekar på parten '{word.text}', som inte finns.{near}")
    return None


def _future(sheet: Sheet, kind: FieldType | None) -> bool:
    if sheet.has("framtid") and kind is not None and kind not in _WHEN:
        text = f"har 'framtid', som bara hör till typerna datum och tidpunkt, inte {kind.value}."
        sheet.error("misplaced-key", sheet.line_of("framtid"), text)
    return sheet.yes("framtid", default=True)


def check_one_meaning(asked: Mapping[str, Asked], remarks: Remarks) -> dict[str, Field | None]:
    """All fields of the document by name; the same name must mean the same everywhere."""
    first: dict[str, Field | None] = {}
    for act, fields in asked.items():
        for name, field in fields.fields.items():
            earlier = first.get(name)
            if earlier is None:
                first[name] = field
            elif field is not None and not _same(earlier, field):
                _two_meanings(act, earlier, field, remarks)
    return first


def _same(one: Field, other: Field) -> bool:
    return one.type is other.type and one.choices == other.choices


def _two_meanings(act: str, earlier: Field, field: Field, remarks: Remarks) -> None:
    what = "typen" if earlier.type is not field.type else "valen"
    line = earlier.place.line if earlier.place else 0
    remarks.error(
        "two-meanings",
        field.place.line if field.place else 1,
        f"handlingen '{act}' ger fältet '{field.name}' en annan betydelse än på rad {line}: "
        f"{what} skiljer sig. Ett namn betyder en sak i hela dokumentet.",
        act,
    )
