"""Those who keep a document are told that its last day comes, and it ends where all can see it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.utils import timezone
from stage import Stage, owner, person_at, signed_in

from sammanhang.access.acting import Acting, scope
from sammanhang.access.requires import Denied
from sammanhang.casework import processes
from sammanhang.governance import shelf
from sammanhang.governance.endings import endings, keeps, see
from sammanhang.governance.shelf import in_force
from tests.integration.governance.test_versions import PROV, SUPPLEMENT, record

LAST = date(2099, 12, 31)


def ahead(days: int) -> date:
    return LAST - timedelta(days=days)


def area_of(who: Acting) -> str:
    return str(shelf.geography()[who.unit].care_area)


def supplement(area: str, last: date = LAST, version: str = "1", since: str = "2026-02-01") -> None:
    text = (
        SUPPLEMENT.replace("Skaraborg", area)
        .replace("2099-12-31", str(last))
        .replace('version: "1"', f'version: "{version}"')
        .replace("gäller-från: 2026-02-01", f"gäller-från: {since}")
    )
    record("tillägget", version, "tillägg/dokument.md", text, date.fromisoformat(since))


def told(today: date, who: Acting) -> list[tuple[int, date, bool]]:
    """(days before, day of the notice, seen)"""
    with scope(who):
        return [(one.told, one.since, one.seen_by is not None) for one in endings(today)]


def test_it_is_told_60_and_14_days_before_and_when_it_is_over(stage: Stage, eva: Acting) -> None:
    supplement(area_of(eva))
    assert told(ahead(61), eva) == []
    assert told(ahead(60), eva) == [(60, ahead(60), False)]
    assert told(ahead(15), eva) == [(60, ahead(60), False)]
    assert told(ahead(14), eva) == [(14, ahead(14), False)]
    assert told(LAST, eva) == [(14, ahead(14), False)]
    assert told(ahead(-1), eva) == [(0, ahead(-1), False)]
    assert told(ahead(-61), eva) == []


def test_each_notice_is_seen_by_one_who_keeps_the_document(stage: Stage, eva: Acting) -> None:
    supplement(area_of(eva))
    with scope(eva):
        (first,) = endings(ahead(60))
        for _ in range(2):
            see(acting=eva, told=first)
    assert told(ahead(59), eva) == [(60, ahead(60), True)]
    assert told(ahead(14), eva) == [(14, ahead(14), False)]
    with pytest.raises(Denied), scope(stage.ward):
        see(acting=stage.ward, told=first)


def test_it_is_kept_by_its_areas_process_leaders_and_by_secretaries(
    stage: Stage, eva: Acting
) -> None:
    supplement(area_of(eva))
    document = in_force()["tillägget"].document
    elsewhere = next(
        unit for unit, at in shelf.geography().items() if at.care_area not in (None, area_of(eva))
    )
    assert keeps(eva, document)
    assert not keeps(person_at(elsewhere, role="process_leader"), document)
    assert keeps(person_at(elsewhere, role="secretary"), document)
    assert not keeps(stage.ward, document)


def test_a_version_that_takes_over_in_time_leaves_nothing_to_tell(
    stage: Stage, eva: Acting
) -> None:
    supplement(area_of(eva))
    supplement(area_of(eva), date(2101, 12, 31), "2", "2100-01-01")
    assert told(ahead(14), eva) == []
    assert told(ahead(-1), eva) == []


def test_nobody_notes_for_another_that_it_is_seen(stage: Stage, eva: Acting) -> None:
    supplement(area_of(eva))
    for who, by in ((eva, stage.ward), (stage.ward, stage.ward)):
        with (
            pytest.raises(DatabaseError, match="row-level security"),
            scope(who),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "insert into governance_notice (document, number, days, seen_by, name) "
                "values ('tillägget', '1', 14, %s, 'x')",
                [by.person],
            )


# --- On the pages ---------------------------------------------------------------------------------


def words(answer: HttpResponse) -> str:
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())


def test_the_page_warns_until_somebody_has_seen_it(stage: Stage, eva: Acting) -> None:
    last = timezone.localdate() + timedelta(days=10)
    supplement(area_of(eva), last)
    client = signed_in(eva)

    start = words(client.get("/riktlinjer/"))
    assert f"Slutar gälla om 10 dagar. Sista dagen är {last}." in start
    assert "Jag har sett det" in start
    client.post("/riktlinjer/tillägget/sett/")
    start = words(client.get("/riktlinjer/"))
    assert "Slutar gälla om 10 dagar." in start
    assert "Jag har sett det" not in start
    assert "Sett av Eva Ek" in words(client.get("/riktlinjer/tillägget/"))


def test_one_that_is_over_says_since_when(stage: Stage, eva: Acting) -> None:
    last = timezone.localdate() - timedelta(days=3)
    supplement(area_of(eva), last)
    client = signed_in(eva)

    told = f"Gäller inte längre sedan {last + timedelta(days=1)}."
    assert told in words(client.get("/riktlinjer/"))
    assert told in words(client.get("/riktlinjer/tillägget/"))
    assert "Utgången" in words(client.get("/riktlinjer/tillägget/versioner/"))


def test_another_document_that_is_over_stops_nobody_who_writes(stage: Stage, eva: Acting) -> None:
    supplement(area_of(eva), timezone.localdate() - timedelta(days=3))
    client = signed_in(eva)
    client.post("/utkast/nytt/", {"document": PROV})
    since = timezone.localdate() + timedelta(days=9)
    text = in_force()[PROV].text.replace('version: "1"', f'version: "2"\ngäller-från: {since}')
    client.post("/utkast/1/skriv/", {"text": text, "onto": 1})
    assert client.post("/utkast/1/foresla/", {"onto": 2}).status_code == 302
    assert owner("select status from governance_standing order by seq desc limit 1") == [
        ("på remiss",)
    ]
    processes.forget()
