"""The laid-out diagram as SVG.

Only presentation attributes and classes: no style attribute and no script, so that it can stand
in a page whose content security policy allows neither, and be restyled by its classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from sammanhang.guideline.diagram.boxes import (
    BOX_WIDTH,
    EYEBROW,
    MARGIN,
    ROW_LINE,
    ROW_SIZE,
    SEVERAL,
    TITLE_LINE,
    TITLE_SIZE,
    Kind,
    Row,
)
from sammanhang.guideline.diagram.layout import (
    LABEL_MARGIN,
    LABEL_NOTE,
    LABEL_NOTE_LINE,
    LABEL_TITLE,
    LABEL_TITLE_LINE,
    Band,
    Layout,
    Line,
    Placed,
)
from sammanhang.guideline.diagram.lettering import width

FONT = "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
INK, MUTED, PAPER = "#1d2a35", "#5b6873", "#ffffff"
LANES = (
    ("#eef4f7", "#2f6580"),
    ("#f0f5ee", "#46704a"),
    ("#f8f3ea", "#8a6423"),
    ("#f5f0f6", "#74507f"),
    ("#eef2f2", "#3f6b6b"),
    ("#f3f3f3", "#5a6068"),
)
"""Ground and accent of each lane, in turn; the last is for acts of several parts."""
STROKES: dict[Kind, tuple[str, str]] = {
    Kind.DUTY: ("#17557d", ""),
    Kind.CONDITION: ("#6a7683", "5 4"),
    Kind.BAR: ("#a5402d", ""),
    Kind.OPENING: ("#2f7a4d", "8 3"),
    Kind.REVOCATION: ("#7c3f8c", "2 3"),
}
LEGEND: dict[Kind, str] = {
    Kind.DUTY: "ska göras, med frist",
    Kind.CONDITION: "måste vara gjort först",
    Kind.BAR: "spärrar",
    Kind.OPENING: "öppnar igen",
    Kind.REVOCATION: "upphäver",
}
EDGE, HEAD, LEGEND_HEIGHT = 24.0, 64.0, 56.0
RADIUS = 5.0


def draw(layout: Layout, title: str, subtitle: str, description: str, key: str) -> str:
    """A whole SVG document, which can also stand inside a page."""
    full_width = max(layout.width + 2 * EDGE, width(title, 22, bold=True) + 2 * EDGE, 780)
    full_height = HEAD + layout.height + LEGEND_HEIGHT + EDGE
    kinds = {line.link.kind for line in layout.lines}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="diagram" role="img" '
        f'aria-labelledby="{key}-titel {key}-beskrivning" viewBox="0 0 {_n(full_width)} '
        f'{_n(full_height)}" width="{_n(full_width)}" height="{_n(full_height)}" '
        f'font-family="{FONT}" fill="{INK}">',
        f'<title id="{key}-titel">{escape(title)}</title>',
        f'<desc id="{key}-beskrivning">{escape(description)}</desc>',
        f'<rect class="papper" width="100%" height="100%" fill="{PAPER}"/>',
        _text(EDGE, 32, title, 22, "rubrik", weight=700),
        _text(EDGE, 51, subtitle, 12, "underrubrik", fill=MUTED),
        f'<g transform="translate({_n(EDGE)} {_n(HEAD)})">',
        *(line for at, band in enumerate(layout.bands) for line in _band(band, at, layout.width)),
        *(line for drawn in _by_weight(layout.lines) for line in _line(drawn)),
        *(line for placed in layout.boxes for line in _box(placed, _accent(placed, layout))),
        *(_arrow(line) for line in layout.lines),
        "</g>",
        *_legend(kinds, EDGE, HEAD + layout.height + 34),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _by_weight(lines: tuple[Line, ...]) -> list[Line]:
    """Duties last, so that they lie on top where lines cross."""
    return sorted(lines, key=lambda line: line.link.kind is Kind.DUTY)


# --- Lanes ----------------------------------------------------------------------------------


def _accent(placed: Placed, layout: Layout) -> str:
    for at, band in enumerate(layout.bands):
        if band.lane.name == placed.box.lane:
            return _lane_colours(band, at)[1]
    return INK


def _lane_colours(band: Band, at: int) -> tuple[str, str]:
    return LANES[-1] if band.lane.name == SEVERAL else LANES[at % (len(LANES) - 1)]


def _band(band: Band, at: int, full_width: float) -> Iterator[str]:
    ground, accent = _lane_colours(band, at)
    yield '<g class="bana">'
    yield _rect(0, band.y + 2, full_width, band.height - 4, ground, radius=8)
    yield _rect(0, band.y + 2, 6, band.height - 4, accent, radius=3)
    y = band.y + 26
    for line in band.title:
        yield _text(LABEL_MARGIN, y, line, LABEL_TITLE, "part", weight=700, fill=accent)
        y += LABEL_TITLE_LINE
    for line in band.notes:
        yield _text(LABEL_MARGIN, y, line, LABEL_NOTE, "enhet", fill=MUTED)
        y += LABEL_NOTE_LINE
    yield "</g>"


# --- Boxes ----------------------------------------------------------------------------------


def _box(placed: Placed, accent: str) -> Iterator[str]:
    box, x, y = placed.box, placed.x, placed.y
    yield f'<g class="handling" data-handling="{escape(box.act)}">'
    yield (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{BOX_WIDTH}" height="{_n(box.height)}" rx="6" '
        f'fill="{PAPER}" stroke="{accent}" stroke-width="1.3"/>'
    )
    yield _text(x + MARGIN, y + 15, box.section, 10.5, "avsnitt", fill=MUTED)
    if box.is_message:
        yield _envelope(x + BOX_WIDTH - MARGIN - 14, y + 7, accent)
    baseline = y + EYEBROW + TITLE_SIZE - 4
    for line in box.title:
        yield _text(x + MARGIN, baseline, line, TITLE_SIZE, "titel", weight=600)
        baseline += TITLE_LINE
    for row in box.rows:
        yield from _row(row, x, y, accent)
    yield "</g>"


def _row(row: Row, x: float, y: float, accent: str) -> Iterator[str]:
    top = y + row.y
    yield (
        f'<path d="M{_n(x + 1)} {_n(top)}H{_n(x + BOX_WIDTH - 1)}" stroke="{accent}" '
        'stroke-opacity="0.22"/>'
    )
    colour = MUTED if row.kind is Kind.NOTE else STROKES[row.kind][0]
    baseline = top + ROW_SIZE + 2.2
    for line in row.lines:
        yield _text(x + MARGIN, baseline, line, ROW_SIZE, f"rad {row.kind.value}", fill=colour)
        baseline += ROW_LINE


def _envelope(x: float, y: float, colour: str) -> str:
    """A small letter: the act is a message."""
    return (
        f'<path class="meddelande" d="M{_n(x)} {_n(y)}h14v9h-14zl7 5l7 -5" fill="none" '
        f'stroke="{colour}" stroke-width="1.1" stroke-linejoin="round"/>'
    )


# --- Links ----------------------------------------------------------------------------------


def _line(line: Line) -> Iterator[str]:
    kind = line.link.kind
    colour, dashes = STROKES[kind]
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    weight = "1.7" if kind is Kind.DUTY else "1.3"
    yield (
        f'<path class="länk {kind.value}" d="{_rounded(line.points)}" fill="none" '
        f'stroke="{colour}" stroke-width="{weight}"{dashed}>'
        f"<title>{escape(line.link.said)}</title></path>"
    )


def _rounded(points: tuple[tuple[float, float], ...]) -> str:
    """A path along the points with its corners rounded."""
    said = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        into, out = _towards(corner, before), _towards(corner, after)
        said.append(f"L{_n(into[0])} {_n(into[1])}")
        said.append(f"Q{_n(corner[0])} {_n(corner[1])} {_n(out[0])} {_n(out[1])}")
    said.append(f"L{_n(points[-1][0])} {_n(points[-1][1])}")
    return "".join(said)


def _towards(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """A point near the start, on the way to the end."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = abs(across) + abs(down)
    share = min(RADIUS, length / 2) / length if length else 0
    return start[0] + across * share, start[1] + down * share


def _arrow(line: Line) -> str:
    x, y = line.points[-1]
    return _end(line.link.kind, x, y)


def _end(kind: Kind, x: float, y: float) -> str:
    """How a link ends at (x, y): each kind in its own way, also without colour."""
    colour = STROKES[kind][0]
    if kind is Kind.DUTY:
        return _shape(f"M{_n(x)} {_n(y)}l-8 -4.2v8.4z", colour, colour)
    if kind is Kind.CONDITION:
        return _shape(f"M{_n(x)} {_n(y)}l-7 -3.6v7.2z", PAPER, colour)
    if kind is Kind.BAR:
        return _shape(f"M{_n(x - 3)} {_n(y - 6)}v12", "none", colour, 2.6)
    if kind is Kind.OPENING:
        return _shape(f"M{_n(x - 7)} {_n(y)}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z", PAPER, colour)
    return _shape(f"M{_n(x - 8)} {_n(y - 4)}l8 8m0 -8l-8 8", "none", colour, 1.8)


def _shape(path: str, fill: str, stroke: str, weight: float = 1.3) -> str:
    return f'<path d="{path}" fill="{fill}" stroke="{stroke}" stroke-width="{_n(weight)}"/>'


def _legend(kinds: set[Kind], x: float, y: float) -> Iterator[str]:
    yield '<g class="teckenförklaring">'
    for kind in LEGEND:
        if kind not in kinds:
            continue
        colour, dashes = STROKES[kind]
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        yield (
            f'<path d="M{_n(x)} {_n(y)}h40" stroke="{colour}" stroke-width="1.7" fill="none"'
            f"{dashed}/>"
        )
        yield _end(kind, x + 44, y)
        yield _text(x + 52, y + 4, LEGEND[kind], 12, "förklaring")
        x += 52 + width(LEGEND[kind], 12) + 26
    yield _envelope(x, y - 4.5, INK)
    yield _text(x + 21, y + 4, "meddelande", 12, "förklaring")
    yield "</g>"


# --- Elements -------------------------------------------------------------------------------


def _text(
    x: float,
    y: float,
    text: str,
    size: float,
    name: str,
    *,
    weight: int = 400,
    fill: str | None = None,
    end: bool = False,
) -> str:
    heavy = f' font-weight="{weight}"' if weight != 400 else ""
    colour = f' fill="{fill}"' if fill else ""
    anchor = ' text-anchor="end"' if end else ""
    return (
        f'<text class="{name}" x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}"'
        f"{heavy}{colour}{anchor}>{escape(text)}</text>"
    )


def _rect(x: float, y: float, wide: float, high: float, fill: str, *, radius: float) -> str:
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(wide)}" height="{_n(high)}" '
        f'rx="{_n(radius)}" fill="{fill}"/>'
    )


def _n(number: float) -> str:
    """A number as short as it can be said."""
    return f"{number:.1f}".rstrip("0").rstrip(".")
