"""What a case says of the stay: which notices were sent when, and when the waiting ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sammanhang.engine.model import Case, Done
from sammanhang.guideline.liability import Notice
from sammanhang.settlement.arithmetic.stays import Leave, Readiness

ENDS = {"utskrivning": "utskriven", "dödsfall": "avliden", "lämnar-i-förtid": None}
"""Acts that end a stay, each with the field that tells when it happened, if it has one."""
CANCELLED = "inskrivning-avbryts"
LEAVE = "permission"


@dataclass(frozen=True, slots=True)
class Course:
    """A stay as its case tells it."""

    admission_notice_at: datetime | None
    readiness: tuple[Readiness, ...]
    leaves: tuple[Leave, ...]
    ended_at: datetime | None
    ward: str
    """The unit that said the person was ready; before that, the one that admitted."""
    told: frozenset[str]
    """Units that were told so."""


def course(case: Case) -> Course | None:
    """None where the admission was a mistake. A message taken back by its sender was never sent;
    one that a later act revokes was, until then."""
    done = [one for one in case.done.values() if not one.withdrawn]
    if not done or any(one.act == CANCELLED and one.in_force for one in done):
        return None
    ready = [one for one in done if one.act == Notice.READINESS.value]
    sent = [one.at for one in done if one.act == Notice.ADMISSION.value]
    ended_at = min(
        (_ended_at(one) for one in done if one.act in ENDS and one.in_force), default=None
    )
    return Course(
        admission_notice_at=min(sent, default=None),
        readiness=tuple(
            Readiness(one.at, _until(case, one), _call(case, one, done)) for one in ready
        ),
        leaves=tuple(_leaves(case, done, ended_at)),
        ended_at=ended_at,
        ward=(ready[-1] if ready else done[0]).unit,
        told=frozenset(unit for one in ready for unit in one.recipients),
    )


def _until(case: Case, one: Done) -> datetime | None:
    """When it ceased to hold."""
    return case.done[one.revoked_by].at if one.revoked_by is not None else None


def _ended_at(one: Done) -> datetime:
    """When it happened, where that was told; else when it was noted."""
    field = ENDS[one.act]
    told = one.data.get(field) if field else None
    return datetime.fromisoformat(told) if isinstance(told, str) else one.at


def _call(case: Case, ready: Done, done: Sequence[Done]) -> datetime | None:
    """The first call within the readiness, or an earlier one that then still held."""
    calls = [one for one in done if one.act == Notice.CALL.value]
    until = ready.revoked_by if ready.revoked_by is not None else case.seq + 1
    within = [one.at for one in calls if ready.seq < one.seq < until]
    before = [
        one.at
        for one in calls
        if one.seq < ready.seq and (one.revoked_by is None or one.revoked_by > ready.seq)
    ]
    return min(within + before, default=None)


def _leaves(case: Case, done: Sequence[Done], ended_at: datetime | None) -> Iterable[Leave]:
    for one in done:
        if one.act == LEAVE:
            back = _until(case, one) or ended_at
            if back is not None and back > one.at:
                yield Leave(one.at, back)
