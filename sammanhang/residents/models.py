"""The people the care is about. Whether one may see them is held by row security."""

from __future__ import annotations

import uuid

from django.db import models

SEXES = {"F": "Kvinna", "M": "Man", "X": "Uppgift saknas"}


class Resident(models.Model):
    """A person, whatever number they are known by."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    given_name = models.CharField(max_length=80)
    family_name = models.CharField(max_length=80)
    sort_key = models.CharField(max_length=165)
    birth_date = models.DateField(null=True)
    sex = models.CharField(max_length=1)
    secrecy_marking = models.BooleanField(default=False)
    """Sekretessmarkering: a warning that a careful harm test is needed."""
    protected_registration = models.BooleanField(default=False)
    """Skyddad folkbokföring."""
    deceased_on = models.DateField(null=True)


class ResidentNumber(models.Model):
    """An identity number that a person has or has had; a changed number keeps the old."""

    value = models.CharField(max_length=12, primary_key=True)
    resident = models.ForeignKey(Resident, models.CASCADE, related_name="numbers")
    kind = models.CharField(max_length=30)
    current = models.BooleanField(default=True)
    since = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resident"], condition=models.Q(current=True), name="one_current_number"
            )
        ]


class Registration(models.Model):
    """In which municipality a person was registered, and when. None: outside the county."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="registrations")
    municipality = models.ForeignKey("directory.Municipality", models.PROTECT, null=True)
    since = models.DateField()
    until = models.DateField(null=True)


class Address(models.Model):
    """Where a person lives. For a protected person no one reads it without a stated reason."""

    resident = models.OneToOneField(Resident, models.CASCADE, primary_key=True)
    street = models.CharField(max_length=120)
    postcode = models.CharField(max_length=10)
    place = models.CharField(max_length=80)
