"""A part of a message that is for some of those who get it: the others are not told it, nor that it
is there, by any page or by the database itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta

import orjson
import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, connection
from everything import shown_by_database
from stage import MONDAY, Stage, owner, resident, signed_in
from test_documents_in_force import THEN, TOMORROW, binding, record

from sammanhang.access.acting import Acting, scope
from sammanhang.casework import attachments, chain, methods, processes
from sammanhang.casework.case_page import CasePage, Entry, case_page
from sammanhang.casework.disposal import dispose
from sammanhang.casework.documents import Edition
from sammanhang.casework.drafts import save_draft
from sammanhang.casework.restricted import opened
from sammanhang.casework.transitions import TakenOver, take_over
from sammanhang.engine import Event
from simulation.loading import History, load

SECRET = "Sonen bor kvar hemma och är rädd."
OTHER_SECRET = "Dottern har flyttat hem."
MESSAGE = {"text": "Se det som rör er.", "hemma": SECRET}


def sent(stage: Stage, case: int, **more: object) -> int:
    return stage.did(stage.ward, case, "socialt-meddelande", data={**MESSAGE, **more})


def page(who: Acting, case: int) -> CasePage:
    with scope(who):
        return case_page(who, case, MONDAY)


def entry(who: Acting, case: int, seq: int) -> Entry:
    return next(one for one in page(who, case).entries if one.seq == seq)


def knows(who: Acting, case: int, secret: str = SECRET) -> bool:
    """Whether the database gives it to the unit; then, and only then, the page shows it."""
    given = secret in shown_by_database(who, case)
    assert (secret in str(page(who, case).entries)) == given
    return given


def correct(stage: Stage, who: Acting, case: int, seq: int, **values: object) -> int:
    data = {"meddelande": seq, "värden": values}
    return stage.did(who, case, "rättelse", data=data)


# --- Who is told ----------------------------------------------------------------------------


def test_the_part_it_is_for_and_its_writer_are_told_and_the_others_not(stage: Stage) -> None:
    case = stage.notified()
    seq = sent(stage, case)

    assert knows(stage.ward, case)
    assert knows(stage.officer, case)
    assert not knows(stage.centre, case)
    assert entry(stage.centre, case, seq).data == {"text": MESSAGE["text"]}


def test_the_database_withholds_it_from_plain_sql(stage: Stage) -> None:
    """The rule is the database's: no filter of the application stands between."""
    case = stage.notified()
    seq = sent(stage, case)
    sql = "select field, said::text from casework_restricted where case_id = %s and said <> '[]'"

    seen: dict[str, list[tuple[str, str]]] = {}
    for who in (stage.ward, stage.officer, stage.centre, stage.other_officer):
        with scope(who), connection.cursor() as cursor:
            cursor.execute(sql, [case])
            seen[who.unit] = cursor.fetchall()
            cursor.execute(
                "select data->'hemma' ? 'förseglad' from casework_event where seq = %s", [seq]
            )
            assert cursor.fetchall() == ([] if who is stage.other_officer else [(True,)])

    assert seen[stage.ward.unit] == seen[stage.officer.unit] == [("hemma", f'["{SECRET}"]')]
    assert seen[stage.centre.unit] == seen[stage.other_officer.unit] == []


def test_that_something_is_there_is_not_told_either(stage: Stage) -> None:
    case = stage.notified()
    with_it = sent(stage, case)
    without = stage.did(stage.ward, case, "socialt-meddelande", data={"text": MESSAGE["text"]})
    sql = (
        "select seq, (select array_agg(k order by k) from jsonb_object_keys(data) k), "
        "length(data::text) from casework_event where seq = any(%s) order by seq"
    )

    with scope(stage.centre), connection.cursor() as cursor:
        cursor.execute(sql, [[with_it, without]])
        one, other = cursor.fetchall()

    assert one[1:] == other[1:]
    assert entry(stage.centre, case, with_it).data == entry(stage.centre, case, without).data


def test_what_no_rule_depends_on_the_engine_is_never_told(stage: Stage) -> None:
    case = stage.notified()
    sent(stage, case, oro="ja")
    ((state,),) = owner("select state from casework_snapshot where case_id = %s", case)

    assert SECRET not in state
    assert '"oro":"ja"' in state


def test_what_a_rule_depends_on_leads_to_what_it_says(stage: Stage) -> None:
    case = stage.notified()
    sent(stage, case, oro="ja")

    owed = owner(
        "select unit from casework_obligation where act = 'behovsbedömning' and case_id = %s", case
    )
    assert owed == [(stage.officer.unit,)]
    assert all("oro" not in one.data for one in page(stage.centre, case).entries)


def test_who_comes_later_is_not_told_what_was_said_before(stage: Stage) -> None:
    case = stage.notified()
    sent(stage, case)
    stage.did(stage.ward, case, "ansluta-kommun", data={"kommun-enhet": stage.other_officer.unit})
    later = sent(stage, case, hemma=OTHER_SECRET)

    assert not knows(stage.other_officer, case)
    assert knows(stage.other_officer, case, OTHER_SECRET)
    assert entry(stage.other_officer, case, later).data["hemma"] == OTHER_SECRET


# --- Others take their place ----------------------------------------------------------------


def test_one_who_takes_over_reads_what_the_first_could(stage: Stage) -> None:
    case = stage.notified()
    sent(stage, case)
    stage.did(stage.officer, case, "vidarebefordran", data={"rätt-enhet": stage.other_officer.unit})
    stage.did(stage.ward, case, "byte-av-avdelning", data={"ny-avdelning": stage.other_ward.unit})

    assert knows(stage.other_officer, case)
    assert knows(stage.other_ward, case)
    assert knows(stage.officer, case)
    assert knows(stage.ward, case)


def test_one_who_takes_over_from_a_unit_that_was_not_told_is_not_told(stage: Stage) -> None:
    case = stage.notified()
    sent(stage, case)
    stage.did(stage.centre, case, "vidarebefordran", data={"rätt-enhet": stage.other_centre.unit})

    assert not knows(stage.other_centre, case)


# --- Corrections and withdrawals ------------------------------------------------------------


def test_a_correction_is_told_to_those_who_were_told(stage: Stage) -> None:
    case = stage.notified()
    seq = sent(stage, case)
    stage.did(stage.officer, case, "vidarebefordran", data={"rätt-enhet": stage.other_officer.unit})
    corrected = correct(stage, stage.ward, case, seq, hemma=OTHER_SECRET)

    for who in (stage.ward, stage.officer, stage.other_officer):
        assert knows(who, case, OTHER_SECRET)
        assert entry(who, case, corrected).data["värden"] == {"hemma": OTHER_SECRET}
    assert not knows(stage.centre, case, OTHER_SECRET)
    assert entry(stage.centre, case, corrected).data["värden"] == {}


def test_a_correction_of_something_else_does_not_touch_it(stage: Stage) -> None:
    case = stage.notified()
    seq = sent(stage, case)
    corrected = correct(stage, stage.ward, case, seq, text="Ring mig.")

    assert entry(stage.officer, case, corrected).data["värden"] == {"text": "Ring mig."}
    assert entry(stage.officer, case, seq).data["hemma"] == SECRET


def test_it_can_be_taken_away_by_a_correction_and_stands_in_the_history(stage: Stage) -> None:
    case = stage.notified()
    seq = sent(stage, case)
    corrected = correct(stage, stage.ward, case, seq, hemma=None)

    assert entry(stage.officer, case, corrected).data["värden"] == {"hemma": None}
    assert not knows(stage.centre, case)


def test_a_correction_reads_the_rule_that_depends_on_it_anew(stage: Stage) -> None:
    case = stage.notified()
    seq = sent(stage, case, oro="ja")
    correct(stage, stage.ward, case, seq, oro="nej")

    assert owner(
        "select cancelled from casework_obligation where act = 'behovsbedömning' and case_id = %s",
        case,
    ) == [(True,)]


def test_a_withdrawal_tells_nothing_of_it(stage: Stage) -> None:
    case = stage.notified()
    seq = sent(stage, case)
    stage.did(stage.ward, case, "återtagande", data={"meddelande": seq})

    assert knows(stage.officer, case)
    assert not knows(stage.centre, case)


# --- Files and drafts -----------------------------------------------------------------------


def test_a_file_is_for_the_same_as_its_field(stage: Stage) -> None:
    case = stage.notified()
    file = attachments.Attachment("utredning.pdf", "application/pdf", b"%PDF-1.7 utredningen")
    with scope(stage.ward):
        added = attachments.add(stage.ward, case, file)
    sent(stage, case, utredning=added)

    def read(who: Acting) -> object:
        with scope(who):
            return attachments.read(who, case, added["id"])

    assert read(stage.officer) is not None
    assert read(stage.ward) is not None
    assert read(stage.centre) is None
    assert "utredning.pdf" not in shown_by_database(stage.centre, case)


def test_what_is_sealed_by_another_method_verifies_by_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = stage.notified()
    seqs = [sent(stage, case)]
    monkeypatch.setitem(methods.METHODS, "sha512", hashlib.sha512)
    monkeypatch.setattr(methods, "METHOD", "sha512")
    seqs.append(sent(stage, case))

    assert list(chain.verify()) == []
    assert owner(
        "select method, length(data->'hemma'->>'förseglad') from casework_event "
        "where seq = any(%s) order by seq",
        seqs,
    ) == [("sha256", 64), ("sha512", 128)]
    owner(FREE)
    owner("update casework_restricted set said = '[\"Annat\"]' where seq = %s and field = 'hemma'",
          seqs[1])  # fmt: skip
    assert [one.seq for one in chain.verify()] == [seqs[1]]


def test_a_draft_is_its_writers_alone(stage: Stage) -> None:
    case = stage.notified()
    save_draft(acting=stage.ward, case=case, act="socialt-meddelande", data=MESSAGE, now=MONDAY)

    assert SECRET in shown_by_database(stage.ward)
    assert SECRET not in shown_by_database(stage.officer) + shown_by_database(stage.centre)


# --- It stands as it was said ---------------------------------------------------------------

FREE = "alter table casework_restricted disable trigger user"


@pytest.mark.parametrize(
    "sql",
    [
        "update casework_restricted set said = '[\"Annat\"]' where said <> '[]'",
        "update casework_restricted set field = 'oro2' where field = 'oro'",
        "delete from casework_restricted where field = 'hemma'",
        "update casework_restricted set said = '[]', salt = '\\x00112233445566778899aabbccddeeff'",
    ],
    ids=["altered", "moved", "removed", "emptied"],
)
def test_what_has_been_done_to_it_is_found(stage: Stage, sql: str) -> None:
    case = stage.notified()
    seq = sent(stage, case)
    correct(stage, stage.ward, case, seq, text="Ring mig.")
    assert list(chain.verify()) == list(chain.verify(case)) == []

    owner(FREE)
    owner(sql)

    (found,) = chain.verify()
    assert (found.case, found.seq) == (case, seq)
    assert found.why == "har uppgifter för några som inte stämmer med sin försegling"


@pytest.mark.parametrize(
    "sql",
    [
        "update casework_restricted set said = '[]'",
        "update casework_restricted set readers = '{}'",
        "delete from casework_restricted",
        "truncate casework_restricted",
    ],
)
def test_not_even_its_owner_changes_it_unseen(stage: Stage, sql: str) -> None:
    sent(stage, stage.notified())

    with pytest.raises(DatabaseError):
        owner(sql)


def test_nobody_makes_themselves_a_reader(stage: Stage) -> None:
    case = stage.notified()
    sent(stage, case)
    sql = "update casework_restricted set readers = readers || %s"

    with scope(stage.centre), connection.cursor() as cursor:
        cursor.execute(sql, [[stage.centre.unit]])
        assert cursor.rowcount == 0

    assert not knows(stage.centre, case)


def test_it_goes_with_its_case(stage: Stage) -> None:
    case = stage.notified()
    sent(stage, case)
    stage.did(stage.ward, case, "utskrivningsklar")
    stage.did(stage.ward, case, "utskrivning")

    dispose(MONDAY + timedelta(days=3670))

    assert owner("select count(*) from casework_restricted") == [(0,)]


# --- Read as a whole ------------------------------------------------------------------------


def history(case: int) -> Iterator[Event]:
    """As trials read it: with what was said to some."""
    rows = owner(
        "select e.seq, e.at, e.unit, e.person, e.act, e.data::text, "
        "(select json_object_agg(field, said)::text from casework_restricted r "
        " where r.case_id = e.case_id and r.seq = e.seq) "
        "from casework_event e where e.case_id = %s order by e.seq",
        case,
    )
    for seq, at, unit, by, act, data, said in rows:
        whole = opened(orjson.loads(data), orjson.loads(said or "{}"))
        yield Event(seq, at, unit, by, act, whole)


def test_histories_loaded_at_once_are_kept_as_those_that_were_sent(stage: Stage) -> None:
    case = stage.notified()
    seq = sent(stage, case, oro="ja")
    stage.did(stage.officer, case, "vidarebefordran", data={"rätt-enhet": stage.other_officer.unit})
    stage.did(stage.centre, case, "vidarebefordran", data={"rätt-enhet": stage.other_centre.unit})
    stage.did(stage.ward, case, "byte-av-avdelning", data={"ny-avdelning": stage.other_ward.unit})
    correct(stage, stage.other_ward, case, seq, hemma=OTHER_SECRET)
    ((process_key, edition),) = owner(
        "select process, edition from casework_case where id = %s", case
    )
    process = processes.process_for(process_key, edition)
    again = History(
        resident(77), "annat sjukhus", {"slutenvård": [stage.ward.unit]}, [*history(case)]
    )

    load(process, Edition.stored(edition), [again])

    def apart(number: int) -> list[tuple[object, ...]]:
        return owner(
            "select seq, field, about, only_for, "
            "array(select unnest(authors) order by 1), array(select unnest(readers) order by 1), "
            "said::text from casework_restricted where case_id = %s order by seq, field",
            number,
        )

    assert apart(case) == apart(case + 1)
    assert len(apart(case)) == 6
    states = owner("select state::jsonb from casework_snapshot order by case_id")
    assert states[0] == states[1]
    assert list(chain.verify()) == []


WITHOUT_CARE = (
    "om: {oro: ja}\nska: behovsbedömning", "om: {hemma: {finns: ja}}\nska: behovsbedömning",
)  # fmt: skip


def test_a_new_version_is_told_what_it_depends_on_and_no_longer_what_it_does_not(
    stage: Stage,
) -> None:
    case = stage.notified()
    sent(stage, case, oro="nej")
    record(binding(TOMORROW, WITHOUT_CARE))

    assert take_over(THEN) == TakenOver(switched=1)

    ((state,),) = owner("select state from casework_snapshot where case_id = %s", case)
    assert SECRET in state
    assert '"oro"' not in state
    owed = owner("select unit from casework_obligation where act = 'behovsbedömning'")
    assert owed == [(stage.officer.unit,)]
    assert knows(stage.officer, case)
    assert SECRET not in str(page(stage.centre, case).entries)


# --- On screens -----------------------------------------------------------------------------


def test_the_form_tells_for_whom_a_field_is(stage: Stage) -> None:
    case = stage.notified()
    form = signed_in(stage.ward).get(f"/arende/{case}/gor/socialt-meddelande/")
    field = BeautifulSoup(form.content, "html.parser").find(id="f-hemma")

    assert field is not None
    said = BeautifulSoup(form.content, "html.parser").find(id="f-hemma-bara")
    assert said is not None
    assert said.get_text() == "Syns bara för kommun och er egen enhet."
    assert "f-hemma-bara" in str(field["aria-describedby"])


def test_the_page_shows_it_to_those_it_is_for_with_whom_that_is(stage: Stage) -> None:
    case = stage.notified()
    seq = sent(stage, case)
    corrected = correct(stage, stage.ward, case, seq, hemma=OTHER_SECRET)

    def happening(who: Acting, number: int) -> str:
        html = signed_in(who).get(f"/arende/{case}/").content
        found = BeautifulSoup(html, "html.parser").find(id=f"h-{number}")
        return " ".join(found.get_text(" ", strip=True).split()) if found else ""

    for who in (stage.ward, stage.officer):
        assert f"Hemsituation {SECRET} bara för kommun" in happening(who, seq)
        assert f"Hemsituation {OTHER_SECRET} bara för kommun" in happening(who, corrected)
    assert "Hemsituation" not in happening(stage.centre, seq)
    assert "Det som rättades är inte för er enhet." in happening(stage.centre, corrected)
