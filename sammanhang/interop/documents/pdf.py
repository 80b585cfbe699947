"""A governing document as an accessible PDF (PDF/UA-1). PURE but for the template."""

from __future__ import annotations

from pathlib import Path

import orjson
import typst

from sammanhang.guideline.model import Process
from sammanhang.interop.documents.content import content, front
from sammanhang.interop.documents.mark import Mark

TEMPLATE = Path(__file__).parent / "document.typ"


def as_pdf(process: Process, mark: Mark | None = None) -> bytes:
    """The text under its own headings, and under each paragraph what its blocks say in words.

    Raises `typst.TypstError` where a character has no letterform in any font at hand.
    """
    told = {
        "title": process.document.title,
        "mark": mark.said if mark else "",
        "front": front(process),
        "nodes": content(process),
    }
    inputs = {"told": orjson.dumps(told).decode()}
    made = typst.compile(str(TEMPLATE), sys_inputs=inputs, pdf_standards="ua-1")
    return bytes(made)  # pyright: ignore[reportArgumentType]
