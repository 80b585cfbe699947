"""Västra Götaland as it stands in our own files: care areas and municipalities."""

from __future__ import annotations

import csv
from pathlib import Path

from django.db import transaction

from sammanhang.directory.models import CareArea, Municipality
from sammanhang.directory.units import OWNER
from sammanhang.swedish_order import swedish_sort_key

DATA = Path(__file__).parent / "data"


def load_areas() -> None:
    """Loads what isn't there yet; a second time changes nothing."""
    with transaction.atomic(using=OWNER):
        with (DATA / "municipalities.csv").open() as file:
            municipalities = list(csv.DictReader(file))
        CareArea.objects.using(OWNER).bulk_create(
            {row["care_area"]: CareArea(row["care_area"]) for row in municipalities}.values(),
            ignore_conflicts=True,
        )
        Municipality.objects.using(OWNER).bulk_create(
            (
                Municipality(
                    scb_code=row["scb_code"],
                    name=row["name"],
                    sort_key=swedish_sort_key(row["name"]),
                    care_area_id=row["care_area"],
                    federation=row["municipal_federation"],
                    population=int(row["population_approx_2023"]),
                )
                for row in municipalities
            ),
            ignore_conflicts=True,
        )
