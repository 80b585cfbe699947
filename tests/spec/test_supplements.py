"""Local supplements: what they add, for whom, and for how long.

One county guideline; Fyrbodal and Skaraborg have each their own additions. W1 and K1 lie in
Fyrbodal, K3 and W3 in Skaraborg, K9 in no area with a supplement.
"""

from collections.abc import Mapping, Sequence

from history import History, moment, rows, told

from sammanhang.engine import blocked, cited_by
from sammanhang.guideline.areas import Located
from sammanhang.guideline.corpus import read_corpus
from sammanhang.guideline.model import Process

COUNTY = {
    "W1": Located("Fyrbodal", "Trollhättan"),
    "K1": Located("Fyrbodal", "Trollhättan"),
    "W3": Located("Skaraborg", "Skövde"),
    "K3": Located("Skaraborg", "Skövde"),
    "K9": Located("Göteborgsområdet", "Öckerö"),
}
GUIDELINE = """\
---
id: länet
titel: Länet
nivå: riktlinje
process: exempel
---
## 1 Allt
Avdelningen ska meddela, och kommunen bedöma.
```part slutenvård
rubrik: Slutenvård
```
```part kommun
rubrik: Kommun
```
```handling inskrivning
rubrik: Inskrivning
vem: slutenvård
till: kommun
kvittens: 1 arbetsdag
stöd: SFS 2017:612
fält:
  behov: {rubrik: Behov, typ: ja-nej}
```
```handling byte
rubrik: Byte
vem: kommun
överlåter: ny-enhet
fält:
  ny-enhet: {rubrik: Ny enhet, typ: enhet, krävs: ja}
```
```handling bedömning
rubrik: Bedömning
vem: kommun
stöd: SFS 2017:612
```
```handling utskrivning
rubrik: Utskrivning
vem: slutenvård
```
```regel bedömning-i-tid
när: inskrivning
ska: bedömning
senast: 48 timmar
```
"""
FRONT = """\
---
id: {id}
titel: {id}
nivå: lokalt tillägg
tillägg-till: länet
område: {{delregion: {area}}}
bygglov: {{organ: Styrgruppen, beslut: 2026-01-05 § 4}}
gäller-från: 2026-01-01
gäller-till: 2026-03-31
---
## 7 Lokalt
Kommunen ska göra mer.
"""
PARTIES = {"slutenvård": ["W1"], "kommun": ["K1", "K3", "K9"]}
VISIT = """\
```handling hembesök
rubrik: Hembesök
vem: kommun
till: [slutenvård, kommun]
kvittens: 1 arbetsdag
stöd: SFS 2017:612
```
```regel hembesök-i-tid
när: inskrivning
ska: hembesök
senast: 3 kalenderdagar
```
"""
ADMITTED = "2026-03-02 10:00 W1 inskrivning"


def process_of(fyrbodal: str = "", skaraborg: str = "", guideline: str = GUIDELINE) -> Process:
    texts = [("länet.md", guideline)]
    for area, blocks in (("Fyrbodal", fyrbodal), ("Skaraborg", skaraborg)):
        if blocks:
            texts.append((f"{area}.md", FRONT.format(id=area.lower(), area=area) + blocks))
    corpus = read_corpus(texts, COUNTY)
    assert not corpus.findings, [str(one) for one in corpus.findings]
    process = corpus.process_of("länet")
    assert process is not None
    return process


def lived(
    happens: str,
    fyrbodal: str = "",
    skaraborg: str = "",
    parties: Mapping[str, Sequence[str]] = PARTIES,
) -> History:
    return told(process_of(fyrbodal, skaraborg), happens, parties)


def owed(history: History, act: str, at: str = "2026-03-02 11:00") -> list[str]:
    return [line for line in history.owed(at) if f" {act} " in line]


def test_a_duty_binds_the_units_inside_the_area_alone() -> None:
    assert owed(lived(ADMITTED, VISIT), "hembesök") == ["K1 hembesök 2026-03-05 23:59 open"]


def test_each_area_has_its_own_side_by_side_in_one_case() -> None:
    shorter = "```skärpning bedömning-i-tid\nsenast: 24 timmar\n```\n"

    assert lived(ADMITTED, VISIT, shorter).owed("2026-03-02 11:00") == rows("""
        K1  kvittens   2026-03-03 23:59  open
        K3  kvittens   2026-03-03 23:59  open
        K9  kvittens   2026-03-03 23:59  open
        K1  bedömning  2026-03-04 10:00  open
        K3  bedömning  2026-03-03 10:00  open
        K9  bedömning  2026-03-04 10:00  open
        K1  hembesök   2026-03-05 23:59  open
    """)


def test_the_earlier_deadline_cites_the_supplement() -> None:
    history = lived(ADMITTED, "```skärpning bedömning-i-tid\nsenast: 24 timmar\n```\n")

    cited = {
        one.unit: (source.document, source.section.number)
        for one in history.case.obligations.values()
        if one.act == "bedömning"
        for source in [cited_by(history.process, history.case, one)]
    }
    assert cited == {"K1": ("fyrbodal", "7"), "K3": ("länet", "1"), "K9": ("länet", "1")}


def test_an_acknowledgement_is_hurried_for_receivers_inside() -> None:
    history = lived(ADMITTED, "```utökning inskrivning\nkvittens: 2 timmar\n```\n")

    assert owed(history, "kvittens") == rows("""
        K1  kvittens  2026-03-02 12:00  open
        K3  kvittens  2026-03-03 23:59  open
        K9  kvittens  2026-03-03 23:59  open
    """)


def test_a_supplement_never_makes_a_deadline_later() -> None:
    # 24 hours and the end of the day are compared by their kinds; to the second, the earlier holds.
    same_day = "```skärpning bedömning-i-tid\nsenast: 1 kalenderdag\n```\n"

    assert owed(lived(ADMITTED, same_day), "bedömning")[0] == "K1 bedömning 2026-03-03 23:59 open"


def test_only_units_inside_may_do_its_acts() -> None:
    history = lived(
        f"""
        {ADMITTED}
        2026-03-02 11:00 K3 hembesök
        2026-03-02 12:00 K1 hembesök
        """,
        VISIT,
    )

    assert history.refused() == ["Hembesök kan bara göras av enheter i Fyrbodal. (7)"]
    assert "hembesök" in history.possible("K1", "2026-03-02 13:00")
    assert "hembesök" not in history.possible("K3", "2026-03-02 13:00")
    assert blocked(history.process, history.case, "K3", moment("2026-03-02 13:00")) == []


def test_its_messages_go_to_units_inside_alone() -> None:
    history = lived(f"{ADMITTED}\n2026-03-02 12:00 K1 hembesök", VISIT)

    assert history.case.done[2].recipients == ("W1",)


def test_more_recipients_when_a_unit_inside_does_it() -> None:
    more = "```utökning bedömning\ntill: [slutenvård, kommun]\n```\n"
    history = lived(
        f"{ADMITTED}\n2026-03-02 11:00 K1 bedömning\n2026-03-02 12:00 K3 bedömning", more
    )

    assert [done.recipients for done in history.case.done.values()] == [
        ("K1", "K3", "K9"),
        ("W1",),
        (),
    ]


def test_a_field_is_asked_of_units_inside_and_may_be_required() -> None:
    asks = """\
```utökning inskrivning
krävs: [behov]
fält:
  hund: {rubrik: Finns hund?, typ: ja-nej, krävs: ja}
```
"""
    parties = {"slutenvård": ["W1", "W3"], "kommun": ["K1"]}
    history = lived(
        """
        2026-03-02 10:00 W1 inskrivning
        2026-03-02 11:00 W3 inskrivning hund=ja
        2026-03-02 12:00 W3 inskrivning
        2026-03-02 13:00 W1 inskrivning behov=ja hund=nej
        """,
        asks,
        parties=parties,
    )

    assert [refusal.fields for refusal in history.refusals] == [
        {"behov": "Behov måste fyllas i.", "hund": "Finns hund? måste fyllas i."},
        {"hund": "Fältet finns inte i den här handlingen. Ta bort det."},
    ]
    assert history.case.values == {"behov": "ja", "hund": "nej"}


def test_what_is_missing_cites_what_demands_it() -> None:
    """The supplement where it alone demands it; the act where that has something missing too."""
    asks = """\
```utökning bedömning
krävs: [omfattning]
fält:
  hund: {rubrik: Finns hund?, typ: ja-nej, krävs: ja}
```
"""
    guideline = GUIDELINE.replace(
        "vem: kommun\nstöd: SFS 2017:612\n```",
        "vem: kommun\nstöd: SFS 2017:612\nfält:\n"
        "  mål: {rubrik: Mål, typ: text, krävs: ja}\n"
        "  omfattning: {rubrik: Omfattning, typ: tal}\n```",
    )
    process = process_of(asks, guideline=guideline)
    history = told(
        process,
        """
        2026-03-02 10:00 W1 inskrivning
        2026-03-02 11:00 K1 bedömning mål=Hemma omfattning=3
        2026-03-02 11:00 K1 bedömning mål=Hemma hund=nej
        2026-03-02 11:00 K1 bedömning mål=Hemma hund=kanske omfattning=3
        2026-03-02 11:00 K1 bedömning mål=Hemma hund=nej omfattning=många
        2026-03-02 11:00 K1 bedömning hund=nej omfattning=3
        2026-03-02 11:00 K1 bedömning
        2026-03-02 11:00 K3 bedömning
        """,
        PARTIES,
    )

    assert [(one.document, one.section, *(one.fields or ())) for one in history.refusals] == [
        ("fyrbodal", "7", "hund"),
        ("fyrbodal", "7", "omfattning"),
        ("fyrbodal", "7", "hund"),
        ("länet", "1", "omfattning"),
        ("länet", "1", "mål"),
        ("länet", "1", "mål", "omfattning", "hund"),
        ("länet", "1", "mål"),
    ]


def test_on_its_last_day_it_holds_and_then_it_stops() -> None:
    for day, count in (("2026-03-31", 1), ("2026-04-01", 0)):
        assert len(owed(lived(f"{day} 23:00 W1 inskrivning", VISIT), "hembesök")) == count


def test_what_it_had_started_is_still_owed_and_can_be_done() -> None:
    history = lived(
        """
        2026-03-31 10:00 W1 inskrivning
        2026-04-01 10:00 K1 hembesök
        2026-04-01 11:00 K1 hembesök
        """,
        VISIT,
    )

    assert owed(history, "hembesök") == ["K1 hembesök 2026-04-03 23:59 fulfilled"]
    assert history.refused() == ["Hembesök hör till ett tillägg som inte gäller i dag. (7)"]


def test_handed_over_out_of_the_area_its_duties_end() -> None:
    history = lived(f"{ADMITTED}\n2026-03-02 12:00 K1 byte ny-enhet=K7", VISIT)

    assert owed(history, "hembesök") == ["K1 hembesök 2026-03-05 23:59 cancelled"]
    assert "K7 bedömning 2026-03-04 10:00 open" in history.owed("2026-03-02 13:00")


def test_handed_over_into_the_area_its_duties_start() -> None:
    parties = {"slutenvård": ["W1"], "kommun": ["K9"]}
    history = lived(f"{ADMITTED}\n2026-03-03 12:00 K9 byte ny-enhet=K1", VISIT, parties=parties)

    assert owed(history, "hembesök") == ["K1 hembesök 2026-03-06 23:59 open"]


def test_a_routine_binds_every_unit() -> None:
    front = FRONT.format(id="rutin", area="-").replace("lokalt tillägg", "rutin")
    front = "".join(
        line for line in front.splitlines(keepends=True) if line[:4] not in ("områ", "bygg")
    )
    corpus = read_corpus([("länet.md", GUIDELINE), ("rutin.md", front + VISIT)], COUNTY)
    process = corpus.process_of("länet")
    assert process is not None

    assert len(owed(told(process, ADMITTED, PARTIES), "hembesök")) == 3


def test_what_a_guideline_bars_for_all_it_bars_for_supplements_too() -> None:
    barred = GUIDELINE + "```regel slut\nhandling: utskrivning\nspärrar: alla\n```\n"
    corpus = read_corpus(
        [("länet.md", barred), ("f.md", FRONT.format(id="f", area="Fyrbodal") + VISIT)], COUNTY
    )
    process = corpus.process_of("länet")
    assert process is not None
    history = told(process, f"{ADMITTED}\n2026-03-02 12:00 W1 utskrivning", PARTIES)

    assert owed(history, "hembesök") == ["K1 hembesök 2026-03-05 23:59 cancelled"]
