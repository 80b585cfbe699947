"""`om`: when a rule holds. Equality, membership, presence and comparison; no expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from sammanhang.guideline.model import (
    All,
    Comparison,
    Field,
    FieldType,
    Guard,
    Some,
    Test,
)
from sammanhang.guideline.names import Names
from sammanhang.guideline.remarks import quoted
from sammanhang.guideline.sheet import Sheet
from sammanhang.guideline.tree import Listing, Node, Table, Word

_TESTS: Mapping[str, Test] = {
    "finns": Test.PRESENT,
    "över": Test.OVER,
    "under": Test.UNDER,
    "minst": Test.AT_LEAST,
    "högst": Test.AT_MOST,
}
_INCOMPARABLE = (FieldType.ATTACHMENT, FieldType.MESSAGE)
_NUMBER = re.compile(r"-?\d{1,12}(?:[.,]\d{1,6})?")


def read_guard(sheet: Sheet, names: Names, key: str = "om") -> Guard | None:
    """The guard of a rule or a phase; None where it has none, or none that can be understood."""
    node = sheet.node(key)
    return _Guards(sheet, names).read(node) if node is not None else None


class _Guards:
    def __init__(self, sheet: Sheet, names: Names) -> None:
        self._sheet = sheet
        self._names = names

    def read(self, node: Node) -> Guard | None:
        if not isinstance(node, Table):
            text = "ska ha villkor som 'om: {fält: värde}'."
            self._sheet.error("wrong-type", node.line, text)
            return None
        return _together(list(self._tests(node)))

    def _tests(self, table: Table) -> Iterator[Guard]:
        if not table.entries:
            self._sheet.error("missing-value", table.line, "har ett tomt villkor.")
        for key, value in table.entries.values():
            if key.text == "alla":
                yield from self._combined(key, value)
            elif key.text == "någon":
                if some := tuple(self._combined(key, value)):
                    yield some[0] if len(some) == 1 else Some(some)
            else:
                yield from self._test(key, value)

    def _combined(self, key: Word, value: Node) -> Iterator[Guard]:
        if not isinstance(value, Listing) or not value.items:
            text = f"ska ha en lista av villkor efter '{key.text}'."
            self._sheet.error("wrong-type", value.line, text)
            return
        for item in value.items:
            if guard := self.read(item):
                yield guard

    def _test(self, key: Word, value: Node) -> Iterator[Guard]:
        is_part = key.text in self._names.parts
        if is_part and isinstance(value, Table) and set(value.entries) == {"finns"}:
            if key.text in self._names.fields:
                text = f"frågar om '{key.text}', som är både en part och ett fält."
                self._sheet.error("ambiguous", key.line, text)
            yield from self._operators(key, value, None)
            return
        if is_part and key.text not in self._names.fields:
            text = f"kan bara fråga om parten '{key.text}' finns: {{{key.text}: {{finns: ja}}}}."
            self._sheet.error("wrong-type", key.line, text)
            return
        field = self._names.field(self._sheet, key)
        if field is None:
            return
        if isinstance(value, Table):
            yield from self._operators(key, value, field)
        elif isinstance(value, Listing):
            yield from self._any_of(field, value)
        else:
            compared = self._value(field, value)
            if compared is not None:
                yield Comparison(field.name, Test.EQUALS, compared)

    def _any_of(self, field: Field, listing: Listing) -> Iterator[Guard]:
        if not listing.items:
            self._sheet.error(
                "missing-value", listing.line, f"har en tom lista för '{field.name}'."
            )
        values = [self._value(field, item) for item in listing.items]
        if values and all(value is not None for value in values):
            yield Comparison(field.name, Test.ONE_OF, tuple(values))

    def _operators(self, key: Word, table: Table, field: Field | None) -> Iterator[Guard]:
        if not table.entries:
            self._sheet.error(
                "missing-value", table.line, f"har ett tomt villkor för '{key.text}'."
            )
        for operator, value in table.entries.values():
            name = self._sheet.one_of(operator, "jämförelsen", tuple(_TESTS))
            if name == "finns":
                yield from self._presence(key, value)
            elif name is not None and field is not None:
                yield from self._ordered(field, _TESTS[name], operator, value)

    def _presence(self, key: Word, value: Node) -> Iterator[Guard]:
        if not isinstance(value, Word) or value.text not in ("ja", "nej"):
            self._sheet.error("wrong-type", value.line, "ska ha ja eller nej efter 'finns'.")
            return
        yield Comparison(key.text, Test.PRESENT if value.text == "ja" else Test.ABSENT)

    def _ordered(self, field: Field, test: Test, operator: Word, value: Node) -> Iterator[Guard]:
        if field.type is not FieldType.NUMBER:
            text = (
                f"jämför '{field.name}' med '{operator.text}', men fältet är "
                f"{field.type.value}. Bara tal kan jämföras så."
            )
            self._sheet.error("wrong-type", operator.line, text)
            return
        compared = self._value(field, value)
        if compared is not None:
            yield Comparison(field.name, test, compared)

    def _value(self, field: Field, node: Node) -> str | int | float | None:
        """What the field is compared with, as event data has it."""
        if not isinstance(node, Word) or not node.text:
            text = f"ska jämföra '{field.name}' med ett enkelt värde."
            self._sheet.error("wrong-type", node.line, text)
            return None
        if field.choices and node.text not in field.choices:
            near = self._sheet.remarks.did_you_mean(node.text, field.choices)
            text = (
                f"jämför fältet '{field.name}' med '{node.text}', som inte är ett av dess val."
                f"{near or f' Valen är {quoted(field.choices)}.'}"
            )
            self._sheet.error("unknown-value", node.line, text)
            return None
        return self._typed(field, node)

    def _typed(self, field: Field, word: Word) -> str | int | float | None:
        fault: str | None = None
        if field.type is FieldType.YES_NO and word.text not in ("ja", "nej"):
            fault = "ja eller nej"
        elif field.type is FieldType.NUMBER:
            if _NUMBER.fullmatch(word.text):
                return _number(word.text)
            fault = "ett tal"
        elif field.type is FieldType.DATE and not _is_date(word.text):
            fault = "ett datum (2026-03-05)"
        elif field.type in _INCOMPARABLE:
            fault = "{finns: ja} eller {finns: nej}"
        if fault is None:
            return word.text
        text = f"jämför fältet '{field.name}' med '{word.text}'; det ska vara {fault}."
        self._sheet.error("wrong-type", word.line, text)
        return None


def _together(guards: list[Guard]) -> Guard | None:
    if not guards:
        return None
    return guards[0] if len(guards) == 1 else All(tuple(guards))


def _number(text: str) -> int | float:
    number = float(text.replace(",", "."))
    return int(text) if number.is_integer() and "." not in text and "," not in text else number


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
