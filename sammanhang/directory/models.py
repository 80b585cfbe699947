"""Who there is: organisations, units, staff and their assignments, and when.

What changes with time is a period with a first day and a last; history is never overwritten.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_noop as N_

UNIT_TYPES = {
    "avdelning": "Avdelning",
    "psykiatrisk-avdelning": "Psykiatrisk avdelning",
    "vårdcentral": "Vårdcentral",
    "öppenpsykiatri": "Öppenpsykiatri",
    "specialistmottagning": "Specialistmottagning",
    "rehabmottagning": "Rehabmottagning",
    "biståndsenhet": "Biståndsenhet",
    "hemsjukvård": "Kommunal hälso- och sjukvård",
    "ekonomi": "Ekonomi",
}

ROLES = {
    "ward_nurse": N_("Sjuksköterska på avdelning"),
    "care_coordinator": N_("Vårdsamordnare"),
    "case_officer": N_("Biståndshandläggare"),
    "municipal_nurse": N_("Kommunsjuksköterska"),
    "process_leader": N_("Processledare"),
    "economist": N_("Ekonom"),
    "unit_administrator": N_("Enhetsadministratör"),
    "log_reviewer": N_("Logggranskare"),
    "secretary": N_("Sekreterare"),
    "auditor": N_("Revisor"),
    "system_owner": N_("Systemägare"),
}
CARE_ROLES = ("ward_nurse", "care_coordinator", "case_officer", "municipal_nurse")
"""Those who take part in people's care, and so see the people their unit has to do with."""


class CareArea(models.Model):
    """One of the county's six areas of local cooperation (delregional vårdsamverkan)."""

    name = models.CharField(max_length=60, primary_key=True)


class Municipality(models.Model):
    scb_code = models.CharField(max_length=4, primary_key=True)
    name = models.CharField(max_length=60)
    sort_key = models.CharField(max_length=60)
    care_area = models.ForeignKey(CareArea, models.PROTECT)
    federation = models.CharField(max_length=60)
    population = models.IntegerField(help_text="approximate, end of 2023")


class Organisation(models.Model):
    """A care provider or a municipality as a legal person."""

    number = models.CharField(max_length=10, primary_key=True)
    name = models.CharField(max_length=120)


class Unit(models.Model):
    """A unit that takes part in care, known by its HSA-id for as long as it has existed."""

    hsa_id = models.CharField(max_length=31, primary_key=True)
    type = models.CharField(max_length=30)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    synthetic = models.BooleanField(default=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True)
    """The unit it was merged into when it closed."""


class UnitPeriod(models.Model):
    """What a unit was called and where it belonged, from a day to the day before `until`."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="periods")
    name = models.CharField(max_length=120)
    sort_key = models.CharField(max_length=120)
    parent = models.CharField(max_length=120, help_text="hospital, company or administration")
    municipality = models.ForeignKey(Municipality, models.PROTECT)
    since = models.DateField()
    until = models.DateField(null=True)


class Staff(models.Model):
    """A person at work."""

    hsa_id = models.CharField(max_length=31, primary_key=True)
    given_name = models.CharField(max_length=60)
    family_name = models.CharField(max_length=60)
    sort_key = models.CharField(max_length=130)


class Assignment(models.Model):
    """A person's assignment (medarbetaruppdrag) at a unit, in a role, for a time."""

    staff = models.ForeignKey(Staff, models.CASCADE)
    unit = models.ForeignKey(Unit, models.PROTECT)
    role = models.CharField(max_length=30)
    purpose = models.CharField(max_length=60, default="Vård och behandling")
    need = models.CharField(max_length=500, db_default="")
    """Why it is needed, as whoever gave it wrote; empty where it came from a file."""
    given_by = models.CharField(max_length=31, db_default="")
    since = models.DateField()
    until = models.DateField(null=True)
