"""`sammanhang export`: a governing document in the forms that others read, with no database."""

from __future__ import annotations

from pathlib import Path

import click

from sammanhang.interop.documents.forms import FORMS, NotWritten
from sammanhang.site.corpus_files import process_of


@click.command()
@click.argument("guideline", metavar="GUIDELINE")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMS)),
    required=True,
)
@click.option(
    "-o", "output", metavar="FILE", required=True, type=click.Path(dir_okay=False, path_type=Path)
)
def export(guideline: str, form: str, output: Path) -> None:
    """Skriv ett styrdokument till en fil: som text, webbsida, PDF/UA, Word, BPMN eller FHIR R4.

    GUIDELINE är en fil, eller en mapp där riktlinjens rutiner och tillägg följer med.
    """
    try:
        made = FORMS[form].write(process_of(guideline), None)
    except NotWritten as error:
        raise click.ClickException(str(error)) from error
    try:
        output.write_bytes(made)
    except OSError as error:
        raise click.ClickException(f"{output}: filen går inte att skriva.") from error
