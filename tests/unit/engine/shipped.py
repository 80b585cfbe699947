"""The shipped guideline, and histories that might happen under it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from sammanhang.guideline import read_document
from sammanhang.guideline.model import Act, Effect, Field, FieldType, Process

DOCUMENT = Path(__file__).parents[3] / "guidelines" / "in-och-utskrivning" / "dokument.md"
PARTIES = {"slutenvård": ("W1",), "öppenvård": ("VC1",), "kommun": ("K1",)}
UNITS = {
    "slutenvård": ["W1", "W1", "W2"],
    "öppenvård": ["VC1", "VC1", "VC2"],
    "kommun": ["K1", "K1", "K2"],
    "fast-vårdkontakt": ["VC1", "VC2"],
}
RARE = {"dödsfall", "inskrivning-avbryts", "avslut", "berörs-inte", "byte-av-avdelning"}


@cache
def shipped() -> Process:
    process = read_document(DOCUMENT.read_text(encoding="utf-8"), str(DOCUMENT)).process
    assert process is not None
    return process


def value(field: Field) -> st.SearchStrategy[Any]:
    match field.type:
        case FieldType.CHOICE:
            return st.sampled_from(field.choices)
        case FieldType.MANY:
            return st.lists(st.sampled_from(field.choices), min_size=1, max_size=3)
        case FieldType.DATE:
            return st.sampled_from(["2026-03-05", "2026-03-30", "2026-04-07"])
        case FieldType.MOMENT:
            return st.sampled_from(["2026-03-02T07:00:00+01:00", "2026-03-02T08:30:00+01:00"])
        case FieldType.TIME:
            return st.just("13:30")
        case FieldType.YES_NO:
            return st.sampled_from(["ja", "nej"])
        case FieldType.NUMBER:
            return st.integers(0, 9)
        case FieldType.UNIT:
            return st.sampled_from(["W2", "VC2", "K2", "K1"])
        case FieldType.ATTACHMENT:
            return st.just({"id": "1", "namn": "plan.pdf"})
        case FieldType.MESSAGE:
            return st.integers(1, 12)
        case _:
            return st.sampled_from(["Anna", "Ord & tecken: åäö <b>"])


def filled_in(act: Act) -> st.SearchStrategy[dict[str, Any]]:
    asked = {field.name: value(field) for field in act.fields}
    needed = {field.name for field in act.fields if field.required}
    if act.effect is not None:
        asked["meddelande"] = st.integers(1, 12)
    if act.effect in (Effect.CORRECTS, Effect.WITHDRAWS):
        needed.add("meddelande")
    if act.effect is Effect.CORRECTS:
        told = shipped().acts["inskrivningsmeddelande"].fields
        asked["värden"] = st.fixed_dictionaries({}, optional={f.name: value(f) for f in told})
        needed.add("värden")
    return st.fixed_dictionaries(
        {name: given for name, given in asked.items() if name in needed},
        optional={name: given for name, given in asked.items() if name not in needed},
    )


Step = tuple[str, str, dict[str, Any], int]


def _step(name: str) -> st.SearchStrategy[Step]:
    act = shipped().acts[name]
    units = [unit for part in act.performers for unit in UNITS.get(part, [])]
    hours = st.integers(0, 40)
    return st.tuples(st.sampled_from([*units, "K1"]), st.just(name), filled_in(act), hours)


COMMON = [name for name in shipped().acts for _ in range(1 if name in RARE else 5)]
OPENING: list[Step] = [
    ("W1", "inskrivning", {"behov-efter-utskrivning": "ja"}, 0),
    ("W1", "inskrivningsmeddelande", {"beräknad-utskrivning": "2026-03-30"}, 2),
]
histories = st.builds(
    lambda begun, steps: (OPENING if begun else []) + steps,
    st.sampled_from([True, True, True, False]),
    st.lists(st.sampled_from(COMMON).flatmap(_step), min_size=12, max_size=40),
)
