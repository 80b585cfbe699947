"""From Markdown to front matter, numbered sections, rule blocks and prose, with line numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from sammanhang.guideline.model import Place, Section
from sammanhang.guideline.remarks import Remarks, quoted
from sammanhang.guideline.tree import Table, Word, read_tree

KINDS: Mapping[str, str] = {
    "part": "parten",
    "handling": "handlingen",
    "regel": "regeln",
    "läge": "läget",
    "tidsräkning": "tidsräkningen",
    "utökning": "utökningen av",
    "skärpning": "skärpningen av",
    "betalning": "betalningsregeln",
}
"""The kinds of block, and how a message speaks of one."""

ADDING_KINDS = ("utökning", "skärpning")
"""What routines and supplements write of what stands above them."""

LIABILITY = "betalning"
"""Rules of payment liability, which stand in a document of their own."""

KIND_WORDS = [[kind] for kind in KINDS]
MOST_CHARACTERS = 2_000_000
MOST_BLOCKS = 2_000
MOST_MENDED = 50
NAME = re.compile(r"[a-zåäö0-9]+(?:-[a-zåäö0-9]+)*")
RESERVED = ("alla", "någon", "avsändaren")
"""Words of the language itself, which name nothing else."""

_NUMBERED = re.compile(r"(\d+(?:\.\d+)*)\.?\s+(\S.*)")
_FENCE = re.compile(
    r"(?P<before>(?:[ >]|[-*+] |\d{1,9}[.)] )*)(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)$"
)
"""A line that opens or closes a fence, also within a list or a quotation."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fence with rules in it. `tree` is None where its content could not be read."""

    kind: str
    name: str
    section: Section | None
    place: Place
    tree: Table | None

    @property
    def called(self) -> str:
        """How messages speak of it: `regeln 'kallelse-sip'`."""
        return f"{KINDS[self.kind]} '{self.name}'" if self.name else KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph as it was written."""

    section: Section | None
    place: Place
    text: str


@dataclass(slots=True)
class Source:
    """A document as it was read, before its blocks have been understood."""

    file: str
    text: str
    front: Table | None = None
    sections: list[Section] = field(default_factory=list[Section])
    blocks: list[Block] = field(default_factory=list[Block])
    prose: list[Prose] = field(default_factory=list[Prose])


def read_source(text: str, remarks: Remarks) -> Source:
    """Everything that stands in the text; what can't be read is remarked upon and left out."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    source = Source(remarks.file, text)
    if len(text) > MOST_CHARACTERS:
        remarks.error("size", 1, f"dokumentet är för långt (högst {MOST_CHARACTERS} tecken).")
        return source
    lines = text.split("\n")
    after = _read_front(lines, source, remarks)
    lines[:after] = [""] * after
    numbers = _close_fences(lines, remarks)
    markdown = MarkdownIt("commonmark").disable("inline")  # the structure of the text is enough
    _Walk(source, remarks, numbers).read(markdown.parse("\n".join(lines)))
    return source


def _read_front(lines: list[str], source: Source, remarks: Remarks) -> int:
    """Reads the YAML between the first two lines of `---`; how many lines it takes."""
    if lines[0].rstrip() != "---":
        text = "dokumentet börjar inte med '---' och uppgifterna id, titel, nivå och process."
        remarks.error("front-matter", 1, text)
        return 0
    end = next((at for at, line in enumerate(lines) if at and line.rstrip() == "---"), None)
    if end is None:
        remarks.error("front-matter", 1, "dokumentets inledning avslutas aldrig med '---'.")
        return 1
    tree, problems = read_tree("\n".join(lines[1:end]), 2)
    for problem in problems:
        remarks.error(problem.kind, problem.line, f"dokumentets inledning {problem.text}")
    if isinstance(tree, Table):
        source.front = tree
    elif not problems:
        remarks.error("front-matter", 1, "dokumentets inledning ska bestå av nycklar och värden.")
    return end + 1


def _close_fences(lines: list[str], remarks: Remarks) -> list[int]:
    """Closes each fence that its author left open, so that the rest is read as meant.

    A fence is open when a rule block starts, or the file ends, before its closing line; it is
    then taken to end at its first blank line. Returns the line number in the file of each line.
    """
    numbers = list(range(1, len(lines) + 1))
    at, mended = 0, 0
    opened: int | None = None
    marker = ""
    while at < len(lines) and mended < MOST_MENDED:
        fence = _FENCE.match(lines[at])
        if fence and opened is None:
            opened, marker = at, fence["fence"]
        elif fence and fence["fence"].startswith(marker) and not fence["info"].strip():
            opened = None
        elif opened is not None and fence and _starts_block(fence, marker):
            at, opened, mended = _close_one(lines, numbers, opened, remarks), None, mended + 1
        at += 1
        if at >= len(lines) and opened is not None:
            at, opened, mended = _close_one(lines, numbers, opened, remarks) + 1, None, mended + 1
    return numbers


def _starts_block(fence: re.Match[str], marker: str = "") -> bool:
    """Whether a rule block starts here, in a fence that would close one of `marker`."""
    return fence["fence"].startswith(marker) and fence["info"].split()[:1] in KIND_WORDS


def _close_one(lines: list[str], numbers: list[int], opened: int, remarks: Remarks) -> int:
    """Closes the fence that starts at index `opened`; the index of the closing line."""
    before, marker, info = _FENCE.findall(lines[opened])[0]
    remarks.error(
        "unclosed",
        numbers[opened],
        f"blocket '{' '.join(info.split()) or marker}' stängs aldrig: det saknar sin avslutande "
        f"rad med {marker}.",
    )
    end = opened + 1
    while end < len(lines) and lines[end].strip():
        inner = _FENCE.match(lines[end])
        if inner and _starts_block(inner):
            break
        end += 1
    lines.insert(end, re.sub(r"[^ >]", " ", before) + marker)
    numbers.insert(end, numbers[end - 1])
    return end


class _Walk:
    """Goes through the parsed Markdown from top to bottom."""

    def __init__(self, source: Source, remarks: Remarks, numbers: list[int]) -> None:
        self._source = source
        self._remarks = remarks
        self._numbers = numbers
        self._section: Section | None = None
        self._numbered: dict[str, Section] = {}

    def read(self, tokens: list[Token]) -> None:
        for at, token in enumerate(tokens):
            if token.type == "heading_open" and token.level == 0:
                self._heading(token, tokens[at + 1].content)
            elif token.type == "fence":
                self._fence(token)
            elif token.type == "inline" and tokens[at - 1].type != "heading_open":
                self._source.prose.append(Prose(self._section, self._place(token), token.content))

    def _place(self, token: Token) -> Place:
        at = token.map[0] if token.map else 0
        return Place(self._source.file, self._numbers[min(at, len(self._numbers) - 1)])

    def _heading(self, token: Token, content: str) -> None:
        numbered = _NUMBERED.fullmatch(content.strip())
        if numbered is None:
            return
        number, title = numbered.groups()
        place = self._place(token)
        if number in self._numbered:
            first = self._numbered[number].place.line
            text = f"avsnittet {number} finns två gånger (också på rad {first})."
            self._remarks.error("duplicate-section", place.line, text)
        anchor = f"avsnitt-{number.replace('.', '-')}"
        self._section = Section(number, title.strip(), int(token.tag[1:]), anchor, place)
        self._numbered.setdefault(number, self._section)
        self._source.sections.append(self._section)

    def _fence(self, token: Token) -> None:
        words = token.info.split()
        place = self._place(token)
        if not words:
            return
        if words[0] not in KINDS:
            self._other_fence(words, place.line)
            return
        kind, names = words[0], words[1:]
        if len(self._source.blocks) >= MOST_BLOCKS:
            if len(self._source.blocks) == MOST_BLOCKS:
                self._remarks.error("size", place.line, f"fler än {MOST_BLOCKS} block läses inte.")
            return
        self._check_name(kind, names, place.line)
        if not names and kind != "tidsräkning":
            return
        name = names[0] if names else ""
        block = Block(kind, name, self._section, place, None)
        tree = self._tree(block, token.content)
        self._source.blocks.append(Block(kind, name, self._section, place, tree))

    def _other_fence(self, words: list[str], line: int) -> None:
        near = self._remarks.suggestion(words[0], KINDS) if len(words) == 2 else None
        if near and NAME.fullmatch(words[1]):
            text = f"blocket '{words[0]} {words[1]}' är ingen regel. Menade du '{near}'?"
            self._remarks.warning("unknown-kind", line, text, words[1])

    def _check_name(self, kind: str, names: list[str], line: int) -> None:
        written = " ".join([kind, *names])
        if not names and kind != "tidsräkning":
            text = f"blocket '{kind}' saknar namn. Skriv till exempel '```{kind} mitt-namn'."
        elif len(names) > 1:
            text = f"blocket '{written}' har mer än ett namn. Skriv bindestreck mellan orden."
        elif names and (names[0] in RESERVED or not NAME.fullmatch(names[0])):
            text = (
                f"blocket '{written}' har ett namn som inte går. Ett namn består av små bokstäver, "
                f"siffror och bindestreck, och är inte {quoted(RESERVED, 'eller')}."
            )
        else:
            return
        self._remarks.error("name", line, text, names[0] if names else None)

    def _tree(self, block: Block, content: str) -> Table | None:
        tree, problems = read_tree(content, block.place.line + 1)
        rule = block.name or None
        for problem in problems:
            text = f"{block.called} {problem.text}"
            self._remarks.error(problem.kind, problem.line, text, rule)
        if isinstance(tree, Table) or problems:
            return tree if isinstance(tree, Table) else None
        if tree is None or (isinstance(tree, Word) and not tree.text):
            self._remarks.error("empty", block.place.line, f"{block.called} är tom.", rule)
        else:
            text = f"{block.called} ska bestå av nycklar och värden ('nyckel: värde')."
            self._remarks.error("yaml", tree.line, text, rule)
        return None
