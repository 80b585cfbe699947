"""`ansluter`, `överlåter` and `lämnar`: units come, hand over and go."""

from history import History, rows, told
from language import process_of

PARTS = """\
```part slutenvård
rubrik: Slutenvård
antal: 1
```

```part kommun
rubrik: Kommun
```

```part samordnare
rubrik: Samordnare
antal: 0..1
```

"""

BLOCKS = """\
```handling notis
rubrik: Notis
vem: slutenvård
till: kommun
kvittens: 1 arbetsdag
fält:
  kommunen: {rubrik: Kommunens enhet, typ: enhet, part: kommun}
ansluter: {kommun: kommunen}
```

```handling samordna
rubrik: Samordna
vem: kommun
ansluter: {samordnare: avsändaren}
```

```handling plan
rubrik: Plan
vem: kommun
till: slutenvård
```

```handling vidare
rubrik: Vidarebefordran
vem: [kommun, samordnare]
överlåter: till-enhet
fält:
  till-enhet: {rubrik: Rätt enhet, typ: enhet, krävs: ja}
```

```handling flytt
rubrik: Byte av avdelning
vem: slutenvård
överlåter: ny-avdelning
fält:
  ny-avdelning: {rubrik: Ny avdelning, typ: enhet, part: slutenvård, krävs: ja}
```

```handling bort
rubrik: Vi berörs inte
vem: kommun
lämnar: ja
```

```handling återtagande
rubrik: Återtagande
vem: [slutenvård, kommun]
verkan: återtar
```

```regel planera
när: notis
ska: plan
vem: kommun
senast: 48 timmar
```

```regel samordnare-följer-upp
när: notis
ska: vidare
vem: samordnare
senast: 24 timmar
```

"""


def case(happens: str, **parties: list[str]) -> History:
    return told(process_of(BLOCKS, parts=PARTS), happens, {"slutenvård": ["W1"], **parties})


# --- Joining --------------------------------------------------------------------------------


def test_a_unit_joins_by_the_act_and_gets_the_message_and_the_duties() -> None:
    history = case("2026-03-02 10:00 W1 notis kommunen=K1")

    assert history.case.parties["kommun"] == ("K1",)
    assert history.case.done[1].recipients == ("K1",)
    assert history.owed("2026-03-02 10:00") == rows("""
        K1  kvittens  2026-03-03 23:59  open
        K1  plan      2026-03-04 10:00  open
    """)


def test_a_unit_that_joins_later_gets_what_is_still_asked_for_but_no_earlier_message() -> None:
    history = case(
        """
        2026-03-02 10:00  W1  notis
        2026-03-04 10:00  K1  samordna
        """,
        kommun=["K1"],
    )
    assert history.owed("2026-03-04 10:00")[2:] == ["K1 vidare 2026-03-03 10:00 late"]

    newcomer = case(
        """
        2026-03-02 10:00  W1  notis
        2026-03-04 10:00  W1  notis  kommunen=K1
        """
    )
    assert newcomer.case.done[1].recipients == ()
    assert newcomer.owed("2026-03-04 10:00") == rows("""
        K1  kvittens  2026-03-05 23:59  open
        K1  plan      2026-03-06 10:00  open
        K1  plan      2026-03-06 10:00  open
    """)


def test_a_part_holds_no_more_units_than_its_number() -> None:
    history = case(
        """
        2026-03-02 10:00  K1  samordna
        2026-03-02 11:00  K2  samordna
        2026-03-02 12:00  K1  samordna
        """,
        kommun=["K1", "K2"],
    )
    assert history.refused() == ["Samordnare kan vara högst 1 i ett ärende. (1)"]
    assert history.case.parties["samordnare"] == ("K1",)


# --- Hand-over ------------------------------------------------------------------------------


def test_what_is_owed_moves_with_its_due_moment_and_unread_messages_with_a_new_one() -> None:
    history = case(
        """
        2026-03-02 10:00  W1  notis  kommunen=K1
        2026-03-03 10:00  K1  vidare  till-enhet=K2
        """
    )
    assert history.case.parties["kommun"] == ("K2",)
    assert history.owed("2026-03-03 10:00") == rows("""
        K1  kvittens  2026-03-03 23:59  cancelled
        K2  plan      2026-03-04 10:00  open
        K2  kvittens  2026-03-04 23:59  open
    """)
    assert history.case.done[1].recipients == ("K1", "K2")


def test_a_message_that_was_taken_can_be_read_but_need_not_be_taken_again() -> None:
    history = case(
        """
        2026-03-02 10:00  W1  notis  kommunen=K1
        2026-03-02 11:00  K1  kvittens
        2026-03-03 10:00  K1  vidare  till-enhet=K2
        """
    )
    assert history.case.done[1].recipients == ("K1",)
    assert history.case.done[1].readers == ("K2",)
    assert history.owed("2026-03-03 10:00") == rows("""
        K1  kvittens  2026-03-03 23:59  fulfilled
        K2  plan      2026-03-04 10:00  open
    """)


def test_the_new_unit_has_every_part_of_the_old() -> None:
    history = case(
        """
        2026-03-02 10:00  K1  samordna
        2026-03-02 11:00  K1  vidare  till-enhet=K2
        2026-03-02 12:00  K1  plan
        """,
        kommun=["K1"],
    )
    assert history.case.parties == {
        "slutenvård": ("W1",),
        "kommun": ("K2",),
        "samordnare": ("K2",),
    }
    assert [one.kind for one in history.refusals] == ["not-party"]


def test_a_new_ward_waits_for_what_the_old_one_waited_for_and_may_take_back_its_messages() -> None:
    history = case(
        """
        2026-03-02 10:00  W1  notis  kommunen=K1
        2026-03-02 11:00  W1  flytt  ny-avdelning=W2
        2026-03-02 12:00  W2  återtagande  meddelande=1
        """
    )
    assert {owed.awaited_by for owed in history.case.obligations.values()} == {"W2"}
    assert history.case.done[1].withdrawn


def test_a_unit_that_gets_the_case_back_answers_for_its_own_again() -> None:
    history = case(
        """
        2026-03-02 10:00  W1  notis  kommunen=K1
        2026-03-02 11:00  W1  flytt  ny-avdelning=W2
        2026-03-02 12:00  W2  flytt  ny-avdelning=W1
        2026-03-02 13:00  W1  återtagande  meddelande=1
        """
    )
    assert history.refusals == []
    assert history.case.done[1].withdrawn


def test_one_cannot_hand_over_to_oneself() -> None:
    history = case("2026-03-02 10:00 W1 flytt ny-avdelning=W1")

    assert dict(history.refusals[0].fields or {}) == {
        "ny-avdelning": "Välj en annan enhet än er egen."
    }


# --- Leaving --------------------------------------------------------------------------------


def test_who_leaves_owes_nothing_more_and_is_no_party() -> None:
    history = case(
        """
        2026-03-02 10:00  W1  notis  kommunen=K1
        2026-03-02 11:00  K1  bort
        2026-03-02 12:00  K1  plan
        """
    )
    assert history.case.parties["kommun"] == ()
    assert history.owed("2026-03-02 12:00") == rows("""
        K1  kvittens  2026-03-03 23:59  cancelled
        K1  plan      2026-03-04 10:00  cancelled
    """)
    assert [one.reason for one in history.refusals] == [
        "Enheten deltar inte i ärendet och kan därför inte göra plan."
    ]


def test_an_act_belongs_to_its_part() -> None:
    history = case("2026-03-02 10:00 K1 notis", kommun=["K1"])

    assert history.refused() == ["Notis kan bara göras av slutenvård. (1)"]
