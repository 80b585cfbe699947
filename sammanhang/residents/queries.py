"""Finding people and showing them. Row security decides whom a unit may find."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_

from sammanhang.residents.identifiers import Faulty, Identifier, is_test_number, parse
from sammanhang.swedish_order import swedish_sort_key

PROTECTED = N_("Skyddade personuppgifter")


@dataclass(frozen=True, slots=True)
class Person:
    """A person as screens show them. Who a protected person is is not in here, unless one has
    asked for it with a reason; where they live never."""

    id: UUID
    number: str
    """Empty: protected. In lists all but its last four, which are shown of one person at a time."""
    name: str
    """Empty: protected."""
    birth_date: date | None
    sex: str
    protected: bool
    municipality: str | None
    """None: protected, or registered outside the county."""
    deceased_on: date | None = None

    @property
    def listed_name(self) -> str:
        """As it stands in lists and headings: a protected person is not named there."""
        return self.name or gettext(PROTECTED)

    def age(self, today: date) -> int | None:
        born = self.birth_date
        if born is None:
            return None
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


_PEOPLE = """
select r.id, case when hidden then '' else {number} end,
       case when hidden then '' else r.given_name || ' ' || r.family_name end,
       case when hidden then null else r.birth_date end,
       case when hidden then 'X' else r.sex end,
       r.secrecy_marking or r.protected_registration,
       case when r.secrecy_marking or r.protected_registration then null else m.name end,
       r.deceased_on
from residents_resident r
cross join lateral (select (r.secrecy_marking or r.protected_registration)
                           and r.id::text is distinct from app_setting('unmask') as hidden) h
join residents_residentnumber n on n.resident_id = r.id and n.current
left join residents_registration g on g.resident_id = r.id and g.until is null
left join directory_municipality m on m.scb_code = g.municipality_id
"""


_WHOLE, _MASKED = "n.value", "residents_masked(n.value)"


def _people(where: str, parameters: list[Any], number: str = _MASKED) -> list[Person]:
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE.format(number=number) + where, parameters)
        return [Person(*row) for row in cursor.fetchall()]


def understood_number(text: str, today: date, *, synthetic: bool) -> Identifier | Faulty:
    """The number someone wrote, or why it can't be used here."""
    identifier = parse(text, today)
    if synthetic and isinstance(identifier, Identifier) and not is_test_number(identifier):
        return Faulty(
            "Numret kan tillhöra en verklig person. Här används bara Skatteverkets testnummer."
        )
    return identifier


def find_by_number(identifier: Identifier) -> Person | None:
    """The person who has or has had exactly this number, also outside one's relations.

    Runs within a transaction; the number opens the row to row security until it ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.lookup', %s, true)", [identifier.value])
        cursor.execute(
            "select resident_id from residents_residentnumber where value = %s", [identifier.value]
        )
        row = cursor.fetchone()
        if row is None:
            return None
        cursor.execute("select set_config('app.resident', %s, true)", [str(row[0])])
    return listed(row[0])


def person(resident: UUID) -> Person | None:
    """One whose page is opened, with the whole number."""
    found = _people("where r.id = %s", [resident], _WHOLE)
    return found[0] if found else None


def listed(resident: UUID) -> Person | None:
    """One as lists show them."""
    found = _people("where r.id = %s", [resident])
    return found[0] if found else None


def unmask(resident: UUID) -> None:
    """Who a protected person is can be read for the rest of the transaction, in which it is to be
    logged with the reason."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.unmask', %s, true)", [str(resident)])


def find_by_name(text: str, limit: int = 20) -> list[Person]:
    """Among those one has a relation to: every word somewhere in the name, accents aside."""
    words = swedish_sort_key(text).replace("%", "").replace("_", "").split()
    if not words:
        return []
    match = " and ".join(["r.sort_key like %s"] * len(words))
    protected = "not (r.secrecy_marking or r.protected_registration)"
    where = f"where {match} and {protected} order by r.sort_key limit %s"
    return _people(where, [*(f"%{word}%" for word in words), limit])
