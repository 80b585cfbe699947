"""Seals over the access log: whoever changes, removes or adds a line is found out.

The log seals itself in the database, in order, each seal covering the one before. Who can write
to the database could seal anew; so the latest seal is signed with a key of the installation and
kept in a file outside of it, which shows that too, and a tail cut off. Run as the owner.

Each seal names the method by which it and its lines were hashed, so that another can be taken into
use from one seal to the next: docs/adr/0019-methods-of-seals.md.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections, transaction

from sammanhang.access.keys import signing_keys

OWNER = "owner"
FIRST = b"sammanhang access log"
METHOD = "sha256"
"""By which seals are made now."""
METHODS: dict[str, Callable[[bytes], Any]] = {"sha256": hashlib.sha256}
"""All that seals have been made by. Of lines: access_log_hash, in sql/access_log.sql."""
SIGNED_BY = "hmac-sha256"
SIGNATURES = {"hmac-sha256": "sha256"}
AT_ONCE = 20_000
"""Lines read at a time."""


@dataclass(frozen=True, slots=True)
class Head:
    """A seal as it is kept outside the database."""

    number: int
    hash: str
    sealed_at: str
    method: str
    signed_by: str
    signature: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and with which line if it is one."""

    why: str
    line: int | None = None

    def __str__(self) -> str:
        return f"rad {self.line}: {self.why}" if self.line is not None else self.why


def heads_file() -> Path:
    return settings.DATA / "access-log-heads.jsonl"


# --- Sealing --------------------------------------------------------------------------------


def seal() -> Head | None:
    """Seals all lines of finished transactions and signs. None: nothing has come since the last."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("lock table access_log_seal in exclusive mode")
        cursor.execute("select access_log_month((current_date + interval '1 month')::date)")
        # No transaction lasts a day: what is older than that at a seal has been prepared.
        cursor.execute(
            "select access_review_prepare(coalesce(max(sealed_at), '-infinity') "
            "- interval '1 day') from access_log_seal"
        )
        number, before, from_tx = _last(cursor)
        cursor.execute("select pg_snapshot_xmin(pg_current_snapshot())::text")
        (to_tx,) = cursor.fetchone()
        lines, digest = [], METHODS[METHOD](before)
        for line, stored, _ in _lines(from_tx, to_tx, METHOD):
            lines.append(line)
            digest.update(stored)
        if not lines:
            return None
        cursor.execute(
            "insert into access_log_seal (number, from_tx, to_tx, lines, method, hash) "
            "values (%s, %s::xid8, %s::xid8, %s, %s, %s) returning sealed_at",
            [number + 1, from_tx, to_tx, lines, METHOD, digest.digest()],
        )
        (sealed_at,) = cursor.fetchone()
    head = signed(number + 1, digest.hexdigest(), sealed_at.isoformat())
    with heads_file().open("a") as file:
        file.write(json.dumps(asdict(head)) + "\n")
    return head


def _last(cursor: Any) -> tuple[int, bytes, str]:
    """(number, hash, the transaction up to which is sealed) of the latest seal."""
    cursor.execute(
        "select number, hash, to_tx::text from access_log_seal order by number desc limit 1"
    )
    number, before, to_tx = cursor.fetchone() or (0, FIRST, "0")
    return number, bytes(before), to_tx


LINES = """
select l.id, l.hash, l.hash = access_log_hash(l, %s) from access_log l
where l.tx >= %s::xid8 and l.tx < %s::xid8 order by l.id
"""


def _lines(from_tx: str, to_tx: str, method: str) -> Iterator[tuple[int, bytes, bool]]:
    """(id, stored hash, whether it is the hash of what the line says), in order of id: sought by
    transaction once, however many there are."""
    with connections[OWNER].chunked_cursor() as cursor:
        cursor.execute(LINES, [method, from_tx, to_tx])
        while rows := cursor.fetchmany(AT_ONCE):
            yield from ((line, bytes(stored), true) for line, stored, true in rows)


def signed(number: int, digest: str, sealed_at: str) -> Head:
    """The head, signed with the key in use."""
    head = Head(number, digest, sealed_at, METHOD, SIGNED_BY, "")
    return replace(head, signature=_signature(head, signing_keys("access log")[0]))


def _signature(head: Head, key: bytes) -> str:
    said = f"{head.number} {head.hash} {head.sealed_at} {head.method} {head.signed_by}".encode()
    return hmac.new(key, said, SIGNATURES[head.signed_by]).hexdigest()


def is_ours(head: Head) -> bool:
    """Signed with the key in use, or with one that was. Compared in constant time: how near a
    forged one came is not to be measured."""
    return head.signed_by in SIGNATURES and any(
        hmac.compare_digest(head.signature.encode(), _signature(head, key).encode())
        for key in signing_keys("access log")
    )


# --- Verifying ------------------------------------------------------------------------------


def verified(since: date | None = None) -> Iterator[Finding]:
    """Verifies, and notes what came of it for those who oversee the log (access/oversight.py)."""
    count = 0
    for finding in verify(since):
        count += 1
        yield finding
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "insert into access_verification (since, last_seal, findings) "
            "select %s, coalesce(max(number), 0), %s from access_log_seal",
            [since, count],
        )


def verify(since: date | None = None) -> Iterator[Finding]:
    """Every line that isn't as it was sealed; and seals that aren't as they were signed.

    `since`: only seals made on that day or later, and the last before them, which is trusted if
    it is as it was signed.
    """
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        yield from _against_heads(cursor)
        cursor.execute(
            "select number, hash from access_log_seal where sealed_at < %s::date "
            "order by number desc limit 1",
            [since or date.min],
        )
        number, before = cursor.fetchone() or (0, FIRST)
        cursor.execute("select max(number) from access_log_seal")
        last = cursor.fetchone()[0] or 0
        reached = bytes(before)
        for at in range(number + 1, last + 1):
            cursor.execute(
                "select from_tx::text, to_tx::text, lines, method, hash from access_log_seal "
                "where number = %s",
                [at],
            )
            found = cursor.fetchone()
            if found is None:
                yield Finding(f"förseglingen {at} saknas")
                continue
            yield from _against_seal(at, reached, found)
            reached = bytes(found[4])


def _against_seal(number: int, before: bytes, found: tuple[Any, ...]) -> Iterator[Finding]:
    from_tx, to_tx, sealed, method, stored = found
    if method not in METHODS:
        yield Finding(f"försegling {number} är gjord med {method}, som inte är känd här")
        return
    digest, there, changed = METHODS[method](before), set[int](), False
    for line, hashed, true in _lines(from_tx, to_tx, method):
        there.add(line)
        digest.update(hashed)
        if not true:
            changed = True
            yield Finding("har ändrats", line)
    known = set(sealed)
    for line in sorted(known - there):
        yield Finding("har tagits bort", line)
    for line in sorted(there - known):
        yield Finding("har lagts till efteråt", line)
    if digest.digest() != bytes(stored) and not changed and there == known:
        yield Finding(f"försegling {number} stämmer inte med sina rader eller med den före")


def _against_heads(cursor: Any) -> Iterator[Finding]:
    """The signed heads outside the database tell what its seals were."""
    file = heads_file()
    if not file.exists():
        return
    cursor.execute("select number, encode(hash, 'hex') from access_log_seal")
    seals = dict(cursor.fetchall())
    for text in file.read_text().splitlines():
        head = Head(**json.loads(text))
        if not is_ours(head):
            yield Finding(f"det sparade huvudet {head.number} har inte vår signatur")
        elif head.number not in seals:
            yield Finding(f"försegling {head.number} finns sparad men inte i databasen")
        elif seals[head.number] != head.hash:
            yield Finding(f"försegling {head.number} är inte den som sparades")
