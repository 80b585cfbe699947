"""The blocks `betalning`: what they mean, and what their author is told when they can't be read."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from agreements import GUIDELINES

from sammanhang.guideline import read_document
from sammanhang.guideline.corpus import read_corpus
from sammanhang.guideline.liability import Liability, Specialty
from sammanhang.settlement.arithmetic.settle import settle
from sammanhang.settlement.arithmetic.statement import Statement
from sammanhang.settlement.arithmetic.stays import Readiness, Stay

FILE = "betalningsansvar-vg/dokument.md"
TEXT = (GUIDELINES / FILE).read_text(encoding="utf-8")
AMOUNTS = (GUIDELINES / "belopp-per-vårddag/dokument.md").read_text(encoding="utf-8")
PRICES = {(2026, specialty): 1_000_000 for specialty in Specialty}
SWEDEN = ZoneInfo("Europe/Stockholm")


def rules(*changes: tuple[str, str]) -> Liability:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    corpus = read_corpus([("avtal.md", text), ("belopp.md", AMOUNTS)])
    assert [str(one) for one in corpus.findings] == []
    return corpus.liabilities["betalningsansvar-vg"]


def month(agreed: Liability, *days: tuple[str, str]) -> Statement:
    """March for one municipality whose stays were ready and ended on these moments."""
    moment = lambda text: datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=SWEDEN)  # noqa: E731
    stays = [
        Stay(f"V{number}", "Borås", Specialty.SOMATIC, moment("01 08:00"),
             (Readiness(moment(ready)),), moment(ended))
        for number, (ready, ended) in enumerate(days)
    ]  # fmt: skip
    return settle(agreed, date(2026, 3, 1), stays, PRICES)[0]


def test_free_days_are_the_documents() -> None:
    stays = [("02 10:00", "06 10:00"), ("02 10:00", "05 10:00")]
    assert month(rules(), *stays).liable_days == 1
    assert month(rules(("fria-dagar: 3,0", "fria-dagar: 2,5")), *stays).liable_days == 2


def test_from_which_day_a_long_stay_is_paid_is_the_documents() -> None:
    long = ("02 10:00", "12 10:00")
    assert month(rules(), long).liable_days == 3
    assert month(rules(("från-dag: 8", "från-dag: 4")), long).liable_days == 7
    alone = month(rules(("över: 7", "över: 14"), ("från-dag: 8", "från-dag: 15")), long)
    assert (alone.mean_stays, alone.liable_days) == (1, 7)


def test_a_notice_after_the_cutoff_counts_from_the_next_day() -> None:
    cutoff = rules(("undantag: permission", 'brytpunkt: "12:00"'))
    assert month(cutoff, ("02 12:00", "06 10:00")).mean_sum == 4
    assert month(cutoff, ("02 12:01", "06 10:00")).mean_sum == 3
    assert month(cutoff, ("02 13:00", "02 15:00")).mean_sum == 0


def test_what_must_have_been_sent_is_the_documents() -> None:
    called = rules(("[inskrivningsmeddelande, utskrivningsklar]",
                    "[inskrivningsmeddelande, utskrivningsklar, kallelse-sip]"))  # fmt: skip
    assert month(called, ("02 10:00", "09 10:00")).stays == 0
    assert month(rules(), ("02 10:00", "09 10:00")).stays == 1


# What stands in the shipped agreement, what is put there instead, and what its author is told.
FAULTY = [
    ("kräver: [inskrivningsmeddelande, utskrivningsklar]", "kräver: inskrivningsmedelande",
     "Menade du 'inskrivningsmeddelande'?"),
    ("kräver: [inskrivningsmeddelande, utskrivningsklar]", "kräver: inskrivningsmeddelande",
     "kräver inte 'utskrivningsklar', som dagarna räknas från"),
    ("undantag: permission", "undantag: semester", "Välj mellan 'permission'"),
    ("undantag: permission", 'brytpunkt: "25:00"', "Skriv ett klockslag"),
    ("fria-dagar: 3,0", "fria-dagar: tre", "Skriv ett tal med högst 2 decimaler"),
    ("fria-dagar: 3,0", "fria-dagar: -1", "Skriv ett tal"),
    ("fria-dagar: 3,0", "fria-dagar: {2026-01-15: 3}", "Skriv den första"),
    ("fria-dagar: 3,0", "fria-dagar: {2026-02-01: 3, 2026-01-01: 4}", "tidsordning"),
    ("fria-dagar: 3,0", "fria-dagar: {mars: 3}", "Skriv år-månad-dag"),
    ("över: 7", "över: 400", "Högst 366"),
    ("från-dag: 8", "från-dag: 9", "mellan dag 1 och dag 8"),
    ("från-dag: 8", "från-dag: 7,5", "Skriv ett heltal"),
    ("enligt: belopp-per-vårddag", "enligt: belopp-per-dag",
     "Menade du 'belopp-per-vårddag'?"),
    ("enligt: belopp-per-vårddag", "kronor: {26: 9000}", "Skriv fyra siffror"),
    ("enligt: belopp-per-vårddag", "kronor: {2026: mycket}", "Skriv ett tal"),
    ("enligt: belopp-per-vårddag", "källa: ingen", "antingen 'kronor'"),
    ("```betalning genomsnitt", "```betalning genomsnit", "Menade du 'genomsnitt'?"),
    ("```betalning enskilt", "```betalning belopp", "finns två gånger"),
    ("```betalning dagar", "```regel dagar", "hör inte hemma bland regler om betalning"),
    ("```betalning villkor", "```betalning frist", "har både 'betalning genomsnitt'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), FAULTY)
def test_its_author_is_told(old: str, new: str, told: str) -> None:
    assert old in TEXT
    changed = TEXT.replace(old, new)
    corpus = read_corpus([("avtal.md", changed), ("belopp.md", AMOUNTS)])
    faults = [str(one) for one in corpus.findings if one.place.file == "avtal.md"]
    assert any(told in fault for fault in faults), faults
    assert "betalningsansvar-vg" not in corpus.liabilities
    line = changed.splitlines().index(next(x for x in changed.splitlines() if new in x)) + 1
    assert any(abs(one.place.line - line) <= 3 for one in corpus.findings)


@pytest.mark.parametrize("name", ["villkor", "dagar", "genomsnitt", "belopp"])
def test_what_is_missing_is_told(name: str) -> None:
    start = TEXT.index(f"```betalning {name}")
    end = TEXT.index("```", start + 3) + 3
    findings = read_document(TEXT[:start] + TEXT[end:], "avtal.md").findings
    assert any(f"betalning {name}" in one.text for one in findings)


def test_a_rule_of_payment_has_words_around_it() -> None:
    text = TEXT.replace("Kommunen betalar för de dagar som överstiger i genomsnitt 3,0 dagar för "
                        "månadens vårdtillfällen. Är dagarna tillsammans färre än så betalar "
                        "kommunen ingenting.", "")  # fmt: skip
    findings = read_document(text, "avtal.md").findings
    assert [one.kind for one in findings] == ["rule-without-prose"]
