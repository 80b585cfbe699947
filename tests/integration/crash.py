"""What the test of a crash runs in processes of their own: fill, work, check.

python -m tests.integration.crash fill|work|check
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from random import Random
from uuid import uuid4

import django

CASES = 40


def fill() -> None:
    from sammanhang.site.cli_service import bring_up_to_date
    from tests.load.bench import fill

    bring_up_to_date()
    fill(CASES)


def work() -> None:
    """Sends without end, and says of each send when it has been acknowledged."""
    from sammanhang.access.acting import Acting
    from sammanhang.casework.actions import Performed, perform
    from tests.load.bench import ward_of
    from tests.load.sizes import ACT, PERSON, TEXT

    rng = Random()
    while True:
        case = rng.randint(1, CASES)
        acting = Acting(PERSON, "", ward_of(case, CASES), "", "avdelning", 1, "ward_nurse")
        now = datetime.now(UTC)
        done = perform(acting=acting, case=case, act=ACT, data=TEXT, now=now, key=uuid4())
        if isinstance(done, Performed):
            print(done.case, done.seq, flush=True)


def check() -> None:
    """Prints each event with its log line, and then whatever is broken."""
    from django.db import connections

    from sammanhang.access import seals
    from sammanhang.casework import chain

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select e.case_id, e.seq from casework_event e "
            "join casework_request r on r.case_id = e.case_id and r.seq = e.seq "
            "where exists (select from access_log l where l.case_id = e.case_id "
            "              and l.action = 'write:planeringsmeddelande')"
        )
        for case, seq in cursor.fetchall():
            print(case, seq)
    seals.seal()
    for broken in [*chain.verify(), *seals.verify()]:
        print("broken:", broken)


if __name__ == "__main__":
    django.setup()
    {"fill": fill, "work": work, "check": check}[sys.argv[1]]()
