"""The documents in force: those in the folder of guidelines, and the county they hold in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection

from sammanhang.guideline.areas import Geography, Located
from sammanhang.guideline.front import read_front
from sammanhang.guideline.model import Document
from sammanhang.guideline.reader import read_source
from sammanhang.guideline.remarks import Remarks

DOCUMENT = "dokument.md"


@dataclass(frozen=True, slots=True)
class InForce:
    """A document as it holds now. `file`: its place in the folder."""

    file: str
    text: str
    document: Document


def in_force() -> Mapping[str, InForce]:
    """By document id, in the order of their files."""
    return _read(Path(settings.GUIDELINES))


@cache
def _read(folder: Path) -> Mapping[str, InForce]:
    found: dict[str, InForce] = {}
    for path in sorted(folder.rglob(DOCUMENT)):
        file, text = path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8")
        remarks = Remarks(file)
        document = read_front(read_source(text, remarks), remarks)
        if document is not None:
            found[document.id] = InForce(file, text, document)
    return found


@cache
def geography() -> Geography:
    """Where the county's units lie now, which is what a supplement's area is measured by."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select u.hsa_id, m.care_area_id, m.name, u.type from directory_unit u "
            "join directory_unitperiod p on p.unit_id = u.hsa_id and p.until is null "
            "join directory_municipality m on m.scb_code = p.municipality_id"
        )
        return {unit: Located(area, name, kind) for unit, area, name, kind in cursor.fetchall()}
