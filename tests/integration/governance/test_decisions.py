"""From a proposed draft to what cases run under: the secretary registers the decision."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone
from stage import MONDAY, Stage, owner, signed_in

from sammanhang.access.acting import Acting, scope
from sammanhang.casework import documents, processes
from sammanhang.governance import actions, drafts
from sammanhang.governance.shelf import in_force

PROV = "prov-in-och-utskrivning"
DECISION = "VVG 2026-12-03 § 14"


def tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


def proposed(by: Acting, since: date, *, transition: str = "nya ärenden") -> int:
    there = in_force()[PROV]
    text = there.text.replace(
        'version: "1"', f'version: "2"\ngäller-från: {since}\növergång: {transition}'
    ).replace("senast: 24 timmar", "senast: 12 timmar")
    with scope(by):
        number = actions.start(
            acting=by, document=PROV, file=there.file, title="Prov", based_on="1", text=text
        )
        actions.propose(acting=by, number=number, onto=1, as_number="2", in_force_from=since)
    return number


def test_what_is_decided_is_what_cases_run_under_from_its_day(
    stage: Stage, eva: Acting, sonja: Acting
) -> None:
    number = proposed(eva, tomorrow())
    client = signed_in(sonja)

    page = client.get(f"/utkast/{number}/beslut/").content.decode()
    assert "Registrera beslutet" in page
    assert "följer den version de började med" in page
    client.post(f"/utkast/{number}/beslut/", {"decision": DECISION})
    assert DECISION in client.get(f"/utkast/{number}/").content.decode()

    processes.forget()
    key = processes.DISCHARGE
    assert processes.process_on(key, timezone.localdate()).document.version == "1"
    assert processes.process_on(key, tomorrow()).document.version == "2"


def test_it_comes_into_force_and_is_replaced_by_itself(
    stage: Stage, eva: Acting, sonja: Acting
) -> None:
    number = proposed(eva, tomorrow())
    signed_in(sonja).post(f"/utkast/{number}/beslut/", {"decision": DECISION})

    def status() -> str:
        with scope(eva):
            return drafts.version(number).standing.status

    assert status() == "beslutad"
    owner("alter table casework_document disable trigger in_force")
    owner("update casework_document set since = current_date where version = '2'")
    assert status() == "gällande"
    owner(
        "insert into casework_document (id, version, file, text, since, binds_running) "
        "select id, '3', file, text, current_date, false from casework_document "
        "where version = '2'"
    )
    owner("update casework_document set since = current_date - 1 where version = '2'")
    assert status() == "ersatt"


def test_a_version_for_all_cases_says_so_before_it_is_decided(
    stage: Stage, eva: Acting, sonja: Acting
) -> None:
    number = proposed(eva, tomorrow(), transition="alla ärenden")
    client = signed_in(sonja)

    page = client.get(f"/utkast/{number}/beslut/").content.decode()
    assert "går över till versionen den dagen" in page
    client.post(f"/utkast/{number}/beslut/", {"decision": DECISION})
    assert [one.binds_running for one in documents.recorded() if one.version == "2"] == [True]


@pytest.mark.parametrize("decision", ["", "   ", "x" * 201])
def test_a_decision_needs_its_words(
    stage: Stage, eva: Acting, sonja: Acting, decision: str
) -> None:
    number = proposed(eva, tomorrow())

    answer = signed_in(sonja).post(f"/utkast/{number}/beslut/", {"decision": decision})
    assert answer.status_code == 422
    assert [one.version for one in documents.recorded() if one.id == PROV] == ["1"]


def test_a_day_that_has_come_is_told_and_the_text_goes_back(
    stage: Stage, eva: Acting, sonja: Acting
) -> None:
    number = proposed(eva, timezone.localdate())
    client = signed_in(sonja)

    answer = client.post(f"/utkast/{number}/beslut/", {"decision": DECISION})
    assert answer.status_code == 422
    assert "den dagen har redan kommit" in answer.content.decode()
    client.post(f"/utkast/{number}/beslut/", {"tillbaka": "1"})
    with scope(eva):
        assert drafts.version(number).is_draft


def test_it_is_decided_once(stage: Stage, eva: Acting, sonja: Acting) -> None:
    number = proposed(eva, tomorrow())
    client = signed_in(sonja)
    client.post(f"/utkast/{number}/beslut/", {"decision": DECISION})

    again = client.post(f"/utkast/{number}/beslut/", {"decision": "VVG 2026-12-04 § 1"})
    assert again.status_code == 422
    assert "Bara det som är på remiss kan beslutas" in again.content.decode()


def test_who_has_written_it_does_not_decide_on_it_whatever_roles_they_have(
    stage: Stage, eva: Acting
) -> None:
    number = proposed(eva, tomorrow())
    owner(
        "insert into directory_assignment (staff_id, unit_id, role, purpose, since) "
        "values (%s, %s, 'secretary', 'Prov', '2020-01-01')",
        eva.person, eva.unit,
    )  # fmt: skip

    with pytest.raises(DatabaseError, match="row-level security"), scope(eva):
        actions.decide(
            acting=eva,
            number=number,
            decision=DECISION,
            binds_running=False,
            today=timezone.localdate(),
        )


def test_nothing_but_a_decided_text_comes_into_force(
    stage: Stage, eva: Acting, sonja: Acting
) -> None:
    proposed(eva, tomorrow())
    for who in (eva, sonja, stage.ward):
        with (
            pytest.raises(DatabaseError, match="row-level security"),
            scope(who),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "insert into casework_document (id, version, file, text, since, binds_running) "
                "select id, '2', file, 'en annan text', %s, false from casework_document "
                "where id = %s",
                [tomorrow(), PROV],
            )
    case = stage.admitted(at=MONDAY)
    assert owner("select version from casework_case where id = %s", case) == [("1",)]
