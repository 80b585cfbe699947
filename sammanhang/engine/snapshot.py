"""A case as JSON and back, without loss; and what an event changed, for those who store it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sammanhang.engine.model import Case, Done, Obligation, Receipt


def to_json(case: Case) -> dict[str, Any]:
    """The whole case in JSON values. The same case always gives the same."""
    return {
        "process": case.process,
        "seq": case.seq,
        "last_at": _text(case.last_at),
        "parties": {part: list(units) for part, units in case.parties.items()},
        "joined": {unit: _text(at) for unit, at in case.joined.items()},
        "done": [_done_to_json(done) for done in case.done.values()],
        "obligations": [_owed_to_json(owed) for owed in case.obligations.values()],
        "values": dict(case.values),
        "barred": dict(case.barred),
        "heirs": dict(case.heirs),
        "phase": case.phase,
        "phase_since": _text(case.phase_since),
        "closed_by": case.closed_by,
    }


def from_json(data: Mapping[str, Any]) -> Case:
    """The case that `to_json` gave. Its input is our own; a faulty one raises KeyError."""
    done = [_done_from_json(one) for one in data["done"]]
    obligations = [_owed_from_json(one) for one in data["obligations"]]
    return Case(
        process=data["process"],
        seq=data["seq"],
        last_at=_moment(data["last_at"]),
        parties={part: tuple(units) for part, units in data["parties"].items()},
        joined={unit: datetime.fromisoformat(at) for unit, at in data["joined"].items()},
        done={one.seq: one for one in done},
        obligations={one.key: one for one in obligations},
        values=data["values"],
        barred=data["barred"],
        heirs=data["heirs"],
        phase=data["phase"],
        phase_since=_moment(data["phase_since"]),
        closed_by=data["closed_by"],
    )


def changed_obligations(before: Case, after: Case) -> list[Obligation]:
    """Those that an event started or changed."""
    old = before.obligations
    return [owed for key, owed in after.obligations.items() if old.get(key) is not owed]


def changed_acts(before: Case, after: Case) -> list[Done]:
    """The acts that an event did or changed (receipts, recipients, corrections, revocation)."""
    old = before.done
    return [done for seq, done in after.done.items() if old.get(seq) is not done]


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _done_to_json(done: Done) -> list[Any]:
    return [
        done.seq,
        done.act,
        done.unit,
        done.person,
        done.at.isoformat(),
        dict(done.data),
        list(done.recipients),
        list(done.readers),
        [[r.unit, r.person, r.at.isoformat(), r.seq] for r in done.receipts],
        list(done.corrected_by),
        done.revoked_by,
        done.withdrawn,
        list(done.unheld),
    ]


def _done_from_json(data: list[Any]) -> Done:
    fields = list(data)
    fields[4] = datetime.fromisoformat(fields[4])
    fields[6], fields[7], fields[9] = tuple(fields[6]), tuple(fields[7]), tuple(fields[9])
    fields[8] = tuple(Receipt(r[0], r[1], datetime.fromisoformat(r[2]), r[3]) for r in fields[8])
    fields[12] = tuple(fields[12])
    return Done(*fields)


def _owed_to_json(owed: Obligation) -> list[Any]:
    return [
        owed.key,
        owed.rule,
        owed.act,
        owed.unit,
        owed.part,
        _text(owed.due),
        owed.before,
        owed.awaited_by,
        owed.started_by,
        owed.due_by,
        owed.message,
        owed.ended_by,
        _text(owed.ended_at),
        owed.cancelled,
    ]


def _owed_from_json(data: list[Any]) -> Obligation:
    fields = list(data)
    fields[5], fields[12] = _moment(fields[5]), _moment(fields[12])
    return Obligation(*fields)
