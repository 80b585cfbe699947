"""`läge`: where a case is, and when it is over."""

from history import History, rows, told
from language import process_of

BLOCKS = """\
```handling in
rubrik: Inskrivning
vem: slutenvård
till: kommun
kvittens: 1 arbetsdag
```

```handling planera
rubrik: Planering
vem: kommun
fält:
  klart: {rubrik: Klart, typ: ja-nej}
```

```handling klar
rubrik: Utskrivningsklar
vem: slutenvård
```

```handling inte-klar
rubrik: Inte klar
vem: slutenvård
```

```handling slut
rubrik: Dödsfall
vem: slutenvård
till: kommun
kvittens: 1 arbetsdag
```

```handling misstag
rubrik: Misstag
vem: slutenvård
```

```handling återtagande
rubrik: Återtagande
vem: slutenvård
verkan: återtar
```

```regel planering
när: in
ska: planera
vem: kommun
senast: 3 dagar
```

```regel sista-anteckning
när: slut
ska: klar
vem: slutenvård
senast: samma dag
```

```regel klar-återtas
handling: inte-klar
upphäver: klar
```

```regel ångra
handling: misstag
upphäver: slut
```

```läge inskriven
rubrik: Inskriven
när: in
```

```läge planering
rubrik: Planering
när: planera
från: inskriven
om: {klart: nej}
```

```läge klar
rubrik: Klar
när: klar
```

```läge avslutad
rubrik: Avslutad
när: slut
avslutar: ja
```

"""


def case(happens: str) -> History:
    return told(process_of(BLOCKS), happens)


def test_the_phase_is_that_of_the_latest_act_that_enters_one() -> None:
    history = case("")
    seen = [history.phase]
    for happens in (
        "2026-03-02 10:00 W1 in",
        "2026-03-02 11:00 K1 kvittens",
        "2026-03-02 12:00 K1 planera klart=nej",
        "2026-03-02 13:00 W1 klar",
    ):
        seen.append(history.then(happens).phase)
    assert seen == [None, "inskriven", "inskriven", "planering", "klar"]


def test_a_phase_may_be_entered_only_from_some_and_only_when_its_guard_holds() -> None:
    assert case("2026-03-02 10:00 K1 planera klart=nej").phase is None
    history = case("""
        2026-03-02 10:00  W1  in
        2026-03-02 11:00  K1  planera  klart=ja
    """)
    assert history.phase == "inskriven"
    history.then("""
        2026-03-02 12:00  W1  klar
        2026-03-02 13:00  K1  planera  klart=nej
    """)
    assert history.phase == "klar"


def test_what_is_taken_back_takes_its_phase_with_it() -> None:
    history = case("""
        2026-03-02 10:00  W1  in
        2026-03-02 11:00  W1  klar
        2026-03-02 12:00  W1  inte-klar
    """)
    assert history.phase == "inskriven"


OVER = """
    2026-03-02 10:00  W1  in
    2026-03-02 11:00  W1  slut
"""


def test_a_case_that_is_over_owes_only_what_its_end_started() -> None:
    assert case(OVER).owed("2026-03-02 12:00") == rows("""
        K1  kvittens  2026-03-03 23:59  cancelled
        K1  planera   2026-03-05 23:59  cancelled
        K1  kvittens  2026-03-03 23:59  open
        W1  klar      2026-03-02 23:59  open
    """)


def test_in_a_case_that_is_over_one_does_what_is_owed_and_mends_what_went_wrong() -> None:
    history = case(OVER)

    assert history.possible("K1", "2026-03-02 12:00") == ["kvittens"]
    assert history.possible("W1", "2026-03-02 12:00") == ["klar", "misstag", "återtagande"]
    history.then("""
        2026-03-02 12:00  K1  planera  klart=ja
        2026-03-02 13:00  W1  klar
        2026-03-02 14:00  W1  klar
    """)
    assert history.refused() == [
        "Planering kan inte göras: ärendet är avslutat (Dödsfall). (1)",
        "Utskrivningsklar kan inte göras: ärendet är avslutat (Dödsfall). (1)",
    ]
    assert history.phase == "avslutad"


def test_a_mistaken_end_is_undone_and_the_case_goes_on() -> None:
    for undo in ("W1 misstag", "W1 återtagande meddelande=slut"):
        history = case(OVER).then(f"2026-03-02 12:00 {undo}")

        assert history.phase == "inskriven"
        assert history.owed("2026-03-02 12:00") == rows("""
            K1  kvittens  2026-03-03 23:59  open
            K1  planera   2026-03-05 23:59  open
            K1  kvittens  2026-03-03 23:59  cancelled
            W1  klar      2026-03-02 23:59  cancelled
        """)
