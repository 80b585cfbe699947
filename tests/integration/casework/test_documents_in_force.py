"""What cases run under: the documents in force when they were opened, with the local supplements
of those who take part."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import orjson
import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, connection
from django.urls import reverse
from stage import MONDAY, Stage, owner, signed_in

from sammanhang.access.acting import Acting
from sammanhang.casework import documents, processes
from sammanhang.casework.actions import Performed, Refused
from sammanhang.casework.chain import verify
from sammanhang.casework.documents import InForce, record_folder
from sammanhang.casework.transitions import TakenOver, take_over
from sammanhang.engine import Case, Event, evolve, start, to_json
from sammanhang.engine.transition import SWITCH, switch

TODAY = MONDAY.date()
TOMORROW = TODAY + timedelta(days=1)
PROV = "prov-in-och-utskrivning"


def in_force(id: str = PROV) -> InForce:
    return next(one for one in documents.recorded() if one.id == id)


def supplement(municipality: str, blocks: str) -> InForce:
    text = f"""\
---
id: tillägget
titel: Ett lokalt tillägg
nivå: lokalt tillägg
tillägg-till: {PROV}
område: {{kommun: {municipality}}}
bygglov: {{organ: Styrgruppen, beslut: 2026-02-01 § 3}}
version: "1"
gäller-från: {TOMORROW}
gäller-till: 2099-12-31
---
# Ett lokalt tillägg

## 1 Vad som gäller hos oss

{blocks}
"""
    return InForce("tillägget", "1", "tillägg/dokument.md", text, TOMORROW)


REQUIRED = """\
Beskeden är alltid utskrivna.

```utökning planeringsmeddelande
krävs: [text]
```
"""


def record(*more: InForce) -> None:
    """As the tables' owner, which no decision in a meeting is needed for."""
    for one in more:
        owner(
            "insert into casework_document (id, version, file, text, since, binds_running) "
            "values (%s, %s, %s, %s, %s, %s)",
            one.id, one.version, one.file, one.text, one.since, one.binds_running,
        )  # fmt: skip
    processes.forget()


def municipality_of(who: Acting) -> str:
    ((name,),) = owner(
        "select m.name from directory_unitperiod p "
        "join directory_municipality m on m.scb_code = p.municipality_id "
        "where p.unit_id = %s and p.until is null",
        who.unit,
    )
    return name


# --- Supplements ------------------------------------------------------------------------------


def test_a_supplement_binds_those_inside_its_area_and_nobody_else(stage: Stage) -> None:
    record(supplement(municipality_of(stage.officer), REQUIRED))
    later = MONDAY + timedelta(days=2)
    case = stage.admitted(at=later)

    refused = stage.does(stage.officer, case, "planeringsmeddelande", at=later)
    assert isinstance(refused, Refused)
    assert set(refused.refusal.fields or {}) == {"text"}
    assert municipality_of(stage.officer) != municipality_of(stage.ward)
    stage.did(stage.ward, case, "planeringsmeddelande", at=later)


def test_the_form_asks_what_the_supplement_asks(stage: Stage) -> None:
    record(supplement(municipality_of(stage.officer), REQUIRED))
    case = stage.admitted(at=MONDAY + timedelta(days=2))

    def is_optional(who: Acting) -> bool:
        client = signed_in(who)
        page = client.get(reverse("casework:act", args=[case, "planeringsmeddelande"]))
        field = BeautifulSoup(page.content, "html.parser").find(attrs={"for": "f-text"})
        return field is not None and "frivilligt" in field.text

    assert (is_optional(stage.officer), is_optional(stage.ward)) == (False, True)


def test_its_page_and_its_paragraphs_can_be_read(stage: Stage) -> None:
    record(supplement(municipality_of(stage.officer), REQUIRED))
    client = signed_in(stage.officer)

    assert "Ett lokalt tillägg" in client.get("/riktlinjer/").content.decode()
    assert "Utökning av" in client.get("/riktlinjer/tillägget/").content.decode()
    paragraph = client.get("/riktlinjer/tillägget/avsnitt/1/").content.decode()
    assert "Beskeden är alltid utskrivna." in paragraph


# --- Versions ---------------------------------------------------------------------------------


def stricter(since: date) -> InForce:
    """The next version: planning messages are always written out."""
    there = in_force()
    text = there.text.replace('version: "1"', 'version: "2"').replace(
        "```handling planeringsmeddelande\nrubrik: Planeringsmeddelande\nvem: alla\ntill: kommun\n"
        "kvittens: 1 arbetsdag\nfält:\n  text: {rubrik: Meddelande, typ: långtext}",
        "```handling planeringsmeddelande\nrubrik: Planeringsmeddelande\nvem: alla\ntill: kommun\n"
        "kvittens: 1 arbetsdag\nfält:\n  text: {rubrik: Meddelande, typ: långtext, krävs: ja}",
    )
    assert "krävs: ja}" in text.split("planeringsmeddelande")[1]
    return InForce(there.id, "2", there.file, text, since)


def test_a_case_runs_under_what_was_in_force_when_it_was_opened(stage: Stage) -> None:
    before = stage.admitted()
    record(stricter(TOMORROW))
    later = MONDAY + timedelta(days=3)
    after = stage.admitted(at=later)

    stage.did(stage.ward, before, "planeringsmeddelande", at=later)
    assert isinstance(stage.does(stage.ward, after, "planeringsmeddelande", at=later), Refused)
    assert owner("select version, edition from casework_case order by id") == [
        ("1", "2026-01-01"),
        ("2", TOMORROW.isoformat()),
    ]


def test_a_case_cites_the_paragraph_as_it_stood(stage: Stage) -> None:
    stage.admitted()
    record(stricter(TOMORROW))
    client = signed_in(stage.ward)

    old = client.get(f"/riktlinjer/{PROV}/", {"version": "1"}).content.decode()
    assert "Så löd version 1, som gällde till och med" in old
    new = client.get(f"/riktlinjer/{PROV}/").content.decode()
    assert "Så löd" not in new
    for version in ("3", "", "\0", "1'"):
        assert client.get(f"/riktlinjer/{PROV}/", {"version": version}).status_code == 404


def test_nothing_takes_effect_on_a_day_that_has_begun(stage: Stage) -> None:
    with pytest.raises(documents.DayHasBegun):
        documents.put_in_force(stricter(TODAY), TODAY)
    with pytest.raises(documents.DayHasBegun):
        documents.repeal(PROV, "1", TODAY, TODAY)


def test_what_has_been_in_force_is_never_changed(stage: Stage) -> None:
    for sql in (
        "update casework_document set text = 'annan'",
        "update casework_document set since = '2030-01-01'",
        "delete from casework_document",
    ):
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(sql)
    with pytest.raises(DatabaseError, match="never changed"):
        owner("update casework_document set text = 'annan'")
    with pytest.raises(DatabaseError, match="row-level security"), connection.cursor() as cursor:
        cursor.execute("insert into casework_document values ('x', '1', 'x', 'x', '2030-01-01')")


# --- Running cases ------------------------------------------------------------------------------

SOONER = ("senast: 24 timmar", "senast: 12 timmar")


def binding(since: date, *changes: tuple[str, str]) -> InForce:
    """The next version, to which running cases go over."""
    there = in_force()
    text = there.text.replace('version: "1"', 'version: "2"\növergång: alla ärenden')
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return InForce(there.id, "2", there.file, text, since, None, True)


def rebuilt(case: int) -> Case:
    """The case as its events make it, with the switch among them."""
    old, new = (processes.process_for(processes.DISCHARGE, one) for one in EDITIONS)
    ((ward,),) = owner("select unit from casework_event where case_id = %s and seq = 1", case)
    folded, process = start(old, {"slutenvård": [ward]}), old
    for seq, at, unit, person, act, data in owner(
        "select seq, at, unit, person, act, data::text from casework_event "
        "where case_id = %s order by seq",
        case,
    ):
        event = Event(seq, at, unit, person, act, orjson.loads(data))
        if act == SWITCH:
            folded, process = switch(process, new, folded, event), new
        else:
            folded = evolve(process, folded, event)
    return folded


EDITIONS = ("2026-01-01", f"2026-01-01+{TOMORROW}")
THEN = MONDAY + timedelta(hours=15, minutes=30)  # half past midnight


def test_running_cases_go_over_on_the_first_day_and_not_before(stage: Stage) -> None:
    case = stage.admitted()
    record(binding(TOMORROW, SOONER))

    assert take_over(MONDAY + timedelta(hours=12)) == TakenOver()
    assert take_over(THEN) == TakenOver(switched=1)
    assert take_over(THEN) == TakenOver()
    ((edition, version, due),) = owner(
        "select c.edition, c.version, o.due from casework_case c "
        "join casework_obligation o on o.case_id = c.id where c.id = %s",
        case,
    )
    assert (edition, version) == (EDITIONS[1], "2")
    assert due == MONDAY + timedelta(hours=24)  # twelve hours from now would be later
    assert [*verify(case)] == []


def test_the_store_is_what_its_events_make_it(stage: Stage) -> None:
    case = stage.admitted()
    record(binding(TOMORROW, ("när: inskrivning\nska: inskrivningsmeddelande", NEW_DUTY)))
    take_over(THEN)
    stage.did(
        stage.ward,
        case,
        "inskrivningsmeddelande",
        data={"beräknad-utskrivning": "2026-03-09"},
        at=THEN + timedelta(hours=1),
    )

    ((state,),) = owner("select state from casework_snapshot where case_id = %s", case)
    assert to_json(rebuilt(case)) == orjson.loads(state)


NEW_DUTY = """när: inskrivning
ska: behovsbedömning
vem: kommun
senast: 3 arbetsdagar
```

Också meddelandet ska skickas i tid.

```regel meddelandet-också
när: inskrivning
ska: inskrivningsmeddelande"""


def test_the_page_tells_what_the_change_meant_for_whom(stage: Stage) -> None:
    case = stage.admitted()
    record(binding(TOMORROW, ("när: inskrivning\nska: inskrivningsmeddelande", NEW_DUTY)))
    take_over(THEN)

    for who in (stage.ward, stage.officer):
        client = signed_in(who)
        page = client.get(reverse("casework:case", args=[case]))
        told = BeautifulSoup(page.content, "html.parser").find(id="h-2")
        assert told is not None
        text = " ".join(told.text.split())
        assert "Ärendet följer nya regler" in text
        assert "version 2 (förut 1)" in text
        assert "Behovsbedömning" in text
        assert "tillkommer, senast" in text


def test_a_case_that_can_not_go_over_keeps_its_version(stage: Stage) -> None:
    case = stage.admitted()
    stage.did(stage.ward, case, "anteckning", data={"text": "Hej"})
    there = in_force()
    start, end = there.text.index("```handling anteckning"), there.text.index("```handling behovsb")
    record(binding(TOMORROW, (there.text[start:end], "")))

    assert take_over(THEN) == TakenOver(kept=1)
    stage.did(stage.ward, case, "anteckning", data={"text": "Ännu"}, at=THEN)


def test_other_changes_since_it_was_opened_do_not_come_along(stage: Stage) -> None:
    """A new version for new cases, then a supplement for all: the case gets the supplement."""
    stage.admitted()
    added = supplement(municipality_of(stage.officer), REQUIRED)
    day = TOMORROW + timedelta(days=1)
    record(stricter(TOMORROW), replace(added, since=day, binds_running=True))
    later = MONDAY + timedelta(days=4)

    assert take_over(later) == TakenOver(switched=1)
    ((edition,),) = owner("select edition from casework_case")
    process = processes.process_for(processes.DISCHARGE, edition)
    assert (process.document.version, [one.id for one in process.additions]) == ("1", ["tillägget"])


# --- The folder -------------------------------------------------------------------------------


def folder_with(folder: Path, text: str) -> Path:
    (folder / "prov").mkdir(exist_ok=True)
    (folder / "prov/dokument.md").write_text(text, encoding="utf-8")
    return folder


def test_a_text_changed_under_its_number_is_told_and_not_used(stage: Stage, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, in_force().text.replace("1 arbetsdag", "2 arbetsdagar"))

    (said,) = record_folder(folder, TODAY)
    assert said.startswith("prov/dokument.md: texten är ändrad")
    assert "2 arbetsdagar" not in in_force().text


def test_a_new_version_in_the_folder_holds_from_tomorrow_at_the_earliest(
    stage: Stage, tmp_path: Path
) -> None:
    text = stricter(TODAY).text

    assert record_folder(folder_with(tmp_path, text), TODAY) == []
    assert [(one.version, one.since) for one in documents.recorded() if one.id == PROV] == [
        ("1", date(2026, 1, 1)),
        ("2", TOMORROW),
    ]
    assert record_folder(tmp_path, TOMORROW) == []  # the same again is nothing new


def test_a_repealed_document_holds_no_more_for_who_begins(stage: Stage) -> None:
    record(supplement(municipality_of(stage.officer), REQUIRED))
    later = MONDAY + timedelta(days=9)
    owner(
        "update casework_document set until = %s where id = 'tillägget'", TODAY + timedelta(days=7)
    )
    processes.forget()

    assert isinstance(
        stage.does(stage.officer, stage.admitted(at=later), "planeringsmeddelande", at=later),
        Performed,
    )
