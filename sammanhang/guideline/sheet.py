"""A block's keys and values as they are being understood: typed reading, with remarks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sammanhang.guideline.remarks import Remarks, quoted
from sammanhang.guideline.tree import Listing, Node, Table, Word


class Sheet:
    """One mapping of a document: what it is called in messages, and which keys it may have.

    Reading a key gives its value or None; whatever is wrong with it has then been remarked upon.
    `sound` tells whether anything was.
    """

    def __init__(
        self,
        table: Table,
        called: str,
        line: int,
        remarks: Remarks,
        keys: Collection[str],
        rule: str | None = None,
    ) -> None:
        self.called = called
        self.line = line
        self.remarks = remarks
        self.rule = rule
        self.sound = True
        self._table = table
        self._meant: set[str] = set()
        for key, (word, _) in table.entries.items():
            if key not in keys:
                self._unknown_key(word, keys)

    def _unknown_key(self, word: Word, keys: Collection[str]) -> None:
        meant = self.remarks.suggestion(word.text, keys)
        if meant:
            self._meant.add(meant)
        near = f" Menade du '{meant}'?" if meant else f" Här kan stå {quoted(sorted(keys))}."
        self.error("unknown-key", word.line, f"har nyckeln '{word.text}', som inte finns.{near}")

    def error(self, kind: str, line: int, text: str) -> None:
        self.sound = False
        self.remarks.error(kind, line, f"{self.called} {text}", self.rule)

    def has(self, key: str) -> bool:
        return key in self._table.entries

    def meant(self, key: str) -> bool:
        """Whether the key stands here, or one so like it that it must be the one meant."""
        return self.has(key) or key in self._meant

    def line_of(self, key: str) -> int:
        """Where the key stands; the sheet's own line when it does not."""
        return self._table.entries[key][0].line if self.has(key) else self.line

    def node(self, key: str, *, required: bool = False) -> Node | None:
        """The value of a key that has one."""
        if not self.has(key):
            if required and not self.meant(key):
                self.error("missing-key", self.line, f"saknar nyckeln '{key}'.")
            return None
        word, value = self._table.entries[key]
        if isinstance(value, Word) and not value.text:
            self.error("missing-value", word.line, f"har inget värde för '{key}'.")
            return None
        return value

    def word(self, key: str, *, required: bool = False, what: str = "ett värde") -> Word | None:
        """A single value."""
        value = self.node(key, required=required)
        if value is None or isinstance(value, Word):
            return value
        self.error("wrong-type", value.line, f"ska ha {what} för '{key}', inte flera.")
        return None

    def text(self, key: str, *, required: bool = False) -> str | None:
        word = self.word(key, required=required, what="en text")
        return " ".join(word.text.split()) if word else None

    def words(self, key: str, *, required: bool = False) -> tuple[Word, ...]:
        """A value or a list of values, without duplicates."""
        value = self.node(key, required=required)
        if value is None:
            return ()
        if isinstance(value, Word):
            return (value,)
        if isinstance(value, Listing):
            return tuple(self._listed(key, value))
        self.error("wrong-type", value.line, f"ska ha ett namn eller en lista för '{key}'.")
        return ()

    def _listed(self, key: str, listing: Listing) -> Iterator[Word]:
        seen: set[str] = set()
        if not listing.items:
            self.error("missing-value", listing.line, f"har en tom lista för '{key}'.")
        for item in listing.items:
            if not isinstance(item, Word) or not item.text:
                text = f"ska ha enkla värden i listan för '{key}'."
                self.error("wrong-type", item.line, text)
            elif item.text in seen:
                self.error("duplicate", item.line, f"har '{item.text}' två gånger i '{key}'.")
            else:
                seen.add(item.text)
                yield item

    def table(self, key: str) -> Table | None:
        """A mapping of keys of the author's own."""
        value = self.node(key)
        if value is None or isinstance(value, Table):
            return value
        self.error("wrong-type", value.line, f"ska ha nycklar och värden under '{key}'.")
        return None

    def yes(self, key: str, default: bool = False) -> bool:
        """`ja` or `nej`."""
        word = self.word(key, what="ja eller nej")
        if word is None:
            return default
        if word.text not in ("ja", "nej"):
            text = f"ska ha ja eller nej för '{key}', inte '{word.text}'."
            self.error("wrong-type", word.line, text)
            return default
        return word.text == "ja"

    def one_of(self, word: Word, what: str, options: Sequence[str]) -> str | None:
        """The word, if it is among the options."""
        if word.text in options:
            return word.text
        near = self.remarks.did_you_mean(word.text, options)
        hint = near or f" Välj mellan {quoted(options, 'eller')}."
        self.error("unknown-value", word.line, f"har {what} '{word.text}', som inte finns.{hint}")
        return None
