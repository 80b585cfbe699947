"""The identity number of somebody at work, where the identity provider tells it.

For log review alone: whoever reads their own case, or that of somebody they live with, is found by
it. The directory knows nobody's number or home.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from sammanhang.residents.identifiers import Faulty
from sammanhang.residents.queries import understood_number

CLAIM = "credentialPersonalIdentityNumber"


def remember(person: str, claimed: object) -> None:
    """Keeps the number. The service can't read it back; a claim that is no number is let be."""
    if not isinstance(claimed, str):
        return
    known = understood_number(claimed[:50], timezone.localdate(), synthetic=settings.SYNTHETIC)
    if isinstance(known, Faulty):
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('app.person', %s, true)", [person])
        cursor.execute(
            "insert into access_own_number (person, number) values (%s, %s) on conflict do nothing",
            [person, known.value],
        )
