"""The chain of hashes that shows if a case's history has been tampered with.

An event's hash covers its canonical JSON (sorted keys, UTC), its case, and the hash before it, by
the method that it names (methods.py); the case keeps the latest. A chain that only its own keeper
verifies proves little: `heads` is to be kept elsewhere, and shows also cut ends and removed cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from itertools import groupby
from typing import Any

import orjson
from django.db import connections, transaction

from sammanhang.casework import methods
from sammanhang.casework.restricted import seal, seals_in
from sammanhang.engine import Event

NOTHING_BEFORE = b""


@dataclass(frozen=True, slots=True)
class Break:
    """Where a history doesn't hold together. `seq`: the first event at fault."""

    case: int
    seq: int
    why: str

    def __str__(self) -> str:
        return f"ärende {self.case}, händelse {self.seq}: {self.why}"


def as_stored(event: Event, basis: str | None, method: str | None = None) -> dict[str, Any]:
    """An event as it is stored, with the legal basis on which it crosses a border of secrecy and
    the method by which it is hashed: the one in use, unless it was stored before."""
    return {
        "seq": event.seq,
        "at": event.at.astimezone(UTC).isoformat(),
        "unit": event.unit,
        "person": event.person,
        "act": event.act,
        "data": dict(event.data),
        "basis": basis,
        "method": method or methods.METHOD,
    }


def link(before: bytes, case: int, stored: Mapping[str, Any]) -> bytes:
    """The hash of an event, given the hash of the one before it."""
    content = orjson.dumps({**stored, "case": case}, option=orjson.OPT_SORT_KEYS)
    return methods.METHODS[stored["method"]](bytes(before) + content).digest()


def verify(case: int | None = None, *, using: str = "owner") -> Iterator[Break]:
    """The breaks in one case's chain, or in all. Needs to read whole cases: run as the owner."""
    where, given = ("where c.id = %s", [case]) if case is not None else ("", [])
    with transaction.atomic(using=using), connections[using].chunked_cursor() as cursor:
        cursor.execute(
            "select c.id, c.seq, c.head, e.seq, e.at, e.unit, e.person, e.act, e.data::text, "
            "e.basis, e.method, e.hash, r.kept from casework_case c "
            "left join casework_event e on e.case_id = c.id "
            "left join (select case_id, seq, json_object_agg(field, json_build_array(said, "
            "encode(salt, 'hex')))::text as kept from casework_restricted group by 1, 2) r "
            "on r.case_id = c.id and r.seq = e.seq "
            f"{where} order by c.id, e.seq",
            given,
        )
        for (number, last, head), rows in groupby(cursor, key=lambda row: row[:3]):
            broken = _first_break(number, last, bytes(head), (row[3:] for row in rows))
            if broken is not None:
                yield broken


def heads(method: str | None = None, *, using: str = "owner") -> str:
    """One hash over where every case's chain ends, with its method: to be kept outside the
    database. `method`: that of the one it is to be compared with."""
    method = method or methods.METHOD
    total = methods.METHODS[method](b"")
    with transaction.atomic(using=using), connections[using].chunked_cursor() as cursor:
        cursor.execute("select id, seq, head from casework_case order by id")
        for number, seq, head in cursor:
            total.update(f"{number}:{seq}:{bytes(head).hex()}\n".encode())
    return f"{method}:{total.hexdigest()}"


def _first_break(
    case: int, last: int, head: bytes, events: Iterable[tuple[Any, ...]]
) -> Break | None:
    before, count = NOTHING_BEFORE, 0
    for seq, at, unit, person, act, data, basis, method, kept, apart in events:
        if seq is None:
            break  # a case without events
        count += 1
        if seq != count:
            return Break(case, count, "saknas")
        if method not in methods.METHODS:
            return Break(case, seq, f"är kedjad med {method}, som inte är känd här")
        stored = as_stored(Event(seq, at, unit, person, act, orjson.loads(data)), basis, method)
        before = link(before, case, stored)
        if before != bytes(kept):
            return Break(case, seq, "stämmer inte med sin hash")
        if not _seals_hold(stored["data"], apart, method):
            return Break(case, seq, "har uppgifter för några som inte stämmer med sin försegling")
    if count != last:
        return Break(case, count + 1, f"saknas: ärendet ska ha {last} händelser")
    if before != head:
        return Break(case, count, "är inte den som ärendet slutar med")
    return None


def _seals_hold(data: Mapping[str, Any], apart: str | None, method: str) -> bool:
    """Whether what is kept apart is all that was sealed, and as it was sealed."""
    kept = orjson.loads(apart or "{}").items()
    return seals_in(data) == {
        name: seal(said, bytes.fromhex(salt), method) for name, (said, salt) in kept
    }
