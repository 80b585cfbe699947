"""The replay as a page of its own: one file of HTML, with its style and its charts in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from sammanhang.engine.compare import Comparison
from sammanhang.governance.trial_figures import FEW, told
from sammanhang.guideline.model import Process

LIMIT = (
    "Händelserna är desamma under båda. Hade de nya reglerna gällt hade människor gjort "
    "annorlunda; hur vet ingen. Siffrorna säger vad reglerna hade sagt om det som gjordes."
)
STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; color: #1b1d22; background: #fff; margin: 0 auto;
  max-width: 62rem; padding: 1.5rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
.note { border-left: .3rem solid #1f5c99; background: #eef4fa; padding: .6rem 1rem; }
dl { display: flex; flex-wrap: wrap; gap: .5rem 2.5rem; } dt { color: #4a4f59; }
dd { margin: 0; font-size: 1.3rem; font-weight: 600; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
caption, .key, .quiet { text-align: left; color: #4a4f59; }
th, td { border-bottom: 1px solid #d5d9e0; padding: .3rem .6rem; text-align: right;
  font-variant-numeric: tabular-nums; vertical-align: middle; }
th { font-weight: 400; } thead :is(th, td) { color: #4a4f59; vertical-align: bottom; }
th:first-child { text-align: left; } td.changed { font-weight: 700; }
td.chart { width: 12rem; } thead td { text-align: left; }
svg { display: block; width: 12rem; height: 1.1rem; }
.old { fill: #8a919e; } .new { fill: #1f5c99; }
.key i { display: inline-block; width: .9rem; height: .6rem; margin: 0 .3rem 0 .8rem; }
.key .old { background: #8a919e; } .key .new { background: #1f5c99; }
@media print { body { padding: 0; } h2, tr { break-inside: avoid; } }
"""

Pair = Sequence[float | None]
"""A figure before and after."""


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    of: str
    """The key of its pair in a row."""


OWED = (Column("åtaganden", "owed"), Column("försenade", "late"))
REFUSED = (Column("gånger", "count"),)
HOURS = (Column("timmar i medel", "hours"),)


def page(found: Comparison, old: Process, new: Process, period: str) -> str:
    """`period`: which cases it is about, in words."""
    what = told(found, old, new)
    title = escape(f"Uppspelning: {new.document.title}")
    return "\n".join(
        (
            f'<!doctype html>\n<html lang="sv"><head><meta charset="utf-8"><title>{title}</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<style>{STYLE}</style></head><body><main>",
            f"<h1>{title}</h1>",
            f"<p>{escape(period)} Version {escape(old.document.version)} före, "
            f"version {escape(new.document.version)} efter.</p>",
            f'<p class="note">{LIMIT}</p>',
            *_facts(what),
            *_differences(what),
            *_table("Lägenas längd", "Läge", what["phases"], HOURS),
            "</main></body></html>\n",
        )
    )


def _facts(what: dict[str, Any]) -> Iterator[str]:
    late = what["all"]["late"] if what["all"] else (0, 0)
    yield "<dl>"
    for name, figure in (
        ("Ärenden", _figure(what["cases"])),
        ("Händelser", _figure(what["events"])),
        ("Ärenden som skiljer sig", _figure(what["differing"])),
        ("Försenade åtaganden", f"{_figure(late[0])} → {_figure(late[1])}"),
    ):
        yield f"<div><dt>{name}</dt><dd>{figure}</dd></div>"
    yield "</dl>"


def _differences(what: dict[str, Any]) -> Iterator[str]:
    if not what["differing"]:
        yield "<p>Ingen skillnad: inga andra åtaganden, förseningar eller nekanden.</p>"
    else:
        yield '<p class="key">Staplar: <i class="old"></i>före <i class="new"></i>efter</p>'
    changed = [row for row in what["rules"] if not row["same"]]
    yield from _table("Regler som skiljer sig", "Regel", changed, OWED)
    refused = [{**row, "name": f"{row['name']} ({row['rule']})"} for row in what["refused"]]
    yield from _table("Nekat som inte nekades förut, eller tvärtom", "Handling", refused, REFUSED)
    yield from _table("Parter", "Part", what["parts"], OWED)
    yield from _table("Kommuner", "Där enheten ligger", what["places"], OWED)
    if what["places"]:
        yield f'<p class="quiet">Kommuner med färre än {FEW} åtaganden visas inte.</p>'


def _table(
    title: str, of: str, rows: Sequence[dict[str, Any]], columns: Sequence[Column]
) -> Iterator[str]:
    """Each row's figures before and after; the last pair as bars, too."""
    if not rows:
        return
    charted = columns[-1]
    most = max((one or 0 for row in rows for one in row[charted.of]), default=0) or 1
    yield f'<h2>{title}</h2><div class="wide" tabindex="0" role="region" aria-label="{title}">'
    heads = [f'<th scope="col">{one.title} {when}</th>'
             for one in columns for when in ("före", "efter")]  # fmt: skip
    yield f'<table><thead><tr><th scope="col">{of}</th>{"".join(heads)}'
    yield f"<td>{charted.title}</td></tr></thead><tbody>"
    for row in rows:
        figures = "".join(_cells(row[one.of]) for one in columns)
        bars = _bars(row[charted.of], most)
        yield f'<tr><th scope="row">{escape(row["name"])}</th>{figures}'
        yield f'<td class="chart">{bars}</td></tr>'
    yield "</tbody></table></div>"


def _cells(pair: Pair) -> str:
    before, after = pair
    changed = ' class="changed"' if before != after else ""
    return f"<td>{_figure(before)}</td><td{changed}>{_figure(after)}</td>"


def _bars(pair: Pair, most: float) -> str:
    """Says nothing that the figures beside it don't: not read out."""
    drawn = "".join(
        f'<rect class="{name}" x="0" y="{y}" height="7" width="{100 * (one or 0) / most:.1f}"/>'
        for name, y, one in zip(("old", "new"), (0, 9), pair, strict=True)
    )
    return f'<svg viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true">{drawn}</svg>'


def _figure(one: float | None) -> str:
    """As Swedes write it."""
    if one is None:
        return "–"
    text = f"{one:,.1f}" if isinstance(one, float) else f"{one:,}"
    return text.replace(",", " ").replace(".", ",")
