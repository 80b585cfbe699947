"""A draft tried on past cases: the same events under both, counted; nobody is told of."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError
from stage import MONDAY, Stage, owner, signed_in

from sammanhang.access.acting import Acting, scope
from sammanhang.governance import actions, shelf, trial_figures, trials
from sammanhang.governance.shelf import in_force

SINCE, UNTIL = date(2026, 3, 1), date(2026, 3, 31)
TEXT = "senast: 24 timmar"


def tried(eva: Acting, text: str, since: date = SINCE, until: date = UNTIL) -> trials.Trial:
    """A draft with this text, and what came of trying it."""
    there = in_force()["prov-in-och-utskrivning"]
    with scope(eva):
        number = actions.start(
            acting=eva, document=there.document.id, file=there.file, title="Prov", based_on="1",
            text=text,
        )  # fmt: skip
        asked = trials.ask(acting=eva, version=number, revision=1, since=since, until=until)
    assert trials.work_off() == 1
    with scope(eva):
        return trials.trial(number, asked)


def in_force_text() -> str:
    return in_force()["prov-in-och-utskrivning"].text


def test_under_the_same_rules_nothing_differs_and_all_is_counted(stage: Stage, eva: Acting) -> None:
    for days in range(3):
        stage.notified(at=MONDAY + timedelta(days=days))

    result = tried(eva, in_force_text()).result

    assert result is not None
    assert (result["cases"], result["differing"]) == (3, 0)
    ((stored,),) = owner("select count(*) from casework_obligation")
    assert result["all"]["owed"] == [stored, stored]
    assert result["refused"] == []
    assert result["events"] == owner("select count(*) from casework_event")[0][0]


def test_a_shorter_deadline_makes_more_late(stage: Stage, eva: Acting) -> None:
    assert TEXT in in_force_text()
    case = stage.admitted(at=MONDAY)
    stage.did(
        stage.ward, case, "inskrivningsmeddelande", at=MONDAY + timedelta(hours=20),
        data={"beräknad-utskrivning": "2026-03-09", "text": "Behöver hemtjänst."},
    )  # fmt: skip

    result = tried(eva, in_force_text().replace(TEXT, "senast: 2 timmar")).result

    assert result is not None
    assert result["differing"] == 1
    (rule,) = (one for one in result["rules"] if not one["same"])
    assert rule["late"] == [0, 1]
    assert "hemtjänst" not in str(result)


def test_few_people_are_not_told_of(stage: Stage, eva: Acting) -> None:
    stage.notified()
    first = tried(eva, in_force_text()).result
    for _ in range(6):
        stage.notified()
    then = tried(eva, in_force_text()).result

    assert first is not None
    assert then is not None
    assert first["places"] == []
    assert all(min(one["owed"]) >= trial_figures.FEW for one in then["places"])
    assert then["places"] != []


def test_only_cases_that_began_in_the_period(stage: Stage, eva: Acting) -> None:
    stage.notified(at=MONDAY)
    stage.notified(at=MONDAY + timedelta(days=60))
    result = tried(eva, in_force_text(), date(2026, 3, 2), date(2026, 3, 2)).result
    assert result is not None
    assert result["cases"] == 1


def test_a_faulty_draft_says_so(stage: Stage, eva: Acting) -> None:
    found = tried(eva, in_force_text().replace("ska: ", "ska: x"))
    assert found.fault == trials.HOLDS_NO_CASES
    assert found.result is None


def test_one_that_was_broken_off_is_begun_anew(stage: Stage, eva: Acting) -> None:
    found = tried(eva, in_force_text())
    owner("update governance_trial set ended_at = null, seen_at = now()")
    assert trials.work_off() == 0  # somebody is at work on it
    owner("update governance_trial set seen_at = now() - interval '3 minutes'")
    assert trials.work_off() == 1
    assert found.id == 1


def test_process_leaders_ask_and_read_and_write_no_results(stage: Stage, eva: Acting) -> None:
    tried(eva, in_force_text())
    with scope(stage.ward):
        assert trials.trials(1) == []
    ask = {"version": 1, "revision": 1, "since": SINCE, "until": UNTIL}
    with pytest.raises(DatabaseError, match="row-level security"), scope(stage.ward):
        trials.ask(acting=stage.ward, **ask)


def test_its_pages(stage: Stage, eva: Acting) -> None:
    stage.notified()
    tried(eva, in_force_text().replace(TEXT, "senast: 2 timmar"))
    client = signed_in(eva)
    asked = client.post("/utkast/1/prov/", {"since": "2026-03-01", "until": "2026-03-31"})
    address = asked.headers["Location"]
    assert "Väntar på att få börja" in client.get(address).content.decode()
    trials.work_off()
    page = client.get(address).content.decode()
    assert "människor gjort annorlunda" in page
    assert "hx-get" not in page
    table = client.get(f"{address}csv/")
    assert table.content.decode().startswith("\ufeffvad;namn;före;efter")
    for wrong in ({}, {"since": "2026-03-31", "until": "2026-03-01"}, {"since": "x", "until": "y"}):
        assert client.post("/utkast/1/prov/", wrong).status_code == 422


def test_a_draft_under_which_a_supplement_cannot_be_followed_is_not_counted_without_it(
    stage: Stage, eva: Acting
) -> None:
    supplement = f"""\
---
id: tillägget
titel: Ett lokalt tillägg
nivå: lokalt tillägg
tillägg-till: prov-in-och-utskrivning
område: {{delregion: {shelf.geography()[eva.unit].care_area}}}
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
    owner(
        "insert into casework_document (id, version, file, text, since, binds_running) "
        "values ('tillägget', '1', 'tillägg/dokument.md', %s, '2026-02-01', false)",
        supplement,
    )
    shelf.forget()
    stage.notified(at=MONDAY)

    field = "  text: {rubrik: Meddelande, typ: långtext}"
    gone = in_force_text().replace(field, "  ord: {rubrik: Ord, typ: text}")
    assert gone != in_force_text()
    found = tried(eva, gone)
    assert found.result is None
    assert "Ett lokalt tillägg" in (found.fault or "")
