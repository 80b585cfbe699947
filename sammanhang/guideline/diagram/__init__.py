"""A process as a picture: parts as lanes, acts as boxes, and what leads to what."""

from __future__ import annotations

import re

from sammanhang.guideline.diagram.boxes import Sketch, sketch
from sammanhang.guideline.diagram.drawing import draw
from sammanhang.guideline.diagram.layout import lay_out
from sammanhang.guideline.model import Duty, Process


def as_svg(process: Process) -> str:
    """The diagram of a process, as an SVG document that can also stand inside a page."""
    drawn = sketch(process)
    document = process.document
    subtitle = f"{document.level.value.capitalize()}, version {document.version}"
    if document.in_force_from:
        subtitle += f", gäller från {document.in_force_from.isoformat()}"
    key = "diagram-" + re.sub(r"[^\w-]", "-", document.id)
    return draw(lay_out(drawn), document.title, subtitle, _description(drawn, process), key)


def _description(drawn: Sketch, process: Process) -> str:
    duties = sum(isinstance(rule, Duty) and not rule.receipt for rule in process.rules)
    lanes = ", ".join(lane.title for lane in drawn.lanes)
    return (
        f"Diagram över processen {process.document.title}: {len(drawn.boxes)} handlingar i "
        f"{len(drawn.lanes)} banor ({lanes}), ordnade från vänster till höger efter vad som leder "
        f"till vad, med {duties} skyldigheter och deras frister. Samma sak finns i ord i "
        "dokumentets text och regler."
    )
