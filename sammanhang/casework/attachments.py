"""Files sent with a message. Only kinds that can be shown without running anything."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection

from sammanhang.access.acting import Acting, log_reading

LARGEST = 10 * 1024 * 1024
KINDS = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\x89PNG\r\n": ("image/png", "png"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
}


class Unfit(Exception):
    """A file that can't be sent; the message is for the person."""


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    type: str
    content: bytes


def add(acting: Acting, case: int, file: UploadedFile) -> dict[str, str]:
    """Keeps a file until its message is sent, within the unit's scope. Its value in the event."""
    if (file.size or 0) > LARGEST:
        raise Unfit("Filen är större än 10 MB. Välj en mindre fil.")
    content = file.read()
    kind = next((kind for start, kind in KINDS.items() if content.startswith(start)), None)
    if kind is None:
        raise Unfit("Filen är inte en PDF eller en bild (PNG, JPEG). Välj en annan fil.")
    number, name = str(uuid.uuid4()), _named(file.name or "bilaga", kind[1])
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into casework_attachment "
            "(id, case_id, unit, person, name, type, content, added_at) "
            "values (%s, %s, %s, %s, %s, %s, %s, now())",
            [number, case, acting.unit, acting.person, name, kind[0], content],
        )
    return {"id": number, "namn": name}


def _named(name: str, ending: str) -> str:
    """The name it came with, which always ends as what it is."""
    same = {"jpg": (".jpg", ".jpeg")}.get(ending, (f".{ending}",))
    return name[-120:] if name.lower().endswith(same) else f"{name[-110:]}.{ending}"


def read(acting: Acting, case: int, number: uuid.UUID) -> Attachment | None:
    """A file that the unit sent or was sent. Reading it is logged."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select a.name, a.type, a.content, c.resident_id from casework_attachment a "
            "join casework_case c on c.id = a.case_id where a.case_id = %s and a.id = %s",
            [case, number],
        )
        row: tuple[Any, ...] | None = cursor.fetchone()
    if row is None:
        return None
    log_reading(acting, "read:attachment", case=case, resident=row[3])
    return Attachment(row[0], row[1], bytes(row[2]))
