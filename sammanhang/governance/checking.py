"""A draft read together with the documents in force: what is wrong, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from sammanhang.governance.shelf import geography, in_force
from sammanhang.guideline.corpus import Corpus, read_corpus
from sammanhang.guideline.front import about_liability, read_front
from sammanhang.guideline.indexes import with_indexes
from sammanhang.guideline.model import (
    Document,
    Finding,
    Level,
    Process,
    Reckoning,
    Severity,
    Step,
)
from sammanhang.guideline.reader import KINDS, read_source
from sammanhang.guideline.remarks import Remarks
from sammanhang.guideline.sentences import act_title, part_title
from sammanhang.guideline.soundness import examine
from sammanhang.guideline.tree import Table

AS_ONE_TYPES = 1_000
"""States of one search while somebody writes: at most a second or so, also for a long text."""
THOROUGHLY = 10_000
"""The same, for the page of findings, which says what was left undecided."""
UNDECIDED = "undecided"
WITHOUT_ACTS = with_indexes(
    Process(
        key="",
        document=Document("", "", Level.GUIDELINE, "", "1", None, None, None, None, (), "", ""),
        parts={},
        acts={},
        rules=(),
        phases=(),
        reckoning=Reckoning(""),
    )
)
CONSEQUENCES = ("unsound-base", "unknown-base", "expired")
"""Of other documents: what follows from a fault that is told already, and what is none here. That
another's last day is over is no reason to stop who writes this one."""


@dataclass(frozen=True, slots=True)
class Checked:
    """`process`: the effective one, with the draft in it; None where it can't be told, and where
    the document is of none. `document`: the draft's own. `findings`: those of the draft, then what
    it does to others."""

    file: str
    process: Process | None
    document: Document | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        return sum(one.severity is Severity.ERROR for one in self.findings)

    @property
    def page(self) -> Process | None:
        """The process as the draft's own document tells it, for the page that people read. One
        without acts, where the document is about something else than cases."""
        if self.document is None:
            return None
        return replace(self.process or WITHOUT_ACTS, document=self.document)


@lru_cache(maxsize=16)
def check(file: str, text: str, today: date, most: int | None = None) -> Checked:
    """The draft in the place of what is in force there, read with all the others. With `most`
    states for each search it is also examined as a whole."""
    texts = {one.file: one.text for one in in_force().values()} | {file: text}
    corpus = read_corpus(texts.items(), geography(), today)
    process = _process_of(corpus, file)
    found = [one for one in corpus.findings if one.place.file == file]
    if process is not None and most is not None:
        deep = examine(process, geography(), most)
        found += [one for one in deep if most > AS_ONE_TYPES or one.kind != UNDECIDED]
    mine = sorted((one for one in found if one.place.file == file), key=lambda one: one.place.line)
    others = [one for one in found if one.place.file != file]
    others += [one for one in corpus.findings if one.place.file != file and _is_news(one)]
    return Checked(file, process, _document(process, file) or _read(file, text), (*mine, *others))


def _read(file: str, text: str) -> Document | None:
    """A document that is no process, if it is about payment."""
    remarks = Remarks(file)
    source = read_source(text, remarks)
    return read_front(source, remarks) if about_liability(source) else None


def _is_news(finding: Finding) -> bool:
    """Whether it says something that the draft's own findings have not."""
    return finding.severity is Severity.ERROR and finding.kind not in CONSEQUENCES


def process_in_force(document: str) -> Process | None:
    """The effective process that a document in force is part of."""
    there = in_force().get(document)
    texts = ((one.file, one.text) for one in in_force().values())
    return _process_of(read_corpus(texts, geography()), there.file) if there else None


def process_without(file: str, process: Process) -> Process | None:
    """The same process without one of its documents, of those in force."""
    texts = ((one.file, one.text) for one in in_force().values() if one.file != file)
    return read_corpus(texts, geography()).processes.get(process.document.file)


def _process_of(corpus: Corpus, file: str) -> Process | None:
    if file in corpus.processes:
        return corpus.processes[file]
    return next((one for one in corpus.processes.values() if _document(one, file)), None)


def _document(process: Process | None, file: str) -> Document | None:
    documents = (process.document, *process.additions) if process else ()
    return next((one for one in documents if one.file == file), None)


# --- Names, for who writes --------------------------------------------------------------------


def names_in(file: str, text: str) -> Mapping[str, Sequence[str]]:
    """The names of a text and of what it adds to, by kind of block; also of a faulty text."""
    found: dict[str, dict[str, None]] = {kind: {} for kind in (*KINDS, "fält")}
    for one in _with_those_above(file, text):
        for kind, name in one:
            found[kind][name] = None
    return {kind: list(names) for kind, names in found.items()}


def _with_those_above(file: str, text: str) -> Iterator[Iterator[tuple[str, str]]]:
    source = read_source(text, Remarks(file))
    yield _named(text, file)
    entries = source.front.entries if source.front else {}
    above = entries["tillägg-till"][1] if "tillägg-till" in entries else None
    there = in_force().get(getattr(above, "text", ""))
    if there is not None and there.file != file:
        yield _named(there.text, there.file)


def _named(text: str, file: str) -> Iterator[tuple[str, str]]:
    for block in read_source(text, Remarks(file)).blocks:
        if block.kind not in ("utökning", "skärpning") and block.name:
            yield block.kind, block.name
        fields = block.tree.entries.get("fält") if block.tree else None
        if fields and isinstance(fields[1], Table):
            yield from (("fält", name) for name in fields[1].entries)


# --- In words -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StepWords:
    """One act of a history: `Inskrivning`, `slutenvård i Fyrbodal`, `behov: ja`."""

    act: str
    who: str
    filled: str


def step_words(step: Step, process: Process) -> StepWords:
    where = f" i {step.area}" if step.area else ""
    filled = ", ".join(f"{name}: {_value(value)}" for name, value in step.data.items())
    who = part_title(step.part, process) if step.part in process.parts else step.part
    which = f", {('den ena', 'den andra')[step.number - 1]} enheten" if step.number else ""
    return StepWords(act_title(step.act, process), who + where + which, filled)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nej"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
