"""A unit's reviewer reads that unit's log and no other's, and says whether it is in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from stage import Stage, owner, person_at, resident, signed_in

from sammanhang.access import oversight, own_number, review, seals
from sammanhang.access.acting import Acting, log_reading
from sammanhang.access.acting import scope as acting_scope
from sammanhang.access.review_patterns import COMPARED, Finding, Line, patterns

NOON = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)
NIGHT = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)


@pytest.fixture
def reviewer(stage: Stage) -> Acting:
    return person_at(stage.ward.unit, "Rut Granskare", "log_reviewer")


def this_month() -> str:
    return f"/logggranskning/{timezone.localdate():%Y-%m}/".replace("-0", "-")


@pytest.fixture(autouse=True)
def kept(tmp_path: Path) -> Iterator[None]:
    """The folder where heads are kept."""
    before, settings.DATA = settings.DATA, tmp_path
    yield
    settings.DATA = before


# --- Patterns -------------------------------------------------------------------------------


def read(id: int, at: datetime = NOON, **other: object) -> Line:
    values: dict[str, object] = {"action": "read:case", "case": 1, "resident": uuid4()}
    return Line(id=id, at=at, person="P", name="Per Prov", **(values | other))  # type: ignore[arg-type]


ORDINARY = [read(n, NOON + timedelta(hours=2 * n)) for n in (0, 1, 2, 12, 13, 14)]
ACTED = {1: NOON + timedelta(days=30)}


def shown(lines: list[Line], names: list[tuple[int, str]] | None = None) -> list[Finding]:
    return patterns(lines, names or [], ACTED)


def test_an_ordinary_month_has_nothing_to_look_at() -> None:
    assert shown(ORDINARY) == []


@pytest.mark.parametrize(
    ("pattern", "more", "names"),
    [
        ("own", [], [(2, "own")]),
        ("public-interest", [], [(2, "public-interest")]),
        ("address", [], [(2, "address")]),
        ("colleague", [], [(2, "colleague")]),
        ("surname", [], [(2, "surname")]),
        ("night", [read(90, NIGHT)], []),
        ("many", [read(100 + n, NOON + timedelta(days=9, minutes=2 * n)) for n in range(21)], []),
        ("protected", [read(90, action="read:protected", why="Ringer anhöriga")], []),
        ("emergency", [read(90, why="emergency")], []),
        ("no-act", [read(90, case=2)], []),
        ("denied", [read(90, action="denied:case")], []),
    ],
)
def test_what_is_worth_a_look_is_shown_with_its_lines(
    pattern: str, more: list[Line], names: list[tuple[int, str]]
) -> None:
    (found,) = shown([*ORDINARY, *more], names)
    assert found.pattern == pattern
    assert [one.id for one in found.lines] == ([one.id for one in more] or [names[0][0]])


def test_a_reading_of_who_is_protected_is_shown_with_the_reason_that_was_given() -> None:
    asked = {"action": "read:protected", "case": 1}
    (found,) = shown([read(90 + n, why=why, **asked) for n, why in enumerate(("A", "B", "A"))])

    assert [(run.reason, run.times) for run in found.runs] == [("A", 2), ("B", 1)]


def test_who_works_nights_and_who_opens_the_same_few_again_are_not_shown() -> None:
    assert shown([read(n, NIGHT + timedelta(days=n)) for n in range(9)]) == []
    same = uuid4()
    assert shown([read(n, NOON + timedelta(minutes=n), resident=same) for n in range(40)]) == []


# --- Whose log ------------------------------------------------------------------------------


def lines_seen(who: Acting) -> set[str]:
    """The units whose lines are seen where the view forgets to ask for one."""
    with review.scope(who), connection.cursor() as cursor:
        cursor.execute("select distinct unit from access_log")
        return {unit for (unit,) in cursor.fetchall()}


def test_another_units_lines_are_never_seen_also_when_the_view_forgets(
    stage: Stage, reviewer: Acting
) -> None:
    for who in (stage.ward, stage.other_ward):
        with acting_scope(who):
            log_reading(who, "read:case")

    assert lines_seen(reviewer) == {stage.ward.unit}
    assert lines_seen(stage.ward) == set()
    elsewhere = Acting(reviewer.person, "Rut", stage.other_ward.unit, "", "avdelning", 1, "x")
    assert lines_seen(elsewhere) == set()
    owner("update directory_assignment set until = current_date where id = %s", reviewer.assignment)
    assert lines_seen(reviewer) == set()


def test_a_namesake_is_found_but_never_one_under_protection(stage: Stage, reviewer: Acting) -> None:
    reader = person_at(stage.ward.unit, "Per Namne")
    for protected in (False, True):
        who = resident(7 + protected, protected=protected)
        owner("update residents_resident set family_name = 'Namne' where id = %s", who)
        with acting_scope(reader):
            log_reading(reader, "read:resident", resident=who)
    seals.seal()
    with review.scope(reviewer):
        found = review.load(timezone.localdate().replace(day=1), reviewer.unit).patterns

    (one,) = [each for each in found if each.pattern == "surname"]
    assert (one.person, len(one.lines)) == (reader.person, 1)


def home(resident: UUID, street: str) -> None:
    owner(
        "insert into residents_address (resident_id, street, postcode, place) "
        "values (%s, %s, '541 00', 'Skövde')",
        resident, street,
    )  # fmt: skip


def found_by(reviewer: Acting) -> dict[str, int]:
    """How many lines each pattern has this month, of those that the owner compares."""
    seals.seal()
    with review.scope(reviewer):
        loaded = review.load(timezone.localdate().replace(day=1), reviewer.unit)
    return {one.pattern: len(one.lines) for one in loaded.patterns if one.pattern in COMPARED}


@pytest.mark.parametrize("protected", [False, True])
def test_ones_own_case_and_a_housemate_s_are_found_by_the_number_the_provider_tells(
    stage: Stage, reviewer: Acting, protected: bool
) -> None:
    """But nobody's under protection: that the line is there would tell their name or home."""
    reader = person_at(stage.ward.unit, "Sara Läsare")
    oneself, housemate, neighbour = resident(1, protected=protected), resident(2), resident(3)
    for who, street in (
        (oneself, "Storgatan 1"),
        (housemate, "storgatan 1"),
        (neighbour, "Lill 2"),
    ):
        home(who, street)
    ((number,),) = owner(
        "select value from residents_residentnumber where resident_id = %s", oneself
    )
    own_number.remember(reader.person, number)
    own_number.remember(reader.person, number)
    for who in (oneself, housemate, neighbour):
        with acting_scope(reader):
            log_reading(reader, "read:resident", resident=who)

    assert found_by(reviewer) == ({} if protected else {"own": 1, "address": 1})
    with pytest.raises(DatabaseError), acting_scope(reader), connection.cursor() as cursor:
        cursor.execute("select number from access_own_number")


def test_a_claim_that_is_no_number_is_let_be(stage: Stage) -> None:
    for claimed in (None, 17, "", "inget", ["19400317"], "x" * 10_000):
        own_number.remember(stage.ward.person, claimed)
    assert owner("select * from access_own_number") == []


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        ([("own", True)], {"public-interest": 1}),
        ([("*", True)], {"public-interest": 1}),
        ([("own", True), ("own", False)], {}),
        ([("own", False), ("own", True)], {"public-interest": 1}),
        ([("another", True)], {}),
        ([("*", True), ("another", False)], {"public-interest": 1}),
    ],
)
def test_a_reading_of_somebody_of_public_interest_is_found(
    stage: Stage, reviewer: Acting, listed: list[tuple[str, bool]], found: dict[str, int]
) -> None:
    who = resident(1, protected=True)  # the pattern tells no name
    ((number,),) = owner("select value from residents_residentnumber where resident_id = %s", who)
    ((own,),) = owner("select organisation_id from directory_unit where hsa_id = %s", reviewer.unit)
    for organisation, on in listed:
        owner(
            "insert into access_public_interest (organisation, number, listed, by) "
            "values (%s, %s, %s, 'x')",
            {"own": own, "another": "5560000000"}.get(organisation, organisation), number, on,
        )  # fmt: skip
    reader = person_at(stage.ward.unit, "Sara Läsare")
    with acting_scope(reader):
        log_reading(reader, "read:resident", resident=who)
        log_reading(reader, "read:resident", resident=resident(2))

    assert found_by(reviewer) == found


# --- The reviewer's work --------------------------------------------------------------------


def refused_line(stage: Stage) -> str:
    with acting_scope(stage.ward):
        log_reading(stage.ward, "denied:case", case=77)
    return f"denied:{stage.ward.person}"


def test_a_verdict_is_recorded_and_the_reading_of_the_log_is_logged(
    stage: Stage, reviewer: Acting
) -> None:
    finding, client = refused_line(stage), signed_in(reviewer)
    client.post(
        this_month(), {"finding": finding, "verdict": "look into", "note": "Frågar Per om ärendet"}
    )
    page = client.get(this_month()).content.decode()

    assert "Frågar Per om ärendet" in page
    assert "inte i sig fel" in page
    logged = owner("select distinct action from access_log where person = %s", reviewer.person)
    assert ("read:log-review",) in logged


def test_what_was_typed_survives_a_verdict_that_can_t_be_recorded(
    stage: Stage, reviewer: Acting
) -> None:
    answer = signed_in(reviewer).post(
        this_month(), {"finding": refused_line(stage), "note": "Kvar på skärmen"}
    )
    assert answer.status_code == 409
    assert "Välj en bedömning" in answer.content.decode()
    assert "Kvar på skärmen" in answer.content.decode()
    assert owner("select count(*) from access_review") == [(0,)]


def test_a_verdict_on_what_is_no_longer_there_says_so_and_keeps_what_was_typed(
    stage: Stage, reviewer: Acting
) -> None:
    sent = {"finding": "line:0", "verdict": "look into", "note": "Kvar på skärmen"}
    answer = signed_in(reviewer).post(this_month(), sent)
    assert answer.status_code == 409
    assert "finns inte längre" in answer.content.decode()
    assert "Kvar på skärmen" in answer.content.decode()


def test_verdicts_are_only_added_to(stage: Stage, reviewer: Acting) -> None:
    month = timezone.localdate().replace(day=1)
    with review.scope(reviewer):
        review.say(reviewer, month, "line:1", "in order", "")
    for sql in ("update access_review set verdict = 'misuse'", "delete from access_review"):
        with pytest.raises(DatabaseError), review.scope(reviewer), connection.cursor() as cursor:
            cursor.execute(sql)
        with pytest.raises(DatabaseError):
            owner(sql)
    with pytest.raises(DatabaseError), review.scope(stage.ward):
        review.say(stage.ward, month, "line:1", "in order", "")


def test_nobody_chooses_the_sample(stage: Stage, reviewer: Acting) -> None:
    """It is the same each time, and there is none before the month has a seal."""
    for _ in range(review.SAMPLE + 10):
        with acting_scope(stage.ward):
            log_reading(stage.ward, "read:case")
    month = timezone.localdate().replace(day=1)
    with review.scope(reviewer):
        assert review.load(month, reviewer.unit).sample == []
    seals.seal()
    with review.scope(reviewer):
        first, again = (review.load(month, reviewer.unit).sample for _ in range(2))
    assert first == again
    assert len(first) == review.SAMPLE
    assert [one.lines[0].id for one in first] != sorted(one.lines[0].id for one in first)


def test_an_empty_log_teaches_what_the_page_is_for(stage: Stage, reviewer: Acting) -> None:
    page = signed_in(reviewer).get("/logggranskning/2026-02/").content.decode()
    assert "inget som liknar" in page


# --- A month as a whole ---------------------------------------------------------------------


def a_month_ago() -> date:
    return (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)


@pytest.fixture
def last_month(stage: Stage, reviewer: Acting) -> date:
    """A month that is over, with a reading by the ward and one by the reviewer, and a seal."""
    first = a_month_ago()
    owner("select access_log_month(%s)", first)
    at = datetime(first.year, first.month, 10, 12, 0, tzinfo=UTC)
    for who in (stage.ward.person, reviewer.person):
        owner(
            "insert into access_log (at, person, unit, action, resident_id) "
            "values (%s, %s, %s, 'read:resident', %s)",
            at, who, stage.ward.unit, resident(5 + (who == reviewer.person)),
        )  # fmt: skip
    seals.seal()
    owner("alter table access_log_seal disable trigger user")
    owner("update access_log_seal set sealed_at = %s", at)
    owner("alter table access_log_seal enable trigger user")
    return first


def page_of(first: date) -> str:
    return f"/logggranskning/{first.year}-{first.month}/"


def test_a_month_is_signed_when_all_of_it_is_judged(
    stage: Stage, reviewer: Acting, last_month: date
) -> None:
    """But for what the reviewer read themselves, which is another's to judge."""
    client = signed_in(reviewer)
    refused = client.post(page_of(last_month), {"sign": "1"})
    assert refused.status_code == 409
    assert "2 fynd är inte bedömda" in refused.content.decode()
    with review.scope(reviewer):
        loaded = review.load(last_month, reviewer.unit)
    found = {one.key: one.lines[0].person for one in (*loaded.sample, *loaded.patterns)}
    others = [key for key, person in found.items() if person == stage.ward.person]
    assert len(others) == 2 < len(found)  # the sample's line, and a surname
    for key in others:
        client.post(page_of(last_month), {"finding": key, "verdict": "in order"})
    client.post(page_of(last_month), {"sign": "1"})

    signed = owner("select unit, month, in_order, look_into, misuse, by from access_review_signed")
    assert signed == [(stage.ward.unit, last_month, 2, 0, 0, reviewer.person)]
    assert "granskad" in client.get("/logggranskning/").content.decode()


def test_a_month_that_was_first_sealed_after_its_end_has_a_sample_too(
    stage: Stage, reviewer: Acting, last_month: date
) -> None:
    owner("alter table access_log_seal disable trigger user")
    owner("update access_log_seal set sealed_at = %s", review.month_after(last_month))
    owner("alter table access_log_seal enable trigger user")
    with review.scope(reviewer):
        assert len(review.load(last_month, reviewer.unit).sample) == 2
    assert "Stickprovet dras" not in signed_in(reviewer).get(page_of(last_month)).content.decode()


def test_a_month_that_goes_on_or_another_unit_s_is_not_signed(
    stage: Stage, reviewer: Acting, last_month: date
) -> None:
    now = timezone.localdate().replace(day=1)
    answer = signed_in(reviewer).post(page_of(now), {"sign": "1"})
    assert "Månaden pågår" in answer.content.decode()
    sign = (
        "insert into access_review_signed (unit, month, in_order, look_into, misuse, by) "
        "values (%s, %s, 0, 0, 0, %s)"
    )
    for values in (
        [stage.ward.unit, now, reviewer.person],
        [stage.other_ward.unit, last_month, reviewer.person],
        [stage.ward.unit, last_month, stage.ward.person],
    ):
        with pytest.raises(DatabaseError), review.scope(reviewer), connection.cursor() as cursor:
            cursor.execute(sign, values)


def test_a_month_not_reviewed_two_weeks_after_it_ended_is_late(
    stage: Stage, reviewer: Acting, last_month: date
) -> None:
    ended = review.month_after(last_month)
    for day, late in ((13, False), (14, True)):
        with review.scope(reviewer):
            months = review.months(ended + timedelta(days=day))
        assert [one.is_late for one in months if one.first == last_month] == [late]
    assert oversight.late_reviews(ended + timedelta(days=13)) == []
    ((month, _name),) = oversight.late_reviews(ended + timedelta(days=14))
    assert month == last_month
