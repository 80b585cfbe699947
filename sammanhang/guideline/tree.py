"""The YAML of a block as a small tree in which every key and value knows its line.

Built straight from the parser's events: every scalar stays the text the author wrote (`ja`,
`12:30` and `2026-03-05` mean what the block says they mean, not what YAML guesses), and what has
no place in a governing document (anchors, aliases, tags, several documents) is refused before
anything is expanded.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

MOST_CHARACTERS = 64_000
DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Word:
    """A single value, as it was written. Empty where a key has no value."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Listing:
    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    entries: Mapping[str, tuple[Word, Node]]
    """Key as written, and its value."""
    line: int


Node = Word | Listing | Table


@dataclass(frozen=True, slots=True)
class Problem:
    line: int
    kind: str
    text: str


class _Unreadable(Exception):
    """Internal to this module: reading stops here, and this is why."""

    def __init__(self, line: int, text: str, kind: str = "yaml") -> None:
        super().__init__(text)
        self.problem = Problem(line, kind, text)


def read_tree(content: str, first_line: int) -> tuple[Node | None, list[Problem]]:
    """The tree of `content`, whose first line is `first_line` of the file.

    No tree where the text can't be read to its end; duplicate keys are reported and the first
    one holds.
    """
    if len(content) > MOST_CHARACTERS:
        text = f"är för långt ({len(content)} tecken; högst {MOST_CHARACTERS})."
        return None, [Problem(first_line, "size", text)]
    content, problems = _without_hidden_characters(content, first_line)
    builder = _Builder(content, first_line)
    try:
        return builder.tree(), problems + builder.problems
    except _Unreadable as unreadable:
        return None, [*problems, *builder.problems, unreadable.problem]
    except (YAMLError, ValueError, RecursionError) as error:
        return None, [*problems, *builder.problems, _explained(error, content, first_line)]


_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


def _without_hidden_characters(content: str, first_line: int) -> tuple[str, list[Problem]]:
    """Control characters and foreign line breaks (which would shift line numbers) out."""
    problems = [
        Problem(first_line + number, "character", "har ett osynligt tecken, som måste tas bort.")
        for number, line in enumerate(content.split("\n"))
        if _HIDDEN.search(line)
    ]
    return _HIDDEN.sub(" ", content), problems


class _Builder:
    """Reads events into nodes."""

    def __init__(self, content: str, first_line: int) -> None:
        self.problems: list[Problem] = []
        self._first_line = first_line
        self._events: Iterator[Any] = iter(
            YAML(typ="safe", pure=True).parse(io.StringIO(content))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        )

    def tree(self) -> Node | None:
        self._next()  # start of stream
        event = self._next()
        if _name(event) == "StreamEndEvent":
            return None
        if event.explicit or event.version or event.tags:
            raise _Unreadable(self._line(event), "får inte innehålla '---' eller '%'.")
        node = self._node(self._next(), depth=0)
        self._next()  # end of document
        event = self._next()
        if _name(event) != "StreamEndEvent":
            raise _Unreadable(self._line(event), "får inte innehålla '---'.")
        return node

    def _next(self) -> Any:
        return next(self._events)

    def _line(self, event: Any) -> int:
        return self._first_line + event.start_mark.line

    def _node(self, event: Any, depth: int) -> Node:
        line = self._line(event)
        if _name(event) == "AliasEvent" or event.anchor is not None:
            raise _Unreadable(
                line,
                "använder '&' eller '*', som inte är tillåtna här. "
                "Sätt texten inom citattecken om tecknet hör till den.",
            )
        if event.ctag is not None:
            raise _Unreadable(
                line,
                f"använder märket '{event.tag}', som inte är tillåtet här. "
                "Sätt texten inom citattecken om '!' hör till den.",
            )
        if depth > DEEPEST:
            raise _Unreadable(line, "är för djupt nästlat.")
        if _name(event) == "ScalarEvent":
            return Word(str(event.value).strip(), line)
        if _name(event) == "SequenceStartEvent":
            return Listing(tuple(self._items(depth)), line)
        return self._table(line, depth)

    def _items(self, depth: int) -> Iterator[Node]:
        while _name(event := self._next()) != "SequenceEndEvent":
            yield self._node(event, depth + 1)

    def _table(self, line: int, depth: int) -> Table:
        entries: dict[str, tuple[Word, Node]] = {}
        while _name(event := self._next()) != "MappingEndEvent":
            key = self._node(event, depth + 1)
            value = self._node(self._next(), depth + 1)
            if not isinstance(key, Word):
                self.problems.append(
                    Problem(key.line, "yaml", "har en lista eller tabell där en nyckel ska stå.")
                )
            elif key.text in entries:
                first = entries[key.text][0].line
                text = f"har nyckeln '{key.text}' två gånger (också på rad {first})."
                self.problems.append(Problem(key.line, "duplicate-key", text))
            else:
                entries[key.text] = (key, value)
        return Table(entries, line)


def _name(event: Any) -> str:
    return type(event).__name__


_EXPLANATIONS = (
    (r"character '\\t'|character '\t'", "har ett tabbtecken som indrag. Använd mellanslag."),
    (r"character '[@`]'", "har ett värde som börjar med '@' eller '`'. Sätt det inom citattecken."),
    (r"character '%'", "har ett värde som börjar med '%'. Sätt det inom citattecken."),
    (r"end of stream|document separator", "har ett citattecken som aldrig stängs."),
    (r"expected ',' or '\]'", "har en hakparentes '[' som aldrig stängs."),
    (r"expected ',' or '\}'", "har en klammer '{' som aldrig stängs."),
    (r"could not find expected ':'", "saknar kolon efter nyckeln."),
    (r"expected <block end>", "har fel indrag eller ett tecken för mycket."),
    (r"bad indentation|did not find expected", "har fel indrag."),
    (r"block sequence entries|sequence entries", "har ett listtecken '-' på fel ställe."),
    (r"expected alphabetic|undefined alias", "använder '&' eller '*', som inte är tillåtna här."),
    (r"escape character", "har ett omvänt snedstreck inom citattecken. Skriv två."),
    (r"expected the node content", "saknar ett värde."),
)


def _explained(error: Exception, content: str, first_line: int) -> Problem:
    """The parser's complaint in words that an author can act on, at the line to change."""
    if not isinstance(error, MarkedYAMLError):
        return Problem(first_line, "yaml", "går inte att läsa.")
    fault: Any = error
    problem, context = str(fault.problem or ""), str(fault.context or "")
    mark = fault.problem_mark or fault.context_mark
    at = int(mark.line) if mark is not None else 0
    if "mapping values are not allowed" in problem:
        return _explained_colon(content.split("\n"), at, first_line)
    opened = "flow" in context or "end of stream" in problem
    if (opened or "could not find" in problem) and fault.context_mark is not None:
        at = int(fault.context_mark.line)  # where the bracket opened, or the key stands
    text = next((text for fault, text in _EXPLANATIONS if re.search(fault, problem)), None)
    return Problem(first_line + at, "yaml", text or "går inte att läsa.")


def _explained_colon(lines: list[str], at: int, first_line: int) -> Problem:
    """A colon that can't stand where it does: which line is at fault, and why."""
    before = at - 1
    while before >= 0 and not lines[before].strip():
        before -= 1
    line = lines[at] if at < len(lines) else ""
    if len(re.findall(r":(?:\s|$)", line)) > 1:
        text = "har ett kolon inne i ett värde. Sätt värdet inom citattecken."
        return Problem(first_line + at, "yaml", text)
    if before >= 0 and not re.search(r":(?:\s|$)", lines[before]):
        return Problem(first_line + before, "yaml", "saknar kolon efter nyckeln.")
    return Problem(first_line + at, "yaml", "har fel indrag.")
