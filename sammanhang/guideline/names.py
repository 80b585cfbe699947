"""The names a document declares, and how its blocks refer to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sammanhang.guideline.model import Field, FieldType, Reckoning
from sammanhang.guideline.sheet import Sheet
from sammanhang.guideline.tree import Word

EVERY = "alla"


@dataclass(frozen=True, slots=True)
class Names:
    """Everything that can be referred to, in document order.

    A name is here also when what it names could not be understood (then without a value), so
    that one mistake gives one remark.
    """

    parts: tuple[str, ...]
    acts: tuple[str, ...]
    fields: Mapping[str, Field | None]
    reckonings: Mapping[str, Reckoning | None]
    phases: tuple[str, ...] = ()

    def phases_in(self, sheet: Sheet, key: str) -> tuple[str, ...]:
        """Phases listed under a key; none when it is not there."""
        return tuple(
            word.text for word in sheet.words(key) if self._known(sheet, word, "läget", self.phases)
        )

    def part(self, sheet: Sheet, word: Word) -> str | None:
        return self._known(sheet, word, "parten", self.parts)

    def act(self, sheet: Sheet, word: Word) -> str | None:
        return self._known(sheet, word, "handlingen", self.acts)

    def field(self, sheet: Sheet, word: Word, kinds: Sequence[FieldType] = ()) -> Field | None:
        """The field, if it is of one of these types (any when none is given)."""
        if self._known(sheet, word, "fältet", self.fields) is None:
            return None
        field = self.fields[word.text]
        if field is None or not kinds or field.type in kinds:
            return field
        wanted = " eller ".join(kind.value for kind in kinds)
        sheet.error(
            "wrong-type",
            word.line,
            f"behöver ett fält av typen {wanted}, men '{field.name}' är {field.type.value}.",
        )
        return None

    def _known(self, sheet: Sheet, word: Word, what: str, known: Collection[str]) -> str | None:
        if word.text in known:
            return word.text
        lacks = "som ingen handling frågar efter" if what == "fältet" else "som inte finns"
        hint = self._is_another(word.text) or sheet.remarks.did_you_mean(word.text, known)
        sheet.error("unknown-name", word.line, f"pekar på {what} '{word.text}', {lacks}.{hint}")
        return None

    def _is_another(self, name: str) -> str:
        """What the name stands for instead, when it is the name of something else."""
        others = (("en part", self.parts), ("en handling", self.acts), ("ett fält", self.fields))
        return next((f" '{name}' är {what}." for what, names in others if name in names), "")

    def parts_in(self, sheet: Sheet, key: str, *, required: bool = False) -> tuple[str, ...]:
        """Parts listed under a key; `alla` is every part."""
        words = sheet.words(key, required=required)
        if any(word.text == EVERY for word in words):
            return self.parts
        return tuple(part for word in words if (part := self.part(sheet, word)))

    def acts_in(self, sheet: Sheet, key: str) -> tuple[str, ...]:
        """Acts listed under a key that must be there."""
        words = sheet.words(key, required=True)
        return tuple(act for word in words if (act := self.act(sheet, word)))
