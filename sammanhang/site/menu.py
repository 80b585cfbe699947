"""The main menu: where one's work is, by what one's assignment is."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop as N_

from sammanhang.access.acting import Acting


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the menu. `sections`: the parts of the service in which it is the current one."""

    title: str
    page: str
    sections: tuple[str, ...]


BOARD = Place(N_("Tavla"), "casework:board", ("board",))
GUIDELINES = Place(N_("Riktlinjer"), "governance:list", ("guidelines",))
OF_ROLE = {
    "economist": (Place(N_("Betalning"), "settlement:latest", ("settlement",)),),
    "unit_administrator": (Place(N_("Uppdrag"), "access:people", ("people",)),),
    "log_reviewer": (Place(N_("Logggranskning"), "access:review", ("review",)),),
    "auditor": (
        Place(N_("Tillsyn"), "access:oversight", ("oversight",)),
        Place(N_("Betalning"), "settlement:totals", ("totals",)),
    ),
    "system_owner": (
        Place(N_("Tjänsten"), "state", ("service", "oversight", "public-interest")),
        Place(N_("Uppdrag"), "access:appointed", ("appointed",)),
        Place(N_("Inloggningar"), "access:signed-in", ("signed-in",)),
    ),
}


def menu(acting: Acting) -> list[Place]:
    """One's work first, which is also where one begins."""
    care = [BOARD] if acting.takes_part_in_care else []
    return [*care, *OF_ROLE.get(acting.role, ()), GUIDELINES]
