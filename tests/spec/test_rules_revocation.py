"""`upphäver`: an act takes another back, which is then as undone."""

from history import rows, told
from language import process_of

ACTS = """\
```handling klar
rubrik: Utskrivningsklar
vem: slutenvård
fält:
  hemgång: {rubrik: Hemgång, typ: datum}
```

```handling inte-klar
rubrik: Utskrivningsklar återtas
vem: slutenvård
```

```handling kallelse
rubrik: Kallelse
vem: kommun
```

```handling besked
rubrik: Besked
vem: slutenvård
fält:
  hemgång: {rubrik: Hemgång, typ: datum}
```

```regel återtas
handling: inte-klar
upphäver: klar
```

"""

CALL = """
```regel kalla
när: klar
ska: kallelse
senast: 3 dagar
```
"""


def test_what_it_started_is_cancelled_and_starts_anew_the_next_time() -> None:
    history = told(
        process_of(CALL, acts=ACTS),
        """
        2026-03-02 10:00  W1  klar
        2026-03-03 10:00  W1  inte-klar
        2026-03-05 10:00  W1  klar
        """,
    )
    assert history.owed("2026-03-05 11:00") == rows("""
        K1  kallelse  2026-03-05 23:59  cancelled
        K1  kallelse  2026-03-08 23:59  open
    """)


def test_what_it_started_and_was_done_stays_done() -> None:
    history = told(
        process_of(CALL, acts=ACTS),
        """
        2026-03-02 10:00  W1  klar
        2026-03-02 11:00  K1  kallelse
        2026-03-03 10:00  W1  inte-klar
        """,
    )
    assert history.owed("2026-03-05 11:00") == ["K1 kallelse 2026-03-05 23:59 fulfilled"]


DECLARE = """
```regel säg-till
när: besked
ska: klar
vem: slutenvård
senast: hemgång
```
"""


def test_what_it_had_fulfilled_is_open_again_with_the_due_moment_of_now() -> None:
    history = told(
        process_of(DECLARE, acts=ACTS),
        """
        2026-03-02 10:00  W1  besked  hemgång=2026-03-04
        2026-03-02 11:00  W1  klar
        2026-03-02 12:00  W1  besked  hemgång=2026-03-06
        2026-03-02 13:00  W1  inte-klar
        """,
    )
    assert history.owed("2026-03-05 11:00") == rows("""
        W1  klar  2026-03-06 23:59  open
        W1  klar  2026-03-06 23:59  open
    """)
    assert [owed.due_by for owed in history.case.obligations.values()] == [4, 3]


def test_what_was_done_twice_is_still_done_when_only_the_first_is_taken_back() -> None:
    history = told(
        process_of(
            """
            ```handling klar
            rubrik: Klar
            vem: slutenvård
            till: kommun
            ```
            ```handling besked
            rubrik: Besked
            vem: slutenvård
            ```
            ```handling återtagande
            rubrik: Återtagande
            vem: slutenvård
            verkan: återtar
            ```
            ```regel säg-till
            när: besked
            ska: klar
            vem: slutenvård
            ```
            """
        ),
        """
        2026-03-02 10:00  W1  besked
        2026-03-02 11:00  W1  klar
        2026-03-02 12:00  W1  klar
        2026-03-02 13:00  W1  återtagande  meddelande=2
        """,
    )
    assert history.owed("2026-03-05 11:00") == ["W1 klar - fulfilled"]
    assert [owed.ended_by for owed in history.case.obligations.values()] == [3]
    history.then("2026-03-02 14:00 W1 återtagande meddelande=3")
    assert history.owed("2026-03-05 11:00") == ["W1 klar - open"]


def test_its_values_give_way_to_earlier_ones() -> None:
    history = told(
        process_of(CALL, acts=ACTS),
        """
        2026-03-02 10:00  W1  besked  hemgång=2026-03-04
        2026-03-02 11:00  W1  klar    hemgång=2026-03-09
        """,
    )
    assert history.case.values == {"hemgång": "2026-03-09"}
    history.then("2026-03-02 12:00 W1 inte-klar")
    assert history.case.values == {"hemgång": "2026-03-04"}


def test_its_bars_no_longer_hold_and_conditions_on_it_lack_again() -> None:
    blocks = """
        ```regel en-gång
        handling: klar
        spärrar: [klar, besked]
        ```
        ```regel kallelse-kräver
        handling: kallelse
        kräver: klar
        ```
        """
    history = told(process_of(blocks, acts=ACTS), "2026-03-02 10:00 W1 klar")

    assert history.possible("W1", "2026-03-02 11:00") == ["inte-klar"]
    assert history.possible("K1", "2026-03-02 11:00") == ["kallelse"]
    history.then("2026-03-02 11:00 W1 inte-klar")
    assert history.possible("W1", "2026-03-02 12:00") == ["klar", "inte-klar", "besked"]
    assert history.possible("K1", "2026-03-02 12:00") == []


def test_a_guard_that_was_read_is_not_read_again() -> None:
    """The bar stands on a value that has since been taken back: it was right when it was set."""
    blocks = """
        ```regel spärr
        handling: besked
        spärrar: kallelse
        om: {hemgång: {finns: ja}}
        ```
        """
    history = told(
        process_of(blocks, acts=ACTS),
        """
        2026-03-02 10:00  W1  klar  hemgång=2026-03-09
        2026-03-02 11:00  W1  besked
        2026-03-02 12:00  W1  inte-klar
        """,
    )
    assert history.possible("K1", "2026-03-02 13:00") == []


def test_an_act_that_takes_itself_back_does_again_what_it_had_done() -> None:
    blocks = """
        ```regel ersätter
        handling: klar
        upphäver: klar
        ```
        ```regel säg-till
        när: besked
        ska: klar
        vem: slutenvård
        ```
        """
    history = told(
        process_of(blocks, acts=ACTS),
        """
        2026-03-02 10:00  W1  besked
        2026-03-02 11:00  W1  klar
        2026-03-02 12:00  W1  klar
        """,
    )
    assert history.owed("2026-03-02 13:00") == ["W1 klar - fulfilled"]
    assert [owed.ended_by for owed in history.case.obligations.values()] == [3]
