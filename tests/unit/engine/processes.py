"""Small guidelines and histories drawn at random, for the laws of the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from sammanhang.engine import Case, Command, Event, Refusal, decide, evolve, start
from sammanhang.guideline import read_document
from sammanhang.guideline.model import Effect, Process

PARTIES = {"p": ("P1",), "q": ("Q1", "Q2")}
UNITS = ("P1", "Q1", "Q2", "X1", "X2")
ACTS = ("a", "b", "c", "d", "e")
FIRST = datetime(2026, 3, 27, 9, tzinfo=UTC)
"""A Friday; two days later the clocks change, and after a week it is Easter."""

FRONT = """\
---
id: d
titel: D
nivå: riktlinje
process: d
---
## 1 Allt
"""
FIELDS = (
    "{x: {rubrik: X, typ: ja-nej}, när: {rubrik: När, typ: datum}, vem: {rubrik: V, typ: enhet}}"
)
BASE = """
part p
  antal: 0..n
part q
  antal: 0..n
handling kvittens
  vem: alla
  verkan: kvitterar
handling återtagande
  vem: alla
  verkan: återtar
"""
CORRECTING = """
handling rättelse
  vem: alla
  verkan: rättar
"""
MOVING = {
    "bjud-in": "vem: [p, q]\n  till: q\n  kvittens: 1 arbetsdag\n  ansluter: {q: vem}",
    "kliv-in": "vem: q\n  ansluter: {p: avsändaren}",
    "lämna-över": "vem: [p, q]\n  till: alla\n  överlåter: vem",
    "gå": "vem: q\n  till: p\n  lämnar: ja",
}

performers = st.sampled_from([("p", "q"), ("p", "q"), ("p",), ("q",)])
names = st.sampled_from(ACTS)
several = st.lists(names, min_size=1, max_size=2, unique=True)
guards = st.sampled_from(
    [
        "",
        "",
        "\n  om: {x: ja}",
        "\n  om: {x: {finns: nej}}",
        "\n  om: {när: {finns: ja}}",
        "\n  om: {någon: [{x: nej}, {p: {finns: nej}}]}",
    ]
)
deadlines = st.one_of(
    st.sampled_from(
        ["", "5 timmar", "1 arbetsdag", "när", "1 arbetsdag från när", "2 dagar före när"]
    ),
    names.map(lambda name: f"före {name}"),
)


@st.composite
def guidelines(draw: st.DrawFn, *, core: bool) -> str:
    """Blocks without fences, for `process_of`. `core`: what the naive engine understands, that
    is without units that come and go, corrections and openings."""
    may = {name: draw(performers) for name in ACTS}
    blocks = [BASE, *(_act(draw, name, parts) for name, parts in may.items())]
    if not core:
        moving = draw(st.lists(st.sampled_from(sorted(MOVING)), unique=True))
        blocks += [f"handling {name}\n  fält: {FIELDS}\n  {MOVING[name]}" for name in moving]
        blocks.append(CORRECTING)
    blocks += [_rule(draw, f"r{n}", may, core=core) for n in range(draw(st.integers(2, 7)))]
    blocks += [_phase(draw, n) for n in range(draw(st.integers(0, 3)))]
    text = "\n".join(blocks)
    assume(process_of(text) is not None)
    return text


def _act(draw: st.DrawFn, name: str, parts: tuple[str, ...]) -> str:
    to = draw(st.sampled_from(["", "\n  till: q", "\n  till: alla"]))
    receipt = "\n  kvittens: 1 arbetsdag" if to and draw(st.booleans()) else ""
    return f"handling {name}\n  vem: [{', '.join(parts)}]\n  fält: {FIELDS}{to}{receipt}"


def _rule(draw: st.DrawFn, name: str, may: Mapping[str, tuple[str, ...]], *, core: bool) -> str:
    forms = ["ska"] * 6 + ["upphäver"] * 3 + ["spärrar"] * 2 + ["kräver"]
    form = draw(st.sampled_from(forms if core else [*forms, "öppnar", "öppnar"]))
    act, others = draw(names), f"[{', '.join(draw(several))}]"
    if form == "ska":
        deadline = draw(deadlines)
        due = f"\n  senast: {deadline}" if deadline else ""
        says = f"när: {others}\n  ska: {act}\n  vem: {draw(st.sampled_from(may[act]))}{due}"
    else:
        says = f"handling: {act}\n  {form}: {others}"
    return f"regel {name}\n  {says}{draw(guards)}"


def _phase(draw: st.DrawFn, number: int) -> str:
    earlier = [f"f{n}" for n in range(number)]
    come_from = draw(st.lists(st.sampled_from(earlier), unique=True)) if earlier else []
    only = f"\n  från: [{', '.join(come_from)}]" if come_from else ""
    closes = "\n  avslutar: ja" if draw(st.integers(0, 5)) == 5 else ""
    when = f"när: [{', '.join(draw(several))}]"
    return f"läge f{number}\n  rubrik: F{number}\n  {when}{draw(guards)}{only}{closes}"


@cache
def process_of(text: str) -> Process | None:
    """The process of blocks written without fences, each beginning at the margin."""
    lines = [
        f"```\n\n```{line}" if line[0] != " " else line[2:] for line in text.split("\n") if line
    ]
    fenced = "\n".join(lines).removeprefix("```\n\n") + "\n```\n"
    return read_document(FRONT + fenced, "d.md").process


# --- Histories ------------------------------------------------------------------------------

data = st.fixed_dictionaries(
    {},
    optional={
        "x": st.sampled_from(["ja", "nej"]),
        "när": st.sampled_from(["2026-03-27", "2026-04-01", "2026-04-07"]),
        "vem": st.sampled_from(UNITS),
        "meddelande": st.one_of(names, st.integers(1, 12)),
    },
)
Step = tuple[str, str, dict[str, Any], int]
"""Unit, act, what is filled in, and the hours since the step before."""
steps: st.SearchStrategy[Step] = st.tuples(
    st.sampled_from(["P1", "P1", "Q1", "Q1", "Q2", "X1"]),
    st.sampled_from([*ACTS, *ACTS, "kvittens", "återtagande", "rättelse", *MOVING]),
    data,
    st.integers(0, 30),
)
histories = st.integers(0, 25).flatmap(lambda size: st.lists(steps, min_size=size, max_size=30))


def command(process: Process, step: Step) -> Command:
    """The step as a command that fits its act: fields it does not have are left out."""
    unit, name, filled, _ = step
    done = process.acts.get(name)
    if done is None or process.key != "d":
        return Command(unit, "N", name, filled)
    if done.effect is None:
        wanted: Mapping[str, Any] = {k: v for k, v in filled.items() if k != "meddelande"}
    else:
        wanted = {k: v for k, v in filled.items() if k == "meddelande"}
    if done.effect is Effect.WITHDRAWS:
        wanted = {"meddelande": filled.get("meddelande", 1)}
    if done.effect is Effect.CORRECTS:
        new = {k: v for k, v in filled.items() if k not in ("meddelande", "vem")}
        wanted = {"meddelande": filled.get("meddelande", name), "värden": new}
    return Command(unit, "N", name, wanted)


def live(
    process: Process, history: list[Step], parties: Mapping[str, Sequence[str]] = PARTIES
) -> tuple[list[Case], list[Event]]:
    """Every case on the way, from the first, and the events that were accepted."""
    cases, events, now = [start(process, parties)], list[Event](), FIRST
    for step in history:
        now += timedelta(hours=step[3])
        decided = decide(process, cases[-1], command(process, step), now)
        if not isinstance(decided, Refusal):
            for event in decided:
                events.append(event)
                cases.append(evolve(process, cases[-1], event))
    return cases, events
