"""Gives every box and every link of a sketch its place.

Boxes stand in a grid: columns from left to right by what leads to what, rows within the lanes.
Links run only in the gutters between columns and the channels between rows, each on a track of
its own, so nothing is drawn on top of anything else; links from one act share their track.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sammanhang.guideline.diagram.boxes import BOX_WIDTH, Box, Kind, Lane, Link, Sketch
from sammanhang.guideline.diagram.lettering import wrap

TRACK = 7.0
"""Pixels between parallel lines."""
GUTTER_PAD, CHANNEL_PAD, LANE_FOOT = 15.0, 11.0, 9.0
DEEPEST_STACK = 3
"""Boxes above each other in one lane before the next is pushed a column further."""
LANE_LABEL, LABEL_MARGIN = 146.0, 16.0
LABEL_TITLE, LABEL_TITLE_LINE = 14.0, 17.0
LABEL_NOTE, LABEL_NOTE_LINE = 10.0, 13.5

_EXIT = {Kind.DUTY: 0.0, Kind.CONDITION: 5.0, Kind.REVOCATION: -5.0, Kind.BAR: 9.0}
_Net = tuple[str, Kind]
"""Links of one kind from one act, which share their tracks."""


@dataclass(frozen=True, slots=True)
class Cell:
    column: int
    row: int


@dataclass(frozen=True, slots=True)
class Placed:
    box: Box
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    link: Link
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A lane with its place from top to bottom."""

    lane: Lane
    y: float
    height: float
    title: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    width: float
    height: float
    bands: tuple[Band, ...]
    boxes: tuple[Placed, ...]
    lines: tuple[Line, ...]


def lay_out(sketch: Sketch) -> Layout:
    return _Layout(sketch).done()


# --- Columns and rows -----------------------------------------------------------------------


def columns_of(sketch: Sketch) -> dict[str, int]:
    """A column for each act, right of whatever leads to it."""
    before = sketch.before
    stacked: dict[tuple[str, int], int] = defaultdict(int)
    columns: dict[str, int] = {}
    linked = {act for later, earlier in before.items() if earlier for act in (later, *earlier)}
    for act in _topological(sketch.boxes, before):
        if act in linked:
            columns[act] = _free(
                sketch.boxes[act].lane, _after(act, before, columns), stacked, DEEPEST_STACK
            )
    last = max(columns.values(), default=0)
    for act, box in sketch.boxes.items():
        if act not in columns:  # leads nowhere: where there is most room
            best = min(range(last + 1), key=lambda column: (stacked[box.lane, column], column))
            columns[act] = _free(box.lane, best, stacked, DEEPEST_STACK + 9)
    return columns


def _after(act: str, before: Mapping[str, Sequence[str]], columns: Mapping[str, int]) -> int:
    return max((columns[earlier] + 1 for earlier in before[act]), default=0)


def _free(lane: str, column: int, stacked: dict[tuple[str, int], int], deepest: int) -> int:
    while stacked[lane, column] >= deepest:
        column += 1
    stacked[lane, column] += 1
    return column


def _topological(acts: Iterable[str], before: Mapping[str, Sequence[str]]) -> list[str]:
    ordered: list[str] = []
    left = list(acts)
    while left:
        act = next(act for act in left if all(earlier in ordered for earlier in before[act]))
        ordered.append(act)
        left.remove(act)
    return ordered


class _Layout:
    def __init__(self, sketch: Sketch) -> None:
        self.sketch = sketch
        self.rows_of: dict[str, range] = {}
        self.cells = self._cells(columns_of(sketch))
        self.columns = max((cell.column for cell in self.cells.values()), default=0) + 1
        self.rows = max((rows.stop for rows in self.rows_of.values()), default=1)
        self.channel_of = {link: self._channel(link) for link in sketch.links}
        self.channel_tracks = self._assign_channels()
        self.row_y, self.channel_y, self.bottom = self._heights()
        self.gutter_tracks = self._assign_gutters()
        self.column_x, self.gutter_x, self.right = self._widths()

    def done(self) -> Layout:
        return Layout(
            width=self.right,
            height=self.bottom,
            bands=tuple(self._bands()),
            boxes=tuple(
                Placed(box, self.column_x[self.cells[act].column], self.row_y[self.cells[act].row])
                for act, box in self.sketch.boxes.items()
            ),
            lines=tuple(Line(link, self._points(link)) for link in self.sketch.links),
        )

    def _cells(self, columns: Mapping[str, int]) -> dict[str, Cell]:
        """Rows counted from the top of all lanes; within a lane in document order."""
        cells: dict[str, Cell] = {}
        first = 0
        for lane in self.sketch.lanes:
            used: dict[int, int] = defaultdict(int)
            for act, box in self.sketch.boxes.items():
                if box.lane == lane.name:
                    column = columns[act]
                    cells[act] = Cell(column, first + used[column])
                    used[column] += 1
            self.rows_of[lane.name] = range(first, first + max(used.values(), default=1))
            first = self.rows_of[lane.name].stop
        return cells

    # --- Which way each link goes ---

    def _gutters(self, link: Link) -> tuple[int, int]:
        """The gutter where a link leaves, and the one where it arrives."""
        return self.cells[link.source].column + 1, self.cells[link.target].column

    def _channel(self, link: Link) -> int | None:
        """The channel a link runs along; none when it stays in one gutter."""
        leaves, arrives = self._gutters(link)
        if leaves == arrives:
            return None
        source, target = self.cells[link.source].row, self.cells[link.target].row
        return target if source <= target else target + 1

    def _assign_channels(self) -> dict[tuple[int, _Net], int]:
        """The track of each net in each channel it uses."""
        spans: dict[int, dict[_Net, tuple[float, float]]] = defaultdict(dict)
        for link in self.sketch.links:
            channel = self.channel_of[link]
            if channel is not None:
                low, high = sorted(self._gutters(link))
                net = (link.source, link.kind)
                known = spans[channel].get(net, (low, high))
                spans[channel][net] = (min(low, known[0]), max(high, known[1]))
        return {
            (channel, net): track
            for channel, nets in spans.items()
            for net, track in _tracks(nets, apart=0.5).items()
        }

    def _assign_gutters(self) -> dict[tuple[int, _Net], int]:
        """The track of each net in each gutter it uses."""
        spans: dict[int, dict[_Net, tuple[float, float]]] = defaultdict(dict)
        for link in self.sketch.links:
            net = (link.source, link.kind)
            for gutter, ends in self._falls(link):
                known = spans[gutter].get(net, (min(ends), max(ends)))
                spans[gutter][net] = (min(*ends, known[0]), max(*ends, known[1]))
        return {
            (gutter, net): track
            for gutter, nets in spans.items()
            for net, track in _tracks(nets, apart=6).items()
        }

    def _falls(self, link: Link) -> list[tuple[int, tuple[float, float]]]:
        """The vertical stretches of a link: gutter, and from where to where."""
        leaves, arrives = self._gutters(link)
        start, end = self._exit(link), self._entry(link)
        along = self._along(link)
        if along is None:
            return [(leaves, (start, end))]
        return [(leaves, (start, along)), (arrives, (along, end))]

    # --- Measures ---

    def _heights(self) -> tuple[list[float], list[float], float]:
        tallest = [0.0] * self.rows
        for act, box in self.sketch.boxes.items():
            row = self.cells[act].row
            tallest[row] = max(tallest[row], box.height)
        for lane in self.sketch.lanes:
            rows = self.rows_of[lane.name]
            room = sum(tallest[row] + 2 * CHANNEL_PAD for row in rows)
            tallest[rows[-1]] += max(0.0, _label_height(lane) - room)
        lasts = {rows.stop - 1 for rows in self.rows_of.values()}
        row_y: list[float] = []
        channel_y: list[float] = []
        y = 0.0
        for row in range(self.rows + 1):
            channel_y.append(y + CHANNEL_PAD)
            y += 2 * CHANNEL_PAD + TRACK * _used(self.channel_tracks, row)
            if row < self.rows:
                row_y.append(y)
                y += tallest[row] + (LANE_FOOT if row in lasts else 0)
        return row_y, channel_y, y

    def _widths(self) -> tuple[list[float], list[float], float]:
        column_x: list[float] = []
        gutter_x: list[float] = []
        x = LANE_LABEL
        for column in range(self.columns + 1):
            gutter_x.append(x + GUTTER_PAD)
            x += 2 * GUTTER_PAD + TRACK * _used(self.gutter_tracks, column)
            if column < self.columns:
                column_x.append(x)
                x += BOX_WIDTH
        return column_x, gutter_x, x

    def _bands(self) -> Iterable[Band]:
        for at, lane in enumerate(self.sketch.lanes):
            rows = self.rows_of[lane.name]
            top = self.channel_y[rows.start] - CHANNEL_PAD
            last = at == len(self.sketch.lanes) - 1
            end = self.bottom if last else self.channel_y[rows.stop] - CHANNEL_PAD
            yield Band(lane, top, end - top, *_label(lane))

    # --- Points ---

    def _exit(self, link: Link) -> float:
        box, cell = self.sketch.boxes[link.source], self.cells[link.source]
        return self.row_y[cell.row] + box.header / 2 + 4 + _EXIT.get(link.kind, -9.0)

    def _entry(self, link: Link) -> float:
        box, cell = self.sketch.boxes[link.target], self.cells[link.target]
        row = box.rows[link.row]
        return self.row_y[cell.row] + row.y + row.height / 2

    def _along(self, link: Link) -> float | None:
        channel = self.channel_of[link]
        if channel is None:
            return None
        track = self.channel_tracks[channel, (link.source, link.kind)]
        return self.channel_y[channel] + TRACK * track

    def _points(self, link: Link) -> tuple[tuple[float, float], ...]:
        leaves, arrives = self._gutters(link)
        net = (link.source, link.kind)
        start_x = self.column_x[self.cells[link.source].column] + BOX_WIDTH
        end_x = self.column_x[self.cells[link.target].column]
        start, end = self._exit(link), self._entry(link)
        down = self.gutter_x[leaves] + TRACK * self.gutter_tracks[leaves, net]
        along = self._along(link)
        if along is None:
            return (start_x, start), (down, start), (down, end), (end_x, end)
        up = self.gutter_x[arrives] + TRACK * self.gutter_tracks[arrives, net]
        return (
            (start_x, start),
            (down, start),
            (down, along),
            (up, along),
            (up, end),
            (end_x, end),
        )


def _label(lane: Lane) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines of a lane's title, and those beneath it."""
    room = LANE_LABEL - 2 * LABEL_MARGIN
    title = wrap(lane.title, LABEL_TITLE, room, bold=True)
    return title, tuple(line for note in lane.notes for line in wrap(note, LABEL_NOTE, room))


def _label_height(lane: Lane) -> float:
    title, notes = _label(lane)
    return 24 + LABEL_TITLE_LINE * len(title) + LABEL_NOTE_LINE * len(notes)


def _tracks(spans: Mapping[_Net, tuple[float, float]], apart: float) -> dict[_Net, int]:
    """The first free track for each span, so that no two on one track touch."""
    ends: list[float] = []
    tracks: dict[_Net, int] = {}
    for net, (low, high) in sorted(spans.items(), key=lambda item: (item[1], item[0][0])):
        track = next((at for at, end in enumerate(ends) if low > end + apart), len(ends))
        if track == len(ends):
            ends.append(high)
        ends[track] = high
        tracks[net] = track
    return tracks


def _used(tracks: Mapping[tuple[int, _Net], int], place: int) -> int:
    return max((track for (at, _), track in tracks.items() if at == place), default=0)
