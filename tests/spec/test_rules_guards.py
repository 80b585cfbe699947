"""`om`: a guard, read once when its act is done."""

import pytest
from history import told
from language import process_of

ACTS = """\
```handling inskrivning
rubrik: Inskrivning
vem: slutenvård
fält:
  behov: {rubrik: Behov, typ: flerval, val: [hemtjänst, rehab, hjälpmedel]}
  sip: {rubrik: SIP behövs, typ: ja-nej}
  spår: {rubrik: Spår, typ: val, val: [grönt, gult, rött]}
  dagar: {rubrik: Antal dagar, typ: tal}
```

```handling svar
rubrik: Svar
vem: kommun
```

```handling klart
rubrik: Klart
vem: slutenvård
```

"""


def guarded(guard: str, starts: str = "inskrivning") -> str:
    return f"```regel r\nnär: {starts}\nom: {guard}\nska: svar\n```\n"


# guard, what is filled in, whether the duty starts
HOLDS = [
    ("{sip: ja}", "sip=ja", True),
    ("{sip: ja}", "sip=nej", False),
    ("{sip: ja}", "", False),
    ("{behov: rehab}", "behov=hemtjänst,rehab", True),
    ("{behov: rehab}", "behov=hemtjänst", False),
    ("{spår: [gult, rött]}", "spår=rött", True),
    ("{spår: [gult, rött]}", "spår=grönt", False),
    ("{behov: [rehab, hjälpmedel]}", "behov=hjälpmedel", True),
    ("{sip: {finns: ja}}", "sip=nej", True),
    ("{sip: {finns: ja}}", "", False),
    ("{sip: {finns: nej}}", "", True),
    ("{sip: {finns: nej}}", "sip=nej", False),
    ("{dagar: {över: 3}}", "dagar=3", False),
    ("{dagar: {över: 3}}", "dagar=4", True),
    ("{dagar: {under: 3}}", "dagar=3", False),
    ("{dagar: {under: 3}}", "", False),
    ("{dagar: {minst: 3}}", "dagar=3", True),
    ("{dagar: {högst: 3}}", "dagar=3", True),
    ("{dagar: {högst: 3}}", "dagar=3.5", False),
    ("{sip: ja, spår: rött}", "sip=ja spår=rött", True),
    ("{sip: ja, spår: rött}", "sip=ja spår=gult", False),
    ("{alla: [{sip: ja}, {spår: rött}]}", "sip=ja", False),
    ("{någon: [{sip: ja}, {spår: rött}]}", "sip=ja", True),
    ("{någon: [{sip: ja}, {spår: rött}]}", "sip=nej spår=gult", False),
    ("{någon: [{sip: ja}, {alla: [{spår: gult}, {dagar: {över: 5}}]}]}", "spår=gult dagar=6", True),
    ("{kommun: {finns: ja}}", "", True),
    ("{kommun: {finns: nej}}", "", False),
]


@pytest.mark.parametrize(("guard", "filled", "starts"), HOLDS)
def test_whether_it_holds(guard: str, filled: str, starts: bool) -> None:
    history = told(
        process_of(guarded(guard), acts=ACTS), f"2026-03-02 10:00 W1 inskrivning {filled}"
    )
    assert history.owed("2026-03-02 10:00") == (["K1 svar - open"] if starts else [])


def test_it_asks_for_the_latest_value_whoever_gave_it() -> None:
    process = process_of(guarded("{sip: ja}", starts="klart"), acts=ACTS)
    history = told(
        process,
        """
        2026-03-02 10:00  W1  inskrivning  sip=nej
        2026-03-02 11:00  W1  klart
        2026-03-02 12:00  W1  inskrivning  sip=ja
        2026-03-02 13:00  W1  inskrivning
        2026-03-02 14:00  W1  klart
        """,
    )
    assert history.owed("2026-03-02 15:00") == ["K1 svar - open"]
    assert [owed.started_by for owed in history.case.obligations.values()] == [5]


def test_what_has_started_does_not_stop_when_a_value_changes() -> None:
    history = told(
        process_of(guarded("{sip: ja}"), acts=ACTS),
        """
        2026-03-02 10:00  W1  inskrivning  sip=ja
        2026-03-02 11:00  W1  inskrivning  sip=nej
        """,
    )
    assert history.owed("2026-03-02 15:00") == ["K1 svar - open"]
