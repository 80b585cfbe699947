"""Files sent with a message. Only kinds that can be shown without running anything.

docs/operations.md tells what is taken and what is done with the rest.
"""

from __future__ import annotations

import subprocess
import sys
import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.utils.translation import gettext as _

from sammanhang.access import limits
from sammanhang.access.acting import Acting, log_denied, log_reading
from sammanhang.casework import file_check, viruses
from sammanhang.casework.blocks import use_opening
from sammanhang.casework.file_check import Verdict

LARGEST = 10 * 1024 * 1024
MOST_IN_A_CASE = 100
"""Files that one unit adds to one case."""


class Unfit(Exception):
    """A file that can't be sent; the message is for the person."""


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    type: str
    content: bytes


def examined(acting: Acting, file: UploadedFile) -> Attachment:
    """The file as it is to be kept. Not in a transaction: a scanner may take its time."""
    if (file.size or 0) > LARGEST:
        raise Unfit(_("Filen är större än 10 MB. Välj en mindre fil."))
    try:
        limits.count("upload", acting.person)
    except limits.TooMany as many:
        if many.first:
            log_denied(acting, "limit:upload")
        raise Unfit(
            _("Du har skickat väldigt många filer den senaste timmen. Försök igen om en stund.")
        ) from None
    content = file.read()
    _scan(acting, content)
    cleaned = _looked_into(content)
    media, ending = file_check.kind_of(cleaned)
    return Attachment(_named(file.name or "bilaga", ending), media, cleaned)


def _scan(acting: Acting, content: bytes) -> None:
    if not settings.CLAMD:
        return  # among made-up people only: site/demands.py
    try:
        found = viruses.found_in(content, settings.CLAMD)
    except viruses.NoAnswer:
        raise Unfit(
            _("Filen kan inte kontrolleras mot skadlig kod just nu. Försök igen om en stund.")
        ) from None
    if found is not None:
        log_denied(acting, "virus")
        raise Unfit(_("Filen innehåller skadlig kod och togs inte emot. Säg till din it-support."))


def _looked_into(content: bytes) -> bytes:
    """What another process, which has nothing to lose, makes of it (casework/file_check.py)."""
    command = [sys.executable, "-I", "-m", file_check.__name__]
    try:
        done = subprocess.run(  # noqa: S603 (our own program; the file is its input)
            command, input=content, capture_output=True, env={}, timeout=3 * file_check.SECONDS
        )
        verdict = done.returncode
    except subprocess.TimeoutExpired:
        raise Unfit(_unfit(Verdict.UNREADABLE)) from None
    if verdict != Verdict.FIT:
        raise Unfit(_unfit(verdict))
    return done.stdout


def _unfit(verdict: int) -> str:
    return {
        Verdict.OTHER: _("Filen är inte en PDF eller en bild (PNG, JPEG). Välj en annan fil."),
        Verdict.LOCKED: _(
            "PDF-filen är låst med lösenord. Spara den utan lösenord och välj den igen."
        ),
        Verdict.ACTIVE: _(
            "PDF-filen innehåller program eller andra filer. "
            "Skriv ut den till en ny PDF och välj den i stället."
        ),
        Verdict.LARGE: _("Filen är för stor att läsa. Spara den i mindre storlek och välj den."),
    }.get(
        Verdict(verdict) if verdict in list(Verdict) else Verdict.UNREADABLE,
        _("Filen är skadad och går inte att läsa. Spara den på nytt och välj den igen."),
    )


def add(acting: Acting, case: int, file: Attachment) -> dict[str, str]:
    """Keeps a file until its message is sent, within the unit's scope. Its value in the event."""
    number = str(uuid.uuid4())
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from casework_attachment where case_id = %s and unit = %s",
            [case, acting.unit],
        )
        if cursor.fetchone()[0] >= MOST_IN_A_CASE:
            raise Unfit(
                _("Enheten har redan %(n)s filer i ärendet, och fler tas inte emot.")
                % {"n": MOST_IN_A_CASE}
            )
        cursor.execute(
            "insert into casework_attachment "
            "(id, case_id, unit, person, name, type, content, added_at) "
            "values (%s, %s, %s, %s, %s, %s, %s, now())",
            [number, case, acting.unit, acting.person, file.name, file.type, file.content],
        )
    return {"id": number, "namn": file.name}


def _named(name: str, ending: str) -> str:
    """The name it came with, which always ends as what it is."""
    same = {"jpg": (".jpg", ".jpeg")}.get(ending, (f".{ending}",))
    return name[-120:] if name.lower().endswith(same) else f"{name[-110:]}.{ending}"


def _found(case: int, number: uuid.UUID) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select a.name, a.type, a.content, c.resident_id from casework_attachment a "
            "join casework_case c on c.id = a.case_id where a.case_id = %s and a.id = %s",
            [case, number],
        )
        return cursor.fetchone()


def read(acting: Acting, case: int, number: uuid.UUID) -> Attachment | None:
    """A file that the unit sent or was sent, also by an opening of what is blocked. Reading it is
    logged."""
    row = _found(case, number)
    if row is None and use_opening(acting, case):
        row = _found(case, number)
    if row is None:
        return None
    log_reading(acting, "read:attachment", case=case, resident=row[3])
    return Attachment(row[0], row[1], bytes(row[2]))
