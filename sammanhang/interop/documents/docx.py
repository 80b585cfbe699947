"""A governing document as Word (DOCX), for those who are asked for their opinion. PURE."""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from sammanhang.guideline.model import Process
from sammanhang.interop.documents.content import Node, content, front
from sammanhang.interop.documents.mark import Mark
from sammanhang.interop.documents.names import in_xml

SHADE, EDGE = "EEF2F5", "2F6580"
RULE = "Regel"


def as_docx(process: Process, mark: Mark | None = None) -> bytes:
    """The text under its own headings; what each block says stands shaded under its paragraph."""
    made: Any = Document()
    made.core_properties.title = in_xml(process.document.title)[:255]
    made.core_properties.author = "Sammanhang"
    made.core_properties.language = "sv-SE"
    properties = made.styles["Normal"].element.get_or_add_rPr()
    properties.append(_element("w:lang", val="sv-SE"))
    _add_rule_style(made)
    if mark:
        made.sections[0].header.paragraphs[0].text = in_xml(mark.said)
    for at, node in enumerate(content(process)):
        _add(made, node)
        if at == 0:
            if mark:
                made.add_paragraph().add_run(in_xml(mark.said)).bold = True
            made.add_paragraph(in_xml(front(process)))
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def _add_rule_style(made: Any) -> None:
    """A shaded paragraph with an edge; no table, which would be read out as one."""
    style = made.styles.add_style(RULE, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = made.styles["Normal"]
    style.font.size, style.paragraph_format.space_after = Pt(9.5), Pt(0)
    style.paragraph_format.left_indent = Pt(10)
    properties = style.element.get_or_add_pPr()
    border = _element("w:pBdr")
    border.append(_element("w:left", val="single", sz="18", space="6", color=EDGE))
    shade = _element("w:shd", val="clear", fill=SHADE)
    spacing = properties.find(qn("w:spacing"))
    spacing.addprevious(border)
    spacing.addprevious(shade)


def _element(name: str, **attributes: str) -> Any:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


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
    """The first row is the head, repeated on each page."""
    table = made.add_table(len(rows), len(rows[0]), style="Table Grid")
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, runs in zip(row.cells, cells, strict=True):
            _runs(cell.paragraphs[0], runs)
    table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader"))
    for cell in table.rows[0].cells:
        for run in cell.paragraphs[0].runs:
            run.bold = True


def _rule(made: Any, node: Node) -> None:
    made.add_paragraph(style=RULE).add_run(in_xml(node["label"])).italic = True
    if node["title"]:
        made.add_paragraph(style=RULE).add_run(in_xml(node["title"])).bold = True
    for line in node["said"]:
        made.add_paragraph(in_xml(line), style=RULE)
    made.add_paragraph()


def _runs(paragraph: Any, runs: list[dict[str, Any]]) -> None:
    for one in runs:
        run = paragraph.add_run(in_xml(one["text"]))
        run.bold, run.italic = one["strong"] or None, one["emphasis"] or None
