"""That somebody keeps and opens a draft of a case is in the log, once for each time of writing."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from stage import MONDAY, Stage, owner, signed_in

from sammanhang.access.acting import Acting
from sammanhang.access.requires import RECENTLY
from sammanhang.access.sessions import AUTHENTICATED
from sammanhang.casework.drafts import save_draft


def keep(who: Acting, case: int, text: str, now: datetime, act: str = "anteckning") -> None:
    save_draft(acting=who, case=case, act=act, data={"text": text}, now=now)


def logged(who: Acting, case: int) -> list[str]:
    return [
        action
        for (action,) in owner(
            "select l.action from access_log l join casework_case c on c.id = l.case_id "
            "where l.person = %s and l.case_id = %s and l.resident_id = c.resident_id "
            "and l.assignment = %s and l.action like '%%:draft' order by l.id",
            who.person, case, who.assignment,
        )
    ]  # fmt: skip


def test_what_is_typed_in_one_go_is_one_line(stage: Stage) -> None:
    case = stage.notified()
    for minutes in (0, 1, 20, 45):
        keep(stage.ward, case, "Åsa ringer " * minutes, MONDAY + timedelta(minutes=minutes))

    assert logged(stage.ward, case) == ["write:draft"]
    assert owner("select data->>'text' from casework_draft") == [("Åsa ringer " * 45,)]


def test_each_act_and_each_time_of_writing_is_a_line_of_its_own(stage: Stage) -> None:
    case = stage.notified()
    keep(stage.ward, case, "x", MONDAY)
    keep(stage.ward, case, "y", MONDAY, act="inskrivningsmeddelande")
    keep(stage.ward, case, "xx", MONDAY + timedelta(minutes=31))
    keep(stage.officer, case, "z", MONDAY)

    assert logged(stage.ward, case) == ["write:draft"] * 3
    assert logged(stage.officer, case) == ["write:draft"]


def test_what_is_begun_anew_after_it_was_sent_is_a_line_of_its_own(stage: Stage) -> None:
    case = stage.notified()
    keep(stage.ward, case, "x", MONDAY)
    stage.did(stage.ward, case, "anteckning", data={"text": "x"})
    keep(stage.ward, case, "y", MONDAY)

    assert logged(stage.ward, case) == ["write:draft"] * 2


def test_a_draft_that_is_opened_again_is_logged(stage: Stage) -> None:
    case = stage.notified()
    client = signed_in(stage.ward)
    form = f"/arende/{case}/gor/anteckning/"
    client.get(form)
    assert logged(stage.ward, case) == []
    for text in ("Åsa", "Åsa ringer"):
        client.post(f"/arende/{case}/utkast/anteckning/", {"f-text": text})
    client.get(f"/arende/{case}/")
    assert logged(stage.ward, case) == ["write:draft"]

    assert "Åsa ringer" in client.get(form).content.decode()
    assert logged(stage.ward, case) == ["write:draft", "read:draft"]


def test_the_words_of_an_opening_kept_while_one_shows_who_one_is_are_logged(stage: Stage) -> None:
    case = stage.notified()
    client = signed_in(stage.ward)
    session = client.session
    session[AUTHENTICATED] = time.time() - RECENTLY - 1
    session.save()
    client.post(f"/arende/{case}/oppna/", {"ground": "emergency", "reason": "Brådskar"})

    assert "Brådskar" in client.get(f"/arende/{case}/oppna/").content.decode()
    assert logged(stage.ward, case) == ["write:draft", "read:draft"]


def test_nobody_keeps_a_draft_in_a_case_of_others_and_the_try_is_logged(stage: Stage) -> None:
    case = stage.notified()
    client = signed_in(stage.other_officer)
    answer = client.post(f"/arende/{case}/utkast/anteckning/", {"f-text": "x"})

    assert answer.status_code == 404
    assert owner("select count(*) from casework_draft") == [(0,)]
    assert owner(
        "select action from access_log where person = %s and case_id = %s",
        stage.other_officer.person, case,
    ) == [("denied:case",)]  # fmt: skip
