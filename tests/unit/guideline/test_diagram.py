"""The diagram: a well-formed, accessible picture in which nothing lies on top of anything else."""

from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sammanhang.guideline import read_document
from sammanhang.guideline.diagram import as_svg
from sammanhang.guideline.diagram.boxes import (
    BOX_WIDTH,
    MARGIN,
    ROW_SIZE,
    TITLE_SIZE,
    Kind,
    sketch,
)
from sammanhang.guideline.diagram.layout import Layout, columns_of, lay_out
from sammanhang.guideline.diagram.lettering import width
from sammanhang.guideline.model import Condition, Duty, Process

FRONT = "---\nid: a & b\ntitel: In <och> ut\nnivå: lag\nprocess: a\n---\n# 1 A\n\nText.\n\n"
PARTS = [f"del-{number}" for number in range(4)]
ACTS = [f"händelse-med-långt-namn-{number}" for number in range(12)]
SPANS = ["24 timmar", "1 arbetsdag", "samma dag"]

acts = st.sampled_from(ACTS)
duties = st.tuples(acts, acts, st.sampled_from(SPANS)).map(
    lambda said: f"när: {said[0]}\nska: {said[1]}\nsenast: {said[2]}"
)
conditions = st.tuples(acts, acts).map(sorted).filter(lambda pair: pair[0] != pair[1])
rules = st.one_of(
    duties,
    conditions.map(lambda pair: f"handling: {pair[1]}\nkräver: {pair[0]}"),
    st.tuples(acts, st.sampled_from(["spärrar", "öppnar", "upphäver"]), acts).map(
        lambda said: f"handling: {said[0]}\n{said[1]}: {said[2]}\nom: {{svar: ja}}"
    ),
)


def block(kind: str, name: str, content: str) -> str:
    return f"```{kind} {name}\n{content}\n```\n\n"


def document(bearers: list[str], said: list[str]) -> str:
    asks = "\nfält: {svar: {typ: ja-nej}}"
    return (
        FRONT
        + "".join(block("part", part, "enheter: [en, två]") for part in PARTS)
        + "".join(
            block("handling", act, f"vem: {bearer}{asks}")
            for act, bearer in zip(ACTS, bearers, strict=True)
        )
        + "".join(block("regel", f"regel-{at}", rule) for at, rule in enumerate(said))
    )


@st.composite
def processes(draw: st.DrawFn) -> Process:
    bearers = draw(st.lists(st.sampled_from(PARTS), min_size=len(ACTS), max_size=len(ACTS)))
    compiled = read_document(
        document(bearers, draw(st.lists(rules, min_size=8, max_size=30))), "x.md"
    )
    assert compiled.process is not None, compiled.findings
    return compiled.process


def segments(layout: Layout) -> list[tuple[str, tuple[float, float], tuple[float, float]]]:
    return [
        (f"{line.link.source} {line.link.kind}", start, end)
        for line in layout.lines
        for start, end in pairwise(line.points)
    ]


@settings(max_examples=60, deadline=None)
@given(processes())
def test_no_box_lies_on_another_and_no_line_runs_through_one(process: Process) -> None:
    layout = lay_out(sketch(process))

    for one, other in combinations(layout.boxes, 2):
        apart_across = abs(one.x - other.x) >= BOX_WIDTH
        low, high = sorted((one, other), key=lambda placed: placed.y)
        assert apart_across or low.y + low.box.height < high.y
    for _, (x1, y1), (x2, y2) in segments(layout):
        for placed in layout.boxes:
            across = min(x1, x2) < placed.x + BOX_WIDTH and max(x1, x2) > placed.x
            down = min(y1, y2) < placed.y + placed.box.height and max(y1, y2) > placed.y
            assert not (across and down)


@settings(max_examples=60, deadline=None)
@given(processes())
def test_lines_from_different_acts_cross_but_never_run_on_each_other(process: Process) -> None:
    for (net, a, b), (other, c, d) in combinations(segments(lay_out(sketch(process))), 2):
        if net == other:
            continue
        for along, fixed in ((0, 1), (1, 0)):
            level = {point[fixed] for point in (a, b, c, d)}
            shared = min(max(a[along], b[along]), max(c[along], d[along])) - max(
                min(a[along], b[along]), min(c[along], d[along])
            )
            assert len(level) > 1 or shared <= 0 or arrives_together(b, d)


def arrives_together(end: tuple[float, float], other: tuple[float, float]) -> bool:
    """Several acts that one rule requires, or that start one duty, share its last stretch."""
    return end == other


@settings(max_examples=60, deadline=None)
@given(processes())
def test_what_leads_to_something_stands_left_of_it(process: Process) -> None:
    drawn = sketch(process)
    columns = columns_of(drawn)

    for later, leading in drawn.before.items():
        assert all(columns[earlier] < columns[later] for earlier in leading)


@settings(max_examples=60, deadline=None)
@given(processes())
def test_every_duty_is_drawn_and_every_condition_that_no_other_link_implies(
    process: Process,
) -> None:
    drawn = sketch(process)
    ways: dict[str, set[str]] = {}
    for link in drawn.links:
        if link.kind in (Kind.DUTY, Kind.CONDITION):
            ways.setdefault(link.source, set()).add(link.target)

    def leads(start: str, end: str) -> bool:
        seen, waiting = {start}, [start]
        while waiting:
            for later in ways.get(waiting.pop(), set()) - seen:
                seen.add(later)
                waiting.append(later)
        return end in seen

    for rule in process.rules:
        if isinstance(rule, Duty):
            assert all(rule.act in ways[act] for act in rule.triggers if act != rule.act)
        elif isinstance(rule, Condition):
            assert all(leads(act, rule.act) for act in rule.requires)


@settings(max_examples=30, deadline=None)
@given(processes())
def test_text_stays_within_its_box(process: Process) -> None:
    for placed in lay_out(sketch(process)).boxes:
        room = BOX_WIDTH - 2 * MARGIN
        assert all(width(line, TITLE_SIZE, bold=True) <= room for line in placed.box.title)
        for row in placed.box.rows:
            assert all(width(line, ROW_SIZE) <= room for line in row.lines)


@pytest.fixture
def process() -> Process:
    said = [f"när: {ACTS[0]}\nska: {ACTS[1]}\nsenast: 24 timmar\nkälla: 2 kap. <b> & så"]
    process = read_document(document([PARTS[0]] * len(ACTS), said), "x.md").process
    assert process is not None
    return process


def test_is_well_formed_and_tells_what_it_shows(process: Process) -> None:
    svg = ElementTree.fromstring(as_svg(process))  # noqa: S314
    namespace = {"s": "http://www.w3.org/2000/svg"}
    title, description = svg.find("s:title", namespace), svg.find("s:desc", namespace)

    assert svg.get("role") == "img"
    assert title is not None
    assert title.text == "In <och> ut"
    assert description is not None
    assert "12 handlingar i 4 banor" in (description.text or "")
    assert svg.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert "inom 24 timmar" in {text.text for text in svg.iter(f"{{{namespace['s']}}}text")}


def test_can_stand_in_a_page_that_allows_no_inline_style_or_script(process: Process) -> None:
    svg = as_svg(process)

    assert " style=" not in svg
    assert "<script" not in svg
    assert "<style" not in svg


def test_a_document_without_acts_has_a_diagram_too() -> None:
    process = read_document(FRONT, "x.md").process

    assert process is not None
    assert ElementTree.fromstring(as_svg(process)) is not None  # noqa: S314
