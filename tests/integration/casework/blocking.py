"""Blocks (spärr) as tests register them, and what is then seen."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from stage import MONDAY

from sammanhang.access.acting import Acting, scope
from sammanhang.casework import blocks
from sammanhang.casework.case_page import CasePage, case_page

WISH = {"asked_by": "resident", "asked_on": date(2026, 3, 2), "note": ""}


def block(who: Acting, case: int, *, of_provider: bool = False, **wish: Any) -> dict[str, str]:
    with scope(who):
        return blocks.register(acting=who, case=case, of_provider=of_provider, wish=WISH | wish)


def page_of(who: Acting, case: int) -> CasePage:
    with scope(who):
        return case_page(who, case, MONDAY)


def seen(who: Acting, sql: str, *given: object) -> list[tuple[Any, ...]]:
    with scope(who), connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()


def texts(who: Acting, case: int) -> list[int]:
    """The events that the database shows, whatever a view forgot."""
    return [seq for (seq,) in seen(who, "select seq from casework_event order by seq")]
