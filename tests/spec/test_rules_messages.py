"""`till`, `kvittens` and `verkan`: messages, and what is done with them afterwards."""

from history import rows, told
from language import process_of

BLOCKS = """\
```handling notis
rubrik: Notis
vem: slutenvård
till: kommun
kvittens: 1 arbetsdag
fält:
  behov: {rubrik: Behov, typ: ja-nej}
  hemgång: {rubrik: Hemgång, typ: datum}
```

```handling svar
rubrik: Svar
vem: kommun
till: slutenvård
```

```handling återtagande
rubrik: Återtagande
vem: [slutenvård, kommun]
verkan: återtar
```

```handling rättelse
rubrik: Rättelse
vem: [slutenvård, kommun]
verkan: rättar
```

```regel svara
när: notis
om: {behov: ja}
ska: svar
vem: kommun
senast: hemgång
```

"""
TWO = {"slutenvård": ["W1"], "kommun": ["K1", "K2"]}


def test_each_recipient_owes_a_receipt_and_gives_its_own() -> None:
    history = told(
        process_of(BLOCKS),
        """
        2026-03-02 10:00  W1  notis
        2026-03-02 11:00  K1  kvittens
        """,
        TWO,
    )
    assert history.owed("2026-03-04 00:00") == rows("""
        K1  kvittens  2026-03-03 23:59  fulfilled
        K2  kvittens  2026-03-03 23:59  late
    """)
    taken = [(receipt.unit, receipt.person) for receipt in history.case.done[1].receipts]
    assert taken == [("K1", "Anna")]


def test_a_receipt_is_for_one_message_for_all_of_an_act_or_for_all() -> None:
    sent = """
        2026-03-02 10:00  W1  notis
        2026-03-02 11:00  W1  notis
        2026-03-02 12:00  W1  notis
        """
    for receipt, states in {
        "meddelande=2": ["open", "fulfilled", "open"],
        "meddelande=notis": ["fulfilled"] * 3,
        "": ["fulfilled"] * 3,
    }.items():
        history = told(process_of(BLOCKS), sent).then(f"2026-03-02 13:00 K1 kvittens {receipt}")
        assert [line.split()[-1] for line in history.owed("2026-03-02 13:00")] == states


def test_there_must_be_something_to_acknowledge() -> None:
    history = told(
        process_of(BLOCKS),
        """
        2026-03-02 10:00  K1  kvittens
        2026-03-02 11:00  W1  notis
        2026-03-02 12:00  K1  kvittens  meddelande=7
        2026-03-02 12:00  K1  kvittens
        2026-03-02 13:00  K1  kvittens
        """,
    )
    assert [one.reason for one in history.refusals] == [
        "Det finns inget meddelande till er att kvittera.",
        "Det finns inget meddelande till er att kvittera.",
        "Det finns inget meddelande till er att kvittera.",
    ]


def test_what_is_sent_to_nobody_is_done_all_the_same() -> None:
    history = told(process_of(BLOCKS), "2026-03-02 10:00 W1 notis", {"slutenvård": ["W1"]})

    assert history.case.done[1].recipients == ()
    assert history.owed("2026-03-02 10:00") == []


# --- återtar --------------------------------------------------------------------------------


def test_a_withdrawn_message_is_as_undone_and_all_who_got_it_are_told() -> None:
    history = told(
        process_of(BLOCKS),
        """
        2026-03-02 10:00  W1  notis  behov=ja
        2026-03-02 11:00  K1  kvittens
        2026-03-02 12:00  W1  återtagande  meddelande=1
        """,
        TWO,
    )
    assert history.owed("2026-03-02 13:00") == rows("""
        K1  kvittens  2026-03-03 23:59  fulfilled
        K2  kvittens  2026-03-03 23:59  cancelled
        K1  svar      -                 cancelled
        K2  svar      -                 cancelled
    """)
    assert history.case.done[1].withdrawn
    assert history.case.done[3].recipients == ("K1", "K2")
    assert history.case.values == {}


def test_only_the_sender_takes_back_and_only_once() -> None:
    history = told(
        process_of(BLOCKS),
        """
        2026-03-02 10:00  W1  notis
        2026-03-02 11:00  K1  återtagande  meddelande=1
        2026-03-02 12:00  W1  återtagande  meddelande=1
        2026-03-02 13:00  W1  återtagande  meddelande=1
        """,
    )
    assert [one.reason for one in history.refusals] == [
        "Det finns inget meddelande från er att återta."
    ] * 2


# --- rättar ---------------------------------------------------------------------------------


def test_a_correction_replaces_values_and_asks_for_new_receipts() -> None:
    history = told(
        process_of(BLOCKS),
        """
        2026-03-02 10:00  W1  notis  behov=nej  hemgång=2026-03-10
        2026-03-02 11:00  K1  kvittens
        2026-03-03 10:00  W1  rättelse  meddelande=1  värden.hemgång=2026-03-12
        """,
    )
    assert history.case.done[1].data == {"behov": "nej", "hemgång": "2026-03-12"}
    assert history.case.values == {"behov": "nej", "hemgång": "2026-03-12"}
    assert history.case.done[1].corrected_by == (3,)
    assert history.owed("2026-03-03 11:00") == rows("""
        K1  kvittens  2026-03-03 23:59  fulfilled
        K1  kvittens  2026-03-04 23:59  open
    """)


def test_a_correction_moves_what_is_due_by_the_field() -> None:
    history = told(
        process_of(BLOCKS),
        """
        2026-03-02 10:00  W1  notis  behov=ja  hemgång=2026-03-10
        2026-03-03 10:00  W1  rättelse  meddelande=1  värden.hemgång=2026-03-12
        """,
    )
    answer = history.case.obligations["svara:1:K1"]
    assert history.owed("2026-03-03 11:00")[1] == "K1 svar 2026-03-12 23:59 open"
    assert answer.due_by == 2


def test_a_correction_judges_the_duties_of_the_message_anew() -> None:
    history = told(process_of(BLOCKS), "2026-03-02 10:00 W1 notis behov=nej")

    def answers() -> list[str]:
        return [line for line in history.owed("2026-03-03 12:00") if "svar" in line]

    history.then("2026-03-03 10:00 W1 rättelse meddelande=1 värden.behov=ja")
    assert answers() == ["K1 svar - open"]
    history.then("2026-03-03 11:00 W1 rättelse meddelande=1 värden.behov=nej")
    assert answers() == ["K1 svar - cancelled"]
    history.then("2026-03-03 12:00 W1 rättelse meddelande=1 värden.behov=ja")
    assert answers() == ["K1 svar - cancelled", "K1 svar - open"]


def test_a_corrected_value_is_checked_like_a_first_one() -> None:
    history = told(
        process_of(BLOCKS),
        """
        2026-03-02 10:00  W1  notis
        2026-03-02 11:00  W1  rättelse  meddelande=1  värden.behov=kanske
        2026-03-02 12:00  W1  rättelse  meddelande=1
        2026-03-02 13:00  K1  rättelse  meddelande=1  värden.behov=ja
        """,
    )
    assert [dict(one.fields or {}) for one in history.refusals] == [
        {"behov": "Svara ja eller nej."},
        {"värden": "Ange vad som ska stå i stället."},
        {},
    ]


def test_an_optional_value_can_be_taken_away() -> None:
    history = told(
        process_of(BLOCKS),
        """
        2026-03-02 10:00  W1  notis  hemgång=2026-03-10
        2026-03-02 11:00  W1  rättelse  meddelande=1  värden.hemgång=
        """,
    )
    assert history.case.done[1].data == {}


def test_who_takes_part_cannot_be_corrected() -> None:
    blocks = """
        ```handling bjud-in
        rubrik: Bjud in
        vem: slutenvård
        till: kommun
        fält:
          vem: {rubrik: Vem, typ: enhet, part: kommun}
        ansluter: {kommun: vem}
        ```
        """
    history = told(
        process_of(blocks, acts=BLOCKS),
        """
        2026-03-02 10:00  W1  bjud-in  vem=K2
        2026-03-02 11:00  W1  rättelse  meddelande=1  värden.vem=K3
        """,
    )
    assert dict(history.refusals[0].fields or {}) == {
        "vem": "Vem som deltar kan inte rättas. Återta meddelandet, eller vidarebefordra det."
    }
