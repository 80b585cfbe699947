"""`sammanhang export`: a governing document in the forms that others read, with no database."""

from __future__ import annotations

from pathlib import Path

import click

from sammanhang.guideline.model import Process
from sammanhang.site.corpus_files import process_of


@click.command()
@click.argument("guideline", metavar="GUIDELINE")
@click.option(
    "--format",
    "form",
    type=click.Choice(["md", "html", "pdf", "docx", "bpmn", "fhir"]),
    required=True,
)
@click.option(
    "-o", "output", metavar="FILE", required=True, type=click.Path(dir_okay=False, path_type=Path)
)
def export(guideline: str, form: str, output: Path) -> None:
    """Skriv ett styrdokument till en fil: som text, webbsida, PDF/UA, Word, BPMN eller FHIR R4.

    GUIDELINE är en fil, eller en mapp där riktlinjens rutiner och tillägg följer med.
    """
    made = _made(process_of(guideline), form)
    try:
        output.write_bytes(made)
    except OSError as error:
        raise click.ClickException(f"{output}: filen går inte att skriva.") from error


def _made(process: Process, form: str) -> bytes:
    if form == "md":
        documents = (process.document, *process.additions)
        return "\n".join(document.text for document in documents).encode()
    if form == "html":
        from sammanhang.guideline.explain import as_html

        return as_html(process).encode()
    if form == "docx":
        from sammanhang.interop.documents.docx import as_docx

        return as_docx(process)
    if form == "bpmn":
        from sammanhang.interop.documents.bpmn import as_bpmn

        return as_bpmn(process)
    if form == "fhir":
        from sammanhang.interop.documents.fhir import as_fhir

        return as_fhir(process)
    return _pdf(process)


def _pdf(process: Process) -> bytes:
    import typst

    from sammanhang.interop.documents.pdf import as_pdf

    try:
        return as_pdf(process)
    except typst.TypstError as error:
        text = "dokumentet har något som inte kan sättas som tillgänglig PDF: "
        raise click.ClickException(f"{process.document.file}: {text}{error}") from error
