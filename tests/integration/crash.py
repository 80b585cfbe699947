"""What the tests of a crash run in processes of their own.

python -m tests.integration.crash fill|work|seal|check
python -m tests.integration.crash browse PORT
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from itertools import count
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
    from tests.load.sends import ward_of
    from tests.load.sizes import ACT, PERSON, TEXT

    rng = Random()
    while True:
        case, key = rng.randint(1, CASES), uuid4()
        acting = Acting(PERSON, "", ward_of(case, CASES), "", "avdelning", 1, "ward_nurse")
        now = datetime.now(UTC)
        done = perform(acting=acting, case=case, act=ACT, data=TEXT, now=now, key=key)
        if isinstance(done, Performed):
            print("done", key, flush=True)


def browse(port: str) -> None:
    """The same as people do it, in a browser: a send is acknowledged by the page that comes back,
    and between sends the board is looked at."""
    from tests.load import http
    from tests.load.sends import ward_of

    rng, client = Random(), http.Client(int(port))
    sessions = [http.session(ward_of(case, CASES)) for case in range(1, 3)]
    for n in count(rng.randrange(CASES)):
        key = uuid4()
        http.send(client, sessions, n, CASES, key)
        print("done", key, flush=True)
        if n % 5 == 0:
            http.board(client, sessions[n % 2])


def seal() -> None:
    from sammanhang.access import seals

    seals.seal()


def check() -> None:
    """Prints each send that is there whole, and then whatever is broken."""
    from django.db import connections

    from sammanhang.access import seals
    from sammanhang.casework import chain

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select r.key from casework_request r "
            "join casework_event e on e.case_id = r.case_id and e.seq = r.seq"
        )
        for (key,) in cursor.fetchall():
            print("done", key)
        cursor.execute(
            "select r.case_id from casework_request r group by r.case_id having count(*) <> "
            "(select count(*) from access_log l "
            " where l.case_id = r.case_id and l.action like 'write:%'"
            " and l.at >= (select min(at) from casework_request))"
        )
        for (case,) in cursor.fetchall():
            print("broken: not as many lines in the log as sends in case", case)
    seals.seal()
    for broken in [*chain.verify(), *seals.verify()]:
        print("broken:", broken)


if __name__ == "__main__":
    django.setup()
    does = {"fill": fill, "work": work, "browse": browse, "seal": seal, "check": check}
    does[sys.argv[1]](*sys.argv[2:])
