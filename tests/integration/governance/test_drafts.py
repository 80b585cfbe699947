"""Drafts: who writes, what is kept, and that two who write at once lose nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import DatabaseError, connection
from stage import Stage, owner, person_at

from sammanhang.access.acting import Acting, scope
from sammanhang.access.requires import Denied
from sammanhang.governance import actions, drafts

TEXT = "# Prov\n\nFörsta texten."


@pytest.fixture
def ove(stage: Stage) -> Acting:
    return person_at(stage.officer.unit, "Ove Ask", role="process_leader")


def started(who: Acting, text: str = TEXT) -> int:
    with scope(who):
        return actions.start(
            acting=who, document="prov", file="prov/dokument.md", title="Prov", based_on="1",
            text=text,
        )  # fmt: skip


def saved(who: Acting, number: int, onto: int, text: str) -> actions.Saved:
    with scope(who):
        return actions.save(acting=who, number=number, onto=onto, text=text)


def head(who: Acting, number: int) -> drafts.Saving:
    with scope(who):
        return drafts.version(number).head


def test_every_saving_is_kept(eva: Acting) -> None:
    number = started(eva)
    saved(eva, number, 1, "andra")
    saved(eva, number, 2, "tredje")

    with scope(eva):
        kept = [(one.revision, one.name, one.aside) for one in drafts.savings(number)]
        assert kept == [(3, "Eva Ek", False), (2, "Eva Ek", False), (1, "Eva Ek", False)]
        assert drafts.saving(number, 2).text == "andra"
        assert drafts.version(number).standing.status == "utkast"


def test_a_text_that_is_as_before_is_not_saved_again(eva: Acting) -> None:
    number = started(eva)
    assert saved(eva, number, 1, TEXT.replace("\n", "\r\n")) == actions.Saved(1)


def test_two_at_once_neither_overwrites_the_other(eva: Acting, ove: Acting) -> None:
    number = started(eva)
    saved(eva, number, 1, "Evas text")

    met = saved(ove, number, 1, "Oves text")

    assert (met.revision, met.met and met.met.name) == (3, "Eva Ek")
    assert head(ove, number).text == "Evas text"
    with scope(ove):
        beside = drafts.saving(number, 3)
        assert (beside.text, beside.aside, beside.onto) == ("Oves text", True, 1)
    assert saved(ove, number, 1, "Oves text").revision == 3  # sent again, kept once
    assert saved(ove, number, 2, "Evas och Oves text") == actions.Saved(4)
    assert head(eva, number).text == "Evas och Oves text"


def test_of_many_who_save_at_once_one_has_the_draft_and_all_have_their_text(eva: Acting) -> None:
    number = started(eva)

    def save(n: int) -> bool:
        try:
            return saved(eva, number, 1, f"text {n}").met is None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        first = list(pool.map(save, range(16)))

    assert first.count(True) == 1
    with scope(eva):
        kept = drafts.savings(number)
        texts = {drafts.saving(number, one.revision).text for one in kept}
    assert texts == {TEXT, *(f"text {n}" for n in range(16))}
    assert [one.revision for one in kept if not one.aside] == [2, 1]


def test_others_read_and_do_not_write(stage: Stage, eva: Acting) -> None:
    number = started(eva)
    assert head(stage.ward, number).text == TEXT
    with pytest.raises(DatabaseError, match="row-level security"):
        saved(stage.ward, number, 1, "annat")
    with pytest.raises(DatabaseError, match="row-level security"):
        started(stage.ward)
    with pytest.raises(Denied):  # nobody's
        drafts.version(number)


def test_no_one_writes_in_another_s_name(eva: Acting, ove: Acting) -> None:
    with pytest.raises(DatabaseError, match="row-level security"), scope(ove):
        actions.start(acting=eva, document="p", file="p", title="P", based_on=None, text="x")


@pytest.mark.parametrize("sql", ["delete from {}", "update {} set {} = {}", "truncate {} cascade"])
@pytest.mark.parametrize(
    ("table", "column"),
    [("version", "document"), ("saving", "text"), ("standing", "status")],
)
def test_nothing_is_changed_afterwards(eva: Acting, sql: str, table: str, column: str) -> None:
    started(eva)
    statement = sql.format(f"governance_{table}", column, column)
    with pytest.raises(DatabaseError, match="permission denied"), scope(eva):
        connection.cursor().execute(statement)
    if not sql.startswith("truncate"):
        with pytest.raises(DatabaseError, match="never changed"):
            owner(statement)


@pytest.mark.parametrize(
    ("text", "says"), [("   \n", "tom"), ("å" * (actions.LARGEST // 2 + 1), "för lång")]
)
def test_a_text_that_cannot_be_kept_is_told_of(eva: Acting, text: str, says: str) -> None:
    number = started(eva)
    with pytest.raises(actions.NotSaved, match=says):
        saved(eva, number, 1, text)


def test_what_is_proposed_is_written_on_no_more(eva: Acting, ove: Acting) -> None:
    number = started(eva)
    saved(ove, number, 1, "Oves text")
    day = date(2027, 1, 1)
    propose = {"acting": eva, "number": number, "as_number": "2", "in_force_from": day}
    with pytest.raises(actions.NotSaved, match="Ove Ask har sparat"), scope(eva):
        actions.propose(**propose, onto=1)
    with scope(eva):
        actions.propose(**propose, onto=2)
        way = [(one.status, one.number, one.name) for one in drafts.standings(number)]
    assert way == [("på remiss", "2", "Eva Ek"), ("utkast", None, "Eva Ek")]
    with pytest.raises(actions.NotSaved, match="på remiss"):
        saved(eva, number, 2, "ny")
    with pytest.raises(DatabaseError, match="is no draft"):
        owner(
            "insert into governance_saving (version, revision, onto, text, saved_by, name) "
            "values (%s, 9, 2, 'x', 'x', 'x')",
            number,
        )


@pytest.mark.parametrize("status", ["beslutad", "gällande", "ersatt", "upphävd", "utkast"])
def test_a_draft_becomes_only_proposed(eva: Acting, status: str) -> None:
    number = started(eva)
    with pytest.raises(DatabaseError, match="does not become"):
        owner(
            "insert into governance_standing (version, seq, status, revision, number, "
            "in_force_from, decision, by, name) "
            "values (%s, 2, %s, 1, '2', '2027-01-01', '§ 4', 'x', 'x')",
            number,
            status,
        )


def test_two_who_have_it_open_are_told_of_each_other(eva: Acting, ove: Acting) -> None:
    number = started(eva)
    for who in (eva, ove, eva):
        with scope(who):
            actions.say_present(acting=who, number=number)
    with scope(eva):
        assert drafts.also_writing(number, eva.person) == ["Ove Ask"]
    owner("update governance_writing set seen_at = now() - interval '1 minute'")
    with scope(eva):
        assert drafts.also_writing(number, eva.person) == []
