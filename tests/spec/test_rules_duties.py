"""`när A ska B`: a duty. After A, every unit in the part owes B by a moment."""

import pytest
from history import rows, told
from language import process_of

ACTS = """\
```handling inskrivning
rubrik: Inskrivning
vem: slutenvård
fält:
  inskriven: {rubrik: Inskriven, typ: tidpunkt}
  hemgång: {rubrik: Beräknad hemgång, typ: datum}
  möte: {rubrik: Möte, typ: tidpunkt}
```

```handling ändring
rubrik: Ändring
vem: slutenvård
fält:
  hemgång: {rubrik: Beräknad hemgång, typ: datum}
  möte: {rubrik: Möte, typ: tidpunkt}
```

```handling svar
rubrik: Svar
vem: kommun
```

```handling utskrivning
rubrik: Utskrivning
vem: slutenvård
```

"""


def with_deadline(deadline: str) -> str:
    line = f"senast: {deadline}\n" if deadline else ""
    return f"```regel svara\nnär: inskrivning\nska: svar\n{line}```\n"


def test_open_then_late_then_fulfilled() -> None:
    history = told(
        process_of(with_deadline("24 timmar"), acts=ACTS), "2026-03-02 10:00 W1 inskrivning"
    )

    assert history.owed("2026-03-03 10:00") == ["K1 svar 2026-03-03 10:00 open"]
    assert history.owed("2026-03-03 10:01") == ["K1 svar 2026-03-03 10:00 late"]
    history.then("2026-03-03 11:00 K1 svar")
    assert history.owed("2026-03-04 00:00") == ["K1 svar 2026-03-03 10:00 fulfilled"]
    assert [owed.was_late for owed in history.case.obligations.values()] == [True]


def test_each_unit_in_the_part_owes_its_own() -> None:
    history = told(
        process_of(with_deadline("24 timmar"), acts=ACTS),
        """
        2026-03-02 10:00  W1  inskrivning
        2026-03-02 12:00  K2  svar
        """,
        {"slutenvård": ["W1"], "kommun": ["K1", "K2"]},
    )
    assert history.owed("2026-03-02 13:00") == rows("""
        K1  svar  2026-03-03 10:00  open
        K2  svar  2026-03-03 10:00  fulfilled
    """)


def test_each_time_it_happens_it_is_owed_anew_and_one_answer_answers_all() -> None:
    history = told(
        process_of(with_deadline("24 timmar"), acts=ACTS),
        """
        2026-03-02 10:00  W1  inskrivning
        2026-03-02 11:00  W1  inskrivning
        2026-03-02 12:00  K1  svar
        2026-03-02 13:00  W1  inskrivning
        """,
    )
    assert history.owed("2026-03-02 14:00") == rows("""
        K1  svar  2026-03-03 10:00  fulfilled
        K1  svar  2026-03-03 11:00  fulfilled
        K1  svar  2026-03-03 13:00  open
    """)


# Monday 2 March 2026 at 10:00; the fields are filled in as the table's second column says.
DEADLINES = [
    ("", "", "-"),
    ("24 timmar", "", "2026-03-03 10:00"),
    ("8 arbetstimmar", "", "2026-03-03 09:00"),
    ("3 kalenderdagar", "", "2026-03-05 23:59"),
    ("3 dagar", "", "2026-03-05 23:59"),
    ("1 arbetsdag", "", "2026-03-03 23:59"),
    ("5 arbetsdagar", "", "2026-03-09 23:59"),
    ("samma dag", "", "2026-03-02 23:59"),
    ("24 timmar från inskriven", "inskriven=2026-03-01T22:00+01:00", "2026-03-02 22:00"),
    ("24 timmar från inskriven", "", "2026-03-03 10:00"),
    ("2 dagar från hemgång", "hemgång=2026-03-10", "2026-03-12 23:59"),
    ("12 timmar från hemgång", "hemgång=2026-03-10", "2026-03-10 12:00"),
    ("samma dag som möte", "möte=2026-03-10T09:00+01:00", "2026-03-10 23:59"),
    ("möte", "möte=2026-03-10T09:00+01:00", "2026-03-10 09:00"),
    ("hemgång", "hemgång=2026-03-10", "2026-03-10 23:59"),
    ("hemgång", "", "-"),
    ("2 dagar före hemgång", "hemgång=2026-03-10", "2026-03-08 23:59"),
    ("1 arbetsdag före hemgång", "hemgång=2026-03-09", "2026-03-06 23:59"),
    ("3 timmar före möte", "möte=2026-03-10T09:00+01:00", "2026-03-10 06:00"),
    ("2 arbetstimmar före möte", "möte=2026-03-10T09:00+01:00", "2026-03-09 16:00"),
    ("före utskrivning", "", "-"),
]


@pytest.mark.parametrize(("deadline", "filled", "due"), DEADLINES)
def test_when_it_is_due(deadline: str, filled: str, due: str) -> None:
    history = told(
        process_of(with_deadline(deadline), acts=ACTS),
        f"2026-03-02 10:00 W1 inskrivning {filled}",
    )
    assert history.owed("2026-03-02 10:00") == [f"K1 svar {due} open"]


def test_a_due_moment_follows_its_field_and_says_which_event_moved_it() -> None:
    history = told(
        process_of(with_deadline("hemgång"), acts=ACTS),
        """
        2026-03-02 10:00  W1  inskrivning  hemgång=2026-03-10
        2026-03-03 10:00  W1  ändring      hemgång=2026-03-12
        2026-03-04 10:00  W1  ändring
        """,
    )
    assert history.owed("2026-03-11 10:00") == ["K1 svar 2026-03-12 23:59 open"]
    assert [owed.due_by for owed in history.case.obligations.values()] == [2]


def test_a_due_moment_stands_still_once_the_duty_is_done() -> None:
    history = told(
        process_of(with_deadline("hemgång"), acts=ACTS),
        """
        2026-03-02 10:00  W1  inskrivning  hemgång=2026-03-10
        2026-03-02 11:00  K1  svar
        2026-03-03 10:00  W1  ändring      hemgång=2026-03-12
        """,
    )
    assert history.owed("2026-03-11 10:00") == ["K1 svar 2026-03-10 23:59 fulfilled"]


def test_due_before_an_act_that_act_is_refused_meanwhile() -> None:
    history = told(
        process_of(with_deadline("före utskrivning"), acts=ACTS),
        """
        2026-03-02 10:00  W1  utskrivning
        2026-03-02 11:00  W1  inskrivning
        2026-03-02 12:00  W1  utskrivning
        2026-03-02 13:00  K1  svar
        2026-03-02 14:00  W1  utskrivning
        """,
    )
    assert history.refused() == [
        "Utskrivning kan inte göras ännu: Svar ska göras före och är inte gjord. (1)"
    ]
    assert history.refusals[0].remedy == "Be kommun om svar."
    assert history.owed("2026-03-02 15:00") == ["K1 svar - fulfilled"]


def test_only_the_unit_that_owes_can_pay() -> None:
    blocks = """
        ```handling anteckning
        rubrik: Anteckning
        vem: [slutenvård, kommun]
        ```
        ```regel anteckna
        när: inskrivning
        ska: anteckning
        vem: kommun
        ```
        """
    history = told(
        process_of(blocks, acts=ACTS),
        """
        2026-03-02 10:00  W1  inskrivning
        2026-03-02 11:00  W1  anteckning
        """,
    )
    assert history.owed("2026-03-02 15:00") == ["K1 anteckning - open"]
