"""`tidsräkning`: how time counts, in Sweden."""

import pytest
from history import told
from language import process_of

ACTS = """\
```handling händer
rubrik: Händer
vem: slutenvård
```

```handling svar
rubrik: Svar
vem: kommun
```

"""

# span, when it starts, when it is due. 2026: Easter 3-6 April, Midsummer's Eve 19 June, summer
# time 29 March-25 October.
SPANS = [
    ("24 timmar", "2026-03-28 10:00", "2026-03-29 11:00"),  # a night of 23 hours
    ("24 timmar", "2026-10-24 10:00", "2026-10-25 09:00"),  # a night of 25 hours
    ("1 kalenderdag", "2026-03-28 10:00", "2026-03-29 23:59"),
    ("1 arbetsdag", "2026-04-02 10:00", "2026-04-07 23:59"),  # Maundy Thursday
    ("1 arbetsdag", "2026-04-30 10:00", "2026-05-04 23:59"),  # the first of May, a Friday
    ("1 arbetsdag", "2026-06-18 10:00", "2026-06-22 23:59"),  # Thursday before Midsummer
    ("1 arbetsdag", "2026-12-23 10:00", "2026-12-28 23:59"),
    ("2 arbetsdagar", "2026-12-30 10:00", "2027-01-05 23:59"),  # New Year's Eve and Day
    ("3 kalenderdagar", "2026-12-23 10:00", "2026-12-26 23:59"),
    ("4 arbetstimmar", "2026-06-18 15:00", "2026-06-22 10:00"),
    ("4 arbetstimmar", "2026-06-20 12:00", "2026-06-22 12:00"),  # a Saturday
    ("9 arbetstimmar", "2026-03-02 08:00", "2026-03-02 17:00"),
    ("9 arbetstimmar", "2026-03-02 06:00", "2026-03-02 17:00"),
    ("9 arbetstimmar", "2026-03-02 18:00", "2026-03-03 17:00"),
]


@pytest.mark.parametrize(("span", "since", "due"), SPANS)
def test_spans(span: str, since: str, due: str) -> None:
    blocks = f"```regel r\nnär: händer\nska: svar\nsenast: {span}\n```\n"
    history = told(process_of(blocks, acts=ACTS), f"{since} W1 händer")

    assert history.owed(since) == [f"K1 svar {due} open"]


# With `brytpunkt: "12:00"`. 2026-03-06 is a Friday.
CUTOFF = [
    ("1 arbetsdag", "2026-03-05 12:00", "2026-03-06 23:59"),
    ("1 arbetsdag", "2026-03-05 12:01", "2026-03-09 23:59"),
    ("1 arbetsdag", "2026-03-06 11:00", "2026-03-09 23:59"),
    ("1 arbetsdag", "2026-03-06 13:00", "2026-03-10 23:59"),
    ("1 arbetsdag", "2026-03-07 09:00", "2026-03-10 23:59"),
    ("3 kalenderdagar", "2026-03-06 11:00", "2026-03-09 23:59"),
    ("3 kalenderdagar", "2026-03-06 13:00", "2026-03-10 23:59"),
    ("samma dag", "2026-03-06 13:00", "2026-03-07 23:59"),
    ("2 arbetstimmar", "2026-03-05 12:00", "2026-03-05 14:00"),
    ("2 arbetstimmar", "2026-03-05 12:01", "2026-03-06 09:00"),
    ("24 timmar", "2026-03-06 13:00", "2026-03-07 13:00"),
]


@pytest.mark.parametrize(("span", "since", "due"), CUTOFF)
def test_what_happens_after_the_cut_off_counts_as_the_next_day(
    span: str, since: str, due: str
) -> None:
    blocks = f"""\
```tidsräkning
arbetstid: "07:00-16:00"
brytpunkt: "12:00"
```
```regel r
när: händer
ska: svar
senast: {span}
```
"""
    history = told(process_of(blocks, acts=ACTS), f"{since} W1 händer")

    assert history.owed(since) == [f"K1 svar {due} open"]


def test_a_rule_may_count_time_in_a_way_of_its_own() -> None:
    blocks = """
        ```tidsräkning dygnet-runt
        arbetstid: "00:00-23:59"
        ```
        ```regel r
        när: händer
        ska: svar
        senast: 2 arbetstimmar
        räknas: dygnet-runt
        ```
        """
    history = told(process_of(blocks, acts=ACTS), "2026-03-05 20:00 W1 händer")

    assert history.owed("2026-03-05 20:00") == ["K1 svar 2026-03-05 22:00 open"]
