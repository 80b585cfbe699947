"""The rows that follow from a case: what `perform` writes after an event, and what a bulk load
writes after a whole history. Pure: from cases to plain values in the columns' order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson

from sammanhang.engine import (
    Case,
    Done,
    Event,
    Obligation,
    changed_acts,
    changed_obligations,
    to_json,
)
from sammanhang.guideline.model import Effect, Process

PLANNED_DAY = "beräknad-utskrivning"
"""The field whose latest value stands on boards as the planned day."""


def event_json(process: Process, event: Event) -> dict[str, Any]:
    """An event as it is stored, with the legal basis on which it crosses a border."""
    return {
        "seq": event.seq,
        "at": event.at.isoformat(),
        "unit": event.unit,
        "person": event.person,
        "act": event.act,
        "data": dict(event.data),
        "basis": process.acts[event.act].basis,
    }


def chained_hash(head: bytes, case: int, event: dict[str, Any]) -> bytes:
    """The hash of an event: over its canonical JSON, its case, and the hash before it."""
    content = orjson.dumps({**event, "case": case}, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(bytes(head) + content).digest()


def changes(process: Process, before: Case, after: Case, event: Event) -> dict[str, Any]:
    """Everything but the event itself that one event writes. See casework_append in SQL."""
    return {
        "phase": after.phase,
        "phase_since": _text(after.phase_since),
        "closed_at": _text(event.at if after.closed_by else None),
        "planned_on": after.values.get(PLANNED_DAY),
        "state": to_json(after),
        "joined": [[part, unit, _text(event.at), None] for part, unit in _came(before, after)],
        "left": [[part, unit] for part, unit in _came(after, before)],
        "deliveries": delivery_rows(process, changed_acts(before, after), event.at),
        "obligations": [obligation_row(owed) for owed in changed_obligations(before, after)],
        "boards": board_rows(process, before, after),
        "attachments": _attachments(event),
    }


def _came(before: Case, after: Case) -> list[tuple[str, str]]:
    """Who holds a part after that didn't before. Before the first event nobody does."""
    start = before.seq == 0 and after.seq > 0
    end = after.seq == 0
    if end:
        return []
    return [
        (part, unit)
        for part, units in after.parties.items()
        for unit in units
        if start or unit not in before.parties.get(part, ())
    ]


def delivery_rows(process: Process, acts: Iterable[Done], at: datetime) -> list[list[Any]]:
    """Where each message stands. `at` counts for units that have it from now on."""
    return [
        [
            done.seq,
            unit,
            done.unit,
            unit in done.recipients,
            _text(at),
            *_receipt(done, unit),
        ]
        for done in acts
        for unit in dict.fromkeys((*done.recipients, *done.readers))
    ]


def _receipt(done: Done, unit: str) -> list[Any]:
    """(at, person, seq) of the unit's acknowledgement of the message as it now reads."""
    latest = done.corrected_by[-1] if done.corrected_by else 0
    for receipt in reversed(done.receipts):
        if receipt.unit == unit and receipt.seq > latest:
            return [_text(receipt.at), receipt.person, receipt.seq]
    return [None, None, None]


def obligation_row(owed: Obligation) -> list[Any]:
    return [
        owed.key, owed.rule, owed.act, owed.unit, owed.part, _text(owed.due), owed.before,
        owed.awaited_by, owed.started_by, owed.due_by, owed.message, owed.ended_by,
        _text(owed.ended_at), owed.cancelled,
    ]  # fmt: skip


def board_rows(process: Process, before: Case, after: Case) -> list[list[Any]]:
    """For every unit that takes or took part: open, next due, owed, waiting, unread."""
    now = {unit for units in after.parties.values() for unit in units}
    then = {unit for units in before.parties.values() for unit in units}
    owed_by: dict[str, list[Obligation]] = {}
    awaited_by: dict[str, list[Obligation]] = {}
    for owed in after.obligations.values():
        if owed.ended_by is None:
            owed_by.setdefault(owed.unit, []).append(owed)
            if owed.awaited_by != owed.unit:
                awaited_by.setdefault(owed.awaited_by, []).append(owed)
    return [
        [
            unit,
            unit in now and (after.closed_by is None or bool(owed_by.get(unit))),
            _text(_next_due(owed_by.get(unit, ()))),
            [[one.act, _text(one.due), one.rule] for one in _by_due(owed_by.get(unit, ()))],
            [
                [one.act, _text(one.due), one.rule, one.unit]
                for one in _by_due(awaited_by.get(unit, ()))
            ],
            _unread(process, after, unit),
        ]
        for unit in sorted(now | then)
    ]


def _by_due(owed: Sequence[Obligation]) -> list[Obligation]:
    return sorted(owed, key=lambda one: (one.due is None, one.due or 0, one.key))  # type: ignore[arg-type, return-value]


def _next_due(owed: Sequence[Obligation]) -> datetime | None:
    return min((one.due for one in owed if one.due is not None), default=None)


def _unread(process: Process, case: Case, unit: str) -> int:
    """Messages in the unit's inbox that nobody there has acknowledged."""
    return sum(
        1
        for done in case.done.values()
        if unit in done.recipients
        and done.revoked_by is None
        and _wants_receipt(process, done.act)
        and _receipt(done, unit)[2] is None
    )


def _wants_receipt(process: Process, act: str) -> bool:
    found = process.acts.get(act)
    return (
        found is not None and found.receipt is not None and found.effect is not Effect.ACKNOWLEDGES
    )


def _attachments(event: Event) -> list[str]:
    return [
        value["id"] for value in event.data.values() if isinstance(value, dict) and "id" in value
    ]


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
