"""`kräver`, `spärrar` and `öppnar`: what may be done, and when."""

from history import rows, told
from language import process_of

ACTS = """\
```handling plan
rubrik: Plan
vem: kommun
fält:
  brådskar: {rubrik: Brådskar, typ: ja-nej}
```

```handling besök
rubrik: Besök
vem: kommun
fält:
  hemma: {rubrik: Hemma, typ: ja-nej}
```

```handling hem
rubrik: Hemgång
vem: slutenvård
```

```handling paus
rubrik: Paus
vem: slutenvård
```

```handling åter
rubrik: Återupptagande
vem: slutenvård
```

"""


# --- kräver ---------------------------------------------------------------------------------

CONDITION = """
```regel hem-kräver
handling: hem
kräver: [plan, besök]
```
"""


def test_a_condition_refuses_until_every_act_is_done() -> None:
    history = told(
        process_of(CONDITION, acts=ACTS),
        """
        2026-03-02 10:00  W1  hem
        2026-03-02 11:00  K1  plan
        2026-03-02 12:00  W1  hem
        2026-03-02 13:00  K1  besök
        2026-03-02 14:00  W1  hem
        """,
    )
    assert history.refused() == [
        "Hemgång kan inte göras ännu: Plan och Besök saknas. (1)",
        "Hemgång kan inte göras ännu: Besök saknas. (1)",
    ]
    assert [one.remedy for one in history.refusals] == [
        "Be kommun om plan.",
        "Be kommun om besök.",
    ]
    assert history.refusals[0].rule == "hem-kräver"
    assert [done.act for done in history.case.done.values()] == ["plan", "besök", "hem"]


def test_a_refusal_says_what_to_do_to_whoever_asks() -> None:
    blocks = """
        ```regel hem-kräver-paus
        handling: hem
        kräver: paus
        ```
        ```regel hem-kräver-plan
        handling: hem
        kräver: plan
        ```
        """
    asks = "2026-03-02 10:00 W1 hem"
    alone = {"slutenvård": ["W1"]}
    after_pause = f"2026-03-02 09:00 W1 paus\n{asks}"

    for history, remedy in (
        (told(process_of(blocks, acts=ACTS), asks), "Börja med paus."),
        (told(process_of(blocks, acts=ACTS), after_pause), "Be kommun om plan."),
        (
            told(process_of(blocks, acts=ACTS), after_pause, alone),
            "Plan görs av kommun, som inte deltar i ärendet.",
        ),
    ):
        assert history.refusals[0].remedy == remedy


def test_a_condition_with_a_guard_asks_only_when_the_guard_holds() -> None:
    blocks = """
        ```regel r
        handling: hem
        kräver: besök
        om: {brådskar: nej}
        ```
        """
    urgent = told(process_of(blocks, acts=ACTS), "2026-03-02 10:00 K1 plan brådskar=ja")
    calm = told(process_of(blocks, acts=ACTS), "2026-03-02 10:00 K1 plan brådskar=nej")

    assert "hem" in urgent.possible("W1", "2026-03-02 11:00")
    assert "hem" not in calm.possible("W1", "2026-03-02 11:00")


def test_a_guard_on_the_acts_own_field_is_judged_once_it_is_filled_in() -> None:
    blocks = """
        ```regel r
        handling: besök
        kräver: plan
        om: {hemma: ja}
        ```
        """
    history = told(process_of(blocks, acts=ACTS))

    assert "besök" in history.possible("K1", "2026-03-02 10:00")
    history.then("""
        2026-03-02 10:00  K1  besök  hemma=ja
        2026-03-02 11:00  K1  besök  hemma=nej
    """)
    assert history.refused() == ["Besök kan inte göras ännu: Plan saknas. (1)"]
    assert history.case.seq == 1


# --- spärrar och öppnar ---------------------------------------------------------------------

BARS = """
```regel paus-spärrar
handling: paus
spärrar: [besök, paus]
```
```regel åter-öppnar
handling: åter
öppnar: [besök, paus]
```
```regel plan-ger-besök
när: plan
ska: besök
senast: 3 dagar
```
"""


def test_a_bar_makes_an_act_impossible_and_an_opening_possible_again() -> None:
    history = told(
        process_of(BARS, acts=ACTS),
        """
        2026-03-02 10:00  W1  paus
        2026-03-02 11:00  K1  besök
        2026-03-02 12:00  W1  paus
        2026-03-02 13:00  W1  åter
        2026-03-02 14:00  K1  besök
        """,
    )
    assert history.refused() == [
        "Besök kan inte göras efter paus. (1)",
        "Paus är redan gjord och kan inte göras en gång till. (1)",
    ]
    assert [done.act for done in history.case.done.values()] == ["paus", "åter", "besök"]


def test_nobody_owes_what_is_barred() -> None:
    history = told(
        process_of(BARS, acts=ACTS),
        """
        2026-03-02 10:00  K1  plan
        2026-03-02 11:00  W1  paus
        2026-03-02 12:00  K1  plan
        2026-03-02 13:00  W1  åter
        2026-03-02 14:00  K1  plan
        """,
    )
    assert history.owed("2026-03-02 15:00") == rows("""
        K1  besök  2026-03-05 23:59  cancelled
        K1  besök  2026-03-05 23:59  open
    """)


def test_everything_else_may_be_barred_by_one_word() -> None:
    blocks = """
        ```regel r
        handling: paus
        spärrar: alla
        ```
        """
    history = told(process_of(blocks, acts=ACTS), "2026-03-02 10:00 W1 paus")

    assert history.possible("W1", "2026-03-02 11:00") == ["paus"]
    assert history.possible("K1", "2026-03-02 11:00") == []


def test_of_the_same_act_the_bar_wins_over_the_opening() -> None:
    blocks = """
        ```regel a
        handling: paus
        spärrar: besök
        ```
        ```regel b
        handling: paus
        öppnar: [besök, hem]
        ```
        """
    history = told(process_of(blocks, acts=ACTS), "2026-03-02 10:00 W1 paus")

    assert history.possible("K1", "2026-03-02 11:00") == ["plan"]
