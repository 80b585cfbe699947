"""What a resident has asked to be kept from others (spärr), and opening it.

A block hides what a unit has written (with `provider`: what any unit of its care provider has)
from everyone outside, also when it is newly written, until it is lifted where it was registered.
That something is hidden, and who owes what, is told. The database holds it: access/sql/blocks.sql,
casework/sql/row_security.sql.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from sammanhang.access.acting import Acting, log_reading
from sammanhang.engine import Refusal
from sammanhang.guideline.model import Act, Effect

BY_LAW, BY_CONSENT = "law", "consent"
"""Why something is sent although the resident has blocked what the unit writes."""
CONSENT, EMERGENCY = "consent", "emergency"
"""Grounds on which what is blocked may be opened (PDL 2008:355 4 kap. 5 §)."""
RESIDENT, REPRESENTATIVE = "resident", "representative"
"""Who may ask for a block. A guardian may not for a child (PDL 4 kap. 4 §)."""
OF_AGE = 18
LONGEST = 2000
FROM_UNITS, FROM_PROVIDERS = "units", "providers"
"""From whom a block keeps it: all other units (inre spärr), or other care providers (yttre)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """That the resident asked for a block, or to have it lifted."""

    wish: str
    asked_by: str
    asked_on: date
    note: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Block:
    """A block that the acting unit has registered."""

    id: int
    provider: bool
    since: datetime
    until: datetime | None
    wishes: tuple[Wish, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """What one person at one unit may read in one case, although it is blocked, and until when."""

    id: int
    ground: str
    until: datetime


# --- Sending although there is a block ------------------------------------------------------


def asks_why(act: Act) -> bool:
    """Whether others are to read what the act tells, so that a block asks for a reason."""
    told = act.recipients or any(one.recipients for one in act.extensions)
    return bool(told) or act.effect is Effect.CORRECTS


def stands(acting: Acting, resident: UUID) -> bool:
    """Whether the resident has blocked what the acting unit writes, in its scope."""
    with connection.cursor() as cursor:
        cursor.execute("select access_blocks(%s, %s)", [acting.unit, resident])
        return cursor.fetchone()[0]


def reasons(act: Act) -> list[tuple[str, str]]:
    """The reasons to choose among for sending what the resident has blocked, in words."""
    if not asks_why(act):
        return []
    consent = (BY_CONSENT, _("Personen går med på att just det här skickas"))
    law = (BY_LAW, _("Lagen kräver att det lämnas till mottagarna"))
    return [consent] if rests_on_consent(act) else [law, consent]


def not_sent_on_purpose(act: Act, ground: str | None) -> Refusal | None:
    """What is wrong with why something is sent in spite of a block. What rests on consent alone
    isn't sent by duty in law."""
    lawful = (BY_CONSENT,) if rests_on_consent(act) else (BY_LAW, BY_CONSENT)
    if not asks_why(act) or ground in lawful:
        return None
    return Refusal(
        "spärr",
        act.name,
        "Personen har spärrat det ni skriver. Ange varför mottagarna ändå ska få läsa det här.",
        "Skicka bara det som lagen kräver, eller det som personen har gått med på.",
    )


def rests_on_consent(act: Act) -> bool:
    return (act.basis or "").lower().startswith("samtycke")


# --- Registering and lifting ----------------------------------------------------------------


def register(
    *, acting: Acting, case: int, of_provider: bool, wish: Mapping[str, Any]
) -> dict[str, str]:
    """Registers a block in the acting unit's scope. What is wrong, by field; empty when done."""
    faults = _faults(wish, is_child=_is_child(case))
    if faults:
        return faults
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "insert into access_block (resident_id, unit, provider) "
                "select resident_id, %s, case when %s then access_provider_of(%s) end "
                "from casework_case where id = %s returning id, resident_id",
                [acting.unit, of_provider, acting.unit, case],
            )
            number, resident = cursor.fetchone()
            _note(acting, resident, number, "block", wish, case)
    except IntegrityError:
        return {"reach": _("Den spärren finns redan.")}
    return {}


def lift(
    *, acting: Acting, resident: UUID, block: int, wish: Mapping[str, Any], case: int | None = None
) -> dict[str, str]:
    """Lifts a block of the acting unit, in its scope, also when it has nothing more to do with the
    resident. `case`: where it is done. What is wrong, by field; empty when done."""
    faults = _faults(wish, is_child=False)
    if faults:
        return faults
    with connection.cursor() as cursor:
        cursor.execute(
            "update access_block set until = now() "
            "where id = %s and unit = %s and until is null and resident_id = %s",
            [block, acting.unit, resident],
        )
        if cursor.rowcount == 0:
            return {"block": _("Spärren är redan hävd. Läs om sidan.")}
    _note(acting, resident, block, "lift", wish, case)
    return {}


def _is_child(case: int) -> bool:
    """Asked of the database, since who is protected has no age on screens."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select r.birth_date > current_date - make_interval(years => %s) from casework_case c "
            "join residents_resident r on r.id = c.resident_id where c.id = %s",
            [OF_AGE, case],
        )
        found = cursor.fetchone()
    return bool(found and found[0])


def _faults(wish: Mapping[str, Any], *, is_child: bool) -> dict[str, str]:
    faults: dict[str, str] = {}
    if wish["asked_by"] not in (RESIDENT, REPRESENTATIVE):
        faults["asked_by"] = _("Välj vem som har bett om det.")
    elif wish["asked_by"] == REPRESENTATIVE and is_child:
        faults["asked_by"] = _(
            "En vårdnadshavare kan inte spärra uppgifter om sitt barn (patientdatalagen 4 kap. "
            "4 §). Ett barn som är moget nog kan begära det själv."
        )
    if wish["asked_on"] is None:
        faults["asked_on"] = _("Skriv dagen då personen bad om det, högst i dag.")
    if len(wish["note"]) > LONGEST or "\0" in wish["note"]:
        faults["note"] = _("Anteckningen är för lång. Skriv högst 2 000 tecken.")
    return faults


def _note(
    acting: Acting,
    resident: UUID,
    block: int,
    kind: str,
    wish: Mapping[str, Any],
    case: int | None,
) -> None:
    """What was wished, in the history and the log; and open pages begin anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into access_block_wish (block, wish, asked_by, asked_on, note, unit, person) "
            "values (%s, %s, %s, %s, %s, %s, %s)",
            [block, kind, wish["asked_by"], wish["asked_on"], wish["note"],
             acting.unit, acting.person],
        )  # fmt: skip
        log_reading(acting, f"write:{kind}", case=case, resident=resident)
        cursor.execute("select casework_touch(%s)", [resident])


def registered(acting: Acting, resident: Any) -> tuple[Block, ...]:
    """The acting unit's own blocks for a resident, the latest first, with their history."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select k.id, k.provider is not null, k.since, k.until, w.wish, w.asked_by, "
            "w.asked_on, w.note, w.person, w.at from access_block k "
            "join access_block_wish w on w.block = k.id "
            "where k.resident_id = %s and k.unit = %s order by k.id desc, w.id",
            [resident, acting.unit],
        )
        found: dict[int, Block] = {}
        for id, provider, since, until, *wish in cursor.fetchall():
            known = found.get(id)
            wishes = (*(known.wishes if known else ()), Wish(*wish))
            found[id] = Block(id, provider, since, until, wishes)
    return tuple(found.values())


# --- Opening --------------------------------------------------------------------------------


def open_blocked(*, acting: Acting, case: int, ground: str, reason: str) -> dict[str, str]:
    """Opens what is blocked in a case for a day, in the person's scope. The log reviewers of the
    unit, and of the units that have registered the blocks, are told at once."""
    faults: dict[str, str] = {}
    if ground not in (CONSENT, EMERGENCY):
        faults["ground"] = _("Välj varför det spärrade ska öppnas.")
    if not reason:
        faults["reason"] = _("Skriv vad du behöver veta och varför.")
    elif len(reason) > LONGEST or "\0" in reason:
        faults["reason"] = _("Skälet är för långt. Skriv högst 2 000 tecken.")
    if faults:
        return faults
    with connection.cursor() as cursor:
        cursor.execute("select resident_id from casework_case where id = %s", [case])
        (resident,) = cursor.fetchone()
        cursor.execute(
            "insert into access_opening (case_id, resident_id, unit, person, ground, reason, "
            "since, until, told) values (%s, %s, %s, %s, %s, %s, now(), now(), '{}')",
            [case, resident, acting.unit, acting.person, ground, reason],
        )
    if use_opening(acting, case) is None:
        raise LookupError(case)  # it was just made
    log_reading(acting, "write:opening", case=case, resident=resident)
    return {}


def use_opening(acting: Acting, case: int) -> Opening | None:
    """Reads by the person's opening of the case from here on in the scope, if there is one. What is
    then read is logged with its ground."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, ground, until from access_opening where case_id = %s and person = %s "
            "and unit = %s and until > now() order by until desc limit 1",
            [case, acting.person, acting.unit],
        )
        found = cursor.fetchone()
        if found is None:
            return None
        cursor.execute("select set_config('app.opening', %s, true)", [str(found[0])])
    return Opening(*found)
