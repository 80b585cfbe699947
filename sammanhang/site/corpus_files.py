"""Governing documents on disk, read together, and the county's own geography; with no database."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from sammanhang.guideline.areas import Geography, Located
from sammanhang.guideline.compiler import Compiled, read_document
from sammanhang.guideline.corpus import Corpus, read_corpus
from sammanhang.guideline.model import Finding, Place, Process, Severity
from sammanhang.guideline.soundness import examine

DOCUMENT = "dokument.md"
LARGEST = 8_000_000
"""Bytes. The longest document is a quarter of this; a larger file is something else."""
COUNTY = Path(__file__).parent.parent / "directory/data"


def documents(path: str) -> Iterator[str]:
    """The file itself, or every dokument.md beneath a folder, in the order of their names."""
    if not os.path.isdir(path):
        yield path
        return
    for folder, folders, files in os.walk(path):
        folders.sort()
        if DOCUMENT in files:
            yield os.path.join(folder, DOCUMENT)


def read_files(
    files: Sequence[str], today: date | None = None, geography: Geography | None = None
) -> Corpus:
    """The files as one corpus, with the findings in the order of the files."""
    return _read(files, today, county() if geography is None else geography)


def examine_files(files: Sequence[str], today: date) -> Corpus:
    """The same, with what follows from all rules together in every state they can reach."""
    return _read(files, today, county(), examined=True)


def _read(
    files: Sequence[str], today: date | None, geography: Geography, *, examined: bool = False
) -> Corpus:
    texts = {printable(file): _read_text(file) for file in files}
    found = {file: text for file, text in texts.items() if isinstance(text, str)}
    corpus = read_corpus(found.items(), geography, today)
    findings = [text for text in texts.values() if isinstance(text, Finding)]
    findings += corpus.findings
    for process in corpus.processes.values() if examined else ():
        findings += examine(process, geography)
    order = list(texts)
    findings.sort(key=lambda finding: (order.index(finding.place.file), finding.place.line))
    return replace(corpus, findings=tuple(findings))


def read_file(file: str) -> Compiled:
    """The compiled document; a file that is no readable text gives one finding that says so."""
    text = _read_text(file)
    if isinstance(text, Finding):
        return Compiled(None, None, (text,))
    return read_document(text, printable(file))


def process_of(path: str) -> Process:
    """The one process among the documents of a path, with what is laid on it."""
    corpus = read_files([*documents(path)])
    faults = [str(one) for one in corpus.findings if one.severity is Severity.ERROR]
    if faults or len(corpus.processes) != 1:
        many = len(corpus.processes)
        text = "\n".join(faults) or f"{path}: här ska finnas en riktlinje, men det finns {many}."
        click.echo(text, err=True)
        raise SystemExit(2)
    return next(iter(corpus.processes.values()))


def county() -> Geography:
    """Where the county's units lie, as our own files have it."""
    with (COUNTY / "municipalities.csv").open(encoding="utf-8") as file:
        lies = {row["scb_code"]: (row["care_area"], row["name"]) for row in csv.DictReader(file)}
    with (COUNTY / "units.csv").open(encoding="utf-8") as file:
        return {
            row["hsa_id"]: Located(*lies[row["municipality"]], row["type"])
            for row in csv.DictReader(file)
        }


def printable(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "replace")


def fault(file: str, text: str, line: int = 1) -> Finding:
    return Finding(Place(printable(file), line), Severity.ERROR, "unreadable", text)


def _read_text(file: str) -> str | Finding:
    try:
        with open(file, "rb") as opened:
            content = opened.read(LARGEST + 1)
    except FileNotFoundError:
        return fault(file, "filen finns inte.")
    except PermissionError:
        return fault(file, "filen får inte läsas av den här användaren.")
    except (OSError, ValueError):
        return fault(file, "filen går inte att läsa.")
    if len(content) > LARGEST:
        return fault(file, "filen är för stor för att vara ett styrdokument.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return fault(file, "filen är inte text i teckenkodningen UTF-8.", line)
    if "\0" in text:
        return fault(file, "filen är ingen textfil.", text.count("\n", 0, text.index("\0")) + 1)
    return text
