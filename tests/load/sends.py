"""A message sent, as often as can be: through `perform`, and its SQL alone in pgbench."""

from __future__ import annotations

import json
import re
import subprocess
import time
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.pool import Pool
from random import Random
from typing import Any
from uuid import uuid4

from tests.load.sizes import ACT, BOARD, PERSON, SECONDS, TEXT, WORKERS


def ward_of(case: int, cases: int) -> str:
    return f"SE2321000131-B{(case - 1) % max(1, cases // BOARD):05}"


def performing(cases: int) -> float:
    """Sends per second through `perform`, with eight processes at once."""
    with get_context("spawn").Pool(WORKERS) as pool:
        return sum(count / seconds for count, seconds in by_each(pool, cases, SECONDS))


def by_each(pool: Pool, cases: int, for_seconds: float) -> list[tuple[int, float]]:
    """How many each process of a pool got done and in what time, all of them at once. The first
    send of each warms up, and is neither counted nor timed."""
    work = [(seed, cases, for_seconds) for seed in range(WORKERS)]
    return pool.starmap(_perform_for, work, chunksize=1)


def _perform_for(seed: int, cases: int, for_seconds: float) -> tuple[int, float]:
    import django

    django.setup()
    from sammanhang.access.acting import Acting
    from sammanhang.casework.actions import Performed, perform

    rng, count, began = Random(seed), 0, 0.0
    while not began or time.monotonic() - began < for_seconds:
        case = rng.randint(1, cases)
        acting = Acting(PERSON, "", ward_of(case, cases), "", "avdelning", 1, "ward_nurse")
        now = datetime.now(UTC)
        done = perform(acting=acting, case=case, act=ACT, data=TEXT, now=now, key=uuid4())
        if not isinstance(done, Performed):
            raise TypeError(done)
        if not began:
            began = time.monotonic()  # the first warms up
        else:
            count += 1
    return count, time.monotonic() - began


def pgbench(server: Any, cases: int) -> float:
    """The same two statements, sent by pgbench with what a real send would have written."""
    wards = max(1, cases // BOARD)
    event, changes, state = _sample(cases)
    script = f"""
\\set c random(1, {cases})
\\set w (:c - 1) % {wards}
select repeated_seq, length(state), (state::json->>'seq')::int + 1 as next
  from casework_begin('{PERSON}', 'SE2321000131-B' || lpad((:w)::text, 5, '0'), :c,
                      gen_random_uuid(), false) \\gset
select casework_append(:c, jsonb_set(jsonb_set('{event}'::jsonb, '{{seq}}', '":next"'), '{{unit}}',
    to_jsonb('SE2321000131-B' || lpad((:w)::text, 5, '0'))), sha256(gen_random_uuid()::text::bytea),
    '{changes}'::jsonb, '{state}', gen_random_uuid(), 1);
"""
    script = script.replace("""'":next"'""", "to_jsonb(:next)")
    file = server.folder / "send.sql"
    file.write_text(script)
    how = ["-c", str(WORKERS), "-j", "2", "-h", server.folder / "socket"]
    how += ["-U", "sammanhang_app", "sammanhang"]
    done = subprocess.run(
        [server.programs / "pgbench", "-n", "-f", file, "-T", str(SECONDS), *how],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if found is None:
        raise SystemExit(done.stderr)
    return float(found[1])


def _sample(cases: int) -> tuple[str, str, str]:
    """What one send writes, as SQL literals' insides. Its case's state keeps its sequence."""
    from django.db import connections

    from sammanhang.casework import chain
    from sammanhang.casework.processes import DISCHARGE, process_on
    from sammanhang.casework.projection import changes
    from sammanhang.engine import Command, decide, evolve, from_json, to_json

    with connections["owner"].cursor() as cursor:
        cursor.execute("select state from casework_snapshot where case_id = 1")
        before = from_json(json.loads(cursor.fetchone()[0]))
    process = process_on(DISCHARGE, datetime.now(UTC).date())
    command = Command(ward_of(1, cases), PERSON, ACT, TEXT)
    decided = decide(process, before, command, datetime.now(UTC))
    if not isinstance(decided, list):
        raise SystemExit(decided.reason)
    after = evolve(process, before, decided[0])
    stored = chain.as_stored(decided[0], process.acts[ACT].basis)
    made = changes(process, before, after, decided[0])
    made["deliveries"], made["obligations"] = [], []  # their keys are the sample's own
    return tuple(json.dumps(one).replace("'", "''") for one in (stored, made, to_json(after)))  # type: ignore[return-value]
