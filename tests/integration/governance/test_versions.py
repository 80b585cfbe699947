"""The versions of a document: what each is, what differs, how one is repealed and fetched."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.utils import timezone
from pypdf import PdfReader
from stage import Stage, owner, signed_in

from sammanhang.access.acting import Acting, scope
from sammanhang.casework import documents, processes
from sammanhang.governance import actions, shelf
from sammanhang.governance.shelf import in_force
from sammanhang.governance.versions import history

PROV = "prov-in-och-utskrivning"
FIRST = date(2026, 1, 1)
SECOND = date(2026, 6, 1)
DECISION = "VVG 2026-12-03 § 14"


def words(answer: HttpResponse) -> str:
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())


def record(id: str, version: str, file: str, text: str, since: date) -> None:
    owner(
        "insert into casework_document (id, version, file, text, since, binds_running) "
        "values (%s, %s, %s, %s, %s, false)",
        id, version, file, text, since,
    )  # fmt: skip
    processes.forget()
    shelf.forget()


def record_next(version: str = "2", since: date = SECOND) -> None:
    """The next version: a shorter deadline."""
    there = in_force()[PROV]
    text = there.text.replace('version: "1"', f'version: "{version}"')
    record(PROV, version, there.file, text.replace("senast: 24 timmar", "senast: 12 timmar"), since)


SUPPLEMENT = f"""\
---
id: tillägget
titel: Ett lokalt tillägg
nivå: lokalt tillägg
tillägg-till: {PROV}
område: {{delregion: Skaraborg}}
bygglov: {{organ: Styrgruppen, beslut: 2026-02-01 § 3}}
version: "1"
gäller-från: 2026-02-01
gäller-till: 2099-12-31
---
# Ett lokalt tillägg

## 1 Vad som gäller hos oss

Beskeden är alltid utskrivna.

```utökning planeringsmeddelande
krävs: [text]
```
"""


def record_supplement() -> None:
    record("tillägget", "1", "tillägg/dokument.md", SUPPLEMENT, date(2026, 2, 1))


def statuses(document: str, today: date, who: Acting) -> list[tuple[str, str]]:
    with scope(who):
        return [(one.version, one.status) for one in history(document, today)]


# --- What each is ---------------------------------------------------------------------------------


def test_a_version_is_decided_holds_and_is_replaced_by_its_days(stage: Stage, eva: Acting) -> None:
    record_next()
    before, after = SECOND - timedelta(days=1), SECOND
    assert statuses(PROV, before, eva) == [("2", "beslutad"), ("1", "gällande")]
    assert statuses(PROV, after, eva) == [("2", "gällande"), ("1", "ersatt")]
    with scope(eva):
        assert [one.last_day for one in history(PROV, after)] == [None, before]


def test_one_whose_last_day_is_over_has_ended(stage: Stage, eva: Acting) -> None:
    record_supplement()
    last = date(2099, 12, 31)
    assert statuses("tillägget", last, eva) == [("1", "gällande")]
    assert statuses("tillägget", last + timedelta(days=1), eva) == [("1", "utgången")]


def test_the_page_tells_of_every_version_and_of_drafts(stage: Stage, eva: Acting) -> None:
    record_next()
    client = signed_in(eva)
    client.post("/utkast/nytt/", {"document": PROV})

    told = words(client.get(f"/riktlinjer/{PROV}/versioner/"))
    assert "Utkast 1 Utkast" in told
    assert f"2 Gällande {SECOND}" in told
    assert f"1 Ersatt {FIRST} 2026-05-31" in told
    old = words(client.get(f"/riktlinjer/{PROV}/", {"version": "1"}))
    assert "Så löd version 1, som gällde till och med 2026-05-31." in old
    assert "Nu gäller version 2." in old


def test_any_two_are_compared_in_duty_and_in_text(stage: Stage, eva: Acting) -> None:
    record_next()
    client = signed_in(eva)

    told = words(client.get(f"/riktlinjer/{PROV}/jamfor/"))
    assert "Från version 1 till 2" in told
    assert "skärps" in told
    back = words(client.get(f"/riktlinjer/{PROV}/jamfor/", {"fran": "2", "till": "1"}))
    assert "lättas" in back
    assert client.get(f"/riktlinjer/{PROV}/jamfor/", {"fran": "9"}).status_code == 404


def test_what_was_decided_is_compared_with_what_it_took_the_place_of(
    stage: Stage, eva: Acting, sonja: Acting
) -> None:
    there = in_force()[PROV]
    tomorrow = timezone.localdate() + timedelta(days=1)
    text = there.text.replace('version: "1"', f'version: "2"\ngäller-från: {tomorrow}')
    text = text.replace("senast: 24 timmar", "senast: 12 timmar")
    with scope(eva):
        number = actions.start(
            acting=eva, document=PROV, file=there.file, title="Prov", based_on="1", text=text
        )
        actions.propose(acting=eva, number=number, onto=1, as_number="2", in_force_from=tomorrow)
    client = signed_in(sonja)
    client.post(f"/utkast/{number}/beslut/", {"decision": DECISION})
    owner("alter table casework_document disable trigger in_force")
    owner("update casework_document set since = current_date where version = '2'")
    processes.forget()
    shelf.forget()

    told = words(client.get(f"/utkast/{number}/"))
    assert "Gällande version 2" in told
    assert "skärps" in told
    assert DECISION in words(client.get(f"/riktlinjer/{PROV}/versioner/"))


# --- Repeal ---------------------------------------------------------------------------------------


def test_the_secretary_registers_that_a_supplement_is_repealed(
    stage: Stage, eva: Acting, sonja: Acting
) -> None:
    record_supplement()
    tomorrow = timezone.localdate() + timedelta(days=1)
    client = signed_in(sonja)

    assert "Registrera upphävande" in words(client.get("/riktlinjer/tillägget/versioner/"))
    answer = client.post("/riktlinjer/tillägget/upphav/", {"until": tomorrow, "decision": DECISION})
    assert answer.status_code == 302
    assert statuses("tillägget", tomorrow, eva) == [("1", "upphävd")]
    assert statuses("tillägget", tomorrow - timedelta(days=1), eva) == [("1", "gällande")]
    told = words(client.get("/riktlinjer/tillägget/versioner/"))
    assert f"Upphävt: {DECISION} registrerat av Sonja Falk" in told
    again = client.post("/riktlinjer/tillägget/upphav/", {"until": tomorrow, "decision": DECISION})
    assert "redan upphävd" in words(again)


@pytest.mark.parametrize(
    ("until", "decision", "told"),
    [
        ("", DECISION, "Skriv vilken dag"),
        ("2026-02-02", DECISION, "en dag som inte har kommit"),
        ("2100-06-01", DECISION, "slutar gälla redan 2100-01-01"),
        ("2099-01-01", " ", "Skriv organ, dag och paragraf"),
    ],
)
def test_a_repeal_needs_its_day_and_its_words_and_loses_neither(
    stage: Stage, sonja: Acting, until: str, decision: str, told: str
) -> None:
    record_supplement()
    answer = signed_in(sonja).post(
        "/riktlinjer/tillägget/upphav/", {"until": until, "decision": decision}
    )
    assert answer.status_code == 422
    assert told in words(answer)
    assert f'value="{until}"' in answer.content.decode()
    assert owner("select until from casework_document where id = 'tillägget'") == [(None,)]


def test_what_others_rest_on_is_not_repealed(stage: Stage, sonja: Acting) -> None:
    day = timezone.localdate() + timedelta(days=1)
    answer = signed_in(sonja).post(
        f"/riktlinjer/{PROV}/upphav/", {"until": day, "decision": DECISION}
    )
    assert "ersätts av en ny version" in words(answer)


def test_nobody_repeals_without_a_registered_decision(
    stage: Stage, eva: Acting, sonja: Acting
) -> None:
    record_supplement()
    assert signed_in(eva).get("/riktlinjer/tillägget/upphav/").status_code == 403
    until = timezone.localdate() + timedelta(days=1)
    with scope(eva), connection.cursor() as cursor:
        cursor.execute("update casework_document set until = %s", [until])
        assert cursor.rowcount == 0
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        scope(sonja),
        connection.cursor() as cursor,
    ):
        cursor.execute("update casework_document set until = %s where id = 'tillägget'", [until])
    assert [one.until for one in documents.recorded() if one.id == "tillägget"] == [None]


# --- Fetched as files ---------------------------------------------------------------------------

STARTS = {
    "md": b"---\n", "html": b"<!doctype html>", "pdf": b"%PDF-", "docx": b"PK",
    "bpmn": b"<?xml", "fhir": b"{",
}  # fmt: skip


@pytest.mark.parametrize("form", STARTS)
def test_a_document_and_a_draft_are_fetched_in_every_form(
    stage: Stage, eva: Acting, form: str
) -> None:
    client = signed_in(eva)
    client.post("/utkast/nytt/", {"document": PROV})
    for address in (f"/riktlinjer/{PROV}/som/{form}/", f"/utkast/1/som/{form}/"):
        answer = client.get(address)
        assert answer.content.startswith(STARTS[form])
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert client.get(f"/riktlinjer/{PROV}/som/exe/").status_code == 404


def test_an_old_version_and_a_draft_say_that_they_do_not_hold(stage: Stage, eva: Acting) -> None:
    record_next()
    client = signed_in(eva)
    client.post("/utkast/nytt/", {"document": PROV})

    def first_page(address: str) -> str:
        made = client.get(address).content
        return " ".join(PdfReader(io.BytesIO(made)).pages[0].extract_text().split())

    assert f"Ersatt av en ny version. Gäller inte sedan {SECOND}." in first_page(
        f"/riktlinjer/{PROV}/som/pdf/?version=1"
    )
    assert "Inte beslutat" not in first_page(f"/riktlinjer/{PROV}/som/pdf/")
    assert "Inte beslutat." in first_page("/utkast/1/som/pdf/")


def test_the_additions_come_along_when_they_are_asked_for(stage: Stage, eva: Acting) -> None:
    record_supplement()
    client = signed_in(eva)
    alone = client.get(f"/riktlinjer/{PROV}/som/md/").content.decode()
    whole = client.get(f"/riktlinjer/{PROV}/som/md/?med=tillagg").content.decode()
    assert "Ett lokalt tillägg" not in alone
    assert "Ett lokalt tillägg" in whole


def test_a_faulty_draft_is_fetched_as_it_is_written_and_otherwise_the_fault_is_told(
    stage: Stage, eva: Acting
) -> None:
    client = signed_in(eva)
    client.post("/utkast/nytt/", {"document": PROV})
    text = in_force()[PROV].text.replace("24 timmar", "24 timar")
    client.post("/utkast/1/skriv/", {"text": text, "onto": 1})
    assert "24 timar" in client.get("/utkast/1/som/md/").content.decode()
    answer = client.get("/utkast/1/som/pdf/")
    assert answer.status_code == 422
    assert "måste rättas först" in words(answer)
