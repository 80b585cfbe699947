"""Puts staff and residents into the database that the environment names. Prints the residents."""

from __future__ import annotations

import os
from datetime import date, timedelta
from random import Random

import django
from django.utils import timezone

ENOUGH = 3000  # of the whole county, to find so many in Skövde
RESIDENTS = 60


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "simulation.settings"
    django.setup()
    from simulation.county import load_residents, load_staff
    from simulation.economy import load_economy
    from simulation.people import residents
    from simulation.staff import greeted
    from tests.settled_stays import put_stay

    everyone = residents(Random(7), ENOUGH, date(2026, 3, 1))
    open_ones = (one for one in everyone if not (one.secrecy_marking or one.protected_registration))
    people = [one for one in open_ones if one.municipality == "1496"][:RESIDENTS]
    load_residents(people)
    load_staff(greeted())
    load_economy()
    last_month = (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=2)
    for days in (1, 2, 4, 7, 12):
        put_stay("1496", days, ready=last_month)
    put_stay("1490", 2, ready=last_month)
    for one in people:
        print(f"{one.numbers[-1][0]}\t{one.given_name} {one.family_name}")


if __name__ == "__main__":
    main()
