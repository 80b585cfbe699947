"""A unit sees a case while it takes part, and for as long afterwards as the document says (`insyn`;
here 3650 days). Then the database shows it nothing of it, though all is kept."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from stage import MONDAY, Stage, owner, signed_in

from sammanhang.access.acting import Acting, scope
from sammanhang.casework import boards
from sammanhang.casework.actions import NoSuchCase
from sammanhang.casework.projection import sees_until
from sammanhang.engine import Command, decide, evolve, start
from sammanhang.engine.calendar import local
from sammanhang.guideline import read_document

ALWAYS = "infinity"
TABLES = ("case", "event", "phase", "party", "delivery", "obligation", "board", "planned", "draft",
          "attachment", "disclosure")  # fmt: skip


CLOSED_BY_A_MESSAGE = """\
---
id: a
titel: A
nivå: riktlinje
process: a
---
## 1 Allt

Allt tar slut.

```part p
rubrik: P
insyn: 10 dagar
```

```part q
rubrik: Q
insyn: 2 dagar
```

```handling slut
vem: p
till: q
kvittens: 1 arbetsdag
```

```läge slut
när: slut
avslutar: ja
```
"""


def last_day(who: Acting, case: int) -> str | date:
    """The last day, or ALWAYS."""
    ((until,),) = owner(
        "select sees_until::text from casework_board where case_id = %s and unit = %s",
        case, who.unit,
    )  # fmt: skip
    return until if until == ALWAYS else local(datetime.fromisoformat(until)).date()


def after(at: datetime) -> date:
    return local(at).date() + timedelta(days=3650)


def discharged(stage: Stage, *, at: datetime = MONDAY) -> int:
    """A case in which all is acknowledged, and that has been closed."""
    case = stage.notified()
    stage.did(stage.ward, case, "utskrivningsklar")
    for who in (stage.centre, stage.officer):
        stage.did(who, case, "kvittens")
    stage.did(stage.ward, case, "utskrivning", at=at)
    return case


def test_one_who_takes_part_in_an_open_case_sees_it_without_end(stage: Stage) -> None:
    case = stage.notified()

    assert {last_day(who, case) for who in (stage.ward, stage.centre)} == {ALWAYS}


def test_one_who_hands_over_sees_it_for_so_long_from_that_day_whatever_happens_then(
    stage: Stage,
) -> None:
    case = stage.notified()
    to = {"rätt-enhet": stage.other_centre.unit}
    stage.did(stage.centre, case, "vidarebefordran", data=to)
    stage.did(stage.ward, case, "anteckning", at=MONDAY + timedelta(days=9))

    assert last_day(stage.centre, case) == after(MONDAY)
    assert last_day(stage.other_centre, case) == ALWAYS

    back = {"rätt-enhet": stage.centre.unit}
    stage.did(stage.other_centre, case, "vidarebefordran", data=back, at=MONDAY + timedelta(days=9))
    assert last_day(stage.centre, case) == ALWAYS


def test_when_the_case_is_closed_the_days_count_from_then(stage: Stage) -> None:
    closed = MONDAY + timedelta(days=3)
    case = discharged(stage, at=closed)

    for who in (stage.ward, stage.centre, stage.officer):
        assert last_day(who, case) == after(closed)

    stage.did(stage.ward, case, "ångrad-utskrivning", at=closed)
    assert last_day(stage.centre, case) == ALWAYS


def test_one_who_still_owes_sees_a_closed_case_until_it_is_done() -> None:
    """As the receipt of the very act that closed it."""
    process = read_document(CLOSED_BY_A_MESSAGE, "a.md").process
    assert process is not None
    case = before = start(process, {"p": ["A"], "q": ["B"]})
    at = {"A": MONDAY, "B": MONDAY + timedelta(days=5)}
    until: list[dict[str, str]] = []
    for command in (Command("A", "a", "slut", {}), Command("B", "b", "kvittens", {})):
        decided = decide(process, case, command, at[command.unit])
        assert isinstance(decided, list)
        before, case = case, evolve(process, case, decided[0])
        until.append({unit: sees_until(process, before, case, unit)[:10] for unit in "AB"})

    assert until == [
        {"A": "2026-03-12", "B": "infinity"},
        {"A": "2026-03-12", "B": "2026-03-09"},
    ]


@pytest.fixture
def over(stage: Stage) -> int:
    """A closed case that the centre no longer has to do with."""
    case = discharged(stage)
    stage.did(stage.ward, case, "rättelse",
              data={"meddelande": 2, "värden": {"text": "Behöver hjälp"}})  # fmt: skip
    owner("update casework_board set sees_until = now() where case_id = %s and unit = %s",
          case, stage.centre.unit)  # fmt: skip
    return case


def test_when_the_time_is_over_the_database_shows_nothing_of_it(stage: Stage, over: int) -> None:
    kept = owner("select count(*) from casework_event where case_id = %s", over)
    with scope(stage.centre), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"select count(*) from casework_{table}")
            assert cursor.fetchone() == (0,), table
        for table in ("resident", "residentnumber"):
            cursor.execute(f"select count(*) from residents_{table}")
            assert cursor.fetchone() == (0,), table
        cursor.execute("select casework_state(%s)", [over])
        assert cursor.fetchone() == (None,)
    assert boards.board(stage.centre, case=over).rows == []
    with pytest.raises(NoSuchCase):
        stage.does(stage.centre, over, "anteckning", {"text": "x"})
    assert owner("select count(*) from casework_event where case_id = %s", over) == kept


def test_its_address_is_then_not_found_and_the_try_is_logged(stage: Stage, over: int) -> None:
    client = signed_in(stage.centre)

    assert client.get(f"/arende/{over}/").status_code == 404
    last = "select action, case_id from access_log where person = %s order by id desc limit 1"
    assert owner(last, stage.centre.person) == [("denied:case", over)]


def test_others_go_on_seeing_it(stage: Stage, over: int) -> None:
    with scope(stage.officer), connection.cursor() as cursor:
        cursor.execute("select count(*) > 0 from casework_event")
        assert cursor.fetchone() == (True,)
