"""A process as BPMN 2.0 with its diagram, placed as our own diagram places it. PURE.

A lane for each part, a task for each act, a sequence flow from what starts a duty, or is required,
to the act. BPMN's flows are strict where the rules are not: a process leader reads the picture, but
only the document says what holds. Deadlines are annotations, since they differ by whom they bind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from sammanhang.guideline.diagram.boxes import BOX_WIDTH, Kind, sketch
from sammanhang.guideline.diagram.layout import Layout, Placed, lay_out
from sammanhang.guideline.model import Duty, Process
from sammanhang.guideline.sentences import deadline_text
from sammanhang.interop.documents.mark import Mark
from sammanhang.interop.documents.names import ids, in_xml

_MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_DC = "http://www.omg.org/spec/DD/20100524/DC"
_DD = "http://www.omg.org/spec/DD/20100524/DI"
for _prefix, _space in (("bpmn", _MODEL), ("bpmndi", _DI), ("dc", _DC), ("di", _DD)):
    ET.register_namespace(_prefix, _space)

EVENT, APART, POOL = 24.0, 6.0, 30.0
NOTE_APART, NOTE_HEIGHT = 3.0, 18.0
"""Small enough for the room that the layout leaves between boxes."""
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Rect:
    x: float
    y: float
    width: float
    height: float


def as_bpmn(process: Process, mark: Mark | None = None) -> bytes:
    """The XML; the same document gives the same bytes."""
    return _Writing(process, lay_out(sketch(process)), mark).xml()


class _Writing:
    def __init__(self, process: Process, layout: Layout, mark: Mark | None) -> None:
        self._process, self._layout = process, layout
        self._acts = ids((placed.box.act for placed in layout.boxes), "act")
        self._lanes = ids((band.lane.name for band in layout.bands), "lane")
        self._root = ET.Element(
            _bpmn("definitions"), id="definitions", targetNamespace="urn:sammanhang"
        )
        self._made = _add(self._root, "collaboration", id="collaboration")
        said = f" ({mark.said})" if mark else ""
        title = in_xml(process.document.title + said)
        _add(self._made, "participant", id="participant", name=title, processRef="process")
        self._flow = _add(self._root, "process", id="process", isExecutable="false")
        diagram = ET.SubElement(self._root, f"{{{_DI}}}BPMNDiagram", id="diagram")
        self._plane = ET.SubElement(
            diagram, f"{{{_DI}}}BPMNPlane", id="plane", bpmnElement="collaboration"
        )
        self._incoming: set[str] = set()
        closing = (phase for phase in process.phases if phase.closes)
        self._closing = {name for phase in closing for name in phase.triggers}
        self._later: list[ET.Element] = []

    def xml(self) -> bytes:
        layout = self._layout
        top = min(band.y for band in layout.bands)
        height = sum(band.height for band in layout.bands)
        self._shape("participant", _Rect(-POOL, top, layout.width + POOL, height), flat=True)
        self._add_lanes()
        for placed in layout.boxes:
            self._task(placed)
        self._flows()
        self._events()
        self._notes()
        self._flow.extend(self._later)
        return ET.tostring(self._root, encoding="utf-8", xml_declaration=True)

    def _add_lanes(self) -> None:
        lanes = _add(self._flow, "laneSet", id="lanes")
        started = {line.link.target for line in self._layout.lines if _is_flow(line.link.kind)}
        for band in self._layout.bands:
            key = self._lanes[band.lane.name]
            lane = _add(lanes, "lane", id=key, name=in_xml(band.lane.title))
            for placed in self._layout.boxes:
                if placed.box.lane != band.lane.name:
                    continue
                act = placed.box.act
                inside = [self._acts[act]]
                inside += [f"start-{inside[0]}"] if act not in started else []
                inside += [f"end-{inside[0]}"] if act in self._closing else []
                for one in inside:
                    _add(lane, "flowNodeRef").text = one
            self._shape(key, _Rect(0, band.y, self._layout.width, band.height), flat=True)

    def _task(self, placed: Placed) -> None:
        act = self._process.acts[placed.box.act]
        kind = "sendTask" if act.recipients else "userTask"
        _add(self._flow, kind, id=self._acts[act.name], name=in_xml(act.title))
        box = _Rect(placed.x, placed.y, BOX_WIDTH, placed.box.height)
        self._shape(self._acts[act.name], box)

    def _flows(self) -> None:
        told: set[tuple[str, str]] = set()
        for line in self._layout.lines:
            link = line.link
            if not _is_flow(link.kind) or (link.source, link.target) in told:
                continue
            told.add((link.source, link.target))
            self._incoming.add(link.target)
            source, target = self._acts[link.source], self._acts[link.target]
            flow = self._link("sequenceFlow", f"flow-{len(told)}", source, target, line.points)
            flow.set("name", link.kind.value)
            _add(flow, "documentation").text = in_xml(link.said)

    def _events(self) -> None:
        for placed in self._layout.boxes:
            key, y = self._acts[placed.box.act], placed.y + placed.box.height / 2
            if placed.box.act not in self._incoming:
                self._event("startEvent", f"start-{key}", placed.x - EVENT - APART, y)
                points = ((placed.x - APART, y), (placed.x, y))
                self._link("sequenceFlow", f"flow-start-{key}", f"start-{key}", key, points)
            if placed.box.act in self._closing:
                right = placed.x + BOX_WIDTH
                self._event("endEvent", f"end-{key}", right + APART, y)
                points = ((right, y), (right + APART, y))
                self._link("sequenceFlow", f"flow-end-{key}", key, f"end-{key}", points)

    def _event(self, kind: str, key: str, x: float, middle: float) -> None:
        _add(self._flow, kind, id=key)
        self._shape(key, _Rect(x, middle - EVENT / 2, EVENT, EVENT))

    def _notes(self) -> None:
        """The deadlines of each act, beneath its box."""
        for placed in self._layout.boxes:
            said = [
                deadline_text(rule.deadline, self._process)
                for rule in self._process.rules
                if isinstance(rule, Duty) and not rule.receipt and rule.deadline
                and rule.act == placed.box.act
            ]  # fmt: skip
            if not said:
                continue
            key, bottom = self._acts[placed.box.act], placed.y + placed.box.height
            note = ET.Element(_bpmn("textAnnotation"), id=f"note-{key}")
            _add(note, "text").text = in_xml("; ".join(dict.fromkeys(said)))
            self._later.append(note)
            self._shape(
                f"note-{key}", _Rect(placed.x + 10, bottom + NOTE_APART, BOX_WIDTH, NOTE_HEIGHT)
            )
            points = ((placed.x + 10, bottom), (placed.x + 10, bottom + NOTE_APART))
            self._link("association", f"to-note-{key}", key, f"note-{key}", points)

    def _link(
        self, kind: str, key: str, source: str, target: str, points: Iterable[Point]
    ) -> ET.Element:
        made = ET.Element(_bpmn(kind), id=key, sourceRef=source, targetRef=target)
        (self._later if kind == "association" else self._flow).append(made)
        edge = ET.SubElement(self._plane, f"{{{_DI}}}BPMNEdge", id=f"shape-{key}", bpmnElement=key)
        for x, y in points:
            ET.SubElement(edge, f"{{{_DD}}}waypoint", x=f"{x:g}", y=f"{y:g}")
        return made

    def _shape(self, key: str, at: _Rect, *, flat: bool = False) -> None:
        shape = ET.SubElement(
            self._plane, f"{{{_DI}}}BPMNShape", id=f"shape-{key}", bpmnElement=key
        )
        if flat:
            shape.set("isHorizontal", "true")
        sizes = {"x": at.x, "y": at.y, "width": at.width, "height": at.height}
        bounds = {name: f"{size:g}" for name, size in sizes.items()}
        ET.SubElement(shape, f"{{{_DC}}}Bounds", bounds)


def _is_flow(kind: Kind) -> bool:
    return kind in (Kind.DUTY, Kind.CONDITION)


def _bpmn(name: str) -> str:
    return f"{{{_MODEL}}}{name}"


def _add(parent: ET.Element, tag: str, /, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, _bpmn(tag), attributes)
