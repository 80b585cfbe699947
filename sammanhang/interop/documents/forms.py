"""The forms in which a document can be had as a file. PURE but for the template of the PDF."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sammanhang.guideline.model import Process
from sammanhang.interop.documents.mark import Mark

Writes = Callable[[Process, Mark | None], bytes]


class NotWritten(Exception):
    """What the document has can't be written in the form; the message says what."""


@dataclass(frozen=True, slots=True)
class Form:
    """`ending`: of the file's name. `of_text`: it has the text; the others have the process."""

    ending: str
    type: str
    write: Writes
    of_text: bool = True


def _markdown(process: Process, mark: Mark | None) -> bytes:
    """The text as it is written, so that it can be read back: a mark would become part of it."""
    documents = (process.document, *process.additions)
    return "\n".join(document.text for document in documents).encode()


def _html(process: Process, mark: Mark | None) -> bytes:
    from sammanhang.guideline.explain import as_html

    return as_html(process, mark.said if mark else "").encode()


def _pdf(process: Process, mark: Mark | None) -> bytes:
    import typst

    from sammanhang.interop.documents.pdf import as_pdf

    try:
        return as_pdf(process, mark)
    except typst.TypstError as error:
        text = "dokumentet har något som inte kan sättas som tillgänglig PDF: "
        raise NotWritten(f"{process.document.file}: {text}{error}") from error


def _docx(process: Process, mark: Mark | None) -> bytes:
    from sammanhang.interop.documents.docx import as_docx

    return as_docx(process, mark)


def _bpmn(process: Process, mark: Mark | None) -> bytes:
    from sammanhang.interop.documents.bpmn import as_bpmn

    return as_bpmn(process, mark)


def _fhir(process: Process, mark: Mark | None) -> bytes:
    from sammanhang.interop.documents.fhir import as_fhir

    return as_fhir(process, mark)


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMS: Mapping[str, Form] = {
    "md": Form("md", "text/markdown; charset=utf-8", _markdown),
    "html": Form("html", "text/html; charset=utf-8", _html),
    "pdf": Form("pdf", "application/pdf", _pdf),
    "docx": Form("docx", _WORD, _docx),
    "bpmn": Form("bpmn", "application/xml", _bpmn, of_text=False),
    "fhir": Form("fhir.json", "application/fhir+json", _fhir, of_text=False),
}
"""Each imports what it needs when it is asked for: makers of PDF and Word are slow to load."""
