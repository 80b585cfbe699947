"""People of public interest (kändislistan), whose every reading is looked at in log review.

A number is put on the list or taken off; nobody sees who is on it, nor whether a number is known
here. See sql/log_review.sql, where the service's role may add and not read.
"""

from __future__ import annotations

import getpass
from datetime import date, datetime

from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from sammanhang.access.acting import Acting, log_reading
from sammanhang.access.administration import NotDone
from sammanhang.residents.identifiers import Faulty
from sammanhang.residents.queries import understood_number

OWNER = "owner"
EVERY_ORGANISATION = "*"
_SAY = "insert into access_public_interest (organisation, number, listed, by) values (%s,%s,%s,%s)"


def understood(number: str) -> str:
    """The number as it is stored. Raises NotDone."""
    known = understood_number(number, timezone.localdate(), synthetic=settings.SYNTHETIC)
    if isinstance(known, Faulty):
        raise NotDone(known.reason)
    return known.value


def say(acting: Acting, number: str, *, listed: bool) -> None:
    """For the system owner's own organisation, in their scope. The log says that the list was
    changed, and not by whom it grew."""
    with connection.cursor() as cursor:
        cursor.execute("select directory_organisation_as('system_owner')")
        (organisation,) = cursor.fetchone()
        cursor.execute(_SAY, [organisation, understood(number), listed, acting.person])
    log_reading(acting, "write:public-interest")


def keep(number: str, *, listed: bool) -> None:
    """For every organisation, by the keeper."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(_SAY, [EVERY_ORGANISATION, understood(number), listed, _account()])


def listed() -> list[tuple[str, str, date]]:
    """(number, organisation, since) of all on the list, to the keeper, who is noted in the log."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "insert into access_log (person, unit, action, why) "
            "values (%s, '', 'read:public-interest', 'log review')",
            [_account()],
        )
        cursor.execute(
            "select number, organisation, at from (select distinct on (number, organisation) * "
            "from access_public_interest order by number, organisation, id desc) latest "
            "where listed and at > now() - interval '1 year' order by organisation, number"
        )
        rows: list[tuple[str, str, datetime]] = cursor.fetchall()
    return [(number, organisation, at.date()) for number, organisation, at in rows]


def _account() -> str:
    return f"konto:{getpass.getuser()}"
