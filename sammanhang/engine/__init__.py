"""Casework: what may be done, what is owed by when, and why. PURE.

A case is a fold of events: `start` it, ask `decide` what a command leads to, and let `evolve`
give the next case. Obligations tell who owes what; their state depends on the moment asked for.
"""

from sammanhang.engine.decide import blocked, decide, is_done, possible
from sammanhang.engine.due import cited_by
from sammanhang.engine.evolve import evolve, replay, start
from sammanhang.engine.model import (
    Case,
    Command,
    Done,
    Event,
    Obligation,
    Receipt,
    Refusal,
    State,
)
from sammanhang.engine.snapshot import changed_acts, changed_obligations, from_json, to_json

__all__ = [
    "Case",
    "Command",
    "Done",
    "Event",
    "Obligation",
    "Receipt",
    "Refusal",
    "State",
    "blocked",
    "changed_acts",
    "changed_obligations",
    "cited_by",
    "decide",
    "evolve",
    "from_json",
    "is_done",
    "possible",
    "replay",
    "start",
    "to_json",
]
