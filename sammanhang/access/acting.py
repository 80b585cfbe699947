"""On whose behalf a request is made: a person, acting for one unit at a time in one assignment."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest

from sammanhang.access import sessions
from sammanhang.access.sessions import ACTING, SIGNED_IN, SessionStore
from sammanhang.directory.models import CARE_ROLES

SESSION_KEY = ACTING
KEPT = (
    SIGNED_IN,
    sessions.PERSON,
    sessions.AUTHENTICATED,
    sessions.ID_TOKEN,
    sessions.THERE,
    sessions.TOLD,
)
"""What of a session is kept when one switches."""
LONGEST_SESSION = 10 * 3600
"""Seconds from signing in, a shift, after which one signs in again however busy one is."""


@dataclass(frozen=True, slots=True)
class Acting:
    """The one chosen assignment of the session. Persons and units by HSA-id."""

    person: str
    person_name: str
    unit: str
    unit_name: str
    unit_type: str
    assignment: int
    role: str

    @property
    def takes_part_in_care(self) -> bool:
        """Whether the assignment gives access to people at all (PDL 2008:355 4 kap. 1 §)."""
        return self.role in CARE_ROLES

    @property
    def care_unit(self) -> str:
        """The unit whose people are seen; empty, and so nobody's, outside care."""
        return self.unit if self.takes_part_in_care else ""


@dataclass(frozen=True, slots=True)
class Choice:
    """An assignment that one may choose to act in."""

    acting: Acting
    municipality: str


_ASSIGNMENTS = """
select s.hsa_id, s.given_name || ' ' || s.family_name, u.hsa_id,
       case when strpos(p.name, p.parent) > 0 then p.name else p.name || ', ' || p.parent end,
       u.type, a.id, a.role, m.name
from directory_assignment a
join directory_staff s on s.hsa_id = a.staff_id
join directory_unit u on u.hsa_id = a.unit_id
join lateral (select * from directory_unitperiod p where p.unit_id = u.hsa_id
              order by p.since desc limit 1) p on true
join directory_municipality m on m.scb_code = p.municipality_id
where a.since <= %s and (a.until is null or a.until > %s) and
"""


def in_force(today: date, condition: str, *given: Any) -> list[Choice]:
    """Assignments in force that meet a condition, read before anybody acts in one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('app.signin', '1', true)")
        cursor.execute(_ASSIGNMENTS + condition, [today, today, *given])
        return [Choice(Acting(*row[:7]), row[7]) for row in cursor.fetchall()]


def choices(today: date, person: str) -> list[Choice]:
    """What a person may choose to act in."""
    return in_force(today, "s.hsa_id = %s order by p.sort_key", person)


def assignment(number: int, today: date) -> Acting | None:
    """An assignment, if it is in force."""
    return next((one.acting for one in in_force(today, "a.id = %s", number)), None)


def sign_in(request: HttpRequest, acting: Acting) -> None:
    """Begins a session that acts so. Nothing is left of one that was before."""
    identified(request, acting.person, time.time())
    switch(request, acting)


def identified(
    request: HttpRequest,
    person: str,
    authenticated: float,
    id_token: str = "",
    there: tuple[str, str] = ("", ""),
) -> None:
    """Begins a session of somebody who has shown who they are and acts in nothing yet."""
    request.session.flush()
    request.session[SIGNED_IN] = time.time()
    request.session[sessions.PERSON] = person
    shown_again(request, authenticated, id_token, there)


def switch(request: HttpRequest, acting: Acting) -> None:
    """Acts so from now on, in a session that ends no later than the one before."""
    kept = {name: request.session[name] for name in KEPT if name in request.session}
    request.session.flush()
    request.session.update(kept)
    request.session[sessions.BROWSER] = sessions.browser(request.headers.get("User-Agent", ""))
    request.session[SESSION_KEY] = asdict(acting)


def shown_again(
    request: HttpRequest,
    authenticated: float,
    id_token: str = "",
    there: tuple[str, str] = ("", ""),
) -> None:
    """The person of the session has shown who they are, in seconds since 1970. `there`: what the
    identity provider calls the person and its own session."""
    request.session[sessions.AUTHENTICATED] = authenticated
    request.session[sessions.ID_TOKEN] = id_token
    request.session[sessions.THERE] = there


def sign_out(request: HttpRequest) -> None:
    request.session.flush()


def current(request: HttpRequest) -> Acting | None:
    """Who the request acts as; None if nobody, or if the shift has ended. That the assignment is
    in force is asked where the session is read (sql/sessions.sql)."""
    kept = request.session.get(SESSION_KEY)
    if kept is None:
        return None
    if time.time() - request.session.get(SIGNED_IN, 0) > LONGEST_SESSION:
        sign_out(request)
        return None
    return Acting(**kept)


def still(session_key: str | None, acting: Acting) -> bool:
    """Whether an open line may stay open: the session acts as before, in an assignment in force."""
    session = SessionStore(session_key).look()
    kept = session.get(SESSION_KEY)
    same = kept is not None and kept["assignment"] == acting.assignment
    return same and time.time() - session.get(SIGNED_IN, 0) <= LONGEST_SESSION


@contextmanager
def scope(acting: Acting) -> Iterator[None]:
    """A transaction in which the database shows what this person's unit may see: nobody at all to
    one whose assignment isn't in care."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "select set_config('app.person', %s, true), set_config('app.unit', %s, true), "
                "set_config('app.case', '', true), set_config('app.lookup', '', true), "
                "set_config('app.resident', '', true), set_config('app.unmask', '', true), "
                "set_config('app.opening', '', true)",
                [acting.person, acting.care_unit],
            )
        yield


def log_denied(acting: Acting, what: str, *, case: int | None = None) -> None:
    """Notes that somebody was refused what they asked for: probing shows."""
    with scope(acting):
        log_reading(acting, f"denied:{what}", case=case)


def log_session(acting: Acting, what: str) -> None:
    """Notes that somebody signs in or out, or acts for another unit from now on."""
    with scope(acting):
        log_reading(acting, what)


def log_reading(
    acting: Acting,
    action: str,
    *,
    case: int | None = None,
    resident: Any = None,
    residents: list[Any] | None = None,
    why: str = "relation",
) -> None:
    """Notes that a person's data was read, in the transaction that reads it. `residents`: all who
    stood in a list. `why`: the reason that was given, where one is asked for."""
    who = [acting.person, acting.unit, acting.assignment]
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into access_log "
            "(person, unit, assignment, action, case_id, resident_id, residents, why) "
            "values (%s, %s, %s, %s, %s, %s, %s::uuid[], %s)",
            [*who, action, case, resident, residents, why],
        )
