"""`sammanhang check` and `sammanhang explain`: documents on the command line, with no database."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

import click
import orjson

from sammanhang.guideline.areas import STOCKHOLM
from sammanhang.guideline.model import Finding, Severity
from sammanhang.site.corpus_files import DOCUMENT, documents, examine_files, fault, read_file


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Skriv anmärkningarna som JSON.")
def check(paths: tuple[str, ...], as_json: bool) -> None:
    """Kontrollera styrdokument: filer, eller mappar med dokument.md, prövade tillsammans.

    Slutar med 0 när allt är sunt (varningar får finnas) och annars med 1.
    """
    files = {path: list(documents(path)) for path in paths}
    every = [file for found in files.values() for file in found]
    findings = list(examine_files(every, datetime.now(STOCKHOLM).date()).findings)
    findings += [
        fault(path, f"mappen innehåller inget {DOCUMENT}.")
        for path, found in files.items()
        if not found
    ]
    if as_json:
        listed = [_as_json(finding) for finding in findings]
        click.echo(orjson.dumps(listed, option=orjson.OPT_INDENT_2).decode())
    else:
        for finding in findings:
            click.echo(str(finding))
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise SystemExit(1)


def _as_json(finding: Finding) -> dict[str, Any]:
    return {
        "file": finding.place.file,
        "line": finding.place.line,
        "rule": finding.rule,
        "kind": finding.kind,
        "severity": finding.severity.value,
        "message": finding.text,
        "history": [
            {
                "act": step.act,
                "part": step.part,
                "area": step.area,
                "data": dict(step.data),
                "number": step.number,
                "then": list(step.then),
            }
            for step in finding.history
        ],
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
    if compiled.liability is not None:
        text = "dokumentet är regler om betalningsansvar och ingen process. Pröva det med: "
        raise click.ClickException(f"{file}: {text}sammanhang settle STAYS.csv")
    if compiled.process is None:
        for finding in compiled.findings:
            click.echo(str(finding), err=True)
        raise SystemExit(1)
    render = {"text": as_text, "svg": as_svg, "html": as_html}[form]
    click.echo(render(compiled.process), nl=False)
