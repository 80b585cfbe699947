"""All that the database gives to one who asks for a unit, whatever the application would have
filtered: every row of every table, and what the functions made for it return."""

from __future__ import annotations

from uuid import uuid4

from django.db import connection

from sammanhang.access.acting import Acting, scope


def shown_by_database(who: Acting, *cases: int) -> str:
    """As text, to be searched for what must not be there."""
    with scope(who), connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace "
            "and relkind in ('r', 'p', 'v', 'm') and has_table_privilege(oid, 'select')"
        )
        rows: list[str] = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"select t::text from {table} t")
            rows += [row for (row,) in cursor.fetchall()]
    for case in cases:
        with scope(who), connection.cursor() as cursor:
            cursor.execute("select casework_state(%s)", [case])
            rows.append(str(cursor.fetchone()))
            for locked in (False, True):
                cursor.execute(
                    "select t::text from casework_begin(%s, %s, %s, %s, %s) t",
                    [who.person, who.unit, case, uuid4(), locked],
                )
                rows.append(str(cursor.fetchall()))
    return "\n".join(rows)
