"""`sammanhang check` and `sammanhang explain`: documents on the command line, with no database."""

from __future__ import annotations

import os
from collections.abc import Iterator

import click
import orjson

from sammanhang.guideline.compiler import Compiled, read_document
from sammanhang.guideline.model import Finding, Place, Severity

DOCUMENT = "dokument.md"
LARGEST = 8_000_000
"""Bytes. The longest document is a quarter of this; a larger file is something else."""


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Skriv anmärkningarna som JSON.")
def check(paths: tuple[str, ...], as_json: bool) -> None:
    """Kontrollera styrdokument: filer, eller mappar med dokument.md.

    Slutar med 0 när allt är sunt (varningar får finnas) och annars med 1.
    """
    findings = [finding for path in paths for finding in _check(path)]
    if as_json:
        listed = [_as_json(finding) for finding in findings]
        click.echo(orjson.dumps(listed, option=orjson.OPT_INDENT_2).decode())
    else:
        for finding in findings:
            click.echo(str(finding))
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise SystemExit(1)


def _check(path: str) -> Iterator[Finding]:
    files = list(_documents(path))
    if not files:
        yield _fault(path, f"mappen innehåller inget {DOCUMENT}.")
    for file in files:
        yield from read_file(file).findings


def _documents(path: str) -> Iterator[str]:
    """The file itself, or every dokument.md beneath a folder, in the order of their names."""
    if not os.path.isdir(path):
        yield path
        return
    for folder, folders, files in os.walk(path):
        folders.sort()
        if DOCUMENT in files:
            yield os.path.join(folder, DOCUMENT)


def read_file(file: str) -> Compiled:
    """The compiled document; a file that is no readable text gives one finding that says so."""
    named = _printable(file)
    try:
        with open(file, "rb") as opened:
            content = opened.read(LARGEST + 1)
    except FileNotFoundError:
        return _unread(named, "filen finns inte.")
    except PermissionError:
        return _unread(named, "filen får inte läsas av den här användaren.")
    except (OSError, ValueError):
        return _unread(named, "filen går inte att läsa.")
    if len(content) > LARGEST:
        return _unread(named, "filen är för stor för att vara ett styrdokument.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _unread(named, "filen är inte text i teckenkodningen UTF-8.", line)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return _unread(named, "filen är ingen textfil.", line)
    return read_document(text, named)


def _printable(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "replace")


def _unread(file: str, text: str, line: int = 1) -> Compiled:
    return Compiled(None, None, (_fault(file, text, line),))


def _fault(file: str, text: str, line: int = 1) -> Finding:
    return Finding(Place(_printable(file), line), Severity.ERROR, "unreadable", text)


def _as_json(finding: Finding) -> dict[str, str | int | None]:
    return {
        "file": finding.place.file,
        "line": finding.place.line,
        "rule": finding.rule,
        "kind": finding.kind,
        "severity": finding.severity.value,
        "message": finding.text,
    }


@click.command()
@click.argument("guideline", metavar="GUIDELINE")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "svg", "html"]),
    default="text",
    show_default=True,
    help="Ord, diagram eller hela dokumentet med reglerna bredvid texten.",
)
def explain(guideline: str, form: str) -> None:
    """Förklara ett styrdokument (en fil, eller mappen med dokument.md)."""
    from sammanhang.guideline.explain import as_html, as_svg, as_text

    file = os.path.join(guideline, DOCUMENT) if os.path.isdir(guideline) else guideline
    compiled = read_file(file)
    if compiled.process is None:
        for finding in compiled.findings:
            click.echo(str(finding), err=True)
        raise SystemExit(1)
    render = {"text": as_text, "svg": as_svg, "html": as_html}[form]
    click.echo(render(compiled.process), nl=False)
