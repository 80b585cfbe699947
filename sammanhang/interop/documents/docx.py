"""A governing document as Word (DOCX), for those who are asked for their opinion. PURE."""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from sammanhang.guideline.model import Process
from sammanhang.interop.documents.content import Node, content
from sammanhang.interop.documents.names import in_xml

SHADE = "EEF2F5"


def as_docx(process: Process) -> bytes:
    """The text under its own headings; what each block says stands in a shaded cell."""
    made: Any = Document()
    made.core_properties.title = in_xml(process.document.title)[:255]
    made.core_properties.author = "Sammanhang"
    made.core_properties.language = "sv-SE"
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "sv-SE")
    properties = made.styles["Normal"].element.get_or_add_rPr()
    properties.append(language)
    for node in content(process):
        _add(made, node)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def _add(made: Any, node: Node, style: str | None = None) -> None:
    match node["kind"]:
        case "heading":
            made.add_heading(in_xml(node["text"]), node["level"])
        case "paragraph":
            _runs(made.add_paragraph(style=style), node["runs"])
        case "list":
            marked = "List Number" if node["ordered"] else "List Bullet"
            for item in node["items"]:
                for inner in item:
                    _add(made, inner, marked)
        case "quote":
            for inner in node["nodes"]:
                _add(made, inner, "Quote")
        case "table":
            _table(made, node["rows"])
        case "code":
            made.add_paragraph(in_xml(node["text"]))
        case _:
            _rule(made, node)


def _table(made: Any, rows: list[list[Any]]) -> None:
    table = made.add_table(len(rows), len(rows[0]), style="Table Grid")
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, runs in zip(row.cells, cells, strict=True):
            _runs(cell.paragraphs[0], runs)


def _rule(made: Any, node: Node) -> None:
    cell = made.add_table(1, 1, style="Table Grid").cell(0, 0)
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), SHADE)
    cell._tc.get_or_add_tcPr().append(shade)
    cell.paragraphs[0].add_run(in_xml(node["label"])).italic = True
    if node["title"]:
        cell.add_paragraph().add_run(in_xml(node["title"])).bold = True
    for line in node["said"]:
        cell.add_paragraph(in_xml(line))
    made.add_paragraph()


def _runs(paragraph: Any, runs: list[dict[str, Any]]) -> None:
    for one in runs:
        run = paragraph.add_run(in_xml(one["text"]))
        run.bold, run.italic = one["strong"] or None, one["emphasis"] or None
